//! The advertised product id.

use std::{fmt, str::FromStr};

/// An APID: exactly four ASCII letters or digits, case significant. It is value 38 of the manufacturing
/// page and `advertisedProductId` of the control log.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Apid([u8; 4]);

impl Apid {
    /// Size in bytes.
    pub const LEN_BYTES: usize = 4;

    /// The four ASCII bytes.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    /// The four characters.
    pub fn as_str(&self) -> &str {
        // The constructor admits ASCII letters and digits only.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Apid {
    type Err = ApidError;

    fn from_str(text: &str) -> Result<Self, ApidError> {
        let bytes: [u8; 4] = text
            .as_bytes()
            .try_into()
            .map_err(|_| ApidError::Length { found_len_bytes: text.len() })?;
        match bytes.iter().position(|byte| !byte.is_ascii_alphanumeric()) {
            Some(offset) => Err(ApidError::Character { offset, byte: bytes[offset] }),
            None => Ok(Self(bytes)),
        }
    }
}

impl fmt::Display for Apid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Apid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Apid({self})")
    }
}

/// Why a text is not an APID.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ApidError {
    /// Not four bytes long.
    #[error("an APID has 4 characters, this has {found_len_bytes}")]
    Length {
        /// The text's length in bytes.
        found_len_bytes: usize,
    },
    /// A character other than an ASCII letter or digit.
    #[error("an APID has ASCII letters and digits only, byte {offset} is 0x{byte:02x}")]
    Character {
        /// Offset in bytes.
        offset: usize,
        /// What stands there.
        byte: u8,
    },
}
