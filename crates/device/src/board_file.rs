//! A board in a file: what a power cut or a kill of the rehearsal leaves of it.
//!
//! One file is a head of 1 KiB and then the page's region as it stands in flash. Every programming step writes its
//! bytes in place, without a sync: a killed process keeps what it wrote, as flash keeps what was programmed. The
//! file holds private keys and is its owner's only (0600). Losing it costs a rehearsal, nothing else.

use std::path::{Path, PathBuf};

use durable::{DurableError, SyncedFile, Visibility};
use page::{BLANK, PAGE_LEN_MAX};
use sidewalk::{Curve, PrivateKey};
use zeroize::Zeroizing;

use crate::{
    flash::Medium,
    key_store::{Firmware, KeyStore},
};

/// How the head begins; the digit is the version of the format.
const MARK: &[u8; 16] = b"CurbsideBoard 1\n";

/// Size of the head. What is behind its last field is zero.
const HEAD_LEN: usize = 1024;

/// Room for one name. Chip ids have at most 64 characters; names in chip files are shorter.
const NAME_LEN_MAX: usize = 64;

const CHIP_ID_AT: usize = 16;
const PLATFORM_AT: usize = CHIP_ID_AT + NAME_LEN_MAX;
const CHIP_AT: usize = PLATFORM_AT + NAME_LEN_MAX;
const GENERATION_AT: usize = CHIP_AT + NAME_LEN_MAX;
const FIRMWARE_AT: usize = 512;
/// One byte that says which keys are there, and 32 for each.
const KEYS_AT: usize = 528;
const KEYS_LEN: usize = 1 + 2 * 32;

/// What a board is called and what it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Names {
    pub(crate) chip_id: String,
    pub(crate) platform: String,
    pub(crate) chip: String,
    pub(crate) generation: String,
}

/// A board's file, open.
pub(crate) struct BoardFile {
    file: SyncedFile,
}

/// What a file says.
pub(crate) struct Opened {
    pub(crate) file: BoardFile,
    pub(crate) names: Names,
    pub(crate) firmware: Firmware,
    pub(crate) keys: KeyStore,
    pub(crate) region: Zeroizing<Vec<u8>>,
}

/// Why a board's file cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BoardFileError {
    /// The disk.
    #[error("failed to {0}")]
    Disk(#[from] DurableError),
    /// It is no board, or one of another version of the format.
    #[error("{} is no board of this version", path.display())]
    NotABoard {
        /// The file.
        path: PathBuf,
    },
    /// A field of its head makes no sense.
    #[error("the {field} in {} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which field.
        field: &'static str,
    },
    /// A name that has no place in the head.
    #[error(
        "{name:?} is too long for a board's file, which has room for {NAME_LEN_MAX} characters"
    )]
    NameTooLong {
        /// The name.
        name: String,
    },
}

impl BoardFileError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Disk(error) => error.hint(),
            Self::NotABoard { .. } | Self::Damaged { .. } => {
                Some("take the file out of the tray; a new board is as good".to_owned())
            }
            Self::NameTooLong { .. } => None,
        }
    }
}

/// Makes the file of a board with blank flash. It must not exist.
pub(crate) fn create(
    path: &Path,
    names: &Names,
    firmware: Firmware,
    region_len: usize,
) -> Result<(), BoardFileError> {
    let mut bytes = vec![0; HEAD_LEN];
    bytes[..MARK.len()].copy_from_slice(MARK);
    let fields = [
        (CHIP_ID_AT, &names.chip_id),
        (PLATFORM_AT, &names.platform),
        (CHIP_AT, &names.chip),
        (GENERATION_AT, &names.generation),
    ];
    for (at, name) in fields {
        if name.len() > NAME_LEN_MAX {
            return Err(BoardFileError::NameTooLong { name: name.clone() });
        }
        bytes[at..at + name.len()].copy_from_slice(name.as_bytes());
    }
    bytes[FIRMWARE_AT] = firmware.to_byte();
    bytes.resize(HEAD_LEN + region_len, BLANK);
    Ok(durable::write_new(path, Visibility::OwnerOnly, &bytes)?)
}

/// Opens the file of a board.
pub(crate) fn open(path: &Path) -> Result<Opened, BoardFileError> {
    let mut file = SyncedFile::open(path)?;
    let bytes = Zeroizing::new(file.read((HEAD_LEN + PAGE_LEN_MAX) as u64)?);
    let not_a_board = || BoardFileError::NotABoard { path: path.to_owned() };
    let damaged = |field| BoardFileError::Damaged { path: path.to_owned(), field };
    let (head, region) = bytes.split_at_checked(HEAD_LEN).ok_or_else(not_a_board)?;
    if !head.starts_with(MARK) {
        return Err(not_a_board());
    }
    let name = |at: usize, field| {
        let slot = head[at..at + NAME_LEN_MAX].split(|byte| *byte == 0).next().unwrap_or_default();
        let text = std::str::from_utf8(slot).map_err(|_| damaged(field))?;
        let is_visible = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_visible { Ok(text.to_owned()) } else { Err(damaged(field)) }
    };
    let names = Names {
        chip_id: name(CHIP_ID_AT, "chip id")?,
        platform: name(PLATFORM_AT, "platform")?,
        chip: name(CHIP_AT, "chip")?,
        generation: name(GENERATION_AT, "firmware generation")?,
    };
    let mut keys = KeyStore::default();
    let present = head[KEYS_AT];
    for (index, curve) in Curve::ALL.into_iter().enumerate() {
        if present & (1 << index) != 0 {
            let at = KEYS_AT + 1 + 32 * index;
            let key = PrivateKey::from_bytes(curve, &head[at..at + 32]);
            keys.put(key.map_err(|_| damaged("key store"))?);
        }
    }
    Ok(Opened {
        names,
        firmware: Firmware::from_byte(head[FIRMWARE_AT]),
        keys,
        region: Zeroizing::new(region.to_vec()),
        file: BoardFile { file },
    })
}

impl Medium for BoardFile {
    fn store(&mut self, offset: usize, bytes: &[u8]) -> Result<(), DurableError> {
        self.file.write_at((HEAD_LEN + offset) as u64, bytes)
    }

    fn store_keys(&mut self, keys: &[Option<&[u8; 32]>; 2]) -> Result<(), DurableError> {
        let mut bytes = Zeroizing::new([0; KEYS_LEN]);
        for (index, key) in keys.iter().enumerate() {
            if let Some(key) = key {
                bytes[0] |= 1 << index;
                bytes[1 + 32 * index..][..32].copy_from_slice(*key);
            }
        }
        self.file.write_at(KEYS_AT as u64, bytes.as_slice())
    }

    fn store_firmware(&mut self, byte: u8) -> Result<(), DurableError> {
        self.file.write_at(FIRMWARE_AT as u64, &[byte])
    }
}
