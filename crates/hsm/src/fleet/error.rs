//! Why a fleet does not stand, and why it did not sign.

use std::time::Duration;

use thiserror::Error;

use super::HSMS_MAX;
use crate::discovery::DiscoveryError;

/// Why a fleet does not stand.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum FleetError {
    /// No HSM was named, or more than a fleet can have.
    #[error("sign with {found} HSMs: a fleet has 1 to {HSMS_MAX}")]
    Number {
        /// How many were named.
        found: usize,
    },
    /// An HSM cannot be used.
    #[error("{fault}")]
    Hsm {
        /// Which, as its endpoint is written.
        place: String,
        /// Why.
        fault: DiscoveryError,
    },
    /// Two HSMs hold different keys under one tag.
    #[error("use {place} together with {reference}: they hold different keys or chains")]
    Different {
        /// The HSM that differs.
        place: String,
        /// The HSM that was found first.
        reference: String,
    },
    /// The system gives no more threads.
    #[error("start a thread for {place}: {cause}")]
    Thread {
        /// For which HSM.
        place: String,
        /// What the system said.
        cause: String,
    },
}

impl FleetError {
    /// Whether trying again later may help without a person changing anything.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Hsm { fault, .. } => fault.is_passing(),
            Self::Number { .. } | Self::Different { .. } | Self::Thread { .. } => false,
        }
    }

    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Number { .. } => Some("name each HSM with --connector".to_owned()),
            Self::Hsm { fault, .. } => fault.hint(),
            Self::Different { .. } => {
                Some("sign with HSMs that hold one DAK, or with each on its own".to_owned())
            }
            Self::Thread { .. } => None,
        }
    }
}

/// Why a device was not signed. No signature of it exists that anybody has seen; the HSM may have made one
/// whose answer was lost, which harms nobody: Ed25519 would give the same bytes again, and a second P-256
/// signature over one key and number is no second identity.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SignError {
    /// The queue stayed full.
    #[error("queue the device: {queued} others were waiting for {} s", waited.as_secs())]
    Busy {
        /// How many wait.
        queued: usize,
        /// How long this one tried.
        waited: Duration,
    },
    /// No HSM signed in time.
    #[error("sign the device: no HSM did within {} s", waited.as_secs())]
    TimedOut {
        /// How long was waited.
        waited: Duration,
        /// What went wrong last on an HSM, and where.
        last: Option<Box<FleetError>>,
    },
    /// An HSM refuses in a way that no repetition changes.
    #[error("{0}")]
    Hsm(Box<FleetError>),
    /// The fleet is being closed.
    #[error("sign the device: the fleet is being closed")]
    Closed,
}

impl SignError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Hsm(error) => error.hint(),
            Self::TimedOut { last: Some(error), .. } => error.hint(),
            Self::Busy { .. } | Self::TimedOut { .. } => {
                Some("is an HSM unplugged? `curbside hsm status` tells".to_owned())
            }
            Self::Closed => None,
        }
    }
}
