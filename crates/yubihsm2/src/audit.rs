//! The audit log: its entries and the digest chain that makes a missing or altered entry show.
//!
//! Every entry carries the front of SHA-256 over itself and the digest before it. A device appends with
//! [`LogChain`]; a host that trusts one digest checks all that follow it with [`LogTrust`].

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use crate::{
    command::Command,
    object::ObjectId,
    wire::{Reader, Wire, WireError, Writer, wire_list, wire_struct},
};

/// The digest of an entry: 16 bytes, the front of a SHA-256.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct LogDigest(pub [u8; Self::LEN_BYTES]);

impl LogDigest {
    /// Size in bytes.
    pub const LEN_BYTES: usize = 16;

    fn of(entry: &LogRecord, before: &[u8]) -> Self {
        let digest = Sha256::new().chain_update(entry.to_bytes().as_bytes()).chain_update(before);
        let mut front = [0; Self::LEN_BYTES];
        front.copy_from_slice(&digest.finalize()[..Self::LEN_BYTES]);
        Self(front)
    }

    fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Display for LogDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for LogDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogDigest({self})")
    }
}

impl Wire for LogDigest {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        Wire::read(input).map(Self)
    }
}

wire_struct! {
    /// What happened: 16 bytes.
    #[derive(Copy)]
    pub struct LogRecord {
        /// Counts entries from 1 after a reset; wraps.
        pub number: u16,
        /// The command; `ff` for the reset and `00` for a boot.
        pub command: Command,
        /// The size of the command's payload in bytes, inside the session where there is one.
        pub len_bytes: u16,
        /// The authentication key of the session, or [`ObjectId::UNUSED`].
        pub session_key: ObjectId,
        /// The object that the command used, or [`ObjectId::UNUSED`].
        pub target_key: ObjectId,
        /// The second object that the command used, or [`ObjectId::UNUSED`].
        pub second_key: ObjectId,
        /// The answer's code: the command with its top bit set, or the error.
        pub result: u8,
        /// The time since boot in units near a millisecond.
        pub tick: u32,
    }
}

impl LogRecord {
    /// The first entry after a reset.
    pub const RESET: Self = Self {
        number: 1,
        command: Command(0xFF),
        len_bytes: 0xFFFF,
        session_key: ObjectId::UNUSED,
        target_key: ObjectId::UNUSED,
        second_key: ObjectId::UNUSED,
        result: 0xFF,
        tick: 0xFFFF_FFFF,
    };

    /// The entry of a boot: the session key unused, everything else zero.
    pub const fn boot(number: u16) -> Self {
        Self {
            number,
            command: Command(0),
            len_bytes: 0,
            session_key: ObjectId::UNUSED,
            target_key: ObjectId(0),
            second_key: ObjectId(0),
            result: 0,
            tick: 0,
        }
    }
}

wire_struct! {
    /// One entry: 32 bytes.
    #[derive(Copy)]
    pub struct LogEntry {
        /// What happened.
        pub record: LogRecord,
        /// The digest over this entry and all before it.
        pub digest: LogDigest,
    }
}

impl LogEntry {
    /// Size in bytes.
    pub const LEN_BYTES: usize = 32;

    /// How many entries a device holds.
    pub const COUNT_MAX: usize = 62;
}

wire_list!(LogEntry);

/// The whole log: `unlogged boots:2 ‖ unlogged authentications:2 ‖ count:1 ‖ entries`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LogPage {
    /// Boots that a full log did not take.
    pub unlogged_boots: u16,
    /// Opened sessions that a full log did not take.
    pub unlogged_authentications: u16,
    /// The entries, oldest first; at most 255.
    pub entries: Vec<LogEntry>,
}

impl LogPage {
    /// How many entries the count can tell of.
    const COUNT_MAX: usize = u8::MAX as usize;
}

