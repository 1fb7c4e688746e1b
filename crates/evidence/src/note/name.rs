//! Names of keys.

use std::{fmt, str::FromStr};

/// The longest name of a key, in bytes. Names are addresses without a scheme; this leaves room for long ones.
pub const KEY_NAME_LEN_BYTES_MAX: usize = 255;

/// The name of a key: not empty, without spaces, plus signs and control characters. The specification
/// recommends an address without its scheme, such as `example.com/factory-log`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyName(String);

impl KeyName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = KeyNameError;

    fn from_str(text: &str) -> Result<Self, KeyNameError> {
        if text.is_empty() {
            return Err(KeyNameError::Empty);
        }
        if text.len() > KEY_NAME_LEN_BYTES_MAX {
            return Err(KeyNameError::TooLong { found_len_bytes: text.len() });
        }
        let refused = |c: &char| c.is_whitespace() || c.is_control() || *c == '+';
        match text.chars().find(refused) {
            Some(character) => Err(KeyNameError::Character { character }),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is not the name of a key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyNameError {
    /// No characters.
    #[error("a key's name must not be empty")]
    Empty,
    /// Too many bytes.
    #[error("a key's name of {found_len_bytes} bytes is longer than {KEY_NAME_LEN_BYTES_MAX}")]
    TooLong {
        /// Size in bytes.
        found_len_bytes: usize,
    },
    /// A character that a name must not have.
    #[error("a key's name must not have {character:?}")]
    Character {
        /// The first such character.
        character: char,
    },
}
