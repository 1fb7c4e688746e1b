//! The crate from the outside.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]

mod bytes;
mod checking;
mod consolidating;
mod naming;
mod plant;
mod reading;
mod splitting;
