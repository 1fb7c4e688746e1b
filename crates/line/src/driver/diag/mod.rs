//! Boards that make their own keys: diagnostic firmware and its `cert …` commands over a stream of bytes.
//!
//! The private keys never leave the board. The line says who the board is, takes two signing requests, and gives back
//! two chains. Lines of the firmware's log, its echo and its prompt stand between the answers; [`ReplyScanner`] finds
//! them.

mod answer;
mod chip;
mod defects;
mod driver;
mod scanner;
mod session;
mod settings;
mod transfer;
mod wire;

pub use self::{
    chip::{ChipCommand, ChipCommandError},
    defects::predict_defects,
    driver::DiagDriver,
    scanner::{LINE_LEN_MAX, REPLY_LEN_MAX, Reply, ReplyScanner, Scanned},
    settings::{DiagSettings, LineEnd},
    wire::{PipeEnd, ProgramSource, SerialSource, TcpSource, Wire, WireSource, pipe},
};
