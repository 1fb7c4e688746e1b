//! The first pass of consolidation: every entry goes to the output as it is read, and its place to the ledger.

use std::io::{self, Read, Seek, Write};

use crate::{
    consolidate::{ConsolidateError, Event, Summary, output_failed, spill_failed},
    document::{Document, EntryFound, Step},
    error::ReadError,
    ledger::Written,
    prefetch::{Batch, Then},
    record::Record,
    shape::Field,
    sort::Sorter,
    spool::Spool,
    writer::{BETWEEN, HEAD},
};

/// How many bytes of output are gathered before they are written.
const OUTPUT_LEN_BYTES: usize = 256 * 1024;

/// Entries on their way to the output, and their places on the way to the ledger.
pub(crate) struct Gathering<'o, O, S> {
    output: &'o mut O,
    /// Output that is not written yet.
    out: Vec<u8>,
    /// Output that is.
    written_len_bytes: u64,
    ledger: Sorter<Written, S>,
    document: Document,
    /// The part of an entry at the end of a batch.
    carried: Vec<u8>,
    is_within_source: bool,
    summary: Summary,
}

/// What the pass leaves.
pub(crate) struct Gathered<S> {
    pub(crate) ledger: Sorter<Written, S>,
    /// Length of the output up to the end of the last entry.
    pub(crate) body_len_bytes: u64,
    pub(crate) summary: Summary,
}

impl<'o, O: Spool, S: Read + Write + Seek> Gathering<'o, O, S> {
    pub(crate) fn new(output: &'o mut O, ledger_len_bytes: usize) -> Self {
        Self {
            output,
            out: Vec::new(),
            written_len_bytes: 0,
            ledger: Sorter::new(ledger_len_bytes),
            document: Document::default(),
            carried: Vec::new(),
            is_within_source: false,
            summary: Summary::default(),
        }
    }

    /// Takes a batch apart and returns its memory.
    pub(crate) fn batch<E>(
        &mut self,
        batch: Batch<E>,
        open_spill: &mut impl FnMut() -> io::Result<S>,
        on_event: &mut impl FnMut(Event),
    ) -> Result<Vec<u8>, ConsolidateError<E>> {
        let mut start = 0;
        for piece in batch.pieces {
            let source = piece.source;
            if !self.is_within_source {
                self.is_within_source = true;
                on_event(Event::SourceStarted { source });
            }
            let bytes = &batch.bytes[start..start + piece.len_bytes];
            start += piece.len_bytes;
            let at_end = matches!(piece.then, Then::SourceEnds);
            self.feed(source, bytes, at_end, open_spill)?;
            match piece.then {
                Then::More => {}
                Then::SourceEnds => self.end_source(),
                Then::OpenFailed(error) => {
                    return Err(ConsolidateError::Open { source_number: source, error });
                }
                Then::ReadFailed(error) => {
                    let offset_bytes = self.document.offset_bytes() + self.carried.len() as u64;
                    let error = ReadError::io(self.document.record(), offset_bytes, &error);
                    return Err(ConsolidateError::Source { source_number: source, error });
                }
            }
        }
        Ok(batch.bytes)
    }

    /// Ends the pass: everything gathered is in the output, whose length so far is returned with the ledger.
    pub(crate) fn finish<E>(self) -> Result<Gathered<S>, ConsolidateError<E>> {
        self.output.write_all(&self.out).map_err(output_failed)?;
        let body_len_bytes = self.written_len_bytes + self.out.len() as u64;
        Ok(Gathered { ledger: self.ledger, body_len_bytes, summary: self.summary })
    }

    /// Goes on with a source. What is left of an entry is carried to the next call.
    fn feed<E>(
        &mut self,
        source: u64,
        bytes: &[u8],
        at_end: bool,
        open_spill: &mut impl FnMut() -> io::Result<S>,
    ) -> Result<(), ConsolidateError<E>> {
        let mut carried = std::mem::take(&mut self.carried);
        let window = if carried.is_empty() {
            bytes
        } else {
            carried.extend_from_slice(bytes);
            &carried
        };
        let mut at = 0;
        loop {
            let text_start = self.separate();
            let step = self.document.step(&window[at..], at_end, &mut self.out);
            match step.map_err(|error| ConsolidateError::Source { source_number: source, error })? {
                Step::Entry(found) => {
                    at += found.consumed;
                    self.entry(source, found, text_start, open_spill)?;
                }
                Step::NeedMore { consumed } => {
                    self.unseparate(text_start);
                    let rest = window[at + consumed..].to_vec();
                    self.carried = rest;
                    return Ok(());
                }
                Step::End => {
                    self.unseparate(text_start);
                    return Ok(());
                }
            }
        }
    }

    /// Writes what stands before an entry, and returns where in `out` the entry begins.
    fn separate(&mut self) -> usize {
        self.out.extend_from_slice(self.separator().as_bytes());
        self.out.len()
    }

    fn unseparate(&mut self, text_start: usize) {
        self.out.truncate(text_start - self.separator().len());
    }

    fn separator(&self) -> &'static str {
        if self.summary.records_read == 0 { HEAD } else { BETWEEN }
    }

    fn entry<E>(
        &mut self,
        source: u64,
        found: EntryFound,
        text_start: usize,
        open_spill: &mut impl FnMut() -> io::Result<S>,
    ) -> Result<(), ConsolidateError<E>> {
        let record = found.record;
        let serial_number = found.fields.found(Field::SerialNumber).text_range();
        let smsn = Record::new(found, &self.out[text_start..])
            .smsn()
            .map_err(|error| ConsolidateError::Source { source_number: source, error })?;
        if let Some(range) = serial_number {
            let digits = &mut self.out[text_start..][range];
            if digits.iter().any(u8::is_ascii_uppercase) {
                digits.make_ascii_lowercase();
                self.summary.serials_lowered += 1;
            }
        }
        let written = Written {
            smsn: *smsn.as_bytes(),
            offset_bytes: self.written_len_bytes + text_start as u64,
            len_bytes: (self.out.len() - text_start) as u32,
            source,
            record,
        };
        self.ledger.push(written, open_spill).map_err(spill_failed)?;
        self.summary.records_read += 1;
        if self.out.len() >= OUTPUT_LEN_BYTES {
            self.output.write_all(&self.out).map_err(output_failed)?;
            self.written_len_bytes += self.out.len() as u64;
            self.out.clear();
        }
        Ok(())
    }

    fn end_source(&mut self) {
        self.summary.members_ignored += self.document.members_ignored();
        self.summary.sources += 1;
        self.document = Document::default();
        self.is_within_source = false;
    }
}
