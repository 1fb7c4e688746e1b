//! Results on the disk that nobody has taken yet.
//!
//! | file | holds | its loss costs |
//! |---|---|---|
//! | `RUN-NUMBER.json` | a result, as it is sent | the plant never hears of it |
//! | `run` | the number of the last start | nothing: the next number is found from the results |
//! | `lock` | nothing | nothing; it keeps a second process out |
//!
//! Names sort in the order in which results were told. A number is never used twice while its result is here.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use durable::{Cause, DurableError, LockFile, Operation, Visibility};

/// How many results may wait before a line whose job says `wait` takes no more boards: half a day of one line. The
/// plant's system would need hours to take them.
pub const WAITING_MAX: u64 = 1000;

/// The longest result in bytes. The longest that a line writes has some 30 KiB, of a failure's text in which every
/// character needs six.
const RESULT_LEN_BYTES_MAX: u64 = 1 << 20;

/// The longest content of the file `run`: the digits of a number.
const RUN_LEN_BYTES_MAX: u64 = 32;

const RUN_FILE: &str = "run";
const LOCK_FILE: &str = "lock";
const SUFFIX: &str = ".json";

/// Where the results of a line wait: beside its journal.
pub fn outbox_of(journal: &Path) -> PathBuf {
    let mut path = journal.as_os_str().to_owned();
    path.push(".outbox");
    path.into()
}

/// A place in the order of results.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Ticket {
    run: u64,
    number: u64,
}

/// The directory of results that wait.
#[derive(Debug)]
pub(super) struct Outbox {
    directory: PathBuf,
    run: u64,
    next: AtomicU64,
    _lock: LockFile,
}

impl Ticket {
    pub(super) const fn new(run: u64, number: u64) -> Self {
        Self { run, number }
    }

    pub(super) fn file_name(self) -> String {
        format!("{:010}-{:010}{SUFFIX}", self.run, self.number)
    }

    fn of_file_name(name: &str) -> Option<Self> {
        let (run, number) = name.strip_suffix(SUFFIX)?.split_once('-')?;
        let ticket = Self::new(run.parse().ok()?, number.parse().ok()?);
        (ticket.file_name() == name).then_some(ticket)
    }
}

impl Outbox {
    /// Opens the directory, or makes it, and returns what waits in it.
    pub(super) fn open(directory: &Path) -> Result<(Self, Vec<Ticket>), DurableError> {
        durable::private_directory(directory)?;
        let lock = LockFile::acquire(directory.join(LOCK_FILE))?;
        durable::remove_leftovers(directory)?;
        let explain = |error| DurableError::new(Operation::Read, directory, &error);
        let mut waiting = Vec::new();
        for entry in fs::read_dir(directory).map_err(explain)? {
            let name = entry.map_err(explain)?.file_name();
            waiting.extend(name.to_str().and_then(Ticket::of_file_name));
        }
        waiting.sort_unstable();
        let run_file = directory.join(RUN_FILE);
        let last = waiting.last().map_or(0, |ticket| ticket.run).max(last_run(&run_file)?);
        let run = last.saturating_add(1);
        durable::write_replace(run_file, Visibility::OwnerOnly, run.to_string().as_bytes())?;
        let outbox =
            Self { directory: directory.to_owned(), run, next: AtomicU64::new(1), _lock: lock };
        Ok((outbox, waiting))
    }

    /// Puts a result in, and returns when it is on the disk.
    pub(super) fn put(&self, json: impl FnOnce(Ticket) -> Vec<u8>) -> Result<Ticket, DurableError> {
        let ticket = Ticket::new(self.run, self.next.fetch_add(1, Ordering::Relaxed));
        durable::write_new(self.path(ticket), Visibility::OwnerOnly, &json(ticket))?;
        Ok(ticket)
    }

    /// Reads a result; `None` where a person has taken it away.
    pub(super) fn read(&self, ticket: Ticket) -> Result<Option<Vec<u8>>, DurableError> {
        match durable::read_bounded(self.path(ticket), RESULT_LEN_BYTES_MAX) {
            Ok(json) => Ok(Some(json)),
            Err(error) if error.cause == Cause::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Takes a result out. Where that fails it is sent again after the next start, and the receiver drops it.
    pub(super) fn remove(&self, ticket: Ticket) {
        let _sent_again = fs::remove_file(self.path(ticket));
    }

    pub(super) fn path(&self, ticket: Ticket) -> PathBuf {
        self.directory.join(ticket.file_name())
    }
}

/// The number of the last start; 0 where the file is missing or says nothing.
fn last_run(path: &Path) -> Result<u64, DurableError> {
    match durable::read_bounded(path, RUN_LEN_BYTES_MAX) {
        Ok(bytes) => {
            let text = std::str::from_utf8(&bytes).ok();
            Ok(text.and_then(|text| text.trim().parse().ok()).unwrap_or(0))
        }
        Err(error) if matches!(error.cause, Cause::NotFound | Cause::TooLarge { .. }) => Ok(0),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(outbox: &Outbox) -> Ticket {
        outbox.put(|ticket| ticket.file_name().into_bytes()).unwrap()
    }

    #[test]
    fn what_waits_is_found_in_order_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let path = outbox_of(&directory.path().join("line.journal"));
        assert!(path.ends_with("line.journal.outbox"));
        let (outbox, waiting) = Outbox::open(&path).unwrap();
        assert_eq!(waiting, []);
        let first = [put(&outbox), put(&outbox), put(&outbox)];
        outbox.remove(first[1]);
        drop(outbox);
        let (outbox, waiting) = Outbox::open(&path).unwrap();
        assert_eq!(waiting, [first[0], first[2]]);
        let later = put(&outbox);
        assert!(later > first[2]);
        assert_eq!(outbox.read(later).unwrap(), Some(later.file_name().into_bytes()));
        assert_eq!(outbox.read(first[1]).unwrap(), None);
    }

    #[test]
    fn a_damaged_or_missing_run_file_leads_to_no_number_twice() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("outbox");
        let first = put(&Outbox::open(&path).unwrap().0);
        durable::write_replace(path.join(RUN_FILE), Visibility::OwnerOnly, b"x").unwrap();
        let second = put(&Outbox::open(&path).unwrap().0);
        fs::remove_file(path.join(RUN_FILE)).unwrap();
        let third = put(&Outbox::open(&path).unwrap().0);
        assert!(first < second && second < third);
    }

    #[test]
    fn a_second_process_is_kept_out() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("outbox");
        let _first = Outbox::open(&path).unwrap();
        let error = Outbox::open(&path).unwrap_err();
        assert!(matches!(error.cause, Cause::HeldByProcess { .. }));
    }

    #[test]
    fn only_names_of_the_own_form_are_results() {
        assert_eq!(Ticket::of_file_name("0000000001-0000000002.json"), Some(Ticket::new(1, 2)));
        for other in [
            "run",
            "1-2.json",
            "0000000001-0000000002.txt",
            "é-.json",
            "+000000001-0000000002.json",
        ] {
            assert_eq!(Ticket::of_file_name(other), None, "{other}");
        }
    }
}
