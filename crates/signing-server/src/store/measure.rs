//! A large evidence log in little time, and appends alone, for measurements. No server ever uses it.

use std::path::Path;

use evidence::{Issuance, IssuanceKind, leaf_hash, tiles::TileWriter};

use super::{
    StoreFault,
    evidence_log::Appender,
    sqlite::SqliteStore,
    tables::{Database as _, Tables as _},
};

/// Entries in one transaction of [`fill`].
const PORTION: u64 = 50_000;

/// Scatters numbers over entries (2^64 divided by the golden ratio).
const SCATTER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Fills the evidence log of a new SQLite database.
///
/// # Errors
///
/// [`StoreFault`].
pub fn fill(path: &Path, count: u64) -> Result<(), StoreFault> {
    let mut tables = SqliteStore::open_tables(path, || 0)?;
    let mut writer = TileWriter::new();
    while writer.size() < count {
        tables.begin()?;
        for index in writer.size()..count.min(writer.size() + PORTION) {
            let entry = bytes(index)?;
            tables.insert_entry(index, &entry)?;
            writer.append(leaf_hash(&entry));
        }
        for tile in writer.take_tiles() {
            tables.put_tile(tile.id.level, tile.id.index, &tile.bytes)?;
        }
        tables.commit()?;
    }
    Ok(())
}

/// Appends entries to the evidence log of a SQLite database: `groups` transactions, each durable before the next.
///
/// # Errors
///
/// [`StoreFault`].
pub fn append(path: &Path, groups: u64, entries_each: u64) -> Result<(), StoreFault> {
    let mut tables = SqliteStore::open_tables(path, || 0)?;
    let mut kept = None;
    for _ in 0..groups {
        tables.begin()?;
        let mut appender = Appender::resume(&mut tables, kept.take())?;
        for _ in 0..entries_each {
            let index = tables.evidence_len()?;
            appender.append(&mut tables, &issuance(index))?;
        }
        kept = Some(appender.end(&mut tables)?);
        tables.commit()?;
    }
    Ok(())
}

/// An entry as a server writes it.
///
/// # Errors
///
/// None; entries of this kind are short.
pub fn bytes(number: u64) -> Result<Vec<u8>, StoreFault> {
    issuance(number).to_bytes().map_err(|error| StoreFault::Damaged {
        place: "a measurement".to_owned(),
        what: error.to_string(),
    })
}

/// A device that is like all others but for its number.
fn issuance(number: u64) -> Issuance {
    fn spread<const N: usize>(number: u64) -> [u8; N] {
        let mut bytes = [0; N];
        for (at, chunk) in bytes.chunks_mut(8).enumerate() {
            let word = (number ^ (at as u64) << 56).wrapping_mul(SCATTER).to_be_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        bytes
    }
    Issuance {
        kind: IssuanceKind::First,
        unix_millis: number,
        smsn: spread(number),
        ed25519_public_key: spread(number),
        p256_public_key: spread(number),
        ed25519_signature: spread(number),
        p256_signature: spread(number),
        client_fingerprint: spread(0),
        hsm_serial: 7_550_054,
        product: "sensor".to_owned(),
        line: "line-1".to_owned(),
        package: None,
    }
}
