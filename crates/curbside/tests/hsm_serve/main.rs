//! `curbside hsm serve` as a process of its own: started, killed, asked and told to stop.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a helper that cannot do its part fails the test, and says with what seed"
)]

mod client;
mod kill;
mod server;
mod start;
