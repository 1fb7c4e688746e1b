//! `curbside sign` and `compat sid_signing_tool` on software HSMs: whole commands, over HTTP.

mod batch;
mod compat;
mod plant;
mod single;
