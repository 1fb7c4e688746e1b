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
    line::{Line, LineError, LineMode, LineParts},
    log_desk::LogDeskError,
};
pub(crate) use self::{
    doors::run_check,
    log_desk::{LogDesk, Waiting},
    quota::Quota,
    shared::Shared,
};
