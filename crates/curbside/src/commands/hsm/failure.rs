//! What a person reads when an HSM cannot be programmed or its log not be believed.

use hsm::{
    AuditError,
    program::{ProgramError, PublicJsonError},
};

use crate::{exit::Exit, failure::Failure};

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Self {
        let hint = error.hint();
        let exit = match error {
            ProgramError::Session(error) => return error.into(),
            ProgramError::Check(error) => return error.into(),
            ProgramError::Name { .. } | ProgramError::Daks { .. } => Exit::Usage,
            ProgramError::NotEmpty { .. } | ProgramError::InTheWay { .. } => Exit::Refused,
            ProgramError::Material(_) => Exit::NotGenuine,
            ProgramError::HalfDone { .. } => Exit::Partial,
            ProgramError::Randomness => Exit::Io,
            ProgramError::Issue(_) => Exit::Defect,
        };
        Self::new(exit, format!("failed to {error}")).hint(hint)
    }
}

impl From<PublicJsonError> for Failure {
    fn from(error: PublicJsonError) -> Self {
        let exit = match &error {
            PublicJsonError::NotGenuine(_) => Exit::NotGenuine,
            _ => Exit::Malformed,
        };
        Self::new(exit, format!("failed to read the certificates: {error}"))
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        let exit = match &error {
            AuditError::OtherHsm { .. } | AuditError::Damaged(_) => Exit::NotGenuine,
            AuditError::Empty => Exit::HsmContent,
            AuditError::TrustFile => Exit::Malformed,
        };
        Self::new(exit, format!("failed to {error}")).hint(error.hint())
    }
}
