//! What a transaction has read and changed, before it is written: a hundred devices are one question and one answer.

use std::collections::{BTreeMap, HashMap};

use sidewalk::Smsn;
use signer::service::RequestId;

use crate::store::{PackageState, op::Ticket, tables::IssuanceRow};

/// An issuance, with what the rules do not look at.
#[derive(Clone)]
pub(super) struct DraftRow {
    pub(super) row: IssuanceRow,
    pub(super) request_id: RequestId,
    pub(super) attempts: i64,
    pub(super) finished_ms: Option<i64>,
    /// Whether the database has it otherwise.
    pub(super) is_changed: bool,
}

/// By how much the sums change.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct SumsChange {
    pub(super) issued: i64,
    pub(super) pending: i64,
    pub(super) attempts: i64,
}

/// One transaction. Nobody else writes beside it, so that what was read stays true.
#[derive(Default)]
pub(super) struct Draft {
    /// The database's clock when the transaction began.
    pub(super) now_ms: u64,
    /// How many entries the evidence log has with those of this transaction.
    pub(super) evidence_len: u64,
    /// All issuances of each number that was looked at, the newest first.
    pub(super) devices: HashMap<Smsn, Vec<DraftRow>>,
    /// The number that each request id was used for, as far as it was looked at.
    pub(super) requests: HashMap<RequestId, Option<Smsn>>,
    /// Packages that were looked at, and whether the database has them otherwise.
    pub(super) packages: HashMap<String, (Option<PackageState>, bool)>,
    pub(super) sums: SumsChange,
    /// New entries of evidence.
    pub(super) entries: Vec<(i64, Vec<u8>)>,
    /// Tiles that are new or wider, by level and index.
    pub(super) tiles: BTreeMap<(u8, u64), Vec<u8>>,
}

impl Draft {
    /// The issuances of a number that was looked at.
    pub(super) fn issuances(&self, smsn: Smsn) -> Vec<IssuanceRow> {
        let rows = self.devices.get(&smsn).map(Vec::as_slice).unwrap_or_default();
        rows.iter().map(|row| row.row.clone()).collect()
    }

    /// The issuance of a request id that was looked at.
    pub(super) fn of_request(&self, id: RequestId) -> Option<IssuanceRow> {
        let smsn = self.requests.get(&id).copied().flatten()?;
        let rows = self.devices.get(&smsn)?;
        Some(rows.iter().find(|row| row.request_id == id)?.row.clone())
    }

    /// The issuance of a ticket, to be changed.
    pub(super) fn change(&mut self, ticket: Ticket) -> Option<&mut DraftRow> {
        let rows = self.devices.get_mut(&ticket.smsn)?;
        let row = rows.iter_mut().find(|row| row.row.generation == ticket.generation)?;
        row.is_changed = true;
        Some(row)
    }

    /// Adds a new issuance of a number that was looked at.
    pub(super) fn add(&mut self, row: DraftRow) {
        let smsn = row.row.device.smsn();
        self.requests.insert(row.request_id, Some(smsn));
        self.devices.entry(smsn).or_default().insert(0, row);
    }

    /// Takes what was read of numbers and request ids. What is known already stays: it may have been changed.
    pub(super) fn learn(&mut self, smsns: &[Smsn], ids: &[RequestId], rows: Vec<DraftRow>) {
        let mut read: HashMap<Smsn, Vec<DraftRow>> = HashMap::new();
        for row in rows {
            self.requests.entry(row.request_id).or_insert(Some(row.row.device.smsn()));
            read.entry(row.row.device.smsn()).or_default().push(row);
        }
        for smsn in smsns {
            read.entry(*smsn).or_default();
        }
        for (smsn, mut rows) in read {
            rows.sort_by_key(|row| std::cmp::Reverse(row.row.generation));
            self.devices.entry(smsn).or_insert(rows);
        }
        for id in ids {
            self.requests.entry(*id).or_insert(None);
        }
    }
}
