//! Signing requests as text: standard base64, as devices print them.

use sidewalk::{Csr, CsrError, Curve};

/// Reads a request of a curve from base64 with padding. White space around and line breaks within do not count.
///
/// # Errors
///
/// [`CsrTextError`].
pub fn parse_csr(curve: Curve, text: &str) -> Result<Csr, CsrTextError> {
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = base64_simd::STANDARD
        .decode_to_vec(&text)
        .map_err(|_| CsrTextError::Base64 { curve, found_len_chars: text.len() })?;
    Ok(Csr::parse(curve, &bytes)?)
}

/// Why a text is no signing request.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CsrTextError {
    /// Not base64.
    #[error("the {curve} signing request is not base64 ({found_len_chars} characters)")]
    Base64 {
        /// The curve that was asked for.
        curve: Curve,
        /// How many characters there are, white space not counted.
        found_len_chars: usize,
    },
    /// The bytes are no request.
    #[error(transparent)]
    Request(#[from] CsrError),
}

impl CsrTextError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Base64 { .. } => {
                Some("put the pieces that the device printed together in their order".to_owned())
            }
            Self::Request(error) => error.hint(),
        }
    }
}
