//! Why a single device of a batch was left out.

use sidewalk::{Curve, PrivateKeyError};

use crate::{batch::plan::RowFault, sign::ReuseError};

/// Why a record has no certificates, while the others do.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RecordFailure {
    /// The row names no device.
    #[error(transparent)]
    Row(RowFault),
    /// The device was recorded with another key: a second certificate would be a second identity.
    #[error("this device was recorded with another {curve} key")]
    OtherKey {
        /// Of which curve.
        curve: Curve,
    },
    /// The device was recorded with something else that this row gives.
    #[error("this device was recorded with another {what}")]
    Other {
        /// What differs.
        what: &'static str,
    },
    /// The device was recorded with a request of its own, so its keys cannot be generated.
    #[error("this device was recorded with keys of its own, and this row has none")]
    KeysElsewhere,
    /// What is recorded does not verify.
    #[error("what is recorded of this device is not genuine: {0}")]
    Recorded(#[from] ReuseError),
}

impl RecordFailure {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Row(fault) => return fault.hint(),
            Self::OtherKey { .. } => {
                "if this board replaces the one that was signed, give it a new number; two identities for one number are never signed"
                    .to_owned()
            }
            Self::Other { .. } => "give what was given at first".to_owned(),
            Self::KeysElsewhere => "give the requests or key files that were given at first".to_owned(),
            Self::Recorded(_) => return None,
        })
    }
}

/// Why no key could be generated.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyError {
    /// The operating system gave no random numbers.
    #[error("this machine gives no random numbers: {0}")]
    Source(String),
    /// What it gave is not random.
    #[error(transparent)]
    Key(#[from] PrivateKeyError),
}
