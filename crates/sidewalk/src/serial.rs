//! Serial numbers of certificate authorities (Sidewalk protocol specification 4.1.2).
//!
//! A serial has no length field of its own: its first four bytes, read little-endian, say whether it ends
//! there or goes on. The public signing and provisioning tools agree on the rule and real chains verify
//! under it; Nordic's on-device code reads other bits, which is a matter for the page's lint.

use std::{fmt, str::FromStr};

/// The longest extended serial: a header of 2 bytes and 127 bytes counted in 7 bits.
const EXTENDED_LEN_BYTES_MAX: usize = 2 + 127;

/// A certificate authority's serial number: 4 bytes, or 2 + N bytes in the extended form.
///
/// The bytes are opaque: test material uses random ones, so no field is checked against the level.
#[derive(Clone, Copy)]
pub struct Serial {
    bytes: [u8; EXTENDED_LEN_BYTES_MAX],
    len: u8,
}

impl Serial {
    /// Size of the plain form in bytes.
    pub const PLAIN_LEN_BYTES: usize = 4;

    /// The longest serial in bytes.
    pub const LEN_BYTES_MAX: usize = EXTENDED_LEN_BYTES_MAX;

    /// How many bytes of `data` its leading serial takes, or `None` where fewer than 4 bytes are there.
    ///
    /// The answer may exceed `data.len()`. An extended header with N < 2 would end before its own header:
    /// such a serial cannot exist, and its length is reported as the 4 bytes that carry the header.
    pub fn encoded_len_bytes(data: &[u8]) -> Option<usize> {
        let head: [u8; Self::PLAIN_LEN_BYTES] =
            data.get(..Self::PLAIN_LEN_BYTES)?.try_into().ok()?;
        let value = u32::from_le_bytes(head);
        if value >> 28 != 0xB {
            return Some(Self::PLAIN_LEN_BYTES);
        }
        Some((((value >> 16) & 0x7F) as usize + 2).max(Self::PLAIN_LEN_BYTES))
    }

    /// Reads a serial that takes up all of `bytes`.
    ///
    /// # Errors
    ///
    /// [`SerialError::Length`] where the length differs from what the first four bytes announce,
    /// [`SerialError::Header`] for an extended header that counts fewer than two bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, SerialError> {
        let announced = Self::encoded_len_bytes(bytes)
            .ok_or(SerialError::Length { expected: Self::PLAIN_LEN_BYTES, found: bytes.len() })?;
        if announced != bytes.len() {
            return Err(SerialError::Length { expected: announced, found: bytes.len() });
        }
        let mut serial = Self { bytes: [0; EXTENDED_LEN_BYTES_MAX], len: announced as u8 };
        serial.bytes[..announced].copy_from_slice(bytes);
        if serial.is_extended() && bytes[2] & 0x7F < 2 {
            return Err(SerialError::Header { count: bytes[2] & 0x7F });
        }
        Ok(serial)
    }

    /// The bytes as they stand in a chain and on a page.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Whether this is the extended form. A serial of 4 bytes can be extended (N = 2).
    pub fn is_extended(&self) -> bool {
        self.bytes[3] >> 4 == 0xB
    }

    /// The bit fields, for diagnosis only.
    pub fn fields(&self) -> SerialFields {
        let value =
            u32::from_le_bytes([self.bytes[0], self.bytes[1], self.bytes[2], self.bytes[3]]);
        if self.is_extended() {
            let header = (value >> 16) as u16;
            let number = [&self.bytes[..2], &self.bytes[4..usize::from(self.len)]].concat();
            return SerialFields {
                certificate_type: (header >> 14) as u8,
                chain_size: ((header >> 12) & 3) as u8,
                level: ((header >> 10) & 3) as u8,
                rights: ((header >> 7) & 7) as u8,
                number,
            };
        }
        SerialFields {
            certificate_type: (value >> 30) as u8,
            chain_size: ((value >> 28) & 3) as u8,
            level: ((value >> 26) & 3) as u8,
            rights: ((value >> 23) & 7) as u8,
            number: (value & 0x7F_FFFF).to_be_bytes()[1..].to_vec(),
        }
    }
}

impl PartialEq for Serial {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Serial {}

impl std::hash::Hash for Serial {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

impl FromStr for Serial {
    type Err = SerialError;

    fn from_str(text: &str) -> Result<Self, SerialError> {
        Self::parse(&hex::decode(text).map_err(|_| SerialError::Hex)?)
    }
}

/// The bit fields of a serial. Their meaning beyond the names is not public.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SerialFields {
    /// Bits 31..30: the certificate's type.
    pub certificate_type: u8,
    /// Bits 29..28: intermediate chain size; 3 with type 2 marks the extended form.
    pub chain_size: u8,
    /// Bits 27..26: the intermediate level.
    pub level: u8,
    /// Bits 25..23: signing rights.
    pub rights: u8,
    /// The number itself: 23 bits, big-endian in 3 bytes; or the N bytes of the extended form, as they stand.
    pub number: Vec<u8>,
}

/// Why bytes are not a serial.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SerialError {
    /// The length is not what the first four bytes announce.
    #[error("serial of {found} bytes where its header announces {expected}")]
    Length {
        /// What the header announces, in bytes.
        expected: usize,
        /// What was given, in bytes.
        found: usize,
    },
    /// An extended header that counts fewer than the two bytes which stand before it.
    #[error("extended serial header counts {count} bytes, at least 2 are needed")]
    Header {
        /// The count in the header.
        count: u8,
    },
    /// A text that is not hexadecimal.
    #[error("serial is not hexadecimal")]
    Hex,
}
