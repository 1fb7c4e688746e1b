//! The four digests, chosen at run time.

use hmac::{Hmac, KeyInit as _, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use yubihsm2::Algorithm;

/// A digest that the device knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::device) enum Hash {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

impl Hash {
    pub(super) const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The digest of this size in bytes.
    pub(in crate::device) fn of_len(len_bytes: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.len_bytes() == len_bytes)
    }

    /// The digest of a mask generation.
    pub(in crate::device) fn of_mgf1(algorithm: Algorithm) -> Option<Self> {
        let is_mgf1 = (Algorithm::MGF1_SHA1..=Algorithm::MGF1_SHA512).contains(&algorithm);
        is_mgf1.then(|| Self::of_len(algorithm.digest_len_bytes()?)).flatten()
    }

    /// The digest of an HMAC.
    pub(in crate::device) fn of_hmac(algorithm: Algorithm) -> Option<Self> {
        let is_hmac = (Algorithm::HMAC_SHA1..=Algorithm::HMAC_SHA512).contains(&algorithm);
        is_hmac.then(|| Self::of_len(algorithm.digest_len_bytes()?)).flatten()
    }

    pub(in crate::device) const fn len_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest over parts one after the other.
    pub(in crate::device) fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha1 => digest::<Sha1>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha384 => digest::<Sha384>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
        }
    }

    /// The HMAC of data.
    pub(in crate::device) fn hmac(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => mac(Hmac::<Sha1>::new_from_slice(key), data),
            Self::Sha256 => mac(Hmac::<Sha256>::new_from_slice(key), data),
            Self::Sha384 => mac(Hmac::<Sha384>::new_from_slice(key), data),
            Self::Sha512 => mac(Hmac::<Sha512>::new_from_slice(key), data),
        }
    }

    /// Combines the mask of MGF1 (RFC 8017, B.2.1) over `seed` into `bytes`.
    pub(super) fn mask(self, seed: &[u8], bytes: &mut [u8]) {
        for (counter, block) in (0_u32..).zip(bytes.chunks_mut(self.len_bytes())) {
            let mask = self.of(&[seed, &counter.to_be_bytes()]);
            for (byte, mask_byte) in block.iter_mut().zip(mask) {
                *byte ^= mask_byte;
            }
        }
    }
}

fn digest<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().to_vec()
}

fn mac<M: Mac, E>(hmac: Result<M, E>, data: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length.
    hmac.map(|hmac| hmac.chain_update(data).finalize().into_bytes().to_vec()).unwrap_or_default()
}
