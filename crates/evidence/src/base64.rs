//! Standard base64 (RFC 4648, section 4) with one spelling for each value.

use base64_simd::STANDARD;

/// The text of some bytes, with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode_to_string(bytes)
}

/// The bytes of a text; `None` unless [`encode`] writes the same text, so that no second spelling passes.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode_to_vec(text).ok()?;
    (encode(&bytes) == text).then_some(bytes)
}
