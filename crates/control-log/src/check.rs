//! Says of each entry of a control log whether it would be accepted.
//!
//! One thread takes the log apart, some verify, and the caller's collects the verdicts in the order of the
//! file. All queues are bounded. What only several entries show, a serial number or a key that occurs twice,
//! comes out of sorted ledgers at the end.

use std::{
    io::{self, Read, Seek, Write},
    num::NonZeroUsize,
    thread,
};

use sidewalk::{Apid, Chain, Curve, Smsn, Stage, Verifier};

use crate::{
    error::ReadError,
    examine::{Examined, Fault, Note},
    failure::IoFailure,
    limits::LEDGER_LEN_BYTES,
    reader::Reader,
    record::Record,
    repeats::Repeats,
    workshop,
};

/// How to check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CheckOptions {
    /// How many threads verify. One more takes the log apart.
    pub threads: NonZeroUsize,
    /// The memory in bytes that the ledger of serial numbers takes before it spills. That of keys takes twice
    /// as much.
    pub ledger_len_bytes: usize,
}

impl CheckOptions {
    /// So many verifying threads, and the usual memory.
    pub const fn with_threads(threads: NonZeroUsize) -> Self {
        Self { threads, ledger_len_bytes: LEDGER_LEN_BYTES }
    }
}

/// What was found, as it is found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Finding {
    /// One entry by itself. Verdicts come in the order of the file.
    Verdict(Verdict),
    /// An entry together with an earlier one. Repeats come behind the last verdict.
    Repeat(Repeat),
}

/// One entry by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verdict {
    /// Where it stands.
    pub position: Position,
    /// Its serial number, where it has a sound one.
    pub smsn: Option<Smsn>,
    /// Its advertised product id, where it has a sound one.
    pub apid: Option<Apid>,
    /// Its label, where it has a sound one.
    pub label: Option<Stage>,
    /// Departures that were tolerated.
    pub notes: Vec<Note>,
    /// Everything that is wrong; empty for an entry that would be accepted.
    pub faults: Vec<Fault>,
}

/// Where an entry stands in its file.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Position {
    /// Counted from 1.
    pub record: u64,
    /// Where it begins, counted from 0.
    pub offset_bytes: u64,
}

/// Something that must not occur twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Repeat {
    /// What occurs again.
    pub what: Repeated,
    /// Where it occurs first.
    pub first: Position,
    /// Where it occurs again.
    pub again: Position,
}

/// What must not occur twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Repeated {
    /// A serial number.
    SerialNumber(Smsn),
    /// A device's public key, under two serial numbers.
    Key {
        /// The key's curve.
        curve: Curve,
        /// The device where it occurs first.
        first: Smsn,
        /// The device where it occurs again.
        again: Smsn,
    },
}

impl Repeated {
    /// A stable name for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SerialNumber(_) => "serial-number-repeated",
            Self::Key { .. } => "key-repeated",
        }
    }
}

/// The whole file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CheckSummary {
    /// Entries.
    pub records: u64,
    /// Entries with a fault of their own.
    pub records_faulty: u64,
    /// Repeats found.
    pub repeats: u64,
}

impl CheckSummary {
    /// Whether every entry would be accepted. A log without entries is none that would.
    pub fn is_acceptable(&self) -> bool {
        self.records > 0 && self.records_faulty == 0 && self.repeats == 0
    }
}

/// Why a log cannot be checked to its end. Verdicts on the entries before were given.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// The log cannot be read further.
    #[error(transparent)]
    Source(ReadError),
    /// The spill store failed.
    #[error("the spill store failed: {0}")]
    Spill(IoFailure),
}

impl CheckError {
    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Source(error) => error.hint(),
            Self::Spill(_) => None,
        }
    }
}

/// Checks every entry of `source`: its form, both chains up to a root that `verifier` trusts, and that serial
/// numbers and keys are used once.
///
/// `open_spill` gives an empty store, at most once for serial numbers and once for keys, when a ledger outgrows
/// its memory.
///
/// # Errors
///
/// [`CheckError`]. What is wrong with an entry is a finding, not an error.
pub fn check<R, S>(
    source: R,
    verifier: &Verifier,
    options: &CheckOptions,
    mut open_spill: impl FnMut() -> io::Result<S>,
    mut on_finding: impl FnMut(Finding),
) -> Result<CheckSummary, CheckError>
where
    R: Read + Send,
    S: Read + Write + Seek,
{
    let mut summary = CheckSummary::default();
    let mut repeats = Repeats::new(options.ledger_len_bytes);
    thread::scope(|scope| {
        let verify = |batch: workshop::Batch| verify_batch(verifier, &batch);
        let mut reader = Reader::new(source);
        let mut shop = workshop::open(scope, options.threads, verify, move |batch| {
            while batch.has_room() {
                match reader.next_record()? {
                    Some(record) => batch.push(&record),
                    None => return Ok(false),
                }
            }
            Ok(true)
        });
        while let Some(checked) = shop.next_result() {
            for Checked { verdict, keys } in checked {
                summary.records += 1;
                summary.records_faulty += u64::from(!verdict.faults.is_empty());
                if let Some(smsn) = verdict.smsn {
                    repeats
                        .note(smsn, verdict.position, keys, &mut open_spill)
                        .map_err(spill_failed)?;
                }
                on_finding(Finding::Verdict(verdict));
            }
        }
        shop.finish().map_err(CheckError::Source)
    })?;
    repeats
        .find(&mut open_spill, |repeat| {
            summary.repeats += 1;
            on_finding(Finding::Repeat(repeat));
        })
        .map_err(spill_failed)?;
    Ok(summary)
}

/// A verdict with what the ledger of keys needs: the first 32 bytes of the device's key on each curve. For
/// P-256 that is X, which a key shares with its negation alone, whose private key is known with its own.
pub(crate) struct Checked {
    verdict: Verdict,
    keys: [Option<[u8; 32]>; 2],
}

fn verify_batch(verifier: &Verifier, batch: &workshop::Batch) -> Vec<Checked> {
    let mut checked = Vec::new();
    let mut chains = Vec::new();
    let mut owners = Vec::new();
    for record in batch.records() {
        let (one, record_chains) = examine(&record);
        for chain in record_chains.into_iter().flatten() {
            chains.push(chain);
            owners.push(checked.len());
        }
        checked.push(one);
    }
    for (owner, result) in owners.into_iter().zip(verifier.verify_many(chains)) {
        if let Err(error) = result {
            let owner: &mut Checked = &mut checked[owner];
            owner.verdict.faults.push(Fault::NotGenuine(error));
        }
    }
    checked
}

fn examine(record: &Record<'_>) -> (Checked, [Option<Chain>; 2]) {
    let examined = Examined::of(record);
    let keys = Curve::ALL.map(|curve| {
        let chain = examined.chain_on(curve)?;
        chain.device().public_key_bytes().first_chunk().copied()
    });
    let Examined { smsn, apid, ed25519_chain, p256r1_chain, label, notes, faults } = examined;
    let position = Position { record: record.number(), offset_bytes: record.offset_bytes() };
    let verdict = Verdict { position, smsn, apid, label, notes, faults };
    (Checked { verdict, keys }, [ed25519_chain, p256r1_chain])
}

fn spill_failed(error: io::Error) -> CheckError {
    CheckError::Spill(IoFailure::from(error))
}
