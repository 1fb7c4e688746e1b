//! The rows that the rules look at and change, in whichever database.

use hsm::DeviceRequest;
use sidewalk::Smsn;
use signer::service::RequestId;

use super::{
    StoreFault,
    op::{Issued, PackageState, PackageTerms, TakenUp, Ticket},
};

/// One device's certificates, promised or given.
#[derive(Clone, Debug)]
pub(super) struct IssuanceRow {
    pub(super) device: DeviceRequest,
    pub(super) generation: u32,
    pub(super) product: String,
    pub(super) package: Option<String>,
    pub(super) line: String,
    pub(super) client: [u8; 32],
    pub(super) created_ms: u64,
    pub(super) claimed_by: String,
    pub(super) claimed_until_ms: u64,
    /// `None` for an intent without an outcome.
    pub(super) issued: Option<Issued>,
}

impl IssuanceRow {
    pub(super) const fn ticket(&self) -> Ticket {
        Ticket { smsn: self.device.smsn(), generation: self.generation }
    }
}

/// Whether a package paid.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Charge {
    /// It did.
    Paid,
    /// It has paid for all that it can.
    UsedUp {
        /// For how many.
        count: u64,
    },
    /// It was never brought in.
    Unknown,
}

/// The tables of a signing server, within one transaction that nobody else can write beside.
///
/// An error voids the transaction.
pub(super) trait Tables: Send {
    /// Which database, for messages.
    fn place(&self) -> String;

    /// Says what is about to be looked at, so that it can be read in one go.
    fn expect(&mut self, _smsns: &[Smsn], _ids: &[RequestId]) -> Result<(), StoreFault> {
        Ok(())
    }

    /// The clock that all servers of this database share, in milliseconds since 1970.
    fn now_ms(&mut self) -> Result<u64, StoreFault>;

    /// The issuance that a request id was used for.
    fn issuance_of_request(&mut self, id: RequestId) -> Result<Option<IssuanceRow>, StoreFault>;

    /// All issuances of a number, the newest first.
    fn issuances(&mut self, smsn: Smsn) -> Result<Vec<IssuanceRow>, StoreFault>;

    /// A new intent.
    fn insert(&mut self, row: &IssuanceRow, request_id: RequestId) -> Result<(), StoreFault>;

    /// Gives an intent to a server, and counts that an HSM is about to be asked once more.
    fn claim(&mut self, ticket: Ticket, owner: &str, until_ms: u64) -> Result<(), StoreFault>;

    /// Intents without an outcome that this server may take up: its own of an earlier run, and those whose server has
    /// had its time; the longest waiting first, so that nobody is passed over.
    fn stale(&mut self, owner: &str, now_ms: u64, limit: u32) -> Result<Vec<TakenUp>, StoreFault>;

    /// The outcome of an intent.
    fn finish(&mut self, ticket: Ticket, issued: &Issued, now_ms: u64) -> Result<(), StoreFault>;

    /// Takes one device from a package.
    fn charge(&mut self, package: &str) -> Result<Charge, StoreFault>;

    /// A package.
    fn package(&mut self, id: &str) -> Result<Option<PackageState>, StoreFault>;

    /// All packages.
    fn packages(&mut self) -> Result<Vec<PackageState>, StoreFault>;

    /// A new package, of which nothing is used.
    fn insert_package(&mut self, terms: &PackageTerms) -> Result<(), StoreFault>;

    /// Issued, pending and attempts.
    fn sums(&mut self) -> Result<(u64, u64, u64), StoreFault>;

    /// How many entries the evidence log has.
    fn evidence_len(&mut self) -> Result<u64, StoreFault>;

    /// Puts an entry at an index.
    fn insert_entry(&mut self, index: u64, entry: &[u8]) -> Result<(), StoreFault>;

    /// Entries from an index, at most so many.
    fn entries(&mut self, from: u64, limit: u16) -> Result<Vec<Vec<u8>>, StoreFault>;

    /// Puts a tile, full or partial, in the place of a narrower one.
    fn put_tile(&mut self, level: u8, index: u64, hashes: &[u8]) -> Result<(), StoreFault>;

    /// A tile as wide as it is; empty where there is none.
    fn tile(&mut self, level: u8, index: u64) -> Result<Vec<u8>, StoreFault>;
}

/// A database that changes are made in, a transaction at a time. A server's thread owns it.
pub(super) trait Database: Tables {
    /// Begins a transaction that nobody else can write beside, on a new connection where the old one is gone.
    fn begin(&mut self) -> Result<(), StoreFault>;

    /// Makes it durable. Where this fails nobody knows whether it is.
    fn commit(&mut self) -> Result<(), StoreFault>;

    /// Leaves everything as it was, as far as the database can still be reached.
    fn roll_back(&mut self);
}
