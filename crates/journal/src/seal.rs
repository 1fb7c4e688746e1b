//! Private keys at rest: sealed under the journal's key, which stands in a file beside the database.
//!
//! XChaCha20-Poly1305 under random nonces of 24 bytes, which never repeat by chance. The SMSN and both public
//! keys are authenticated along, so that sealed keys of one device never open as another's.

use std::{fmt, path::Path};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{AeadInOut as _, inout::InOutBuf},
};
use durable::{Cause, DurableError, Visibility};
use sha2::{Digest as _, Sha256};
use sidewalk::{Curve, PrivateKey, Smsn};
use zeroize::Zeroizing;

use crate::{
    error::JournalError,
    id::DeviceId,
    keys::{Keys, Messages, PrivateKeys},
};

const KEY_LEN_BYTES: usize = 32;
const NONCE_LEN_BYTES: usize = 24;
const TAG_LEN_BYTES: usize = 16;
const PRIVATE_LEN_BYTES: usize = 2 * Curve::PRIVATE_KEY_LEN_BYTES;

/// Nonce, both private keys encrypted, tag.
pub(crate) const SEALED_LEN_BYTES: usize = NONCE_LEN_BYTES + PRIVATE_LEN_BYTES + TAG_LEN_BYTES;

/// A device's private keys, sealed.
pub(crate) type Sealed = [u8; SEALED_LEN_BYTES];

/// What separates the key's check from every other hash of a key.
const KEY_CHECK_DOMAIN: &[u8] = b"curbside journal key check 1";

/// The journal's key. Zeroised on drop, never shown.
pub(crate) struct JournalKey(Zeroizing<[u8; KEY_LEN_BYTES]>);

impl JournalKey {
    /// Reads the key file, which only its owner may read. `None` where there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, JournalError> {
        let length =
            |found_len_bytes| JournalError::KeyFileLength { path: path.into(), found_len_bytes };
        let bytes = match durable::read_bounded(path, KEY_LEN_BYTES as u64) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(DurableError { cause: Cause::NotFound, .. }) => return Ok(None),
            Err(DurableError { cause: Cause::TooLarge { limit_bytes, len_bytes }, .. }) => {
                return Err(length(len_bytes.unwrap_or(limit_bytes + 1)));
            }
            Err(error) => return Err(error.into()),
        };
        durable::refuse_open_to_others(path)?;
        let mut key = Zeroizing::new([0; KEY_LEN_BYTES]);
        if bytes.len() != KEY_LEN_BYTES {
            return Err(length(bytes.len() as u64));
        }
        key.copy_from_slice(&bytes);
        Ok(Some(Self(key)))
    }

    /// Makes a key and its file, which must not exist.
    pub(crate) fn make(
        path: &Path,
        fill_random: fn(&mut [u8]) -> bool,
    ) -> Result<Self, JournalError> {
        let mut key = Zeroizing::new([0; KEY_LEN_BYTES]);
        fill(fill_random, key.as_mut_slice())?;
        durable::write_new(path, Visibility::OwnerOnly, key.as_slice())?;
        Ok(Self(key))
    }

    /// What tells this key from another without giving it away.
    pub(crate) fn check(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(KEY_CHECK_DOMAIN);
        hash.update(self.0.as_slice());
        hash.finalize().into()
    }
}

/// Seals and unseals.
pub(crate) struct Sealer {
    cipher: XChaCha20Poly1305,
    fill_random: fn(&mut [u8]) -> bool,
}

impl Sealer {
    pub(crate) fn new(key: &JournalKey, fill_random: fn(&mut [u8]) -> bool) -> Self {
        Self { cipher: XChaCha20Poly1305::new((&*key.0).into()), fill_random }
    }

    /// Seals the private keys of a device. `None` where the board keeps them to itself.
    pub(crate) fn seal(
        &self,
        keys: &Keys,
        messages: &Messages,
    ) -> Result<Option<Sealed>, JournalError> {
        let Keys::OnHost { ed25519, p256r1 } = keys else { return Ok(None) };
        let mut sealed = [0; SEALED_LEN_BYTES];
        let (nonce, rest) = sealed.split_at_mut(NONCE_LEN_BYTES);
        let (private, tag) = rest.split_at_mut(PRIVATE_LEN_BYTES);
        fill(self.fill_random, nonce)?;
        // Encrypted apart, so that a plain key never stands where the sealed bytes are handed on from.
        let mut plain = Zeroizing::new([0; PRIVATE_LEN_BYTES]);
        plain[..Curve::PRIVATE_KEY_LEN_BYTES].copy_from_slice(ed25519.expose_bytes());
        plain[Curve::PRIVATE_KEY_LEN_BYTES..].copy_from_slice(p256r1.expose_bytes());
        let mut fixed_nonce = [0; NONCE_LEN_BYTES];
        fixed_nonce.copy_from_slice(nonce);
        let found_tag = self
            .cipher
            .encrypt_inout_detached(
                (&fixed_nonce).into(),
                &context(messages),
                InOutBuf::from(plain.as_mut_slice()),
            )
            .expect("the cipher takes 256 GiB, two keys are 64 bytes");
        private.copy_from_slice(plain.as_slice());
        tag.copy_from_slice(&found_tag);
        Ok(Some(sealed))
    }

