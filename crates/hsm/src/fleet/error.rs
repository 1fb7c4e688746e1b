//! Why a fleet does not stand, and why it did not sign.

use std::time::Duration;

use thiserror::Error;

use yubihsm2::ErrorCode;

use super::HSMS_MAX;
use crate::{discovery::DiscoveryError, session::SessionError};

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
    /// An HSM was told to rest.
    #[error("sign with {place}: it was drained")]
    Drained {
        /// Which.
        place: String,
    },
}

impl FleetError {
    /// Whether trying again later may help without a person changing anything.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Hsm { fault, .. } => fault.is_passing(),
            Self::Drained { .. } => true,
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
            Self::Drained { .. } => Some("let it sign again: resume it".to_owned()),
        }
    }

    /// Whether the HSM's audit log is full and the HSM insists on it.
    pub const fn is_log_full(&self) -> bool {
        matches!(self, Self::Hsm { fault: DiscoveryError::Session(fault), .. } if is_log_full(fault))
    }
}

/// Whether an HSM refused because its audit log is full.
pub(super) const fn is_log_full(error: &SessionError) -> bool {
    matches!(error, SessionError::Refused { code: ErrorCode::LOG_FULL, .. })
}

/// No HSM of this name is in the fleet.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("find HSM {name}: the fleet has {}", places.join(", "))]
pub struct NoSuchHsm {
    /// What was asked for: a place or a serial number.
    pub name: String,
    /// The places of the fleet.
    pub places: Vec<String>,
}

/// Why a device was not signed. No signature of it exists that anybody has seen; the HSM may have made one
/// whose answer was lost, which harms nobody: Ed25519 would give the same bytes again, and a second P-256
/// signature over one key and number is no second identity.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SignError {
    /// There was no place in the queue, or the wait would have been too long.
    #[error("queue the device: {queued} others wait, {}", outlook(*estimate))]
    Busy {
        /// How many wait.
        queued: usize,
        /// How long a device of the party would wait for an HSM; [`Duration::MAX`] where none signs now.
        estimate: Duration,
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
            Self::Busy { estimate, .. } if *estimate < Duration::MAX => {
                Some("send fewer at once, or add an HSM".to_owned())
            }
            Self::Busy { .. } | Self::TimedOut { .. } => {
                Some("is an HSM unplugged? `curbside hsm status` tells".to_owned())
            }
            Self::Closed => None,
        }
    }
}

/// An estimate in words.
fn outlook(estimate: Duration) -> String {
    match estimate {
        Duration::MAX => "and no HSM signs now".to_owned(),
        // An estimate below a second is no zero.
        estimate => format!("expected wait about {} s", estimate.as_secs_f64().ceil()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_fleet_says_how_long_the_wait_would_be() {
        let busy = |estimate| SignError::Busy { queued: 64, estimate };
        let wait = busy(Duration::from_millis(11_300)).to_string();
        assert_eq!(wait, "queue the device: 64 others wait, expected wait about 12 s");
        let none = busy(Duration::MAX);
        assert_eq!(none.to_string(), "queue the device: 64 others wait, and no HSM signs now");
        assert!(none.hint().unwrap().contains("unplugged"));
    }
}
