//! Labels: what people call an object.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::wire::{Reader, Wire, WireError, Writer};

/// A label: 40 raw bytes, padded with zeros. Text by custom, any bytes by right.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Label([u8; Self::LEN_BYTES]);

impl Label {
    /// Size in bytes.
    pub const LEN_BYTES: usize = 40;

    /// The label of no text.
    pub const EMPTY: Self = Self([0; Self::LEN_BYTES]);

    /// Takes the 40 bytes.
    pub const fn from_bytes(bytes: [u8; Self::LEN_BYTES]) -> Self {
        Self(bytes)
    }

    /// The 40 bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN_BYTES] {
        &self.0
    }

    /// Pads up to 40 bytes.
    ///
    /// # Errors
    ///
    /// [`LabelError`] for more than 40 bytes.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, LabelError> {
        let text = text.as_ref();
        let mut bytes = [0; Self::LEN_BYTES];
        bytes
            .get_mut(..text.len())
            .ok_or(LabelError { found_len_bytes: text.len() })?
            .copy_from_slice(text);
        Ok(Self(bytes))
    }

    /// The bytes before the first zero.
    pub fn text_bytes(&self) -> &[u8] {
        let len = self.0.iter().position(|byte| *byte == 0).unwrap_or(Self::LEN_BYTES);
        &self.0[..len]
    }

    /// The text before the first zero, or `None` where it is not UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.text_bytes()).ok()
    }
}

impl fmt::Display for Label {
    /// The text with control characters escaped, since a label comes from a stranger.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", String::from_utf8_lossy(self.text_bytes()).escape_debug())
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label(\"{self}\")")
    }
}

impl FromStr for Label {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        Self::new(text)
    }
}

/// The text is longer than a label.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("label of {found_len_bytes} bytes is longer than {len_max}", len_max = Label::LEN_BYTES)]
pub struct LabelError {
    /// The size of the text in bytes.
    pub found_len_bytes: usize,
}

impl Wire for Label {
    fn write(&self, out: &mut Writer) {
        out.bytes(&self.0);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        input.array().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_ends_at_its_first_zero() {
        let label = Label::new("DAK\0x").unwrap();
        assert_eq!(label.as_str(), Some("DAK"));
        assert_eq!(label.as_bytes()[..6], *b"DAK\0x\0");
    }

    #[test]
    fn forty_bytes_fit_and_forty_one_do_not() {
        assert_eq!(Label::new([b'x'; 40]).unwrap().text_bytes().len(), 40);
        assert_eq!(Label::new([b'x'; 41]), Err(LabelError { found_len_bytes: 41 }));
    }

    #[test]
    fn a_label_cannot_move_a_terminals_cursor() {
        assert_eq!(Label::new("a\u{1b}[2Jb").unwrap().to_string(), "a\\u{1b}[2Jb");
        assert_eq!(Label::new([0xFF]).unwrap().as_str(), None);
    }
}
