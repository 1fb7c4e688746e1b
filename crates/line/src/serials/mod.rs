//! Serial numbers for boards: reserved when a board is begun, used up when its identity is recorded, given back when the
//! board fails before that.
//!
//! The journal is what makes a DSN unique on a line. Lines that could use the same numbers share a
//! [`SerialStore`]; a range takes blocks of numbers from it, so that a store on a slow network drive costs a wait a
//! block and not a wait a board.

mod check_digit;
mod list;
mod port;
mod range;
mod scan;

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use journal::{SerialReservation, SerialStore, SerialStoreError};

use self::range::{Origin, Range};
pub use self::{
    check_digit::check_digit_is_right,
    list::{LIST_LEN_BYTES_MAX, ListError, read_list},
    port::ScannerPort,
    scan::{Scan, ScanError, ScanRules},
};
use crate::job::{Pattern, SerialSettings};

/// The longest DSN: what a page has room for (`SERIAL_NUM`, 17 bytes with its NUL).
pub const DSN_LEN_MAX: usize = 16;

/// Where slots get serial numbers.
#[derive(Debug)]
pub struct Serials {
    source: Mutex<Source>,
    /// Shared with other lines, or this line's own.
    store: Option<SerialStore>,
    /// Who this line is in the store.
    owner: String,
}

#[derive(Debug)]
enum Source {
    Range(Range),
    List(VecDeque<String>),
    /// One slot at a time waits for a scan, so that a scan cannot go to another board than the operator means.
    Scanner {
        rules: ScanRules,
        expected: Expected,
        first: Option<String>,
    },
}

/// Whether a slot waits for a scan.
#[derive(Debug)]
enum Expected {
    Nobody,
    /// This slot waits.
    By(u16),
    /// This slot's scan has come.
    Scanned(u16, String),
}

/// What a slot gets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Taken {
    /// A number, reserved for it.
    Dsn(String),
    /// It is to be scanned for this slot now.
    Scan,
    /// It is to be scanned, and another slot waits for its scan first.
    ScanLater,
    /// There are no more.
    Exhausted,
}

impl Serials {
    /// Numbers as the job says. `list` is the content of the job's list, where it has one. `own_store` is the file of a
    /// range that is shared with nobody.
    ///
    /// # Errors
    ///
    /// [`SerialsError`].
    pub fn open(
        settings: &SerialSettings,
        owner: &str,
        list: Option<Vec<String>>,
        own_store: &Path,
    ) -> Result<Self, SerialsError> {
        let open = |path: &Path| SerialStore::open(path).map_err(SerialsError::from);
        let shared = settings.shared().map(PathBuf::as_path);
        let (source, store) = match settings {
            SerialSettings::Range { pattern, first, last, .. } => {
                let store = open(shared.unwrap_or(own_store))?;
                let range = Range::new(pattern.clone(), *first, *last, &store, owner)?;
                (Source::Range(range), Some(store))
            }
            SerialSettings::List { .. } => {
                (Source::List(list.unwrap_or_default().into()), shared.map(open).transpose()?)
            }
            SerialSettings::Scanner { pattern, check_digit, is_twice, .. } => {
                let rules = ScanRules::new(pattern.as_deref(), *check_digit, *is_twice)?;
                let source = Source::Scanner { rules, expected: Expected::Nobody, first: None };
                (source, shared.map(open).transpose()?)
            }
        };
        Ok(Self { source: Mutex::new(source), store, owner: owner.to_owned() })
    }

    /// Whether numbers are scanned, board by board.
    pub fn is_scanned(&self) -> bool {
        matches!(*self.source(), Source::Scanner { .. })
    }

    /// A number that nobody uses, reserved for this slot. `is_used` says whether the journal knows a number.
    ///
    /// # Errors
    ///
    /// The store's or the journal's; [`SerialsError::TakenElsewhere`] and [`SerialsError::Used`] for a number that
    /// somebody scanned. Numbers of a range or list that are used are left out.
    pub fn take<E>(
        &self,
        slot: u16,
        is_used: impl Fn(&str) -> Result<bool, E>,
    ) -> Result<Taken, TakeError<E>> {
        let mut source = self.source();
        loop {
            let (dsn, is_scanned) = match &mut *source {
                Source::Range(range) => match range.next(self.store.as_ref(), &self.owner)? {
                    Some((dsn, Origin::Fresh)) => return Ok(Taken::Dsn(dsn)),
                    Some((dsn, Origin::Earlier)) => (dsn, false),
                    None => return Ok(Taken::Exhausted),
                },
                Source::List(list) => match list.pop_front() {
                    Some(dsn) => (dsn, false),
                    None => return Ok(Taken::Exhausted),
                },
                Source::Scanner { expected, .. } => match expected.take(slot) {
                    Ok(dsn) => (dsn, true),
                    Err(not_yet) => return Ok(not_yet),
                },
            };
            if is_used(&dsn).map_err(TakeError::Journal)? {
                if is_scanned {
                    return Err(SerialsError::Used { dsn }.into());
                }
                continue;
            }
            // A range's block is reserved as a whole.
            if let Some(by) = self.taken_elsewhere(&source, &dsn)? {
                if is_scanned {
                    return Err(SerialsError::TakenElsewhere { dsn, by }.into());
                }
                continue;
            }
            return Ok(Taken::Dsn(dsn));
        }
    }

