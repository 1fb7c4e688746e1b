//! Private keys in memory.

use std::fmt;

use pem_rfc7468::LineEnding;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};
use zeroize::Zeroizing;

use super::AuthorityError;

/// What kind of key is made.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum KeyKind {
    /// RSA of 2048 bits, as the public recipe makes them.
    #[default]
    Rsa2048,
    /// ECDSA on P-256: smaller, and faster in the handshake.
    P256,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa2048 => "RSA 2048",
            Self::P256 => "P-256",
        })
    }
}

/// Draws a key. The cryptographic library draws its own randomness.
pub(crate) fn generate(kind: KeyKind) -> Result<Zeroizing<KeyPair>, AuthorityError> {
    let algorithm = match kind {
        KeyKind::Rsa2048 => &PKCS_RSA_SHA256,
        KeyKind::P256 => &PKCS_ECDSA_P256_SHA256,
    };
    Ok(Zeroizing::new(KeyPair::generate_for(algorithm)?))
}

/// A key in PKCS #8 PEM, not encrypted: for a file that only its owner may read.
pub(crate) fn to_pem(key: &KeyPair) -> Result<Zeroizing<String>, AuthorityError> {
    let der = Zeroizing::new(key.serialize_der());
    pem("PRIVATE KEY", &der).map(Zeroizing::new)
}

/// Bytes in PEM, with the line ends of OpenSSL on every system.
pub(crate) fn pem(label: &str, der: &[u8]) -> Result<String, AuthorityError> {
    pem_rfc7468::encode_string(label, LineEnding::LF, der)
        .map_err(|error| AuthorityError::Crypto(error.to_string()))
}
