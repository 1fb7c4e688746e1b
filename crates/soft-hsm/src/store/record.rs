//! Records and marks: what a store's file consists of behind its header.
//!
//! A disk writes sectors whole or not at all, so both fill whole sectors:
//!
//! ```text
//! record: length:4 ‖ sequence:8 ‖ check:4 ‖ nonce:24 ‖ encrypted(payload:length ‖ zeros) ‖ tag:16
//! mark:   sequence:8 ‖ nonce:24 ‖ tag:16 ‖ zeros
//! ```
//!
//! Integers are big-endian. `check` is the beginning of the SHA-256 of the twelve bytes before it: a length
//! that was damaged must not look like a record that was torn. The context of a record's tag is its first 16
//! bytes and the tag of the record before it (the header's for the first). A mark says that the record of
//! its number, and so all before it, are on the disk; the context of its tag is its number and the header's
//! tag.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{
    cipher::{Cipher, NONCE_LEN_BYTES, TAG_LEN_BYTES, Tag},
    error::{Damage, StoreFault},
};
use crate::randomness::Randomness;

/// What a disk writes whole or not at all, in bytes. Disks with larger sectors keep that promise too.
pub const SECTOR_LEN_BYTES: usize = 512;

/// The most that a snapshot may hold, in bytes. A full device has 126 KiB of objects and a few KiB of log; the
/// rest is for the sequence numbers of names that were once in use.
pub const SNAPSHOT_LEN_BYTES_MAX: usize = 4 << 20;

/// The most that the changes of one command may hold, in bytes: a reset brings a whole new state.
pub const CHANGES_LEN_BYTES_MAX: usize = SNAPSHOT_LEN_BYTES_MAX;

const PREFIX_LEN_BYTES: usize = 16;
const CHECKED_LEN_BYTES: usize = 12;
const OVERHEAD_LEN_BYTES: usize = PREFIX_LEN_BYTES + NONCE_LEN_BYTES + TAG_LEN_BYTES;

/// Encrypts a payload into a record.
pub(super) fn encode(
    cipher: &Cipher,
    sequence: u64,
    previous: &Tag,
    payload: &[u8],
    random: &mut dyn Randomness,
) -> Result<(Vec<u8>, Tag), StoreFault> {
    if payload.len() > SNAPSHOT_LEN_BYTES_MAX {
        return Err(StoreFault::TooLarge { found: payload.len() });
    }
    let prefix = prefix(payload.len() as u32, sequence);
    let mut bytes = vec![0; len_bytes(payload.len())];
    let (head, body) = bytes.split_at_mut(PREFIX_LEN_BYTES + NONCE_LEN_BYTES);
    let (body, tag_place) = body.split_at_mut(body.len() - TAG_LEN_BYTES);
    body[..payload.len()].copy_from_slice(payload);
    let (nonce, tag) = cipher.seal(&context(&prefix, previous), body, random);
    head[..PREFIX_LEN_BYTES].copy_from_slice(&prefix);
    head[PREFIX_LEN_BYTES..].copy_from_slice(&nonce);
    tag_place.copy_from_slice(&tag);
    Ok((bytes, tag))
}

/// What stands at a place where a record may begin.
pub(super) enum Found {
    /// A record that verifies.
    Record { payload: Zeroizing<Vec<u8>>, tag: Tag, len_bytes: usize },
    /// Nothing: the file ends here.
    End,
    /// A record that was not written to its end.
    Torn,
    /// Something else.
    Damaged,
}

/// Reads the record that `rest` of a file begins with.
pub(super) fn decode(cipher: &Cipher, sequence: u64, previous: &Tag, rest: &[u8]) -> Found {
    if rest.is_empty() {
        return Found::End;
    }
    let Some(first) = rest.first_chunk::<SECTOR_LEN_BYTES>() else {
        return Found::Torn;
    };
    if is_unwritten(first) {
        return Found::Torn;
    }
    let Some(payload_len) = payload_len_bytes(first, sequence) else {
        return Found::Damaged;
    };
    let Some((record, behind)) = rest.split_at_checked(len_bytes(payload_len)) else {
        return Found::Torn;
    };
    match open(cipher, previous, record, payload_len) {
        Some((payload, tag)) => Found::Record { payload, tag, len_bytes: record.len() },
        // Nothing is ever written behind a record that is not on the disk.
        None if behind.is_empty() && record.chunks(SECTOR_LEN_BYTES).any(is_unwritten) => {
            Found::Torn
        }
        None => Found::Damaged,
    }
}

