//! The plant's own systems: asked before a board is begun, told after it is done.
//!
//! A system is an HTTP address, a program or a directory; `docs/plant.md` has the JSON. [`Plant::route`] asks and
//! applies the job's policy where nobody answers. [`Plant::result`] puts a result into the outbox, on the disk, and
//! returns; one thread delivers from there, in order, again and again until it is taken, also after a restart. A
//! result may come twice after a power cut, with the same id.
//!
//! Nothing here sees a secret: questions and results are made of serial numbers, names and times.

mod away;
mod delivery;
mod directory;
mod error;
mod file_stem;
mod hook;
mod hooks;
mod http;
mod message;
mod outbox;
mod program;
mod words;

pub(crate) use self::file_stem::file_stem;
pub use self::{
    away::PlantHealth,
    error::PlantError,
    hooks::Plant,
    message::{ResultReport, RouteAnswer, RouteQuestion},
    outbox::{WAITING_MAX, outbox_of},
};
