//! Ed25519 keys, with or without the seed that they were expanded from.

use std::fmt;

use ed25519_dalek::{
    VerifyingKey,
    hazmat::{ExpandedSecretKey, raw_sign},
};
use sha2::Sha512;
use yubihsm2::{Ed25519Body, Secret};
use zeroize::Zeroizing;

use super::digest::Hash;
use crate::randomness::{Randomness, random_bytes};

/// An Ed25519 key as it signs. It needs no seed: wrapped keys may travel without.
pub(in crate::device) struct Ed25519Key {
    expanded: ExpandedSecretKey,
    public: VerifyingKey,
}

impl Ed25519Key {
    /// Expands a seed as RFC 8032 does.
    pub(in crate::device) fn body_of_seed(seed: Secret<32>) -> Ed25519Body {
        let expanded = Zeroizing::new(Hash::Sha512.of(&[seed.as_bytes()]));
        let mut halves = Zeroizing::new([[0; 32]; 2]);
        halves[0].copy_from_slice(&expanded[..32]);
        halves[1].copy_from_slice(&expanded[32..]);
        let [scalar, prefix] = &mut *halves;
        clamp(scalar);
        let key = expanded_key(scalar, prefix);
        let public_key = VerifyingKey::from(&key).to_bytes();
        // Stored big-endian.
        scalar.reverse();
        let (scalar, prefix) = (Secret::new(*scalar), Secret::new(*prefix));
        Ed25519Body { scalar, prefix, public_key, seed: Some(seed) }
    }

    /// A new key.
    pub(in crate::device) fn generate(random: &mut dyn Randomness) -> Ed25519Body {
        Self::body_of_seed(Secret::new(random_bytes(random)))
    }

    /// Takes a stored key. `None` where its public key is not that of its scalar, or its scalar was never
    /// clamped: signing under a public key of another would give the scalar away.
    pub(in crate::device) fn load(body: &Ed25519Body) -> Option<Self> {
        let mut scalar = Zeroizing::new(*body.scalar.as_bytes());
        scalar.reverse();
        let mut clamped = scalar.clone();
        clamp(&mut clamped);
        let expanded = expanded_key(&scalar, body.prefix.as_bytes());
        let public = VerifyingKey::from(&expanded);
        (clamped == scalar && public.as_bytes() == &body.public_key)
            .then_some(Self { expanded, public })
    }

    /// Signs a message as RFC 8032 does.
    pub(in crate::device) fn sign(&self, message: &[u8]) -> [u8; 64] {
        raw_sign::<Sha512>(&self.expanded, message, &self.public).to_bytes()
    }

    /// The public key.
    pub(in crate::device) fn public(&self) -> &[u8; 32] {
        self.public.as_bytes()
    }
}

impl fmt::Debug for Ed25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519Key")
    }
}

fn expanded_key(scalar: &[u8; 32], prefix: &[u8; 32]) -> ExpandedSecretKey {
    let mut bytes = Zeroizing::new([0; 64]);
    bytes[..32].copy_from_slice(scalar);
    bytes[32..].copy_from_slice(prefix);
    ExpandedSecretKey::from_bytes(&bytes)
}

/// RFC 8032, 5.1.5: a multiple of 8 with bit 254 as its highest.
fn clamp(scalar: &mut [u8; 32]) {
    scalar[0] &= 0xF8;
    scalar[31] = scalar[31] & 0x7F | 0x40;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn a_key_without_its_seed_makes_the_published_signature() {
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let mut body = Ed25519Key::body_of_seed(Secret::new(hex::decode_to_array(seed).unwrap()));
        body.seed = None;
        let key = Ed25519Key::load(&body).unwrap();
        assert_eq!(
            hex::encode(key.sign(&[0x72])),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
    }

    #[test]
    fn a_key_whose_parts_do_not_fit_is_not_loaded() {
        let body = Ed25519Key::body_of_seed(Secret::new([7; 32]));
        assert!(Ed25519Key::load(&body).is_some());
        let other = Ed25519Key::body_of_seed(Secret::new([8; 32]));
        let mixed = Ed25519Body { public_key: other.public_key, ..body.clone() };
        assert!(Ed25519Key::load(&mixed).is_none());
        let unclamped = Ed25519Body { scalar: Secret::new([1; 32]), ..body };
        assert!(Ed25519Key::load(&unclamped).is_none());
    }
}
