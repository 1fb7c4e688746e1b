//! The connector answers as the vendor's does, whoever asks and whatever they send.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that cannot do its part fails the test, and says with what seed"
)]

mod client;
mod conformance;
mod faults;
mod hostile;
mod pace;
mod scripted;
