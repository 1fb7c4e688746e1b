//! The Sidewalk manufacturing serial number (Sidewalk protocol specification 4.3.2).

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// A Sidewalk manufacturing serial number. Always 32 bytes; shown as lower-case hex.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Smsn([u8; 32]);

impl Smsn {
    /// Size in bytes.
    pub const LEN_BYTES: usize = 32;

    /// Takes the 32 bytes as they stand in a certificate or on a page.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Derives the number: SHA-256 over `device_type ‖ "-" ‖ STAGE ‖ dsn ‖ apid ‖ board_id`, ASCII,
    /// without separators.
    ///
    /// # Errors
    ///
    /// [`SmsnError::Empty`] and [`SmsnError::NotAscii`] name the part that cannot be used.
    pub fn derive(input: &SmsnInput<'_>) -> Result<Self, SmsnError> {
        let parts = [
            ("device type", Some(input.device_type)),
            ("DSN", Some(input.dsn)),
            ("APID", Some(input.apid)),
            ("board id", input.board_id),
        ];
        for (part, text) in parts {
            match text {
                Some("") => return Err(SmsnError::Empty { part }),
                Some(text) if !text.is_ascii() => return Err(SmsnError::NotAscii { part }),
                _ => {}
            }
        }
        let mut hash = Sha256::new();
        hash.update(input.device_type);
        hash.update("-");
        hash.update(input.stage.name());
        hash.update(input.dsn);
        hash.update(input.apid);
        hash.update(input.board_id.unwrap_or_default());
        Ok(Self(hash.finalize().into()))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Smsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(hex::Buffer::<32, false>::new().format(&self.0))
    }
}

impl fmt::Debug for Smsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smsn({self})")
    }
}

impl FromStr for Smsn {
    type Err = SmsnError;

    /// Reads 64 hex digits in either case.
    fn from_str(text: &str) -> Result<Self, SmsnError> {
        if text.len() != 2 * Self::LEN_BYTES {
            return Err(SmsnError::Length { found_len_chars: text.chars().count() });
        }
        if let Some(offset) = text.bytes().position(|byte| !byte.is_ascii_hexdigit()) {
            return Err(SmsnError::Hex { offset });
        }
        let mut bytes = [0; Self::LEN_BYTES];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| SmsnError::Hex { offset: 0 })?;
        Ok(Self(bytes))
    }
}

/// What an SMSN is derived from. Concatenation has no separators, so `("AB", "C")` and `("A", "BC")` give
/// one number: keep device type and APID of fixed length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SmsnInput<'a> {
    /// The stage of the product.
    pub stage: Stage,
    /// The device type, which Amazon assigns.
    pub device_type: &'a str,
    /// The device serial number: unique in the product.
    pub dsn: &'a str,
    /// The advertised product id.
    pub apid: &'a str,
    /// The board id, which only the on-device generator adds.
    pub board_id: Option<&'a str>,
}

/// How far a product is from its customers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    /// Product tags that begin with `RNET_`.
    Production,
    /// Product tags that begin with `PREPROD_`.
    PreProduction,
    /// Product tags that begin with `TEST_`.
    Test,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 3] = [Self::Production, Self::PreProduction, Self::Test];

    /// The upper-case name that enters the SMSN.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Production => "PRODUCTION",
            Self::PreProduction => "PREPRODUCTION",
            Self::Test => "TEST",
        }
    }

    /// The lower-case `label` of signing output and control logs.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::PreProduction => "preproduction",
            Self::Test => "test",
        }
    }

    /// The stage that a product tag belongs to, by its prefix.
    pub fn of_product_tag(tag: &str) -> Option<Self> {
        [("RNET_", Self::Production), ("PREPROD_", Self::PreProduction), ("TEST_", Self::Test)]
            .into_iter()
            .find_map(|(prefix, stage)| tag.starts_with(prefix).then_some(stage))
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl FromStr for Stage {
    type Err = SmsnError;

    fn from_str(text: &str) -> Result<Self, SmsnError> {
        Self::ALL
            .into_iter()
            .find(|stage| text.eq_ignore_ascii_case(stage.label()))
            .ok_or(SmsnError::UnknownStage)
    }
}

/// Why an SMSN or a stage cannot be had.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SmsnError {
    /// A part that must not be empty.
    #[error("the {part} is empty")]
    Empty {
        /// Which part.
        part: &'static str,
    },
    /// A part with characters outside ASCII.
    #[error("the {part} has characters outside ASCII")]
    NotAscii {
        /// Which part.
        part: &'static str,
    },
    /// A text of the wrong length.
    #[error("an SMSN has 64 hex digits, this has {found_len_chars} characters")]
    Length {
        /// Length of the text in characters.
        found_len_chars: usize,
    },
    /// A text with something else than hex digits.
    #[error("an SMSN has hex digits only, character {offset} is none")]
    Hex {
        /// Offset of the first such character.
        offset: usize,
    },
    /// A text that names no stage.
    #[error("not a stage: expected production, preproduction or test")]
    UnknownStage,
}