impl Wire for LogPage {
    /// Entries beyond what the count can tell of are left out, the newest first.
    fn write(&self, out: &mut Writer) {
        let count = self.entries.len().min(Self::COUNT_MAX);
        self.unlogged_boots.write(out);
        self.unlogged_authentications.write(out);
        (count as u8).write(out);
        for entry in &self.entries[..count] {
            entry.write(out);
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let unlogged_boots = Wire::read(input)?;
        let unlogged_authentications = Wire::read(input)?;
        let expected = usize::from(u8::read(input)?) * LogEntry::LEN_BYTES;
        let found = input.remaining();
        if found != expected {
            return Err(WireError::Length { field: "log entries", expected, found });
        }
        Ok(Self { unlogged_boots, unlogged_authentications, entries: Wire::read(input)? })
    }
}

/// The device's end of the chain: knows the last entry and makes the next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LogChain {
    last: LogEntry,
}

impl LogChain {
    /// Begins the chain after a reset: the first entry's digest is over 32 random bytes.
    pub fn start(random: &[u8; 32]) -> Self {
        let record = LogRecord::RESET;
        Self { last: LogEntry { record, digest: LogDigest::of(&record, random) } }
    }

    /// Goes on behind an entry that was stored.
    pub const fn after(last: LogEntry) -> Self {
        Self { last }
    }

    /// The last entry.
    pub const fn last(&self) -> &LogEntry {
        &self.last
    }

    /// Appends what happened, with the next number whatever the record says, and gives the entry.
    pub fn append(&mut self, record: LogRecord) -> LogEntry {
        let record = LogRecord { number: self.last.record.number.wrapping_add(1), ..record };
        self.last = LogEntry { record, digest: LogDigest::of(&record, &self.last.digest.0) };
        self.last
    }
}

/// The host's end of the chain: an entry that it trusts, as number and digest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LogTrust {
    /// The number of the trusted entry.
    pub number: u16,
    /// Its digest.
    pub digest: LogDigest,
}

impl LogTrust {
    /// Trusts an entry without proof, as one must with the first that one sees.
    pub const fn on_first_use(entry: &LogEntry) -> Self {
        Self { number: entry.record.number, digest: entry.digest }
    }

    /// Checks entries, oldest first, and gives the trust in the last of them.
    ///
    /// The trusted entry may be among them, as it is while the log has not been advanced; entries before
    /// it are checked against it. Otherwise the first must follow it. No entries change nothing.
    ///
    /// # Errors
    ///
    /// [`LogFault`], the first that is found.
    pub fn verify(&self, entries: &[LogEntry]) -> Result<Self, LogFault> {
        let Some((first, rest)) = entries.split_first() else { return Ok(*self) };
        let is_listed = entries.iter().any(|entry| entry.record.number == self.number);
        if !is_listed {
            self.check_next(first)?;
        }
        let mut last = Self::on_first_use(first);
        last.check_trusted(self)?;
        for entry in rest {
            last = last.check_next(entry)?;
            last.check_trusted(self)?;
        }
        Ok(last)
    }

    fn check_next(&self, entry: &LogEntry) -> Result<Self, LogFault> {
        let expected = self.number.wrapping_add(1);
        let found = entry.record.number;
        if found != expected {
            return Err(LogFault::Gap { expected, found });
        }
        if !LogDigest::of(&entry.record, &self.digest.0).matches(&entry.digest) {
            return Err(LogFault::Digest { number: found });
        }
        Ok(Self::on_first_use(entry))
    }

    fn check_trusted(&self, trusted: &Self) -> Result<(), LogFault> {
        if self.number == trusted.number && !self.digest.matches(&trusted.digest) {
            return Err(LogFault::Replaced { number: self.number });
        }
        Ok(())
    }
}

