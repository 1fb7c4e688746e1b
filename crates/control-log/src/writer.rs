//! Writes a control log in the exact form of the public tools.

use std::io::{self, Write};

use crate::{entry::Entry, record::Record};

/// What stands before the first entry.
pub(crate) const HEAD: &str = "{\n  \"controlLogs\": [\n    ";

/// What stands between two entries.
pub(crate) const BETWEEN: &str = ",\n    ";

/// What stands behind the last entry.
pub(crate) const TAIL: &str = "\n  ]\n}";

/// A log without entries.
const EMPTY: &str = "{\n  \"controlLogs\": []\n}";

/// How many bytes are gathered before they are passed on.
const BUFFER_LEN_BYTES: usize = 64 * 1024;

/// How a file ends.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Ending {
    /// With a newline, as the signing tool ends the log of one device.
    Newline,
    /// Without one, as the consolidation tool ends its logs.
    Bare,
}

impl Ending {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Newline => "\n",
            Self::Bare => "",
        }
    }
}

/// A streaming writer, with a buffer of its own.
#[derive(Debug)]
pub struct Writer<W> {
    sink: W,
    buffer: Vec<u8>,
    records: u64,
    passed_on_len_bytes: u64,
}

impl<W: Write> Writer<W> {
    /// Writes to `sink`, which need not be buffered.
    pub fn new(sink: W) -> Self {
        Self { sink, buffer: Vec::new(), records: 0, passed_on_len_bytes: 0 }
    }

    /// Adds an entry.
    ///
    /// # Errors
    ///
    /// The sink's.
    pub fn push(&mut self, entry: &Entry) -> io::Result<()> {
        self.push_text(&entry.to_text())
    }

    /// Adds an entry as it was read, with members that we do not know.
    ///
    /// # Errors
    ///
    /// The sink's.
    pub fn push_record(&mut self, record: &Record<'_>) -> io::Result<()> {
        self.push_text(record.text())
    }

    /// How many entries were added.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The length of the whole file in bytes, were it ended now after one more entry of `text_len_bytes`.
    pub(crate) fn len_bytes_with(&self, text_len_bytes: usize, ending: Ending) -> u64 {
        let separator = if self.records == 0 { HEAD } else { BETWEEN };
        let written = self.passed_on_len_bytes + self.buffer.len() as u64;
        let rest = separator.len() + text_len_bytes + TAIL.len() + ending.text().len();
        written + rest as u64
    }

    /// Ends the file and returns the sink, flushed.
    ///
    /// # Errors
    ///
    /// The sink's.
    pub fn finish(mut self, ending: Ending) -> io::Result<W> {
        let tail = if self.records == 0 { EMPTY } else { TAIL };
        self.buffer.extend_from_slice(tail.as_bytes());
        self.buffer.extend_from_slice(ending.text().as_bytes());
        self.pass_on()?;
        self.sink.flush()?;
        Ok(self.sink)
    }

    fn push_text(&mut self, text: &str) -> io::Result<()> {
        let separator = if self.records == 0 { HEAD } else { BETWEEN };
        self.buffer.extend_from_slice(separator.as_bytes());
        self.buffer.extend_from_slice(text.as_bytes());
        self.records += 1;
        if self.buffer.len() >= BUFFER_LEN_BYTES { self.pass_on() } else { Ok(()) }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.buffer)?;
        self.passed_on_len_bytes += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// The control log of one device as the signing tool writes it.
pub fn single_log(entry: &Entry) -> String {
    format!("{HEAD}{}{TAIL}{}", entry.to_text(), Ending::Newline.text())
}
