//! Authorities without a device, as an HSM holds them.

use sidewalk::{Chain, ChainError, Curve, Smsn};

/// The authorities' certificates behind those of a device that does not exist: zeros for number, key and
/// signature. It is parsed and never given to anybody.
pub(crate) fn placeholder_chain(curve: Curve, issuers: &[u8]) -> Result<Chain, ChainError> {
    let device_len = Smsn::LEN_BYTES + curve.public_key_len_bytes() + Curve::SIGNATURE_LEN_BYTES;
    let mut bytes = vec![0; device_len];
    bytes.extend_from_slice(issuers);
    Chain::parse(curve, &bytes)
}
