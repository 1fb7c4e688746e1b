//! A line at work: slots that own their boards, one desk for control logs, one journal.

mod control;
mod doors;
mod line;
mod log_desk;
mod quota;
mod shared;
mod slot;
mod tally;

pub use self::{
    control::{Control, Pace, StopReason},
    doors::print_label_again,
    line::{Line, LineError, LineMode, LineParts},
    log_desk::LogDeskError,
};
pub(crate) use self::{
    doors::{Labelled, run_check},
    log_desk::{LogDesk, Waiting},
    quota::Quota,
    shared::Shared,
};