/// Writes a mark that fills a sector.
pub(super) fn encode_mark(
    cipher: &Cipher,
    sequence: u64,
    header: &Tag,
    random: &mut dyn Randomness,
) -> [u8; SECTOR_LEN_BYTES] {
    let mut sector = [0; SECTOR_LEN_BYTES];
    let number = sequence.to_be_bytes();
    let (nonce, tag) = cipher.seal(&mark_context(&number, header), &mut [], random);
    sector[..8].copy_from_slice(&number);
    sector[8..32].copy_from_slice(&nonce);
    sector[32..48].copy_from_slice(&tag);
    sector
}

/// The number in a mark, where it verifies.
pub(super) fn decode_mark(
    cipher: &Cipher,
    header: &Tag,
    sector: &[u8; SECTOR_LEN_BYTES],
) -> Option<u64> {
    let (number, rest) = sector.split_first_chunk::<8>()?;
    let (nonce, rest) = rest.split_first_chunk()?;
    let tag = rest.first_chunk()?;
    cipher.open(&mark_context(number, header), nonce, &mut [], tag).ok()?;
    Some(u64::from_be_bytes(*number))
}

/// The damage where a record does not verify, or is missing though it was acknowledged.
pub(super) fn damage(found: &Found, sequence: u64, offset: usize, acknowledged: u64) -> Damage {
    match found {
        Found::End | Found::Torn => Damage::Truncated { sequence, offset, acknowledged },
        Found::Record { .. } | Found::Damaged => Damage::Record { sequence, offset },
    }
}

fn len_bytes(payload_len_bytes: usize) -> usize {
    (OVERHEAD_LEN_BYTES + payload_len_bytes).next_multiple_of(SECTOR_LEN_BYTES)
}

fn prefix(payload_len_bytes: u32, sequence: u64) -> [u8; PREFIX_LEN_BYTES] {
    let mut prefix = [0; PREFIX_LEN_BYTES];
    prefix[..4].copy_from_slice(&payload_len_bytes.to_be_bytes());
    prefix[4..CHECKED_LEN_BYTES].copy_from_slice(&sequence.to_be_bytes());
    let check = Sha256::digest(&prefix[..CHECKED_LEN_BYTES]);
    prefix[CHECKED_LEN_BYTES..].copy_from_slice(&check[..4]);
    prefix
}

/// The length in a prefix that is whole and of this record.
fn payload_len_bytes(first: &[u8; SECTOR_LEN_BYTES], sequence: u64) -> Option<usize> {
    let found = first.first_chunk::<PREFIX_LEN_BYTES>()?;
    let length = u32::from_be_bytes(*first.first_chunk()?);
    let is_genuine =
        *found == prefix(length, sequence) && length as usize <= SNAPSHOT_LEN_BYTES_MAX;
    is_genuine.then_some(length as usize)
}

fn open(
    cipher: &Cipher,
    previous: &Tag,
    record: &[u8],
    payload_len_bytes: usize,
) -> Option<(Zeroizing<Vec<u8>>, Tag)> {
    let (prefix, rest) = record.split_first_chunk::<PREFIX_LEN_BYTES>()?;
    let (nonce, rest) = rest.split_first_chunk()?;
    let (body, tag) = rest.split_last_chunk::<TAG_LEN_BYTES>()?;
    let mut payload = Zeroizing::new(body.to_vec());
    cipher.open(&context(prefix, previous), nonce, &mut payload, tag).ok()?;
    payload.truncate(payload_len_bytes);
    Some((payload, *tag))
}

fn context(
    prefix: &[u8; PREFIX_LEN_BYTES],
    previous: &Tag,
) -> [u8; PREFIX_LEN_BYTES + TAG_LEN_BYTES] {
    let mut context = [0; PREFIX_LEN_BYTES + TAG_LEN_BYTES];
    context[..PREFIX_LEN_BYTES].copy_from_slice(prefix);
    context[PREFIX_LEN_BYTES..].copy_from_slice(previous);
    context
}

/// Shorter than a record's context, so that neither passes for the other.
fn mark_context(number: &[u8; 8], header: &Tag) -> [u8; 8 + TAG_LEN_BYTES] {
    let mut context = [0; 8 + TAG_LEN_BYTES];
    context[..8].copy_from_slice(number);
    context[8..].copy_from_slice(header);
    context
}

fn is_unwritten(sector: &[u8]) -> bool {
    sector.iter().all(|byte| *byte == 0)
}
