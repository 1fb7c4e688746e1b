//! Firmware versions and the message sizes that follow from them.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{frame::Frame, wire::wire_struct};

/// Bytes of a session message around the encrypted inner frame: header 3, session id 1, MAC 8.
const ENVELOPE_LEN_BYTES: usize = Frame::HEADER_LEN_BYTES + 1 + 8;

/// The block that inner frames are padded to.
const BLOCK_LEN_BYTES: usize = 16;

wire_struct! {
    /// A firmware version: three bytes, major first.
    #[derive(Copy, Hash, Ord, PartialOrd)]
    pub struct FirmwareVersion {
        /// Major.
        pub major: u8,
        /// Minor.
        pub minor: u8,
        /// Patch.
        pub patch: u8,
    }
}

impl FirmwareVersion {
    /// Algorithm toggle, and the first FIPS devices.
    pub const V2_2_0: Self = Self::new(2, 2, 0);
    /// AES keys, P-256 authentication keys; the audit log is off by default.
    pub const V2_3_1: Self = Self::new(2, 3, 1);
    /// Messages of 3,136 bytes, RSA wrap keys, device info page 1.
    pub const V2_4_0: Self = Self::new(2, 4, 0);
    /// What most devices in the field run.
    pub const V2_4_1: Self = Self::new(2, 4, 1);
    /// Some error codes differ.
    pub const V2_5_0: Self = Self::new(2, 5, 0);

    /// A version.
    pub const fn new(major: u8, minor: u8, patch: u8) -> Self {
        Self { major, minor, patch }
    }

    /// How long a message may be.
    pub fn message_limit(self) -> MessageLimit {
        if self >= Self::V2_4_0 { MessageLimit::FROM_2_4 } else { MessageLimit::BEFORE_2_4 }
    }
}

impl fmt::Display for FirmwareVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for FirmwareVersion {
    type Err = FirmwareVersionError;

    /// Reads three numbers with dots between them.
    fn from_str(text: &str) -> Result<Self, FirmwareVersionError> {
        let mut parts = text.split('.').map(|part| part.parse::<u8>());
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch)), None) => {
                Ok(Self::new(major, minor, patch))
            }
            _ => Err(FirmwareVersionError),
        }
    }
}

/// The text is not three numbers from 0 to 255 with dots between them.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("not a firmware version such as 2.4.1")]
pub struct FirmwareVersionError;

/// How long a message may be: a property of the firmware, and the same in both directions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MessageLimit(usize);

impl MessageLimit {
    /// Firmware before 2.4: 2,048 bytes.
    pub const BEFORE_2_4: Self = Self(2048);

    /// Firmware from 2.4: 3,136 bytes.
    pub const FROM_2_4: Self = Self(3136);

    /// The longest whole frame, header included, in bytes.
    pub const fn frame_len_bytes(self) -> usize {
        self.0
    }

    /// The longest inner payload that a session can carry, in bytes: 2,028 or 3,116.
    pub const fn inner_payload_len_bytes(self) -> usize {
        let blocks = (self.0 - ENVELOPE_LEN_BYTES) / BLOCK_LEN_BYTES;
        // Padding takes at least one byte.
        blocks * BLOCK_LEN_BYTES - 1 - Frame::HEADER_LEN_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_carries_2028_bytes_before_firmware_2_4() {
        let version = FirmwareVersion::new(2, 3, 2);
        assert_eq!(version.message_limit().inner_payload_len_bytes(), 2028);
        assert_eq!(version.message_limit().frame_len_bytes(), 2048);
    }

    #[test]
    fn a_session_carries_3116_bytes_from_firmware_2_4() {
        let version = FirmwareVersion::V2_4_0;
        assert_eq!(version.message_limit().inner_payload_len_bytes(), 3116);
        assert_eq!(version.message_limit().frame_len_bytes(), 3136);
    }

    #[test]
    fn versions_read_back_from_their_text_and_order_by_number() {
        assert_eq!("2.4.1".parse(), Ok(FirmwareVersion::V2_4_1));
        assert_eq!(FirmwareVersion::V2_4_1.to_string(), "2.4.1");
        assert!(FirmwareVersion::new(2, 10, 0) > FirmwareVersion::V2_5_0);
        for text in ["2.4", "2.4.1.0", "2.4.256", "v2.4.1", ""] {
            assert_eq!(text.parse::<FirmwareVersion>(), Err(FirmwareVersionError), "{text}");
        }
    }
}
