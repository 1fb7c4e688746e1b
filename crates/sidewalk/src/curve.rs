//! The two curves of Sidewalk. A device has a key pair and a chain on each.

use std::{fmt, str::FromStr};

/// An elliptic curve that Sidewalk certificates use.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Curve {
    /// Ed25519 (RFC 8032, pure). Public key 32 bytes, signature 64 bytes.
    Ed25519,
    /// NIST P-256 (secp256r1) with ECDSA over SHA-256. Public key 64 bytes X‖Y, big-endian, without the
    /// `04` prefix; signature 64 bytes r‖s, big-endian.
    P256r1,
}

impl Curve {
    /// Both curves, in the order in which the public tools list them.
    pub const ALL: [Self; 2] = [Self::Ed25519, Self::P256r1];

    /// Size of a private key: the Ed25519 seed or the P-256 scalar (big-endian).
    pub const PRIVATE_KEY_LEN_BYTES: usize = 32;

    /// Size of a signature on either curve.
    pub const SIGNATURE_LEN_BYTES: usize = 64;

    /// Size of a public key: 32 bytes for Ed25519, 64 for P-256.
    pub const fn public_key_len_bytes(self) -> usize {
        match self {
            Self::Ed25519 => 32,
            Self::P256r1 => 64,
        }
    }

    /// The curve's name in lower case, as Curbside prints and reads it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::P256r1 => "p256r1",
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Curve {
    type Err = UnknownCurve;

    fn from_str(text: &str) -> Result<Self, UnknownCurve> {
        match text.to_ascii_lowercase().as_str() {
            "ed25519" => Ok(Self::Ed25519),
            "p256r1" | "p256" | "p-256" | "prime256v1" | "secp256r1" => Ok(Self::P256r1),
            _ => Err(UnknownCurve),
        }
    }
}

/// A text that names neither curve.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a Sidewalk curve: expected ed25519 or p256r1")]
pub struct UnknownCurve;
