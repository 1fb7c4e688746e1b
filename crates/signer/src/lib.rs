//! Turns a device's keys or signing requests into verified chains, signing output and control-log entries.
//!
//! [`SigningRequest`] is a device that asks; [`DeviceSigner`] is whoever holds the DAK (a fleet of HSMs, or a
//! [`SoftwareSigner`]); [`Signer`] brings the two together and gives a [`SignedDevice`], whose chains are verified to
//! the pinned roots before anybody sees them; [`SigningOutput`] writes it as the public tool does.
//!
//! [`batch`] does this for many devices, with a journal that survives a kill at any instant.
//!
//! [`package`] is what a device maker lets a factory make: product, count, validity, lines, signed.
//!
//! What this crate must never do: show a chain that was not verified, give one device two certificates, or put a
//! private key anywhere but into the output of the one who gave it.

pub mod batch;
mod csr_text;
mod fleet;
mod output;
pub mod package;
mod request;
pub mod service;
mod sign;
mod who_signs;

pub use crate::{
    csr_text::{CsrTextError, parse_csr},
    output::{LogError, OutputForm, SigningOutput, dsn_is_plain},
    request::{RequestError, SigningRequest},
    sign::{P256_ATTEMPTS_MAX, ReuseError, SignError, SignedDevice, Signer},
    who_signs::{DeviceSigner, SoftwareSigner},
};
