//! The command line of factory firmware: Amazon's `sid_diagnostics`, and the shell of Nordic's sample.
//!
//! Known from public sources are the commands, the replies of `cert` and its error numbers. The result lines of other
//! commands are not public. Ours are `fwversion VERSION` to `print fwversion`, `chipid HEX` to `print chipid` (a
//! command of our own), `gpio N LEVEL` to `gpio pin_test`, and [`Answer::radio_tests`]; [`DiagnosticsOptions::answers`]
//! replaces any of them.

mod cert;
mod certificate_session;
mod device_chain;
mod line_reader;
mod noise;
mod options;
mod pins;
mod reply;
mod shell;
mod sid_error;
mod store;
mod transfer;

pub use self::{
    options::{Answer, DiagnosticsOptions, Noise, Shell},
    shell::{Diagnostics, feed_hostile_bytes},
};
