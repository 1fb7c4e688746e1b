//! Session keys and the primitives over them.

use aes::{
    Aes128,
    cipher::{
        Block, BlockCipherEncrypt as _, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit as _,
        KeyIvInit as _,
    },
};
use cmac::{Cmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{authentication_key::StaticKeys, secret::Secret};

/// The block of AES in bytes.
pub(super) const BLOCK_LEN_BYTES: usize = 16;

/// What a derivation is for: its first distinguishing byte.
#[derive(Clone, Copy)]
enum Purpose {
    DeviceCryptogram = 0x00,
    HostCryptogram = 0x01,
    Encryption = 0x04,
    Mac = 0x06,
    AnswerMac = 0x07,
}

/// What distinguishes the asymmetric session's derivation: key usage, key type AES, 16 bytes.
const SHARED_INFO: [u8; 3] = [0x3C, 0x88, 0x10];

/// The keys of one session.
#[derive(Clone, Debug)]
pub(super) struct SessionKeys {
    /// S-ENC.
    pub(super) encryption: Secret<16>,
    /// S-MAC: authenticates what the host sends.
    pub(super) mac: Secret<16>,
    /// S-RMAC: authenticates what the device answers.
    pub(super) answer_mac: Secret<16>,
}

impl SessionKeys {
    /// Derives the keys of a symmetric session. The context is the host's challenge and the device's.
    pub(super) fn derive(keys: &StaticKeys, context: &[u8; 16]) -> Self {
        let whole = |key, purpose| Secret::new(*derive(key, purpose, 128, context));
        Self {
            encryption: whole(&keys.encryption, Purpose::Encryption),
            mac: whole(&keys.mac, Purpose::Mac),
            answer_mac: whole(&keys.mac, Purpose::AnswerMac),
        }
    }

    /// Derives the keys of an asymmetric session and the key of its receipt from both agreements:
    /// X9.63 with SHA-256.
    pub(super) fn agree(ephemeral: &Secret<32>, lasting: &Secret<32>) -> (Secret<16>, Self) {
        let mut bytes = Zeroizing::new([0; 64]);
        for (counter, half) in (1_u32..).zip(bytes.chunks_exact_mut(32)) {
            let mut hash = Sha256::new();
            hash.update(ephemeral.as_bytes());
            hash.update(lasting.as_bytes());
            hash.update(counter.to_be_bytes());
            hash.update(SHARED_INFO);
            half.copy_from_slice(&hash.finalize());
        }
        let key = |index: usize| {
            let mut key = Secret::new([0; 16]);
            if let Some(part) = Secret::from_slice(&bytes[16 * index..16 * (index + 1)]) {
                key = part;
            }
            key
        };
        (key(0), Self { encryption: key(1), mac: key(2), answer_mac: key(3) })
    }

    /// What the device proves itself with.
    pub(super) fn device_cryptogram(&self, context: &[u8; 16]) -> Secret<8> {
        cryptogram(&self.mac, Purpose::DeviceCryptogram, context)
    }

    /// What the host proves itself with.
    pub(super) fn host_cryptogram(&self, context: &[u8; 16]) -> Secret<8> {
        cryptogram(&self.mac, Purpose::HostCryptogram, context)
    }

    /// Encrypts whole blocks in place.
    pub(super) fn encrypt(&self, counter: u128, bytes: &mut [u8]) {
        let iv = self.initial_vector(counter);
        let mut cipher = cbc::Encryptor::<Aes128>::new(self.encryption.as_bytes().into(), &iv);
        cipher.encrypt_blocks(blocks(bytes));
    }

    /// Decrypts whole blocks in place.
    pub(super) fn decrypt(&self, counter: u128, bytes: &mut [u8]) {
        let iv = self.initial_vector(counter);
        let mut cipher = cbc::Decryptor::<Aes128>::new(self.encryption.as_bytes().into(), &iv);
        cipher.decrypt_blocks(blocks(bytes));
    }

    fn initial_vector(&self, counter: u128) -> Block<Aes128> {
        let mut block = Block::<Aes128>::from(counter.to_be_bytes());
        Aes128::new(self.encryption.as_bytes().into()).encrypt_block(&mut block);
        block
    }
}

/// AES-CMAC over the parts one after the other.
pub(super) fn cmac(key: &Secret<16>, parts: &[&[u8]]) -> [u8; BLOCK_LEN_BYTES] {
    let mut mac = Cmac::<Aes128>::new(key.as_bytes().into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn cryptogram(key: &Secret<16>, purpose: Purpose, context: &[u8; 16]) -> Secret<8> {
    let [a, b, c, d, e, f, g, h, ..] = *derive(key, purpose, 64, context);
    Secret::new([a, b, c, d, e, f, g, h])
}

/// SCP03's derivation: one block of CMAC in counter mode; shorter output is its front.
fn derive(
    key: &Secret<16>,
    purpose: Purpose,
    output_len_bits: u16,
    context: &[u8; 16],
) -> Zeroizing<[u8; 16]> {
    let [bits_high, bits_low] = output_len_bits.to_be_bytes();
    let label = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, purpose as u8, 0, bits_high, bits_low, 1];
    Zeroizing::new(cmac(key, &[&label, context]))
}

/// The bytes as blocks. Callers pass whole blocks; a remainder would stay as it is.
fn blocks(bytes: &mut [u8]) -> &mut [Block<Aes128>] {
    Block::<Aes128>::slice_as_chunks_mut(bytes).0
}
