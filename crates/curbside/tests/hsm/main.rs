//! HSMs on the command line: programmed, shown, audited, diagnosed, and refused.

#![expect(clippy::panic, reason = "helpers of tests fail as tests do")]

mod audit;
mod bench;
mod doctor;
mod failures;
mod init;
