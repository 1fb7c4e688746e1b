//! The protocol as a whole: codecs, channels, and what the vendor's own library sends and accepts.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]
#![expect(clippy::panic, reason = "a vector that is not there fails the test")]

mod channel;
mod codecs;
mod hostile;
mod support;
mod vendor_commands;
mod vendor_sessions;
