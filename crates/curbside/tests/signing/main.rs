//! `curbside sign`, `compat sid_signing_tool` and `signer serve` on software HSMs: whole commands, over HTTP.

mod batch;
mod compat;
mod doctor;
#[cfg(unix)]
mod operation;
mod plant;
mod server;
mod service;
mod single;
#[cfg(target_os = "linux")]
mod units;
