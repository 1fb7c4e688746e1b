//! What every command that listens with mutual TLS does: its log, its signals, its limits, its service manager.

mod descriptors;
mod lines;
mod log;
mod signals;
pub(crate) mod supervisor;
mod teller;

pub(crate) use self::{
    descriptors::make_room_for,
    lines::Lines,
    log::FrontLog,
    signals::FrontSignals,
    teller::{Level, Said, Teller},
};
