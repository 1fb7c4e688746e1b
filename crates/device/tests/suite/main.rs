//! The crate from outside: flash, boots of golden pages, whole sessions of diagnostics, trays and servers.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod boot;
mod diagnostics;
mod faults;
mod flash;
mod noise;
mod properties;
mod rewrite;
mod server;
mod station;
mod support;
mod tray;
