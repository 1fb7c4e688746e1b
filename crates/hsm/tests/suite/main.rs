//! HSMs from the outside: devices in this process and connectors on loopback.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests and their helpers")]

mod discovery;
mod fleet;
mod front;
mod http;
mod program;
mod sessions;
mod soak;
mod support;
mod tls;
