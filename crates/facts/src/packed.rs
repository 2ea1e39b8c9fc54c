//! Lists of hashes as one piece of bytes: nothing is won by counting the digits of
//! numbers that are all long.

use serde::{Deserialize, Deserializer, Serializer};

/// Bytes of one number.
const WIDTH: usize = size_of::<u32>();

pub(crate) fn serialize<S: Serializer>(numbers: &[u32], serializer: S) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    serializer.serialize_bytes(&bytes)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<u32>, D::Error> {
    let bytes = <&[u8]>::deserialize(deserializer)?;
    let (numbers, _) = bytes.as_chunks::<WIDTH>();
    Ok(numbers.iter().map(|number| u32::from_le_bytes(*number)).collect())
}
