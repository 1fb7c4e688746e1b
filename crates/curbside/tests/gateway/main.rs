//! `curbside mtls gateway` as a process: a whole networked set-up with its own certificates.

mod network;
mod run;
