//! Logs that grow while a server signs.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use durable::{DurableError, SyncedFile, Visibility};
use thiserror::Error;
use yubihsm2::{LogEntry, LogPage, LogTrust};

use super::{AuditError, AuditTrust, SavedEntry};

/// How long a file may grow, in bytes, before the next one is begun: some 150,000 entries, which are read again at a start.
const FILE_LEN_BYTES_MAX: u64 = 32 << 20;

/// The audit logs of HSMs in a directory. Each HSM has files `hsm-SERIAL-NUMBER.jsonl`, of which the last one grows.
pub struct KeptLogs {
    directory: PathBuf,
    logs: Mutex<HashMap<u32, KeptLog>>,
}

/// The files of one HSM.
struct KeptLog {
    serial: u32,
    /// How many there are.
    count: u32,
    /// The one that grows, and how long it is in whole lines.
    last: Option<(SyncedFile, u64)>,
    /// The last entry of all.
    trust: Option<AuditTrust>,
}

/// Why entries were not kept.
#[derive(Debug, Error)]
pub enum KeepError {
    /// The disk.
    #[error("failed to {0}")]
    File(#[from] DurableError),
    /// The HSM's log does not go on where the kept one ends.
    #[error("failed to {0}")]
    Audit(#[from] AuditError),
    /// The kept log is something else: it was changed by hand.
    #[error("failed to read {}: it does not begin with an entry of an HSM's log", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// An entry has no form as text.
    #[error("failed to write an entry as text: {0}")]
    Text(#[from] serde_json::Error),
}

impl KeptLogs {
    /// Logs in a directory that exists.
    pub fn new(directory: PathBuf) -> Self {
        Self { directory, logs: Mutex::default() }
    }

    /// Keeps what a log has more than was kept before. When this returns it is on the disk.
    ///
    /// # Errors
    ///
    /// [`KeepError`]: of this page nothing counts as kept.
    pub fn keep(&self, serial: u32, page: &LogPage) -> Result<(), KeepError> {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        // After a failed write nobody knows what the disk has: the next page reads the files again.
        let mut log = match logs.remove(&serial) {
            Some(log) => log,
            None => KeptLog::open(&self.directory, serial)?,
        };
        log.keep(&self.directory, page)?;
        logs.insert(serial, log);
        Ok(())
    }
}

impl KeptLog {
    fn open(directory: &Path, serial: u32) -> Result<Self, KeepError> {
        let mut count = 0;
        while path_of(directory, serial, count + 1).exists() {
            count += 1;
        }
        if count == 0 {
            return Ok(Self { serial, count, last: None, trust: None });
        }
        let path = path_of(directory, serial, count);
        let mut file = SyncedFile::open(&path)?;
        let bytes = file.read(2 * FILE_LEN_BYTES_MAX)?;
        let (len, last) = whole(&bytes);
        let last = last.ok_or(KeepError::Malformed { path })?;
        let trust = AuditTrust { serial, last };
        Ok(Self { serial, count, last: Some((file, len as u64)), trust: Some(trust) })
    }

    fn keep(&mut self, directory: &Path, page: &LogPage) -> Result<(), KeepError> {
        let trust = match AuditTrust::check(self.trust, self.serial, page) {
            Ok(trust) => trust,
            Err(AuditError::Empty) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let lines = self.news(page).iter().map(|entry| SavedEntry::of(entry).to_line());
        let lines = lines.collect::<Result<String, _>>()?;
        if !lines.is_empty() {
            self.append(directory, lines.as_bytes())?;
        }
        self.trust = Some(trust);
        Ok(())
    }

    /// The entries behind the last one that is kept.
    fn news<'a>(&self, page: &'a LogPage) -> &'a [LogEntry] {
        let is_last = |entry: &LogEntry| {
            self.trust.is_some_and(|trust| trust.last == LogTrust::on_first_use(entry))
        };
        let known = page.entries.iter().position(is_last).map_or(0, |at| at + 1);
        &page.entries[known..]
    }

    fn append(&mut self, directory: &Path, lines: &[u8]) -> Result<(), DurableError> {
        match &mut self.last {
            Some((file, len)) if *len < FILE_LEN_BYTES_MAX => {
                file.write_at(*len, lines)?;
                file.sync()?;
                *len += lines.len() as u64;
            }
            _ => {
                let path = path_of(directory, self.serial, self.count + 1);
                durable::write_new(&path, Visibility::Shared, lines)?;
                self.last = Some((SyncedFile::open(&path)?, lines.len() as u64));
                self.count += 1;
            }
        }
        Ok(())
    }
}

/// How long the part of a file is whose chain of digests holds, in bytes, and its last entry. Of what is behind it a power
/// cut has left pieces, in any order; the HSM has not been told to forget those entries, and they come again.
fn whole(bytes: &[u8]) -> (usize, Option<LogTrust>) {
    let (mut len, mut trust) = (0, None);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let entry = line.strip_suffix(b"\n").and_then(SavedEntry::parse);
        let next = entry.and_then(|entry| {
            let known = trust.unwrap_or_else(|| LogTrust::on_first_use(&entry));
            known.verify(&[entry]).ok()
        });
        if next.is_none() {
            break;
        }
        (len, trust) = (len + line.len(), next);
    }
    (len, trust)
}

fn path_of(directory: &Path, serial: u32, number: u32) -> PathBuf {
    directory.join(format!("hsm-{serial:010}-{number:04}.jsonl"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;
    use yubihsm2::{Command, LogChain, LogRecord};

    use super::*;

    const SERIAL: u32 = 7_550_054;

    fn entries(count: usize) -> Vec<LogEntry> {
        let mut chain = LogChain::start(&[7; 32]);
        let mut entries = vec![*chain.last()];
        for _ in 1..count {
            let record = LogRecord { command: Command::SIGN_EDDSA, ..LogRecord::boot(0) };
            entries.push(chain.append(record));
        }
        entries
    }

    fn page(entries: &[LogEntry]) -> LogPage {
        LogPage { entries: entries.to_vec(), ..LogPage::default() }
    }

    fn kept(directory: &TempDir) -> Vec<LogEntry> {
        let path = path_of(directory.path(), SERIAL, 1);
        let bytes = durable::read_bounded(path, FILE_LEN_BYTES_MAX).unwrap();
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| SavedEntry::parse(line).unwrap()).collect()
    }

    #[test]
    fn each_entry_is_kept_once_however_often_it_comes_and_whatever_was_torn() {
        let directory = TempDir::new().unwrap();
        let all = entries(40);
        let logs = KeptLogs::new(directory.path().to_owned());
        logs.keep(SERIAL, &page(&[])).unwrap();
        logs.keep(SERIAL, &page(&all[..10])).unwrap();
        logs.keep(SERIAL, &page(&all[..10])).unwrap();
        logs.keep(SERIAL, &page(&all[5..20])).unwrap();
        assert_eq!(kept(&directory), all[..20]);
        drop(logs);

        let path = path_of(directory.path(), SERIAL, 1);
        let mut torn = durable::read_bounded(&path, FILE_LEN_BYTES_MAX).unwrap();
        torn.extend(&SavedEntry::of(&all[20]).to_line().unwrap().as_bytes()[..30]);
        fs::remove_file(&path).unwrap();
        durable::write_new(&path, Visibility::Shared, &torn).unwrap();
        let logs = KeptLogs::new(directory.path().to_owned());
        logs.keep(SERIAL, &page(&all[20..])).unwrap();
        assert_eq!(kept(&directory), all);
    }

    #[test]
    fn a_hole_that_a_power_cut_left_is_filled_while_the_hsm_still_knows() {
        let directory = TempDir::new().unwrap();
        let all = entries(40);
        let logs = || KeptLogs::new(directory.path().to_owned());
        let path = path_of(directory.path(), SERIAL, 1);
        logs().keep(SERIAL, &page(&all[..10])).unwrap();
        let before = durable::read_bounded(&path, FILE_LEN_BYTES_MAX).unwrap().len();
        logs().keep(SERIAL, &page(&all[10..20])).unwrap();
        let mut holed = durable::read_bounded(&path, FILE_LEN_BYTES_MAX).unwrap();
        holed[before + 40..before + 900].fill(0);
        let again = |bytes: &[u8], page: &LogPage| {
            fs::remove_file(&path).unwrap();
            durable::write_new(&path, Visibility::Shared, bytes).unwrap();
            logs().keep(SERIAL, page)
        };
        let forgotten = again(&holed, &page(&all[15..25])).unwrap_err();
        assert!(matches!(forgotten, KeepError::Audit(AuditError::Damaged(_))), "{forgotten}");
        assert_eq!(durable::read_bounded(&path, FILE_LEN_BYTES_MAX).unwrap(), holed);
        again(&holed, &page(&all[10..25])).unwrap();
        assert_eq!(kept(&directory), all[..25]);
        // A log whose beginning is gone is a person's to look at.
        let empty = again(&[0; 4096], &page(&all[10..25])).unwrap_err();
        assert!(matches!(empty, KeepError::Malformed { .. }), "{empty}");
    }

    #[test]
    fn a_log_that_does_not_go_on_is_not_kept() {
        let directory = TempDir::new().unwrap();
        let all = entries(40);
        let logs = KeptLogs::new(directory.path().to_owned());
        logs.keep(SERIAL, &page(&all[..10])).unwrap();
        let gap = logs.keep(SERIAL, &page(&all[15..20])).unwrap_err();
        assert!(matches!(gap, KeepError::Audit(AuditError::Damaged(_))), "{gap}");
        logs.keep(SERIAL, &page(&all[10..20])).unwrap();
        assert_eq!(kept(&directory), all[..20]);
    }
}
