//! What firmware does to its page at the first boot: it takes the keys, and writes the rest in its own form.

use page::{MAGIC, Page, PageVersion, ValueId};
use sidewalk::{Curve, PrivateKey};
use zeroize::Zeroizing;

use super::internal::{self, FlagsRecord};
use crate::{Board, BoardError};

/// Why a page could not be written anew.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum RewriteError {
    /// A private key is the number of a key already.
    KeyReference,
    /// What was written does not read back.
    ReadBack,
    Board(BoardError),
}

impl From<BoardError> for RewriteError {
    fn from(error: BoardError) -> Self {
        Self::Board(error)
    }
}

const PRIVATE_IDS: [(ValueId, Curve, &str); 2] = [
    (ValueId::DEVICE_PRIV_ED25519, Curve::Ed25519, "MFG_ED25519 import success"),
    (ValueId::DEVICE_PRIV_P256R1, Curve::P256r1, "MFG_SECP_256R1 import success"),
];

/// Writes the page in the firmware's own form; private keys go to the key store where the build has one.
///
/// The flags come last: a page without them is parsed again at the next start. Keys are in the store before anything
/// is erased, so that a power cut leaves them there; the values that were not written yet are lost.
pub(super) fn rewrite(
    board: &mut Board,
    mut page: Page,
    lines: &mut Vec<String>,
) -> Result<(), RewriteError> {
    if board.keeps_keys_in_store() {
        import(board, &page, lines)?;
        for (id, ..) in PRIVATE_IDS {
            page.remove(id);
        }
    }
    page.remove(ValueId::NORDIC_FLAGS);
    let flags = FlagsRecord { is_initialised: true, keys_in_store: board.keeps_keys_in_store() };
    board.firmware_erase_region()?;
    let Some(layout) = board.model().layout(PageVersion::Tlv).cloned() else { return Ok(()) };
    let (magic, version) = (layout.magic_slot(), layout.version_slot());
    let Some((magic, version)) = magic.zip(version) else { return Ok(()) };
    let word_len = board.model().geometry().word_len;
    write(board, magic.offset, &MAGIC)?;
    write(board, version.offset, &PageVersion::Tlv.number().to_be_bytes())?;
    let mut at = version.end();
    let flags = flags.to_bytes();
    let values = page.iter().chain([(ValueId::NORDIC_FLAGS, &flags[..])]);
    for (id, value) in values {
        let record = internal::record(id, value, word_len, true);
        write(board, at, &record)?;
        at += record.len();
    }
    Ok(())
}

/// What Nordic's older firmware does: the keys go to the store, and zeros over them on the page.
pub(super) fn move_keys_leaving_zeros(
    board: &mut Board,
    page: &Page,
    lines: &mut Vec<String>,
) -> Result<(), RewriteError> {
    if !board.keeps_keys_in_store() || board.model().is_nvm3() {
        return Ok(());
    }
    let is_there =
        |id: ValueId| page.value(id).is_some_and(|key| key.iter().any(|byte| *byte != 0));
    if !PRIVATE_IDS.iter().any(|(id, ..)| is_there(*id)) {
        return Ok(());
    }
    import(board, page, lines)?;
    for (id, ..) in PRIVATE_IDS {
        let Some(key) = page.value(id) else { continue };
        let key = Zeroizing::new(key.to_vec());
        let region = board.flash().region();
        if let Some(at) = region.windows(key.len()).position(|bytes| bytes == key.as_slice()) {
            board.firmware_program(at, &vec![0; key.len()])?;
        }
    }
    Ok(())
}

fn import(board: &mut Board, page: &Page, lines: &mut Vec<String>) -> Result<(), RewriteError> {
    for (id, curve, success) in PRIVATE_IDS {
        let Some(bytes) = page.value(id) else { continue };
        // A key's number: 32 bits little-endian, and zeros.
        if bytes.len() == 32 && bytes[4..].iter().all(|byte| *byte == 0) {
            if board.holds_key(curve) {
                continue;
            }
            return Err(RewriteError::KeyReference);
        }
        if let Ok(key) = PrivateKey::from_bytes(curve, bytes) {
            board.store_key(key)?;
            lines.push(success.to_owned());
        }
    }
    Ok(())
}

fn write(board: &mut Board, offset: usize, bytes: &[u8]) -> Result<(), RewriteError> {
    board.firmware_program(offset, bytes)?;
    if board.flash().region().get(offset..offset + bytes.len()) == Some(bytes) {
        Ok(())
    } else {
        Err(RewriteError::ReadBack)
    }
}
