//! `curbside demo` as a newcomer runs it, and what it must never show.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a helper that cannot do its part fails the test; files are looked at from outside"
)]

mod newcomer;
mod run;
mod secrets;
