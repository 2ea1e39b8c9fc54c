//! Paths as parts of addresses.

use crate::text;

/// A `/`-separated path with everything but plain letters percent-encoded (RFC 3986).
pub(crate) fn encoded(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            text::add(&mut address, format!("%{byte:02X}"));
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn a_path_is_one_plain_word() {
        for (path, address) in [
            ("app/a-b_c.py", "app/a-b_c.py"),
            ("my app/ü.py", "my%20app/%C3%BC.py"),
            ("a%0A#x?.py", "a%250A%23x%3F.py"),
            ("\"<b>:.py", "%22%3Cb%3E%3A.py"),
        ] {
            assert_eq!(encoded(path), address);
        }
    }
}
