//! Secrets: unguessable words that are shown once and kept as digests.

use std::fmt::{self, Write};

/// Bytes drawn for a secret.
const BYTES: usize = 32;

/// A word that gives access to something. It is shown to whom it is for and never kept:
/// what is kept is its [`Digest`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What is kept of a secret. Nobody finds the secret from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Secret {
    /// A new one, `PREFIX_` and 64 hexadecimal digits from the system's source for secrets.
    pub fn mint(prefix: &str) -> std::io::Result<Self> {
        let mut bytes = [0_u8; BYTES];
        let mut filled = 0;
        while filled < BYTES {
            let flags = rustix::rand::GetRandomFlags::empty();
            filled += rustix::rand::getrandom(&mut bytes[filled..], flags)?;
        }
        let mut word = format!("{prefix}_");
        for byte in bytes {
            write!(word, "{byte:02x}").expect("writing into a text does not fail");
        }
        Ok(Self(word))
    }

    /// The word that somebody shows.
    pub fn shown(word: &str) -> Self {
        Self(word.to_owned())
    }

    /// The word itself, for whom it is meant.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Digest(*blake3::hash(self.0.as_bytes()).as_bytes())
    }
}

/// No log has a secret.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Digest {
    /// The bytes that are stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn secrets_differ_hide_themselves_and_are_known_by_their_digest() {
        let (one, other) =
            (Secret::mint("code").expect("drawn"), Secret::mint("code").expect("drawn"));
        assert_ne!(one, other);
        assert_eq!(one.reveal().len(), "code_".len() + 64);
        assert_eq!(format!("{one:?}"), "Secret");
        assert_eq!(Secret::shown(one.reveal()).digest(), one.digest());
        assert_ne!(one.digest(), other.digest());
    }
}
