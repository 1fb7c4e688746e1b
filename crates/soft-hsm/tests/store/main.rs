//! The store loses nothing that it acknowledged, and believes nothing that was changed.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a helper that cannot do its part fails the test, and says with what seed"
)]

mod crash;
mod damage;
mod device;
mod directory;
mod format;
mod kill;
mod session;
mod simulated_disk;
mod support;
