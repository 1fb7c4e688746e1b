//! The audit log of an HSM, and what one trusts of it.

mod kept_logs;
mod saved_entry;

use std::{fmt, str::FromStr};

use thiserror::Error;
use yubihsm2::{
    LogDigest, LogEntry, LogFault, LogPage, LogTrust,
    operation::{LogEntries, SetLogIndex},
};

use crate::session::{Session, SessionError};

pub use self::{
    kept_logs::{KeepError, KeptLogs},
    saved_entry::SavedEntry,
};

/// The first line of a file of trust.
const HEAD: &str = "curbside-hsm-audit 1";

/// The last entry of an HSM's log that was checked. What follows is checked against it.
///
/// As text: the line `curbside-hsm-audit 1`, then `SERIAL NUMBER DIGEST_HEX`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AuditTrust {
    /// The HSM's serial number.
    pub serial: u32,
    /// The entry's number and digest.
    pub last: LogTrust,
}

impl AuditTrust {
    /// Checks a log and gives the trust in its last entry. `None` as trust means that nothing is known of
    /// the HSM yet: its first entry is believed.
    ///
    /// # Errors
    ///
    /// [`AuditError::OtherHsm`], [`AuditError::Damaged`]; [`AuditError::Empty`] where nothing was trusted and
    /// there is nothing to trust.
    pub fn check(known: Option<Self>, serial: u32, page: &LogPage) -> Result<Self, AuditError> {
        let trust = match known {
            Some(known) if known.serial != serial => {
                return Err(AuditError::OtherHsm { expected: known.serial, found: serial });
            }
            Some(known) => known.last,
            None => LogTrust::on_first_use(page.entries.first().ok_or(AuditError::Empty)?),
        };
        let last = trust.verify(&page.entries).map_err(AuditError::Damaged)?;
        Ok(Self { serial, last })
    }
}

impl fmt::Display for AuditTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\n{:010} {} {}", self.serial, self.last.number, self.last.digest)
    }
}

impl FromStr for AuditTrust {
    type Err = AuditError;

    fn from_str(text: &str) -> Result<Self, AuditError> {
        let mut lines = text.lines();
        let words: Vec<&str> = match (lines.next(), lines.next()) {
            (Some(HEAD), Some(line)) => line.split_whitespace().collect(),
            _ => return Err(AuditError::TrustFile),
        };
        let [serial, number, digest] = words[..] else { return Err(AuditError::TrustFile) };
        let mut bytes = [0; LogDigest::LEN_BYTES];
        hex::decode_to_slice(digest, &mut bytes).map_err(|_| AuditError::TrustFile)?;
        Ok(Self {
            serial: serial.parse().map_err(|_| AuditError::TrustFile)?,
            last: LogTrust {
                number: number.parse().map_err(|_| AuditError::TrustFile)?,
                digest: LogDigest(bytes),
            },
        })
    }
}

/// Reads the whole log; needs the right to.
///
/// # Errors
///
/// [`SessionError`].
pub fn read_audit_log(session: &mut Session) -> Result<LogPage, SessionError> {
    session.call_repeatable(&LogEntries {})
}

/// Tells the HSM that entries up to and including this one are kept elsewhere, so that it has room again.
/// They are gone from the HSM.
///
/// # Errors
///
/// [`SessionError`].
pub fn advance_audit_log(session: &mut Session, through: &LogEntry) -> Result<(), SessionError> {
    let number = through.record.number;
    match session.call(&SetLogIndex { number }) {
        // Done; a second time the number might be unknown already.
        Err(SessionError::AnswerLost { .. }) => Ok(()),
        advanced => advanced,
    }
}

/// Why a log is not believed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum AuditError {
    /// The trust is in another HSM's log.
    #[error(
        "check the audit log: it is of HSM {found:010}, and what is trusted is of {expected:010}"
    )]
    OtherHsm {
        /// Whose log is trusted.
        expected: u32,
        /// Whose log it is.
        found: u32,
    },
    /// An entry is missing, or was changed.
    #[error("check the audit log: {0}")]
    Damaged(LogFault),
    /// Nothing is trusted and there is nothing to trust.
    #[error("check the audit log: it is empty and nothing of it is trusted yet")]
    Empty,
    /// A file of trust that is none.
    #[error(
        "read what is trusted: the first line is `{HEAD}`, the second `SERIAL NUMBER DIGEST_HEX`"
    )]
    TrustFile,
}

impl AuditError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::OtherHsm { .. } => "keep one trust file for each HSM",
            Self::Damaged(LogFault::Gap { .. }) => {
                "somebody advanced the log without saving it here, or the HSM was reset"
            }
            Self::Damaged(_) => {
                "the HSM was reset, or its log was changed on the way: find out which"
            }
            Self::Empty => "open a session with an audited command first",
            Self::TrustFile => "name the file that an earlier run wrote, or a new one",
        };
        Some(hint.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use yubihsm2::{Command, LogChain, LogRecord};

    use super::*;

    const SERIAL: u32 = 7_550_054;

    fn log(count: usize) -> LogPage {
        let mut chain = LogChain::start(&[7; 32]);
        let mut entries = vec![*chain.last()];
        for _ in 1..count {
            let record = LogRecord { command: Command::SIGN_EDDSA, ..LogRecord::boot(0) };
            entries.push(chain.append(record));
        }
        LogPage { entries, ..LogPage::default() }
    }

    #[test]
    fn trust_goes_from_run_to_run() {
        let whole = log(9);
        let first = LogPage { entries: whole.entries[..4].to_vec(), ..LogPage::default() };
        let trust = AuditTrust::check(None, SERIAL, &first).unwrap();
        assert_eq!(trust.last.number, 4);
        let trust = AuditTrust::check(Some(trust), SERIAL, &whole).unwrap();
        assert_eq!(trust.last.number, 9);
        assert_eq!(trust.to_string().parse(), Ok(trust));
        let rest = LogPage { entries: whole.entries[5..].to_vec(), ..LogPage::default() };
        let early = AuditTrust { serial: SERIAL, last: LogTrust::on_first_use(&whole.entries[3]) };
        let gap = AuditTrust::check(Some(early), SERIAL, &rest);
        assert!(matches!(gap, Err(AuditError::Damaged(LogFault::Gap { .. }))), "{gap:?}");
    }

    #[test]
    fn a_changed_entry_another_hsm_and_an_empty_log_are_told_apart() {
        let mut page = log(5);
        let trust = AuditTrust::check(None, SERIAL, &page).unwrap();
        page.entries[2].record.result ^= 1;
        let damaged = AuditTrust::check(None, SERIAL, &page);
        assert!(matches!(damaged, Err(AuditError::Damaged(LogFault::Digest { number: 3 }))));
        let other = AuditTrust::check(Some(trust), 1, &log(5));
        assert_eq!(other, Err(AuditError::OtherHsm { expected: SERIAL, found: 1 }));
        assert_eq!(AuditTrust::check(None, SERIAL, &LogPage::default()), Err(AuditError::Empty));
        let again = AuditTrust::check(Some(trust), SERIAL, &LogPage::default());
        assert_eq!(again, Ok(trust));
    }

    #[test]
    fn what_is_no_file_of_trust_is_refused() {
        for text in ["", "curbside-hsm-audit 1", "curbside-hsm-audit 1\n1 2", "x\n1 2 00"] {
            assert_eq!(text.parse::<AuditTrust>(), Err(AuditError::TrustFile), "{text}");
        }
    }
}
