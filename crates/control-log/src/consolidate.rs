//! Any number of control logs into one, in constant memory.
//!
//! Entries go to the output as they are read, in order. A ledger keeps 60 bytes for each: its SMSN, where it
//! stands in the output, and where it came from. What does not fit into memory is sorted into a spill store.
//! At the end, entries of one SMSN are neighbours in the sorted ledger: equal ones are taken out of the
//! output but for the first, unequal ones fail the whole.

use std::{
    io::{self, Read, Seek, Write},
    thread,
};

use sidewalk::Smsn;

use crate::{
    compact,
    error::ReadError,
    failure::IoFailure,
    gather::{Gathered, Gathering},
    limits::LEDGER_LEN_BYTES,
    prefetch::Prefetch,
    sort::Sorter,
    spool::Spool,
    writer::{Ending, TAIL},
};

/// How to consolidate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// How the consolidated log ends.
    pub ending: Ending,
    /// The memory in bytes that the ledger takes before it spills.
    pub ledger_len_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { ending: Ending::Bare, ledger_len_bytes: LEDGER_LEN_BYTES }
    }
}

/// Where an entry came from.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Origin {
    /// The source, counted from 0 in the order in which they were given.
    pub source: u64,
    /// The record in it, counted from 1.
    pub record: u64,
}

/// What happens meanwhile.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Event {
    /// A source is being taken apart; those before it are complete.
    SourceStarted {
        /// Counted from 0.
        source: u64,
    },
    /// An entry is the same as an earlier one and was taken out.
    DuplicateDropped {
        /// The device.
        smsn: Smsn,
        /// The entry that stays.
        kept: Origin,
        /// The entry that was taken out.
        dropped: Origin,
    },
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// Sources read.
    pub sources: u64,
    /// Entries read. When none was, nothing was written.
    pub records_read: u64,
    /// Entries taken out because they were the same as an earlier one.
    pub duplicates_dropped: u64,
    /// Serial numbers that had upper-case digits and were written in lower case.
    pub serials_lowered: u64,
    /// Members beside `controlLogs` that were left out.
    pub members_ignored: u64,
    /// Size of the output in bytes.
    pub len_bytes: u64,
}

impl Summary {
    /// Entries in the output.
    pub fn records_written(&self) -> u64 {
        self.records_read - self.duplicates_dropped
    }
}

/// Why logs cannot be consolidated. `E` is what opening a source fails with.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConsolidateError<E> {
    /// A source cannot be opened.
    #[error("source {source_number} cannot be opened: {error}")]
    Open {
        /// Counted from 0.
        source_number: u64,
        /// Why.
        error: E,
    },
    /// A source cannot be read, or is no control log.
    #[error("source {source_number}: {error}")]
    Source {
        /// Counted from 0.
        source_number: u64,
        /// What is wrong with it.
        error: ReadError,
    },
    /// Two entries of one device that are not the same.
    #[error(
        "{smsn} has two different entries: record {} of source {} and record {} of source {}",
        first.record, first.source, second.record, second.source
    )]
    Conflict {
        /// The device.
        smsn: Smsn,
        /// One entry.
        first: Origin,
        /// The other.
        second: Origin,
    },
    /// The output cannot be written or read back.
    #[error("the output failed: {0}")]
    Output(IoFailure),
    /// The spill store failed.
    #[error("the spill store failed: {0}")]
    Spill(IoFailure),
}

impl<E> ConsolidateError<E> {
    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Source { error, .. } => error.hint(),
            Self::Conflict { .. } => Some(
                "a device was signed twice: find out which entry matches the device and leave out the other"
                    .into(),
            ),
            Self::Open { .. } | Self::Output(_) | Self::Spill(_) => None,
        }
    }
}

/// Consolidates `sources`, in order, into `output`, which must be empty.
///
/// `sources` opens one source at each step, on a thread of its own; errors and events name a source by its
/// number, so that no list of names is held here. `open_spill` gives an empty store, for a ledger that
/// outgrows its memory, and another for duplicates. When there is no entry at all nothing is written.
///
/// # Errors
///
/// [`ConsolidateError`]. Of several conflicts, the one whose second entry comes first. The output is then to be
/// thrown away.
pub fn consolidate<I, R, E, O, S>(
    sources: I,
    output: &mut O,
    mut open_spill: impl FnMut() -> io::Result<S>,
    options: &Options,
    mut on_event: impl FnMut(Event),
) -> Result<Summary, ConsolidateError<E>>
where
    I: Iterator<Item = Result<R, E>> + Send,
    R: Read,
    E: Send,
    O: Spool,
    S: Read + Write + Seek,
{
    let mut gathering = Gathering::new(output, options.ledger_len_bytes);
    thread::scope(|scope| {
        let mut prefetch = Prefetch::start(scope, sources);
        while let Some(batch) = prefetch.next_batch() {
            let bytes = gathering.batch(batch, &mut open_spill, &mut on_event)?;
            prefetch.recycle(bytes);
        }
        Ok(())
    })?;
    let Gathered { ledger, body_len_bytes, mut summary } = gathering.finish()?;
    if summary.records_read == 0 {
        return Ok(summary);
    }
    let mut buffer = Vec::new();
    let mut duplicates = Sorter::new(options.ledger_len_bytes);
    let ledger = ledger.finish(&mut open_spill).map_err(spill_failed)?;
    compact::find_duplicates(ledger, output, &mut buffer, |kept, dropped| {
        summary.duplicates_dropped += 1;
        on_event(Event::DuplicateDropped {
            smsn: Smsn::from_bytes(dropped.smsn),
            kept: kept.origin(),
            dropped: dropped.origin(),
        });
        duplicates.push(dropped.range(), &mut open_spill)
    })?;
    let duplicates = duplicates.finish(&mut open_spill).map_err(spill_failed)?;
    let body_len_bytes = compact::take_out(duplicates, output, &mut buffer, body_len_bytes)?;

    let tail = [TAIL, options.ending.text()].concat();
    output.write_all(tail.as_bytes()).and_then(|()| output.flush()).map_err(output_failed)?;
    summary.len_bytes = body_len_bytes + tail.len() as u64;
    Ok(summary)
}

pub(crate) fn output_failed<E>(error: io::Error) -> ConsolidateError<E> {
    ConsolidateError::Output(IoFailure::from(error))
}

pub(crate) fn spill_failed<E>(error: io::Error) -> ConsolidateError<E> {
    ConsolidateError::Spill(IoFailure::from(error))
}
