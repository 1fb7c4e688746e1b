//! One suite of properties over every driver, and what only one of them can get wrong.
//!
//! The suite sees a fixture through [`suite::Harness`]: a board can be put in and pulled out, and its true flash looked
//! at from outside. Programmers are small programs that work on a file in place of a flash; diagnostic firmware is the
//! simulated board of crate `device`.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do, and play programmers that know nothing of our files"
)]

mod authority;
mod bench;
mod command_driver;
mod diag_driver;
mod diag_faults;
mod fake_tool;
mod files_driver;
mod sim_driver;
mod suite;
