//! One signature, one verdict.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use ed25519_dalek::{Verifier as _, VerifyingKey};

use crate::{
    curve::Curve,
    key::{KeyFault, PublicKey, Signature},
};

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum SignatureFault {
    /// The equation does not hold, or the signature is not in its canonical range.
    #[error("the signature does not verify")]
    Mismatch,
    /// The bytes of the key are no point of the curve, so that nothing verifies under them.
    #[error("the key is not a point of its curve")]
    NotAKey,
}

/// Checks one signature by the equation of OpenSSL: cofactorless Ed25519 with S below the group's order and R
/// compared as bytes; ECDSA over SHA-256 with r and s in range, high s accepted.
///
/// This is the bare equation: whether the key is one that a genuine device could have is
/// [`PublicKey::check`]'s question.
///
/// # Errors
///
/// [`SignatureFault`].
pub fn verify_signature(
    key: &PublicKey,
    message: &[u8],
    signature: &Signature,
) -> Result<(), SignatureFault> {
    PreparedKey::new(key)
        .map_err(|_| SignatureFault::NotAKey)?
        .verify(&SignedBytes { message, signature: signature.as_bytes() })
        .then_some(())
        .ok_or(SignatureFault::Mismatch)
}

/// A message and the 64 bytes that should sign it.
#[derive(Clone, Copy, Debug)]
pub(super) struct SignedBytes<'a> {
    pub(super) message: &'a [u8],
    pub(super) signature: &'a [u8; Curve::SIGNATURE_LEN_BYTES],
}

/// A public key with what its library computes once.
#[derive(Debug)]
pub(super) enum PreparedKey {
    Ed25519(VerifyingKey),
    P256r1(ParsedPublicKey),
}

impl PreparedKey {
    /// Decodes the point. Says nothing on weak keys.
    pub(super) fn new(key: &PublicKey) -> Result<Self, KeyFault> {
        match key.curve() {
            Curve::Ed25519 => VerifyingKey::from_bytes(&key.ed25519_bytes())
                .map(Self::Ed25519)
                .map_err(|_| KeyFault::NotOnCurve),
            Curve::P256r1 => {
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.p256_sec1().as_slice())
                    .map(Self::P256r1)
                    .map_err(|_| KeyFault::NotOnCurve)
            }
        }
    }

    pub(super) fn verify(&self, signed: &SignedBytes<'_>) -> bool {
        match self {
            Self::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_bytes(signed.signature);
                key.verify(signed.message, &signature).is_ok()
            }
            Self::P256r1(key) => key.verify_sig(signed.message, signed.signature).is_ok(),
        }
    }
}
