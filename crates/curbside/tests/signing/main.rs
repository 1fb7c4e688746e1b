//! `curbside sign`, `compat sid_signing_tool` and `signer serve` on software HSMs: whole commands, over HTTP.

mod batch;
mod compat;
mod plant;
mod server;
mod service;
mod single;
