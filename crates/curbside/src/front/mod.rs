//! What every command that listens with mutual TLS does: its log, its signals, its limits.

mod descriptors;
mod log;
mod signals;

pub(crate) use self::{descriptors::make_room_for, log::FrontLog, signals::FrontSignals};
