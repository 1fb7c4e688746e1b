//! The device as a client sees it: every command, driven through the host's side of the protocol.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]

mod attestation;
mod audit;
mod firmware;
mod hostile;
mod objects;
mod options;
mod otp;
mod power;
mod rights;
mod rsa;
mod sessions;
mod signing;
mod support;
mod symmetric;
mod wrap;
mod wrap_rsa;
