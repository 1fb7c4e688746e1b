//! One control log into several.

use std::{
    io::{Read, Write},
    num::NonZeroU64,
};

use crate::{
    error::ReadError,
    failure::IoFailure,
    reader::Reader,
    writer::{Ending, Writer},
};

/// How large a part may be.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PartSize {
    /// At most so many devices.
    Devices(NonZeroU64),
    /// At most so many bytes, the frame around the entries included.
    Bytes(NonZeroU64),
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SplitSummary {
    /// Parts written.
    pub parts: u64,
    /// Entries in them.
    pub records: u64,
}

/// Why a log cannot be split. `E` is what opening and closing a part fail with.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SplitError<E> {
    /// The log cannot be read.
    #[error(transparent)]
    Source(ReadError),
    /// A single entry makes a file that is larger than a part may be.
    #[error("record {record} alone makes a file of {len_bytes} bytes, the limit is {limit_bytes}")]
    EntryTooLong {
        /// Counted from 1.
        record: u64,
        /// Size of the file with this entry alone.
        len_bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// A part cannot be opened or closed.
    #[error("part {part}: {error}")]
    Part {
        /// Counted from 1.
        part: u64,
        /// Why.
        error: E,
    },
    /// A part cannot be written.
    #[error("part {part} cannot be written: {failure}")]
    Write {
        /// Counted from 1.
        part: u64,
        /// Why.
        failure: IoFailure,
    },
}

/// Splits `source` into parts, in order, each of as many entries as fit. Entries keep their text; a log
/// without entries gives no part.
///
/// `open_part` gives the sink of a part by its number, from 1; `close_part` takes it back when the part is
/// complete. A caller who wants all parts or none keeps the closed sinks until this returns.
///
/// # Errors
///
/// [`SplitError`]. Parts that were closed before are complete.
pub fn split<R: Read, W: Write, E>(
    source: R,
    size: PartSize,
    ending: Ending,
    mut open_part: impl FnMut(u64) -> Result<W, E>,
    mut close_part: impl FnMut(u64, W) -> Result<(), E>,
) -> Result<SplitSummary, SplitError<E>> {
    let mut reader = Reader::new(source);
    let mut summary = SplitSummary::default();
    let mut open: Option<Writer<W>> = None;
    let mut close = |part: u64, writer: Writer<W>| {
        let sink = writer.finish(ending).map_err(|error| write_failed(part, &error))?;
        close_part(part, sink).map_err(|error| SplitError::Part { part, error })
    };
    while let Some(record) = reader.next_record().map_err(SplitError::Source)? {
        let text_len_bytes = record.text().len();
        if let Some(full) = open.take_if(|writer| !has_room(writer, size, text_len_bytes, ending)) {
            close(summary.parts, full)?;
        }
        let mut writer = match open.take() {
            Some(writer) => writer,
            None => {
                fits_alone(record.number(), size, text_len_bytes, ending)?;
                summary.parts += 1;
                let part = summary.parts;
                Writer::new(open_part(part).map_err(|error| SplitError::Part { part, error })?)
            }
        };
        writer.push_record(&record).map_err(|error| write_failed(summary.parts, &error))?;
        summary.records += 1;
        open = Some(writer);
    }
    if let Some(last) = open {
        close(summary.parts, last)?;
    }
    Ok(summary)
}

fn has_room<W: Write>(
    writer: &Writer<W>,
    size: PartSize,
    text_len_bytes: usize,
    ending: Ending,
) -> bool {
    match size {
        PartSize::Devices(devices) => writer.records() < devices.get(),
        PartSize::Bytes(bytes) => writer.len_bytes_with(text_len_bytes, ending) <= bytes.get(),
    }
}

fn fits_alone<E>(
    record: u64,
    size: PartSize,
    text_len_bytes: usize,
    ending: Ending,
) -> Result<(), SplitError<E>> {
    let PartSize::Bytes(limit) = size else { return Ok(()) };
    let len_bytes = Writer::new(std::io::sink()).len_bytes_with(text_len_bytes, ending);
    if len_bytes <= limit.get() {
        return Ok(());
    }
    Err(SplitError::EntryTooLong { record, len_bytes, limit_bytes: limit.get() })
}

fn write_failed<E>(part: u64, error: &std::io::Error) -> SplitError<E> {
    SplitError::Write { part, failure: IoFailure::from(error) }
}