    /// Unseals the private keys of a device, and checks that they belong to the public keys of its intent.
    pub(crate) fn unseal(
        &self,
        id: DeviceId,
        sealed: &Sealed,
        messages: &Messages,
    ) -> Result<PrivateKeys, JournalError> {
        let mut nonce = [0; NONCE_LEN_BYTES];
        let mut tag = [0; TAG_LEN_BYTES];
        let mut plain = Zeroizing::new([0; PRIVATE_LEN_BYTES]);
        nonce.copy_from_slice(&sealed[..NONCE_LEN_BYTES]);
        plain.copy_from_slice(&sealed[NONCE_LEN_BYTES..NONCE_LEN_BYTES + PRIVATE_LEN_BYTES]);
        tag.copy_from_slice(&sealed[NONCE_LEN_BYTES + PRIVATE_LEN_BYTES..]);
        self.cipher
            .decrypt_inout_detached(
                (&nonce).into(),
                &context(messages),
                InOutBuf::from(plain.as_mut_slice()),
                (&tag).into(),
            )
            .map_err(|_| JournalError::Unseal { id })?;
        let key = |curve, bytes: &[u8]| {
            PrivateKey::from_bytes(curve, bytes)
                .ok()
                .filter(|key| *key.public_key() == messages.public_key(curve))
                .ok_or(JournalError::KeysDiffer { id, curve })
        };
        let (ed25519, p256r1) = plain.split_at(Curve::PRIVATE_KEY_LEN_BYTES);
        Ok(PrivateKeys {
            ed25519: key(Curve::Ed25519, ed25519)?,
            p256r1: key(Curve::P256r1, p256r1)?,
        })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

/// SMSN ‖ Ed25519 public key ‖ P-256 public key.
fn context(messages: &Messages) -> Vec<u8> {
    let key_len = Curve::Ed25519.public_key_len_bytes();
    let smsn = &messages.ed25519[key_len..key_len + Smsn::LEN_BYTES];
    let ed25519 = messages.public_key(Curve::Ed25519);
    let p256r1 = messages.public_key(Curve::P256r1);
    [smsn, ed25519.as_bytes(), p256r1.as_bytes()].concat()
}

fn fill(fill_random: fn(&mut [u8]) -> bool, buffer: &mut [u8]) -> Result<(), JournalError> {
    if fill_random(buffer) { Ok(()) } else { Err(JournalError::NoRandomness) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(buffer: &mut [u8]) -> bool {
        for (index, byte) in buffer.iter_mut().enumerate() {
            *byte = index as u8;
        }
        true
    }

    fn keys(seed: u8) -> Keys {
        let key = |curve| PrivateKey::from_bytes(curve, &[seed; 32]).unwrap();
        Keys::OnHost { ed25519: key(Curve::Ed25519), p256r1: key(Curve::P256r1) }
    }

    fn sealer(key: u8) -> Sealer {
        Sealer::new(&JournalKey(Zeroizing::new([key; 32])), counting)
    }

    const ID: DeviceId = DeviceId(7);

    #[test]
    fn sealed_keys_open_for_their_own_device_only() {
        let smsn = Smsn::from_bytes([1; 32]);
        let messages = Messages::new(&keys(3), &smsn);
        let sealed = sealer(9).seal(&keys(3), &messages).unwrap().unwrap();
        let opened = sealer(9).unseal(ID, &sealed, &messages).unwrap();
        assert_eq!(opened.ed25519.expose_bytes(), &[3; 32]);
        assert_eq!(opened.p256r1.expose_bytes(), &[3; 32]);

        let refused = JournalError::Unseal { id: ID };
        let other_smsn = Messages::new(&keys(3), &Smsn::from_bytes([2; 32]));
        let other_keys = Messages::new(&keys(4), &smsn);
        for messages in [other_smsn, other_keys] {
            assert_eq!(sealer(9).unseal(ID, &sealed, &messages).unwrap_err(), refused);
        }
        assert_eq!(sealer(8).unseal(ID, &sealed, &messages).unwrap_err(), refused);
    }

    #[test]
    fn every_changed_bit_is_seen() {
        let messages = Messages::new(&keys(3), &Smsn::from_bytes([1; 32]));
        let sealed = sealer(9).seal(&keys(3), &messages).unwrap().unwrap();
        for bit in 0..8 * SEALED_LEN_BYTES {
            let mut changed = sealed;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(sealer(9).unseal(ID, &changed, &messages).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn keys_that_do_not_belong_to_the_intent_are_refused() {
        // Sealed in good faith for messages that name other public keys.
        let messages = Messages::new(&keys(3), &Smsn::from_bytes([1; 32]));
        let sealed = sealer(9).seal(&keys(4), &messages).unwrap().unwrap();
        assert_eq!(
            sealer(9).unseal(ID, &sealed, &messages).unwrap_err(),
            JournalError::KeysDiffer { id: ID, curve: Curve::Ed25519 }
        );
    }

    #[test]
    fn without_randomness_nothing_is_sealed() {
        let sealer = Sealer::new(&JournalKey(Zeroizing::new([1; 32])), |_| false);
        let messages = Messages::new(&keys(3), &Smsn::from_bytes([1; 32]));
        assert_eq!(sealer.seal(&keys(3), &messages), Err(JournalError::NoRandomness));
    }

    #[test]
    fn a_board_that_keeps_its_keys_has_nothing_sealed() {
        let on_host = keys(3);
        let public = |curve| *on_host.public_key(curve);
        let keys = Keys::OnBoard { ed25519: public(Curve::Ed25519), p256r1: public(Curve::P256r1) };
        let messages = Messages::new(&keys, &Smsn::from_bytes([1; 32]));
        assert_eq!(sealer(9).seal(&keys, &messages), Ok(None));
    }
}
