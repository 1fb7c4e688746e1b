//! Work on the entries of a log by several threads, with the results in the order of the log.
//!
//! Batches go to the workers in turn, and results are collected in the same turn: the order needs no
//! numbers. Each worker has room for [`QUEUE_LEN`] batches before it and as many behind it.

use std::{
    num::NonZeroUsize,
    ops::Range,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::{Scope, ScopedJoinHandle},
};

use crate::{error::ReadError, record::Record, shape::Fields};

/// How many records make a batch. Enough for a verifier to gain from many devices of one issuer.
const BATCH_RECORDS_MAX: usize = 128;

/// How many bytes of entries make a batch, should they be unusually long.
const BATCH_LEN_BYTES_MAX: usize = 512 * 1024;

const QUEUE_LEN: usize = 1;

/// Entries that are worked on together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    text: Vec<u8>,
    entries: Vec<BatchEntry>,
}

#[derive(Debug)]
struct BatchEntry {
    number: u64,
    offset_bytes: u64,
    text: Range<usize>,
    fields: Fields,
}

impl Batch {
    pub(crate) fn push(&mut self, record: &Record<'_>) {
        let start = self.text.len();
        self.text.extend_from_slice(record.text().as_bytes());
        self.entries.push(BatchEntry {
            number: record.number(),
            offset_bytes: record.offset_bytes(),
            text: start..self.text.len(),
            fields: record.fields().clone(),
        });
    }

    pub(crate) fn has_room(&self) -> bool {
        self.entries.len() < BATCH_RECORDS_MAX && self.text.len() < BATCH_LEN_BYTES_MAX
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.entries.iter().map(|entry| {
            let text = &self.text[entry.text.clone()];
            Record::from_parts(entry.number, entry.offset_bytes, text, entry.fields.clone())
        })
    }
}

/// Threads at work. Dropping it stops them.
pub(crate) struct Workshop<'scope, T> {
    results: Vec<Receiver<T>>,
    turn: usize,
    reading: ScopedJoinHandle<'scope, Result<(), ReadError>>,
}

/// Starts a thread that fills batches and `workers` that do `work` on them. `fill` returns false when the
/// source has ended; the batch may hold entries then, and also when it fails.
pub(crate) fn open<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    workers: NonZeroUsize,
    work: impl Fn(Batch) -> T + Copy + Send + 'scope,
    mut fill: impl FnMut(&mut Batch) -> Result<bool, ReadError> + Send + 'scope,
) -> Workshop<'scope, T> {
    let (senders, results) =
        (0..workers.get()).map(|_| start_worker(scope, work)).collect::<(Vec<_>, Vec<_>)>();
    let reading = scope.spawn(move || {
        for sender in senders.iter().cycle() {
            let mut batch = Batch::default();
            let filled = fill(&mut batch);
            // A batch that no worker takes means that the collector has given up.
            if sender.send(batch).is_err() || !filled? {
                break;
            }
        }
        Ok(())
    });
    Workshop { results, turn: 0, reading }
}

fn start_worker<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl Fn(Batch) -> T + Send + 'scope,
) -> (SyncSender<Batch>, Receiver<T>) {
    let (batch_sender, batches) = sync_channel(QUEUE_LEN);
    let (result_sender, results) = sync_channel(QUEUE_LEN);
    scope.spawn(move || {
        for batch in batches {
            if result_sender.send(work(batch)).is_err() {
                break;
            }
        }
    });
    (batch_sender, results)
}

impl<T> Workshop<'_, T> {
    /// The next result in order; `None` behind the last.
    pub(crate) fn next_result(&mut self) -> Option<T> {
        // The worker whose turn it is gets no batch only when there is none left for anybody.
        let result = self.results[self.turn].recv().ok();
        self.turn = (self.turn + 1) % self.results.len();
        result
    }

    /// How the reading ended, once every result was taken.
    pub(crate) fn finish(self) -> Result<(), ReadError> {
        drop(self.results);
        match self.reading.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}
