//! HSMs from the outside: devices in this process and connectors on loopback.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests and their helpers")]

mod budgets;
mod discovery;
mod draining;
mod fleet;
mod front;
mod http;
mod program;
mod sessions;
mod shares;
mod soak;
mod support;
mod tls;
