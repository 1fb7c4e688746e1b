//! The forms in which a chain is handed around: raw bytes, base64, hex.

use crate::{chain::Chain, chain::ChainError, curve::Curve};

/// The longest text that is tried as a chain, in bytes: hex of the longest chain with room for line breaks.
pub const CHAIN_TEXT_LEN_MAX: usize = 4 * Chain::LEN_BYTES_MAX;

/// In which form a chain was given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChainText {
    /// The chain's own bytes.
    Raw,
    /// Standard base64 with padding, white space ignored.
    Base64,
    /// Hexadecimal in either case, white space ignored.
    Hex,
}

impl ChainText {
    /// The form's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Base64 => "base64",
            Self::Hex => "hex",
        }
    }

    /// Finds out the form and gives the chain's bytes.
    ///
    /// Text that is hexadecimal throughout is hex: base64 of a chain never is, since 800 characters without
    /// one outside the hex alphabet do not occur.
    ///
    /// # Errors
    ///
    /// [`ChainTextError`] where the input is too long, empty, or text of neither alphabet.
    pub fn decode(input: &[u8]) -> Result<(Self, Vec<u8>), ChainTextError> {
        if input.len() > CHAIN_TEXT_LEN_MAX {
            return Err(ChainTextError::TooLong { found_len_bytes: input.len() });
        }
        let text: Vec<u8> =
            input.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        if text.is_empty() {
            return Err(ChainTextError::Empty);
        }
        if text.iter().any(|byte| !(0x21..0x7F).contains(byte)) {
            return Ok((Self::Raw, input.to_vec()));
        }
        if text.iter().all(u8::is_ascii_hexdigit) {
            let bytes = hex::decode(&text).map_err(|_| ChainTextError::OddHex)?;
            return Ok((Self::Hex, bytes));
        }
        Self::decode_base64(&text).map(|bytes| (Self::Base64, bytes))
    }

    /// Reads a chain in any form, of either curve.
    ///
    /// # Errors
    ///
    /// [`ChainTextError`], which wraps the chain's own error.
    pub fn parse(input: &[u8]) -> Result<Chain, ChainTextError> {
        let (_, bytes) = Self::decode(input)?;
        Ok(Chain::parse_any(&bytes)?)
    }

    /// Reads a chain of a known curve from base64, as JSON and control logs carry it: no white space.
    ///
    /// # Errors
    ///
    /// [`ChainTextError`], which wraps the chain's own error.
    pub fn parse_base64(curve: Curve, text: &[u8]) -> Result<Chain, ChainTextError> {
        if text.len() > CHAIN_TEXT_LEN_MAX {
            return Err(ChainTextError::TooLong { found_len_bytes: text.len() });
        }
        Ok(Chain::parse(curve, &Self::decode_base64(text)?)?)
    }

    fn decode_base64(text: &[u8]) -> Result<Vec<u8>, ChainTextError> {
        base64_simd::STANDARD.decode_to_vec(text).map_err(|_| {
            let is_alphabet =
                |byte: &u8| byte.is_ascii_alphanumeric() || [b'+', b'/', b'='].contains(byte);
            match text.iter().position(|byte| !is_alphabet(byte)) {
                Some(offset_chars) => ChainTextError::Alphabet { offset_chars },
                None => ChainTextError::Padding { found_len_chars: text.len() },
            }
        })
    }
}

/// Why an input is not a chain in any form.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChainTextError {
    /// Nothing but white space.
    #[error("nothing there where a chain should be")]
    Empty,
    /// Longer than any chain.
    #[error("{found_len_bytes} bytes are too many for a chain, the limit is {CHAIN_TEXT_LEN_MAX}")]
    TooLong {
        /// Size in bytes.
        found_len_bytes: usize,
    },
    /// Hex with an odd number of digits.
    #[error("hexadecimal with an odd number of digits")]
    OddHex,
    /// A character outside the base64 alphabet.
    #[error("character {offset_chars} is neither base64 nor hexadecimal")]
    Alphabet {
        /// Offset in characters, white space not counted.
        offset_chars: usize,
    },
    /// Base64 whose length or padding is wrong.
    #[error("base64 of {found_len_chars} characters is cut or wrongly padded")]
    Padding {
        /// Length in characters, white space not counted.
        found_len_chars: usize,
    },
    /// The bytes are not a chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl ChainTextError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Chain(error) => error.hint(),
            Self::Padding { .. } | Self::OddHex => {
                Some("the text may be cut: compare its length with the original's".to_owned())
            }
            Self::Empty | Self::TooLong { .. } | Self::Alphabet { .. } => None,
        }
    }
}
