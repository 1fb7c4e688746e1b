//! The device's own side: simulated boards for rehearsals and for who has no hardware on the desk.
//!
//! A [`Board`] is a chip with its flash, key store and power. A programmer erases, programs and reads it; its firmware
//! boots ([`Board::boot`]) and reads the manufacturing page with the reader of its generation, defects included;
//! [`Diagnostics`] is the command line of factory firmware, with on-device certificates. A [`Tray`] hands boards to
//! the slots of a line, [`server`] puts one behind a serial port, and a [`FaultPlan`] lets things go wrong.
//!
//! What firmware does is pure: time and randomness are passed in, so that a seed repeats a rehearsal. Chips and
//! firmware generations are the data files of the `page` crate.
//!
//! What this crate must never do: take part in production. The keys of a simulated board are worth nothing, and what
//! a real board does is known only as far as its public sources tell.

mod board;
mod board_file;
mod diagnostics;
mod fault;
mod firmware;
mod flash;
mod flash_time;
mod key_store;
mod model;
mod randomness;
pub mod server;
mod tray;

pub use crate::{
    board::{Board, BoardError, BoardOpenError, Power},
    board_file::BoardFileError,
    diagnostics::{Answer, Diagnostics, DiagnosticsOptions, Noise, Shell, feed_hostile_bytes},
    fault::{Fault, FaultPlan, FaultSpecError, WrongKey},
    firmware::{BootLog, BootOutcome, Identity, Refusal},
    flash::{BadCell, Flash, FlashError, FlashGeometry, WRITE_STEP_LEN},
    flash_time::{FlashTime, Sleep},
    key_store::{Firmware, KeyStorage},
    model::{BoardModel, ModelError},
    randomness::{Randomness, SeededRandomness},
    tray::{Tray, TrayCount, TrayError},
};
