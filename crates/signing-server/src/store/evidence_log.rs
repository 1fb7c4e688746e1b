//! The evidence log within a transaction: entries, and the tiles over them.

use std::cell::RefCell;

use evidence::{
    Frontier, Hash, Issuance, IssuanceKind, IssuancePackage, leaf_hash,
    proof::ProveError,
    tiles::{TileFault, TileReader, TileWriter},
};
use sidewalk::Curve::{Ed25519, P256r1};

use super::{
    StoreFault,
    op::{Finish, Issued},
    tables::{IssuanceRow, Tables},
};

/// The tiles of a transaction as the tree reads them.
pub(super) struct Tiles<'a>(RefCell<&'a mut dyn Tables>);

impl<'a> Tiles<'a> {
    pub(super) fn new(tables: &'a mut dyn Tables) -> Self {
        Self(RefCell::new(tables))
    }
}

impl TileReader for Tiles<'_> {
    type Error = StoreFault;

    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<u8>, StoreFault> {
        let mut hashes = self.0.borrow_mut().tile(level, index)?;
        // The log may have grown: the first hashes of a tile stay what they are. A tile that is too narrow the tree
        // itself refuses.
        hashes.truncate(usize::from(width) * Hash::LEN_BYTES);
        Ok(hashes)
    }
}

/// Appends within one transaction. The tiles are written once, at its end.
pub(super) struct Appender {
    writer: TileWriter,
}

impl Appender {
    /// Goes on where the log ends. `kept` is the edge of an earlier transaction, which is used where nobody else has
    /// appended since.
    pub(super) fn resume(
        tables: &mut dyn Tables,
        kept: Option<TileWriter>,
    ) -> Result<Self, StoreFault> {
        let size = tables.evidence_len()?;
        if let Some(writer) = kept.filter(|writer| writer.size() == size) {
            return Ok(Self { writer });
        }
        let place = tables.place();
        let writer =
            TileWriter::resume(Tiles::new(tables), size).map_err(|fault| of_tiles(place, fault))?;
        Ok(Self { writer })
    }

    /// Appends the entry of a device, and returns its index.
    pub(super) fn append(
        &mut self,
        tables: &mut dyn Tables,
        issuance: &Issuance,
    ) -> Result<u64, StoreFault> {
        let entry = issuance.to_bytes().map_err(|error| StoreFault::Damaged {
            place: tables.place(),
            what: error.to_string(),
        })?;
        let index = self.writer.size();
        tables.insert_entry(index, &entry)?;
        self.writer.append(leaf_hash(&entry));
        Ok(index)
    }

    /// The right edge, with what was appended.
    pub(super) const fn frontier(&self) -> &Frontier {
        self.writer.frontier()
    }

    /// Writes the tiles that changed, and keeps the edge for the next transaction.
    pub(super) fn end(mut self, tables: &mut dyn Tables) -> Result<TileWriter, StoreFault> {
        for tile in self.writer.take_tiles() {
            tables.put_tile(tile.id.level, tile.id.index, &tile.bytes)?;
        }
        Ok(self.writer)
    }
}

/// Why tiles gave no hash: a database that is away is no damage.
fn of_tiles(place: String, fault: TileFault<StoreFault>) -> StoreFault {
    match fault {
        TileFault::Read { error, .. } => error,
        fault => {
            StoreFault::Damaged { place, what: format!("the tiles of its evidence log: {fault}") }
        }
    }
}

/// Why tiles gave no proof.
pub(super) fn of_proof(place: String, error: ProveError<StoreFault>) -> StoreFault {
    match error {
        ProveError::Tile(fault) => of_tiles(place, fault),
        error => StoreFault::Damaged { place, what: error.to_string() },
    }
}

/// The entry of an intent that was signed.
pub(super) fn issuance(
    row: &IssuanceRow,
    done: &Finish,
    earlier: Option<u64>,
    package_digest: Option<[u8; 32]>,
    now_ms: u64,
) -> Issuance {
    Issuance {
        kind: earlier.map_or(IssuanceKind::First, |earlier| IssuanceKind::Rework { earlier }),
        unix_millis: now_ms,
        smsn: *row.device.smsn().as_bytes(),
        ed25519_public_key: array(row.device.public_key(Ed25519).as_bytes()),
        p256_public_key: array(row.device.public_key(P256r1).as_bytes()),
        ed25519_signature: *done.signatures.ed25519.as_bytes(),
        p256_signature: *done.signatures.p256r1.as_bytes(),
        client_fingerprint: row.client,
        hsm_serial: done.signatures.hsm_serial,
        product: row.product.clone(),
        line: row.line.clone(),
        package: row
            .package
            .clone()
            .zip(package_digest)
            .map(|(id, digest)| IssuancePackage { id, digest }),
    }
}

/// The outcome that goes with an entry.
pub(super) const fn issued(done: &Finish, evidence_index: u64) -> Issued {
    Issued {
        ed25519: done.signatures.ed25519,
        p256r1: done.signatures.p256r1,
        hsm_serial: done.signatures.hsm_serial,
        evidence_index,
    }
}

/// A key's bytes: its curve settles how many there are.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}
