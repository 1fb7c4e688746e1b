//! The frame of a control log, `{"controlLogs": [entry, …]}`, taken apart as the bytes come.

use std::ops::Range;

use crate::{
    error::{ReadError, ReadProblem},
    json::{self, Stop, Transcoder},
    limits::ENTRY_LEN_BYTES_MAX,
    shape::{Fields, Place},
};

/// How many containers stand around an entry: the object and its list.
pub(crate) const ENTRY_LEVEL: usize = 2;

/// Takes a control log apart. Fed with a window of the source at a time.
#[derive(Debug, Default)]
pub(crate) struct Document {
    state: State,
    /// Entries completed.
    records: u64,
    /// Bytes of the source that were taken.
    offset_bytes: u64,
    has_control_logs: bool,
    members_ignored: u64,
    keys: Vec<Range<usize>>,
    scratch: Vec<u8>,
}

/// What a window gave.
#[derive(Debug)]
pub(crate) enum Step {
    /// An entry, whose canonical text was appended.
    Entry(EntryFound),
    /// `consumed` bytes were taken; more are needed.
    NeedMore { consumed: usize },
    /// The document is complete, and so is the source.
    End,
}

/// An entry of a window.
#[derive(Debug)]
pub(crate) struct EntryFound {
    /// Bytes of the window up to and with the entry.
    pub(crate) consumed: usize,
    /// Counted from 1.
    pub(crate) record: u64,
    /// Where in the source the entry begins.
    pub(crate) offset_bytes: u64,
    pub(crate) fields: Fields,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum State {
    #[default]
    Start,
    /// Behind `{`.
    FirstKey,
    /// Behind `,` in the object.
    NextKey,
    /// Behind `"controlLogs":`.
    ControlLogs,
    /// Behind the colon of another member.
    OtherValue,
    /// Behind a member's value.
    AfterMember,
    /// Behind `[`.
    FirstEntry,
    /// Behind `,` in the list.
    NextEntry,
    /// Behind an entry.
    AfterEntry,
    /// Behind the last `}`.
    Trailer,
}

impl Document {
    /// How many members beside `controlLogs` were passed over.
    pub(crate) fn members_ignored(&self) -> u64 {
        self.members_ignored
    }

    /// The record that is being read, counted from 1.
    pub(crate) fn record(&self) -> Option<u64> {
        matches!(self.state, State::FirstEntry | State::NextEntry).then_some(self.records + 1)
    }

    pub(crate) fn offset_bytes(&self) -> u64 {
        self.offset_bytes
    }

    /// Goes on with `window`, which begins behind what was consumed before, up to the next entry.
    /// `at_end` says that the source ends with this window.
    pub(crate) fn step(
        &mut self,
        window: &[u8],
        at_end: bool,
        out: &mut Vec<u8>,
    ) -> Result<Step, ReadError> {
        let mut at = 0;
        loop {
            at += json::whitespace_len(&window[at..]);
            let Some(&first) = window.get(at) else { break };
            if self.state == State::NextEntry || (self.state == State::FirstEntry && first != b']')
            {
                match self.entry(&window[at..], out) {
                    Ok((len, fields)) => return Ok(self.entry_found(at, len, fields)),
                    Err(Stop::NeedMore) => break,
                    Err(Stop::Bad { offset, problem }) => {
                        return Err(self.error(at + offset, problem));
                    }
                }
            }
            match self.advance(&window[at..], first) {
                Ok(len) => at += len,
                Err(Stop::NeedMore) => break,
                Err(Stop::Bad { offset, problem }) => return Err(self.error(at + offset, problem)),
            }
        }
        match (self.state, at_end) {
            (State::Trailer, true) => Ok(Step::End),
            (State::Start, true) => Err(self.error(window.len(), ReadProblem::Empty)),
            (_, true) => Err(self.error(window.len(), ReadProblem::Truncated)),
            (_, false) => {
                self.offset_bytes += at as u64;
                Ok(Step::NeedMore { consumed: at })
            }
        }
    }

