//! What tells one call from another.

use std::{fmt, str::FromStr};

/// 16 bytes that the caller draws; shown as 32 lower-case hex digits. A repetition of a call carries the same ones, so that
/// it gets the same answer.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// From bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl FromStr for RequestId {
    type Err = RequestIdError;

    /// Takes 32 hex digits, or a UUID with its dashes.
    fn from_str(text: &str) -> Result<Self, RequestIdError> {
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
        let mut bytes = [0; 16];
        let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
        if is_hex && hex::decode_to_slice(&digits, &mut bytes).is_ok() {
            Ok(Self(bytes))
        } else {
            Err(RequestIdError)
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

/// A text that is no request id.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a request id has 32 hex digits, or is a UUID")]
pub struct RequestIdError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_and_its_digits_are_the_same_id() {
        let id: RequestId = "00112233-4455-6677-8899-aabbccddeeff".parse().unwrap();
        assert_eq!(id, "00112233445566778899AABBCCDDEEFF".parse().unwrap());
        assert_eq!(id.to_string(), "00112233445566778899aabbccddeeff");
        assert_eq!("0x112233445566778899aabbccddeeff".parse::<RequestId>(), Err(RequestIdError));
        assert_eq!("".parse::<RequestId>(), Err(RequestIdError));
    }
}
