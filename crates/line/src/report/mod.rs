//! What a line made, out of its journal: figures for `line report`, rows for `line export`.
//!
//! Both read the journal once, from the first device to the last, and hold a few megabytes at most whatever its length.

mod cell;
mod csv_report;
mod export;
mod failures;
mod figures;
mod histogram;
pub(crate) mod rfc3339;
mod row;
mod running_time;

pub use self::{
    export::{ExportError, ExportForm, Selection, export},
    figures::{FailureFigure, Report, ReportBuilder, SlotFigures, StateFigure, StepFigures},
};