/// Why a log is not the continuation of what was trusted.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum LogFault {
    /// Entries are missing, or the log is another one.
    #[error("log entry {expected} is missing: entry {found} stands in its place")]
    Gap {
        /// The number that had to follow.
        expected: u16,
        /// The number that does.
        found: u16,
    },
    /// An entry's digest is not over it and the one before it.
    #[error("log entry {number} was altered: its digest does not match")]
    Digest {
        /// The entry's number.
        number: u16,
    },
    /// The entry with the trusted number is another one: the log was restarted or replaced.
    #[error("log entry {number} is not the one that was seen before")]
    Replaced {
        /// The entry's number.
        number: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> LogDigest {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).unwrap();
        LogDigest(bytes)
    }

    fn record(text: &str) -> LogRecord {
        LogRecord::from_bytes(&hex::decode(text).unwrap()).unwrap()
    }

    fn log(count: usize) -> Vec<LogEntry> {
        let mut chain = LogChain::start(&[7; 32]);
        let mut entries = vec![*chain.last()];
        for index in 1..count {
            let tick = index as u32;
            entries.push(chain.append(LogRecord { tick, ..LogRecord::boot(0) }));
        }
        entries
    }

    /// Printed by hardware.
    #[test]
    fn the_boot_entry_of_a_real_device_has_the_published_digest() {
        let record = record("00020000 00ffff00 00000000 00000000".replace(' ', "").as_str());
        assert_eq!(record, LogRecord::boot(2));
        let before = digest("33012657537e4842f57fa6ed3b09b25b");
        assert_eq!(LogDigest::of(&record, &before.0), digest("fc153091560e18bca82621522c85bdba"));
    }

    /// Printed by hardware.
    #[test]
    fn the_set_log_index_entry_of_a_real_device_has_the_published_digest() {
        let record = record("00336700020001ffffffffe7000002b9");
        assert_eq!(record.command, Command::SET_LOG_INDEX);
        let before = digest("ebfae425c319ac7a0afbb8b92597de7c");
        assert_eq!(LogDigest::of(&record, &before.0), digest("2e395d1b706668737e1d2215813db47e"));
    }

    #[test]
    fn the_first_entry_is_number_1_and_fourteen_times_ff() {
        let bytes = LogRecord::RESET.to_bytes();
        assert_eq!(bytes.as_bytes()[..2], [0, 1]);
        assert_eq!(bytes.as_bytes()[2..], [0xFF; 14]);
    }

    #[test]
    fn an_unbroken_log_verifies_from_any_of_its_entries() {
        let entries = log(10);
        let last = LogTrust::on_first_use(&entries[9]);
        for trusted in &entries {
            assert_eq!(LogTrust::on_first_use(trusted).verify(&entries), Ok(last));
        }
    }

    #[test]
    fn a_log_that_was_advanced_continues_the_trusted_entry() {
        let entries = log(10);
        let trust = LogTrust::on_first_use(&entries[4]);
        assert_eq!(trust.verify(&entries[5..]), Ok(LogTrust::on_first_use(&entries[9])));
        assert_eq!(trust.verify(&[]), Ok(trust));
        let gap = LogFault::Gap { expected: 6, found: 7 };
        assert_eq!(trust.verify(&entries[6..]), Err(gap));
    }

    #[test]
    fn any_altered_bit_of_any_entry_shows() {
        let entries = log(5);
        let trust = LogTrust::on_first_use(&entries[4]);
        for index in 0..entries.len() {
            for bit in 0..8 * LogEntry::LEN_BYTES {
                let mut altered = entries.clone();
                let mut bytes = altered[index].to_bytes().to_vec();
                bytes[bit / 8] ^= 1 << (bit % 8);
                altered[index] = LogEntry::from_bytes(&bytes).unwrap();
                // The first entry hangs on random bytes that are not known: only its digest is bound.
                let is_bound = index > 0 || !(16..128).contains(&bit);
                assert_eq!(trust.verify(&altered).is_err(), is_bound, "entry {index}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_log_that_was_started_anew_is_not_the_one_that_was_seen() {
        let trust = LogTrust::on_first_use(&log(3)[2]);
        let mut chain = LogChain::start(&[8; 32]);
        let entries =
            [*chain.last(), chain.append(LogRecord::boot(0)), chain.append(LogRecord::boot(0))];
        assert_eq!(trust.verify(&entries), Err(LogFault::Replaced { number: 3 }));
    }

    #[test]
    fn numbers_wrap_from_65535_to_0() {
        let entry = LogEntry { record: LogRecord::boot(65_535), digest: LogDigest([1; 16]) };
        let trust = LogTrust::on_first_use(&entry);
        let next = LogChain::after(entry).append(LogRecord::boot(9));
        assert_eq!(next.record.number, 0);
        assert_eq!(trust.verify(&[next]), Ok(LogTrust::on_first_use(&next)));
    }

    #[test]
    fn a_count_that_differs_from_the_entries_is_refused() {
        let error = WireError::Length { field: "log entries", expected: 32, found: 31 };
        let mut bytes = vec![0, 0, 0, 0, 1];
        bytes.extend([0; 31]);
        assert_eq!(LogPage::from_bytes(&bytes), Err(error));
    }
}
