//! The one writer: a thread that owns the connection, and what it does with it.

mod fault;
mod group;
mod log;
mod saga;
mod thread;

pub(crate) use self::{
    group::{Applied, Group},
    saga::Intent,
    thread::Writer,
};