    /// Gives back a number that no identity was recorded for.
    ///
    /// # Errors
    ///
    /// The store's. The number then stays reserved for this line.
    pub fn give_back(&self, dsn: String) -> Result<(), SerialsError> {
        let mut source = self.source();
        let is_range = matches!(*source, Source::Range(_));
        match &mut *source {
            Source::Range(range) => range.give_back(dsn),
            Source::List(list) => {
                self.free(&dsn, is_range)?;
                list.push_front(dsn);
            }
            // The board is scanned again.
            Source::Scanner { .. } => self.free(&dsn, is_range)?,
        }
        Ok(())
    }

    /// Lets another slot wait for a scan: this one's board is gone, or the line stops.
    pub fn expect_no_scan(&self, slot: u16) {
        if let Source::Scanner { expected, first, .. } = &mut *self.source() {
            let is_own = match expected {
                Expected::Nobody => false,
                Expected::By(other) | Expected::Scanned(other, _) => *other == slot,
            };
            if is_own {
                (*expected, *first) = (Expected::Nobody, None);
            }
        }
    }

    /// Takes what a scanner read. It goes to the slot that waits for it.
    ///
    /// # Errors
    ///
    /// [`ScanError`]: it is no serial number of this job, or not the one scanned first.
    pub fn scanned(&self, text: &str) -> Result<Scan, ScanError> {
        match &mut *self.source() {
            Source::Scanner { rules, expected, first } => {
                let Expected::By(slot) = *expected else { return Err(ScanError::NotExpected) };
                let scan = rules.scan(text, first)?;
                if let Scan::Dsn(dsn) = &scan {
                    *expected = Expected::Scanned(slot, dsn.clone());
                }
                Ok(scan)
            }
            _ => Err(ScanError::NotScanned),
        }
    }

    /// Reserves a number that is shared with other lines; the line that has it already is the answer. What this line
    /// reserved before a kill is its own.
    fn taken_elsewhere(&self, source: &Source, dsn: &str) -> Result<Option<String>, SerialsError> {
        // A range's block is reserved as a whole.
        let Some(store) = self.store.as_ref().filter(|_| !matches!(source, Source::Range(_)))
        else {
            return Ok(None);
        };
        Ok(match store.reserve(dsn, &self.owner)? {
            SerialReservation::Reserved => None,
            SerialReservation::TakenBy { owner, .. } if owner == self.owner => None,
            SerialReservation::TakenBy { owner, .. } => Some(owner),
        })
    }

    fn free(&self, dsn: &str, is_range: bool) -> Result<(), SerialsError> {
        match &self.store {
            Some(store) if !is_range => Ok(store.give_back(dsn)?),
            _ => Ok(()),
        }
    }

    fn source(&self) -> MutexGuard<'_, Source> {
        // What a panicking slot left is a queue in a sound state.
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Expected {
    /// The slot's scan, or what it waits for.
    fn take(&mut self, slot: u16) -> Result<String, Taken> {
        match self {
            Self::Nobody => {
                *self = Self::By(slot);
                Err(Taken::Scan)
            }
            Self::By(other) if *other == slot => Err(Taken::Scan),
            Self::Scanned(other, dsn) if *other == slot => {
                let dsn = std::mem::take(dsn);
                *self = Self::Nobody;
                Ok(dsn)
            }
            Self::By(_) | Self::Scanned(..) => Err(Taken::ScanLater),
        }
    }
}

/// Why there is no serial number.
#[derive(Debug, thiserror::Error)]
pub enum SerialsError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] SerialStoreError),
    /// A pattern that is none; a job was checked for it.
    #[error("the pattern of scans is none: {problem}")]
    Pattern {
        /// What is wrong.
        problem: String,
    },
    /// Another line has this number.
    #[error("serial number {dsn} is in use on line {by}")]
    TakenElsewhere {
        /// The number.
        dsn: String,
        /// The line.
        by: String,
    },
    /// A device of this line has this number.
    #[error("serial number {dsn} belongs to another board of this line")]
    Used {
        /// The number.
        dsn: String,
    },
}

impl SerialsError {
    /// What a person can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Store(error) => error.hint(),
            Self::Pattern { .. } => None,
            Self::TakenElsewhere { .. } | Self::Used { .. } => {
                Some("scan the label of the board that is in the fixture; put a board with a doubled label aside".to_owned())
            }
        }
    }
}

/// Why a slot got no number.
#[derive(Debug, thiserror::Error)]
pub enum TakeError<E> {
    /// The source or its store.
    #[error(transparent)]
    Serials(#[from] SerialsError),
    /// The journal.
    #[error("{0}")]
    Journal(E),
}

/// Whether a text can be a DSN: 1 to 16 visible ASCII characters without quotes and backslashes, which would have to be
/// escaped on labels and in JSON.
pub fn dsn_is_good(text: &str) -> bool {
    (1..=DSN_LEN_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
}

/// The name under which a store keeps the numbers of a pattern.
pub(crate) fn pattern_name(pattern: &Pattern) -> String {
    pattern.to_string()
}
