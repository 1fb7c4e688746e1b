//! The first sector of a store's file: what is needed to open the rest.
//!
//! ```text
//! offset  bytes
//!      0     16  magic
//!     16      2  format
//!     18      1  key: 0 from a file, 1 from a passphrase by Argon2id
//!     19      1  zero
//!     20      4  Argon2id memory in KiB, or zero
//!     24      4  Argon2id passes, or zero
//!     28     16  Argon2id salt, or zero
//!     44     16  store id, random
//!     60     24  nonce of the key check
//!     84     16  key check: the tag of nothing under the key, with bytes 0..60 as context
//!    100    380  zero
//!    480     32  SHA-256 of bytes 0..480
//! ```
//!
//! Integers are big-endian. Magic, format and checksum stay where they are in every format, so that a newer
//! one is told from a damaged one.

use sha2::{Digest as _, Sha256};

use super::{
    cipher::{Cipher, Nonce, Tag},
    error::{Damage, StoreFault},
    key::StoreKey,
    record::SECTOR_LEN_BYTES,
};
use crate::randomness::{Randomness, random_bytes};

const MAGIC: &[u8; 16] = b"CurbsideHsmStore";

/// The format that this program writes, and the newest that it reads.
const FORMAT: u16 = 1;

const KEY_CHECK_AT: usize = 60;
const CHECKSUM_AT: usize = 480;

/// Argon2id salts have 16 bytes, as its specification recommends.
const SALT_LEN_BYTES: usize = 16;

/// How the key of a store is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyProtection {
    /// In a file.
    KeyFile,
    /// Nowhere: it is derived from a passphrase.
    Passphrase {
        /// What the derivation costs.
        cost: Argon2Cost,
        /// What makes equal passphrases differ.
        salt: [u8; SALT_LEN_BYTES],
    },
}

/// What deriving a key costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Argon2Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Argon2Cost {
    /// 12 MiB and three passes: one of the settings that OWASP's password storage recommendations name for
    /// Argon2id with one lane, all of them equally strong, and one that keeps a serving process within 30 MiB.
    pub const DEFAULT: Self = Self { memory_kib: 12 * 1024, passes: 3 };

    /// The most that is believed of a file: no stranger's header makes this machine work for minutes.
    const MAX: Self = Self { memory_kib: 256 * 1024, passes: 16 };
}

/// The first sector, and what in it matters afterwards.
#[derive(Clone)]
pub(super) struct Header {
    sector: [u8; SECTOR_LEN_BYTES],
    protection: KeyProtection,
}

impl Header {
    /// The header of a new store.
    pub(super) fn new(
        key: &StoreKey,
        protection: KeyProtection,
        random: &mut dyn Randomness,
    ) -> Self {
        let mut sector = [0; SECTOR_LEN_BYTES];
        sector[..16].copy_from_slice(MAGIC);
        sector[16..18].copy_from_slice(&FORMAT.to_be_bytes());
        if let KeyProtection::Passphrase { cost, salt } = &protection {
            sector[18] = 1;
            sector[20..24].copy_from_slice(&cost.memory_kib.to_be_bytes());
            sector[24..28].copy_from_slice(&cost.passes.to_be_bytes());
            sector[28..44].copy_from_slice(salt);
        }
        sector[44..KEY_CHECK_AT].copy_from_slice(&random_bytes::<16>(random));
        let (nonce, tag) = Cipher::new(key).seal(&sector[..KEY_CHECK_AT], &mut [], random);
        sector[KEY_CHECK_AT..84].copy_from_slice(&nonce);
        sector[84..100].copy_from_slice(&tag);
        let checksum = Sha256::digest(&sector[..CHECKSUM_AT]);
        sector[CHECKSUM_AT..].copy_from_slice(&checksum);
        Self { sector, protection }
    }

    /// Reads the first sector of a file.
    pub(super) fn decode(sector: &[u8; SECTOR_LEN_BYTES]) -> Result<Self, StoreFault> {
        if !sector.starts_with(MAGIC) {
            return Err(Damage::Magic.into());
        }
        if Sha256::digest(&sector[..CHECKSUM_AT])[..] != sector[CHECKSUM_AT..] {
            return Err(Damage::Header.into());
        }
        let version = u16::from_be_bytes(at(sector, 16));
        if version > FORMAT {
            return Err(StoreFault::Newer { version });
        }
        let cost = Argon2Cost {
            memory_kib: u32::from_be_bytes(at(sector, 20)),
            passes: u32::from_be_bytes(at(sector, 24)),
        };
        let protection = match sector[18] {
            0 => KeyProtection::KeyFile,
            1 => KeyProtection::Passphrase { cost, salt: at(sector, 28) },
            _ => return Err(Damage::HeaderValue.into()),
        };
        let is_affordable =
            cost.memory_kib <= Argon2Cost::MAX.memory_kib && cost.passes <= Argon2Cost::MAX.passes;
        if !is_affordable {
            return Err(StoreFault::DerivationCost);
        }
        Ok(Self { sector: *sector, protection })
    }

    /// Whether this is the key of the store.
    pub(super) fn check(&self, cipher: &Cipher) -> Result<(), StoreFault> {
        let (nonce, tag): (Nonce, Tag) = (at(&self.sector, KEY_CHECK_AT), self.tag());
        cipher.open(&self.sector[..KEY_CHECK_AT], &nonce, &mut [], &tag).map_err(|_| {
            match self.protection {
                KeyProtection::KeyFile => StoreFault::WrongKeyFile,
                KeyProtection::Passphrase { .. } => StoreFault::WrongPassphrase,
            }
        })
    }

    /// What the first record is chained to: it covers everything in the header that has a meaning.
    pub(super) fn tag(&self) -> Tag {
        at(&self.sector, 84)
    }

    pub(super) fn sector(&self) -> &[u8; SECTOR_LEN_BYTES] {
        &self.sector
    }

    pub(super) fn protection(&self) -> &KeyProtection {
        &self.protection
    }
}

fn at<const N: usize>(sector: &[u8; SECTOR_LEN_BYTES], offset: usize) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&sector[offset..offset + N]);
    bytes
}
