//! Files as editors name them.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;

/// The path of a `file` address; none for any other.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // A host may stand between the slashes; only this machine's files can be read.
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut letters = path.bytes();
    while let Some(letter) = letters.next() {
        bytes.push(match letter {
            b'%' => {
                let digit = |it: Option<u8>| char::from(it?).to_digit(16);
                let (high, low) = (digit(letters.next())?, digit(letters.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            b'?' | b'#' => break,
            letter => letter,
        });
    }
    Some(PathBuf::from(String::from_utf8(bytes).ok()?))
}

/// The address of a file; none when the path is not UTF-8.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::from("file://");
    for byte in path.to_str()?.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            text.push('%');
            text.extend(digits.map(char::from));
        }
    }
    Uri::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{path_of, uri_of};

    #[test]
    fn paths_survive_the_way_to_the_editor_and_back() {
        for path in ["/srv/shop/a.py", "/srv/my shop/ü#1?%.py"] {
            let uri = uri_of(Path::new(path)).expect("an address");
            assert_eq!(path_of(uri.as_str()).as_deref(), Some(Path::new(path)));
        }
        for (uri, path) in [
            ("file:///a%20b.py", Some("/a b.py")),
            ("file://localhost/a.py", Some("/a.py")),
            ("file://other/a.py", None),
            ("untitled:one", None),
            ("file:///a%2", None),
            ("file:///a%zz", None),
        ] {
            assert_eq!(path_of(uri).as_deref(), path.map(Path::new), "{uri}");
        }
    }
}
