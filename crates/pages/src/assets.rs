//! The files that the pages ask for.

/// A file that the pages ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The value of `content-type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: &'static [u8],
    /// The value of `etag`, with its quotes.
    pub etag: String,
}

macro_rules! assets {
    ($($name:literal: $kind:ident,)*) => {
        /// The names of all files, in order.
        pub const ASSETS: &[&str] = &[$($name),*];

        fn content(name: &str) -> Option<(&'static str, &'static [u8])> {
            match name {
                $($name => Some(($kind, include_bytes!(concat!("../assets/", $name)))),)*
                _ => None,
            }
        }
    };
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

assets! {
    "chat.js": JS,
    "client.js": JS,
    "dashboard.css": CSS,
    "fold.js": JS,
    "forms.js": JS,
    "icon.svg": SVG,
    "lanes.js": JS,
    "markup.js": JS,
    "page.js": JS,
    "palette.js": JS,
    "parts.js": JS,
    "report.css": CSS,
    "run.css": CSS,
    "run.js": JS,
    "sign-in.js": JS,
    "theme.js": JS,
}

/// The file with a name, as in `/assets/{name}`.
pub fn asset(name: &str) -> Option<Asset> {
    use sha2::{Digest, Sha256};

    let (content_type, bytes) = content(name)?;
    let hash = Sha256::digest(bytes);
    let first = hash.iter().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    Some(Asset { content_type, bytes, etag: format!("\"{first:016x}\"") })
}

#[cfg(test)]
mod tests {
    use super::{ASSETS, asset};

    #[test]
    fn every_file_is_there_and_asks_nobody_else() {
        for name in ASSETS {
            let asset = asset(name).expect(name);
            let text = std::str::from_utf8(asset.bytes).expect("text");
            // The namespace of drawings is a name, not an address that is asked.
            let text = text.replace("http://www.w3.org/2000/svg", "");
            for word in ["http://", "https://", "@import", "innerHTML", "eval("] {
                assert!(!text.contains(word), "{name}: {word}");
            }
            assert!(asset.etag.len() == 18, "{}", asset.etag);
        }
        assert_eq!(asset("../Cargo.toml"), None);
    }
}