    /// Takes one piece of the frame. Returns its length.
    fn advance(&mut self, window: &[u8], first: u8) -> Result<usize, Stop> {
        let unexpected = |expected| bad(ReadProblem::UnexpectedByte { byte: first, expected });
        self.state = match (self.state, first) {
            (State::Start, b'{') => State::FirstKey,
            (State::Start, 0xef | 0xfe | 0xff) if self.offset_bytes == 0 => {
                return Err(bad(ReadProblem::ByteOrderMark));
            }
            (State::Start, _) => {
                let (what, expected) = ("the file", "a JSON object");
                return Err(bad(ReadProblem::WrongKind { what, expected }));
            }
            (State::FirstKey, b'}') => return self.close(),
            (State::FirstKey | State::NextKey, _) => return self.key(window),
            (State::ControlLogs, b'[') => State::FirstEntry,
            (State::ControlLogs, _) => {
                let (what, expected) = ("\"controlLogs\"", "a list");
                return Err(bad(ReadProblem::WrongKind { what, expected }));
            }
            (State::OtherValue, _) => return self.ignore(window),
            (State::AfterMember, b',') => State::NextKey,
            (State::AfterMember, b'}') => return self.close(),
            (State::AfterMember, _) => return Err(unexpected("`,` or `}`")),
            (State::AfterEntry, b',') => State::NextEntry,
            (State::FirstEntry | State::AfterEntry, b']') => State::AfterMember,
            (State::FirstEntry | State::NextEntry | State::AfterEntry, _) => {
                return Err(unexpected("`,` or `]`"));
            }
            (State::Trailer, byte) => return Err(bad(ReadProblem::TrailingData { byte })),
        };
        Ok(1)
    }

    fn key(&mut self, window: &[u8]) -> Result<usize, Stop> {
        self.scratch.clear();
        let len = bounded(window, |text| {
            Transcoder::new(text, &mut self.scratch, &mut self.keys).read_key()
        })?;
        self.state = State::OtherValue;
        if self.scratch == b"\"controlLogs\"" {
            if self.has_control_logs {
                return Err(bad(ReadProblem::DuplicateKey { key: "controlLogs".into() }));
            }
            self.has_control_logs = true;
            self.state = State::ControlLogs;
        }
        Ok(len)
    }

    /// Passes over a member that is not `controlLogs`, as the public tools do.
    fn ignore(&mut self, window: &[u8]) -> Result<usize, Stop> {
        self.scratch.clear();
        let (len, _) = bounded(window, |text| {
            Transcoder::new(text, &mut self.scratch, &mut self.keys).read_value(1, Place::Elsewhere)
        })?;
        self.members_ignored += 1;
        self.state = State::AfterMember;
        Ok(len)
    }

    fn close(&mut self) -> Result<usize, Stop> {
        if !self.has_control_logs {
            return Err(bad(ReadProblem::ControlLogsMissing));
        }
        self.state = State::Trailer;
        Ok(1)
    }

    /// Reads an entry into `out`, which is as before when that does not succeed.
    fn entry(&mut self, window: &[u8], out: &mut Vec<u8>) -> Result<(usize, Fields), Stop> {
        if window[0] != b'{' {
            let (what, expected) = ("the entry", "a JSON object");
            return Err(bad(ReadProblem::WrongKind { what, expected }));
        }
        let out_start = out.len();
        let read = bounded(window, |text| {
            Transcoder::new(text, out, &mut self.keys).read_value(ENTRY_LEVEL, Place::Entry)
        });
        let read = match read {
            // What we write, we must be able to read.
            Ok(_) if out.len() - out_start > ENTRY_LEN_BYTES_MAX => Err(bad(ReadProblem::TOO_LONG)),
            read => read,
        };
        if read.is_err() {
            out.truncate(out_start);
        }
        read
    }

    fn entry_found(&mut self, at: usize, len: usize, fields: Fields) -> Step {
        let offset_bytes = self.offset_bytes + at as u64;
        let consumed = at + len;
        self.offset_bytes += consumed as u64;
        self.records += 1;
        self.state = State::AfterEntry;
        Step::Entry(EntryFound { consumed, record: self.records, offset_bytes, fields })
    }

    fn error(&self, offset: usize, problem: ReadProblem) -> ReadError {
        let offset_bytes = self.offset_bytes + offset as u64;
        ReadError { record: self.record(), offset_bytes, problem }
    }
}

fn bad(problem: ReadProblem) -> Stop {
    Stop::Bad { offset: 0, problem }
}

/// Reads from at most the longest text that is allowed, so that the length of the window makes no difference.
fn bounded<T>(window: &[u8], read: impl FnOnce(&[u8]) -> Result<T, Stop>) -> Result<T, Stop> {
    match window.get(..ENTRY_LEN_BYTES_MAX + 1) {
        None => read(window),
        Some(longest) => match read(longest) {
            Err(Stop::NeedMore) => Err(bad(ReadProblem::TOO_LONG)),
            read => read,
        },
    }
}
