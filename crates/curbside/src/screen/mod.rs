//! The screen of a line at work, for an operator in gloves who stands two metres away.
//!
//! [`Model`] holds what is shown and changes with each event of the line; `draw` is a pure function from a model to a
//! frame; [`Screen`] has the terminal and the threads. Every text from outside passes through `clean` on its way in, so
//! that no board, scanner or plant can make the terminal do something.
//!
//! The line never waits for the terminal: a listener changes the model, and a thread of its own draws copies of it.

mod clean;
mod draw;
mod keys;
mod last_words;
mod model;
mod page;
mod rate;
mod scan_field;
mod show;
mod slot_view;
mod tty;

use self::model::Model;
pub(crate) use self::{
    model::Say,
    show::{Reach, Screen},
};
