//! Answers with a length and a signature: what code of the repository writes into the
//! file by accident or at random is not taken for one.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::runner::RunnerError;

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// What only the driver knows, and only until the first code of the repository runs.
pub(super) struct Secret([u8; 32]);

impl Secret {
    pub(super) fn new() -> Result<Self, RunnerError> {
        let source = Path::new("/dev/urandom");
        let failed = |error| RunnerError::io(source, error);
        let mut bytes = [0; 32];
        std::fs::File::open(source).map_err(failed)?.read_exact(&mut bytes).map_err(failed)?;
        Ok(Self(bytes))
    }

    pub(super) fn hex(&self) -> String {
        hex(&self.0)
    }

    /// The body of an answer whose length and signature fit.
    pub(super) fn open(&self, mut bytes: Vec<u8>) -> Option<Vec<u8>> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let body = bytes.split_off(end + 1);
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let (length, signature) = head.split_once(' ')?;
        let fits = length.parse() == Ok(body.len()) && signature == self.sign(&body);
        fits.then_some(body)
    }

    /// HMAC-SHA-256, in hexadecimal digits.
    fn sign(&self, body: &[u8]) -> String {
        let keyed = |with: u8| {
            let mut block = [with; BLOCK];
            block.iter_mut().zip(self.0).for_each(|(byte, key)| *byte ^= key);
            Sha256::new_with_prefix(block)
        };
        let inner = keyed(0x36).chain_update(body).finalize();
        hex(&keyed(0x5c).chain_update(inner).finalize())
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn only_what_was_signed_is_opened() {
        // From RFC 4231, the second case, with the key filled up by zeros.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let (secret, body) = (Secret(key), "what do ya want for nothing?");
        let signature = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let opened = |text: String| secret.open(text.into_bytes());
        let whole = format!("{} {signature}\n{body}", body.len());
        assert_eq!(opened(whole.clone()), Some(body.as_bytes().to_vec()));
        assert_eq!(opened(format!("{whole} more")), None);
        assert_eq!(opened(whole.replace("nothing", "anythin")), None);
        assert_eq!(opened(format!("garbage{whole}")), None);
        assert_eq!(opened(String::new()), None);
    }
}
