//! Reads a control log of any size, entry by entry, in constant memory.

use std::io::{self, Read};

use crate::{
    document::{Document, Step},
    error::ReadError,
    limits::WINDOW_LEN_BYTES,
    record::Record,
};

/// A streaming reader. It holds one window of the source and one entry.
///
/// ```
/// let log = br#"{"controlLogs": [{"version": "4-0-1", "device": {"serialNumber": "00"}}]}"#;
/// let mut reader = control_log::Reader::new(&log[..]);
/// let record = reader.next_record()?.expect("the log has one record");
/// assert_eq!((record.number(), record.offset_bytes()), (1, 17));
/// assert!(reader.next_record()?.is_none());
/// # Ok::<(), control_log::ReadError>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    document: Document,
    window: Vec<u8>,
    start: usize,
    end: usize,
    source_ended: bool,
    /// Canonical text of the last entry.
    text: Vec<u8>,
    is_done: bool,
}

impl<R: Read> Reader<R> {
    /// Reads from `source`, which need not be buffered.
    pub fn new(source: R) -> Self {
        Self {
            source,
            document: Document::default(),
            window: vec![0; WINDOW_LEN_BYTES],
            start: 0,
            end: 0,
            source_ended: false,
            text: Vec::new(),
            is_done: false,
        }
    }

    /// Reads the next entry; `None` when the file has ended as it should.
    ///
    /// # Errors
    ///
    /// [`ReadError`] names the record and the byte. Reading cannot go on after it: every further call returns
    /// `None`.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, ReadError> {
        self.text.clear();
        while !self.is_done {
            // Until proved otherwise, an error ends the reading.
            self.is_done = true;
            let window = &self.window[self.start..self.end];
            match self.document.step(window, self.source_ended, &mut self.text)? {
                Step::Entry(found) => {
                    self.is_done = false;
                    self.start += found.consumed;
                    return Ok(Some(Record::new(found, &self.text)));
                }
                Step::NeedMore { consumed } => {
                    self.start += consumed;
                    self.fill().map_err(|error| {
                        let offset = self.document.offset_bytes() + (self.end - self.start) as u64;
                        ReadError::io(self.document.record(), offset, &error)
                    })?;
                    self.is_done = false;
                }
                Step::End => {}
            }
        }
        Ok(None)
    }

    /// How many members beside `controlLogs` the file had so far. They are passed over.
    pub fn members_ignored(&self) -> u64 {
        self.document.members_ignored()
    }

    /// Doubles what is held, so that an entry that comes in crumbs is not read over from its start at each.
    fn fill(&mut self) -> io::Result<()> {
        self.window.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let wanted = (2 * self.end).clamp(1, self.window.len());
        while self.end < wanted {
            match self.source.read(&mut self.window[self.end..]) {
                Ok(0) => {
                    self.source_ended = true;
                    break;
                }
                Ok(len) => self.end += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
