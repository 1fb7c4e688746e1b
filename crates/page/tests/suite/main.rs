//! The crate from outside: against files of the public tools, damaged pages, and random ones.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod catalogue;
mod golden;
mod identity;
mod input;
mod intel_hex;
mod lenient;
mod lint;
mod merge;
mod properties;
mod strict;
mod support;
mod tool_config;
