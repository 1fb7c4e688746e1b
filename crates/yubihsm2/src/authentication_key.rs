//! What a session is opened with: two AES keys or a P-256 key, of random bytes or from a password.

use pbkdf2::pbkdf2_hmac_array;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    algorithm::Algorithm,
    p256_key::{P256PublicKey, P256SecretKey},
    secret::Secret,
    wire::{Reader, Wire, WireError, Writer, wire_struct},
};

/// The password of a factory-fresh device's authentication key.
pub const DEFAULT_PASSWORD: &[u8] = b"password";

/// The label of a factory-fresh device's authentication key.
pub const DEFAULT_AUTHENTICATION_KEY_LABEL: &str = "DEFAULT AUTHKEY CHANGE THIS ASAP";

/// The salt of every password.
const SALT: &[u8] = b"Yubico";

/// The rounds of every password.
const ROUNDS: u32 = 10_000;

wire_struct! {
    /// The two long-lived AES-128 keys of a symmetric authentication key: `K-ENC:16 ‖ K-MAC:16`.
    pub struct StaticKeys {
        /// K-ENC: what session encryption keys are derived from.
        pub encryption: Secret<16>,
        /// K-MAC: what session MAC keys are derived from.
        pub mac: Secret<16>,
    }
}

impl StaticKeys {
    /// Derives the keys as every client of the vendor does: PBKDF2 with HMAC-SHA-256, salt `Yubico`,
    /// 10,000 rounds, 32 bytes.
    pub fn from_password(password: &[u8]) -> Self {
        let bytes = Zeroizing::new(derive(password));
        let mut halves = [[0; 16]; 2];
        halves[0].copy_from_slice(&bytes[..16]);
        halves[1].copy_from_slice(&bytes[16..]);
        Self { encryption: Secret::new(halves[0]), mac: Secret::new(halves[1]) }
    }
}

impl P256SecretKey {
    /// Derives the key as libyubihsm does: the derivation of [`StaticKeys::from_password`] taken as a
    /// scalar; where that is none, the password is tried with one more byte, 0 and upward.
    ///
    /// # Errors
    ///
    /// [`PasswordError`] where all 257 derivations fail, which no password is known to do.
    pub fn from_password(password: &[u8]) -> Result<Self, PasswordError> {
        first_scalar(password, derive)
    }
}

/// No derivation of the password is a P-256 private key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the password derives no P-256 private key")]
pub struct PasswordError;

/// An authentication key as a device stores it. The device holds no private half of a P-256 key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AuthenticationKey {
    /// Two AES-128 keys, algorithm 38.
    Symmetric(StaticKeys),
    /// A P-256 public key, algorithm 49, `X:32 ‖ Y:32`. From firmware 2.3.1.
    P256(P256PublicKey),
}

impl AuthenticationKey {
    /// The algorithm.
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Symmetric(_) => Algorithm::AES128_YUBICO_AUTHENTICATION,
            Self::P256(_) => Algorithm::EC_P256_YUBICO_AUTHENTICATION,
        }
    }

    /// Appends the key without its algorithm.
    pub(crate) fn write_key(&self, out: &mut Writer) {
        match self {
            Self::Symmetric(keys) => keys.write(out),
            Self::P256(key) => out.bytes(&key.to_coordinates()),
        }
    }

    /// Reads the key of this algorithm, which takes up the rest of the payload.
    pub(crate) fn read_key(
        algorithm: Algorithm,
        algorithm_offset: usize,
        input: &mut Reader<'_>,
    ) -> Result<Self, WireError> {
        match algorithm {
            Algorithm::AES128_YUBICO_AUTHENTICATION => StaticKeys::read(input).map(Self::Symmetric),
            Algorithm::EC_P256_YUBICO_AUTHENTICATION => {
                let offset = input.offset();
                P256PublicKey::from_coordinates(&input.array()?)
                    .map(Self::P256)
                    .ok_or(WireError::Value { field: "public key", offset })
            }
            _ => Err(WireError::Value { field: "algorithm", offset: algorithm_offset }),
        }
    }
}

/// The first derivation that is a scalar. One fails with a probability of 2^-32.
fn first_scalar(
    password: &[u8],
    derive: impl Fn(&[u8]) -> [u8; 32],
) -> Result<P256SecretKey, PasswordError> {
    let scalar = |text: &[u8]| P256SecretKey::from_bytes(&Zeroizing::new(derive(text)));
    if let Some(key) = scalar(password) {
        return Ok(key);
    }
    let mut longer = Zeroizing::new(Vec::with_capacity(password.len() + 1));
    longer.extend_from_slice(password);
    longer.push(0);
    for last in 0..=u8::MAX {
        longer[password.len()] = last;
        if let Some(key) = scalar(&longer) {
            return Ok(key);
        }
    }
    Err(PasswordError)
}

fn derive(password: &[u8]) -> [u8; 32] {
    pbkdf2_hmac_array::<Sha256, 32>(password, SALT, ROUNDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published by the vendor for the default password.
    #[test]
    fn the_default_password_derives_the_published_keys() {
        let keys = StaticKeys::from_password(DEFAULT_PASSWORD);
        let bytes = keys.to_bytes();
        assert_eq!(hex::encode(&bytes[..16]), "090b47dbed595654901dee1cc655e420");
        assert_eq!(hex::encode(&bytes[16..]), "592fd483f759e29909a04c4505d2ce0a");
    }

    #[test]
    fn a_derivation_that_is_no_scalar_is_tried_again_with_one_more_byte_that_counts_up() {
        let tried = std::cell::RefCell::new(Vec::new());
        let key = first_scalar(b"pin", |text| {
            tried.borrow_mut().push(text.to_vec());
            // Neither zero nor a number above the group's order is a scalar.
            if text == b"pin\x02" { [7; 32] } else { [0xFF; 32] }
        });
        assert_eq!(key.map(|key| key.to_bytes()), Ok(Secret::new([7; 32])));
        assert_eq!(*tried.borrow(), [b"pin".as_slice(), b"pin\x00", b"pin\x01", b"pin\x02"]);
        let none = first_scalar(b"pin", |_| [0; 32]).map(|key| key.to_bytes());
        assert_eq!(none, Err(PasswordError));
    }

    #[test]
    fn a_password_derives_the_same_bytes_as_scalar_and_as_keys() {
        let scalar = P256SecretKey::from_password(DEFAULT_PASSWORD).unwrap().to_bytes();
        let keys = StaticKeys::from_password(DEFAULT_PASSWORD).to_bytes();
        assert_eq!(scalar.as_bytes(), keys.as_bytes());
    }
}
