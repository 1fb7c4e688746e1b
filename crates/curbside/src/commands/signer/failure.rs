//! What ends a signing server, as a person reads it.

use signing_server::{ServerError, store::StoreFault};

use crate::{exit::Exit, failure::Failure};

impl From<StoreFault> for Failure {
    fn from(fault: StoreFault) -> Self {
        let exit = match &fault {
            StoreFault::File(error) => return error.clone().into(),
            StoreFault::InUse { .. } | StoreFault::Settings { .. } => Exit::Refused,
            StoreFault::NotAStore { .. } | StoreFault::Damaged { .. } => Exit::Malformed,
            StoreFault::Away { .. } | StoreFault::Broken { .. } => Exit::Io,
            StoreFault::Gone => Exit::Defect,
        };
        Self::new(exit, format!("failed to {fault}")).hint(fault.hint())
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        match error {
            ServerError::Selection(error) => error.into(),
            ServerError::Endpoint(error) => error.into(),
            ServerError::Fleet(error) => error.into(),
            ServerError::Stage { .. } | ServerError::Maker { .. } => {
                Self::new(Exit::Malformed, &error)
            }
        }
    }
}
