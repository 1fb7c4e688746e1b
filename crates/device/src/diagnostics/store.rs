//! What `cert store` writes: the page, in the order and form of the on-device certificate library.

use page::{
    IdentityFault, LayoutForm, MAGIC, Mandatory, Page, PageVersion, TlvForm, ValueId,
    check_identity, nvm3,
};
use sidewalk::{Curve, TrustAnchors};
use zeroize::Zeroizing;

use super::{
    certificate_session::{CertificateSession, Complete, Stop},
    sid_error::SidError,
};
use crate::{
    Board, BoardError,
    firmware::{FlagsRecord, record},
};

/// Verifies both chains, erases the page's region, and writes a page of version 8. Where a signature is bad nothing
/// is erased; whoever loses power after that is left with a part.
pub(super) fn verify_and_store(
    session: &CertificateSession,
    board: &mut Board,
) -> Result<(), Stop> {
    let complete = session.complete().ok_or(SidError::INVALID_STATE)?;
    if !complete.curves.iter().all(|(_, chain)| chain.is_consistent()) {
        return Err(SidError::GENERIC.into());
    }
    board.firmware_erase_region().map_err(or(SidError::STORAGE_ERASE_FAIL))?;
    let layout = board.model().layout(PageVersion::Tlv).cloned();
    match layout.as_ref().map(|layout| layout.form()) {
        Some(LayoutForm::Tlv(form)) => write_records(&complete, form, board),
        Some(LayoutForm::Nvm3 { key_base }) => {
            let mut page = Page::new(PageVersion::Tlv);
            each_value(&complete, |id, value| {
                page.insert(id, value);
                Ok(())
            })?;
            let text = nvm3::write(&page, *key_base).map_err(|_| SidError::STORAGE_WRITE_FAIL)?;
            write(board, 0, text.as_bytes(), SidError::STORAGE_WRITE_FAIL)
        }
        _ => Err(SidError::NO_SUPPORT.into()),
    }
}

fn write_records(complete: &Complete<'_>, form: &TlvForm, board: &mut Board) -> Result<(), Stop> {
    let counts_pad = board.model().site().dialect.rewrites_on_first_boot;
    let word_len = form.word_len;
    if let Some(magic) = form.magic {
        write(board, magic.offset, &MAGIC, SidError::NO_SUPPORT)?;
    }
    let version = PageVersion::Tlv.number().to_be_bytes();
    write(board, form.version.offset, &version, SidError::NO_SUPPORT)?;
    let mut at = form.records_start();
    let keys_in_store = board.keeps_keys_in_store();
    let mut write_record = |id, value: &[u8]| {
        let record = record(id, value, word_len, counts_pad);
        write(board, at, &record, SidError::STORAGE_WRITE_FAIL)?;
        at += record.len();
        Ok(())
    };
    each_value(complete, &mut write_record)?;
    // Firmware that rewrites pages must not take this one for the provisioning tool's.
    if counts_pad {
        let flags = FlagsRecord { is_initialised: true, keys_in_store };
        write_record(ValueId::NORDIC_FLAGS, &flags.to_bytes())?;
    }
    Ok(())
}

/// The values in the order in which the library writes them.
fn each_value(
    complete: &Complete<'_>,
    mut each: impl FnMut(ValueId, &[u8]) -> Result<(), Stop>,
) -> Result<(), Stop> {
    each(ValueId::SMSN, complete.smsn.as_bytes())?;
    each(ValueId::APID, &complete.apid)?;
    each(ValueId::APP_PUB_ED25519, &complete.app_key)?;
    let private_ids = [ValueId::DEVICE_PRIV_ED25519, ValueId::DEVICE_PRIV_P256R1];
    for ((private, chain), id) in complete.curves.iter().zip(private_ids) {
        let key: Option<&Zeroizing<[u8; 32]>> = private.as_ref();
        if let Some(key) = key {
            each(id, key.as_slice())?;
        }
        if let Some(device) = chain.entries.first() {
            each(ValueId::new(id.number() + 1), device.key.as_bytes())?;
            each(ValueId::new(id.number() + 2), device.signature.as_bytes())?;
        }
    }
    // Of every authority both curves stand together, three values each; of the root only the keys.
    let mut id = ValueId::DAK_PUB_ED25519.number();
    for level in 1..=5 {
        for (_, chain) in &complete.curves {
            let Some(entry) = chain.entries.get(level) else { continue };
            each(ValueId::new(id), entry.key.as_bytes())?;
            if level == 5 {
                id += 1;
                continue;
            }
            each(ValueId::new(id + 1), entry.signature.as_bytes())?;
            each(ValueId::new(id + 2), &entry.subject)?;
            id += 3;
        }
    }
    Ok(())
}

/// Writes and reads back.
fn write(board: &mut Board, offset: usize, bytes: &[u8], error: SidError) -> Result<(), Stop> {
    board.firmware_program(offset, bytes).map_err(or(error))?;
    if board.flash().region().get(offset..offset + bytes.len()) == Some(bytes) {
        Ok(())
    } else {
        Err(error.into())
    }
}

/// What the firmware answers when flash fails; where the board itself fails it answers nothing.
fn or(error: SidError) -> impl Fn(BoardError) -> Stop {
    move |fault| match fault {
        BoardError::Flash(_) => Stop::Error(error),
        other => Stop::Board(other),
    }
}

/// Whether the page on the board is complete, and its chains are consistent. No root is pinned here either.
pub(super) fn status(board: &Board) -> Result<(), SidError> {
    let identity = board.identity();
    let page = identity.page().ok_or(SidError::INVALID_STATE)?;
    if Mandatory::KeysInStore.missing(page).is_some() {
        return Err(SidError::INVALID_STATE);
    }
    let faults = check_identity(page, &TrustAnchors::amazon());
    let is_bad = |fault: &IdentityFault| !matches!(fault, IdentityFault::UntrustedRoot { .. });
    if faults.iter().any(is_bad) { Err(SidError::GENERIC) } else { Ok(()) }
}

/// The private id of a curve is followed by its public key and signature.
const _: () = {
    assert!(ValueId::DEVICE_PUB_ED25519.number() == ValueId::DEVICE_PRIV_ED25519.number() + 1);
    assert!(ValueId::DEVICE_PUB_P256R1.number() == ValueId::DEVICE_PRIV_P256R1.number() + 1);
    assert!(Curve::ALL.len() == 2);
};
