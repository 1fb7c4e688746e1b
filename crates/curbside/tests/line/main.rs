//! `curbside line` as processes of their own, killed at any instant and on a disk that fails: what must be true
//! afterwards, whatever happened.
#![cfg(unix)]
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a helper that cannot do its part fails the test, and says with what seed"
)]

#[cfg(target_os = "linux")]
mod disk_faults;
mod draw;
mod invariants;
mod kill;
mod line_place;
mod plant;
mod process;
mod signer_kill;
mod signing_server;
