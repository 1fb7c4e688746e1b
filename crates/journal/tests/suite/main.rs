//! The journal through its public face, on a real disk.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a helper that cannot do its part fails the test; files are damaged on purpose"
)]

mod concurrent;
mod control_logs;
#[cfg(unix)]
mod disk_faults;
mod faults;
mod kill;
mod large;
mod model;
#[cfg(unix)]
mod opening;
mod saga;
mod secrets;
mod serial_store;
mod support;
mod view;
