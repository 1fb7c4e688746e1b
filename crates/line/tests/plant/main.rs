//! The plant's systems from the line's side: a receiver that fails, a line that is killed, an answer that is none.
//!
//! Tests own small servers and programs; none waits for a time to pass, each waits for something to happen.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that cannot do its part fails the test"
)]

mod export;
mod receiver;
mod results;
mod route;
