//! Control logs of Amazon Sidewalk devices, and the CSV files around them, at any size in constant memory.
//!
//! A control log tells Amazon which devices were made: a JSON file with one entry per device, of its serial
//! number (SMSN), its product, and both certificate chains. The signing tool writes one file per device;
//! [`consolidate()`] makes one of many, [`split()`] many of one, [`check()`] says of each entry whether it
//! would be accepted. [`Reader`] and [`Writer`] stream entries; [`Entry`] is one that is sound, [`Examined`]
//! one under diagnosis. [`feedback`] reads what comes back from Amazon, and [`import`] writes what AWS IoT
//! imports.
//!
//! The crate opens no files and reads no clock: sources, sinks and the second for a [`name`] are passed in.
//! Everything read may come from a stranger: nothing panics on any bytes, and every size has a limit in
//! [`limits`].
//!
//! Bytes are those of the public tools (`sid-signing-tool` 1.2.0 and its `consolidate_cl.py`): Python's
//! `json.dump` with an indent of 2. Members that we do not know pass through with their meaning unchanged.

mod bounded;
pub mod check;
mod compact;
pub mod consolidate;
mod document;
mod entry;
mod error;
mod examine;
mod failure;
pub mod feedback;
mod gather;
pub mod import;
mod json;
mod ledger;
pub mod limits;
pub mod name;
mod number;
mod prefetch;
mod reader;
mod record;
mod repeats;
mod shape;
mod sort;
pub mod split;
mod spool;
mod workshop;
mod writer;

pub use crate::{
    check::{CheckError, CheckOptions, check},
    consolidate::{ConsolidateError, consolidate},
    entry::{Entry, EntryError, VERSION},
    error::{ReadError, ReadProblem},
    examine::{Examined, Fault, Note},
    failure::IoFailure,
    name::ControlLogName,
    reader::Reader,
    record::Record,
    shape::Field,
    split::{PartSize, SplitError, split},
    spool::Spool,
    writer::{Ending, Writer, single_log},
};
