//! The line at work on boards that a test holds in its hand: what is durable when, what comes back after a failure, and
//! what no board may ever get.
#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that cannot do its part fails the test; files are looked at from outside"
)]

mod arrivals;
mod control_logs;
mod durability;
mod faults;
mod numbers;
mod rig;
mod scene;
