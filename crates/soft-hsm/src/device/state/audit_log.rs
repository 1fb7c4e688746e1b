//! The audit log as it is kept.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use yubihsm2::{LogChain, LogEntry, LogPage, LogRecord};

use super::serial;
use crate::randomness::{Randomness, random_bytes};

/// The audit log: a ring of the last entries, and the end of the digest chain.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AuditLog {
    /// Oldest first; at most [`LogEntry::COUNT_MAX`].
    entries: VecDeque<Entry>,
    /// The last entry ever made, from which the chain goes on though it be dropped.
    last: Entry,
    unlogged_boots: u16,
    unlogged_authentications: u16,
}

/// An entry, kept as its bytes on the wire.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
struct Entry(#[serde(with = "serial")] LogEntry);

impl AuditLog {
    /// The log of a device that was just made or reset.
    pub(super) fn start(random: &mut dyn Randomness) -> Self {
        let first = Entry(*LogChain::start(&random_bytes(random)).last());
        Self {
            entries: VecDeque::from([first]),
            last: first,
            unlogged_boots: 0,
            unlogged_authentications: 0,
        }
    }

    /// Appends; the oldest entry gives way.
    pub(super) fn append(&mut self, entry: LogEntry) {
        if self.is_full() {
            self.entries.pop_front();
        }
        self.last = Entry(entry);
        self.entries.push_back(self.last);
    }

    pub(super) fn drop_up_to(&mut self, number: u16) {
        if let Some(index) = self.index_of(number) {
            self.entries.drain(..=index);
        }
    }

    pub(super) fn count_boot(&mut self) {
        self.unlogged_boots = self.unlogged_boots.saturating_add(1);
    }

    pub(super) fn count_authentication(&mut self) {
        self.unlogged_authentications = self.unlogged_authentications.saturating_add(1);
    }

    /// The entry that would come next for what happened, with its number and digest.
    pub(in crate::device) fn next(&self, record: LogRecord) -> LogEntry {
        LogChain::after(self.last.0).append(record)
    }

    /// The entry that would come next for a boot.
    pub(in crate::device) fn next_boot(&self) -> LogEntry {
        self.next(LogRecord::boot(0))
    }

    /// Whether no entry fits without another giving way.
    pub fn is_full(&self) -> bool {
        self.entries.len() >= LogEntry::COUNT_MAX
    }

    /// How many entries there are: at most [`LogEntry::COUNT_MAX`].
    pub fn used(&self) -> u8 {
        self.entries.len() as u8
    }

    /// Whether an entry of this number is there.
    pub fn contains(&self, number: u16) -> bool {
        self.index_of(number).is_some()
    }

    /// The whole log.
    pub fn page(&self) -> LogPage {
        LogPage {
            unlogged_boots: self.unlogged_boots,
            unlogged_authentications: self.unlogged_authentications,
            entries: self.entries.iter().map(|entry| entry.0).collect(),
        }
    }

    fn index_of(&self, number: u16) -> Option<usize> {
        self.entries.iter().position(|entry| entry.0.record.number == number)
    }
}

#[cfg(test)]
mod tests {
    use yubihsm2::LogTrust;

    use super::*;
    use crate::randomness::SeededRandomness;

    fn numbers(log: &AuditLog) -> (u16, u16) {
        let page = log.page();
        let number = |entry: Option<&LogEntry>| entry.unwrap().record.number;
        (number(page.entries.first()), number(page.entries.last()))
    }

    #[test]
    fn a_full_log_loses_its_oldest_entry_and_the_chain_goes_on() {
        let mut log = AuditLog::start(&mut SeededRandomness::from_number(1));
        for _ in 0..LogEntry::COUNT_MAX + 10 {
            log.append(log.next_boot());
        }
        assert_eq!(usize::from(log.used()), LogEntry::COUNT_MAX);
        assert_eq!(numbers(&log), (12, 73));
        let entries = log.page().entries;
        assert!(LogTrust::on_first_use(&entries[0]).verify(&entries).is_ok());
    }

    #[test]
    fn an_emptied_log_goes_on_with_the_chain() {
        let mut log = AuditLog::start(&mut SeededRandomness::from_number(1));
        let trust = LogTrust::on_first_use(&log.page().entries[0]);
        log.drop_up_to(1);
        assert_eq!(log.used(), 0);
        log.append(log.next_boot());
        assert!(trust.verify(&log.page().entries).is_ok());
    }
}
