//! What a person reads when an HSM cannot be used.

use hsm::{
    DiscoveryError, EndpointError, FleetError, PinError, SelectionError, SessionError, TlsError,
};
use signer::{
    SignError,
    service::{RefusalCode, SigningClientError},
};

use crate::{exit::Exit, failure::Failure};

impl From<FleetError> for Failure {
    fn from(error: FleetError) -> Self {
        let exit = match &error {
            FleetError::Number { .. } => Exit::Usage,
            FleetError::Hsm { fault, .. } => exit_of_discovery(fault),
            FleetError::Different { .. } => Exit::Refused,
            FleetError::Thread { .. } => Exit::Io,
            FleetError::Drained { .. } => Exit::HsmUnreachable,
        };
        Self::new(exit, format!("failed to {error}")).hint(error.hint())
    }
}

impl From<hsm::SignError> for Failure {
    fn from(error: hsm::SignError) -> Self {
        if let hsm::SignError::Hsm(error) = error {
            return (*error).into();
        }
        let exit = match &error {
            hsm::SignError::TimedOut { last: Some(last), .. } => exit_of_fleet(last),
            _ => Exit::HsmUnreachable,
        };
        Self::new(exit, format!("failed to {error}")).hint(error.hint())
    }
}

impl From<SignError<hsm::SignError>> for Failure {
    fn from(error: SignError<hsm::SignError>) -> Self {
        let hint = error.hint();
        let (exit, message) = match error {
            SignError::NotSigned(error) => return error.into(),
            SignError::Ed25519Alarm { .. } => (Exit::Alarm, format!("ALARM: {error}")),
            SignError::P256Signature { .. } => (Exit::Alarm, error.to_string()),
            SignError::Authorities(_) => (Exit::HsmContent, error.to_string()),
            SignError::NotGenuine(_) => (Exit::NotGenuine, error.to_string()),
        };
        Self::new(exit, message).hint(hint)
    }
}

impl From<SigningClientError> for Failure {
    fn from(error: SigningClientError) -> Self {
        let mut cause = &error;
        while let SigningClientError::TimedOut { last, .. } = cause {
            cause = last;
        }
        let exit = match cause {
            SigningClientError::Refused { refusal, .. } => exit_of_refusal(refusal.code),
            SigningClientError::OtherChains { .. } => Exit::NotGenuine,
            SigningClientError::NoServer | SigningClientError::TlsSetUp(_) => Exit::Usage,
            SigningClientError::System(_) => Exit::Io,
            _ => Exit::HsmUnreachable,
        };
        Self::new(exit, format!("failed to {error}")).hint(error.hint())
    }
}

const fn exit_of_refusal(code: RefusalCode) -> Exit {
    match code {
        RefusalCode::Malformed => Exit::Malformed,
        RefusalCode::NotFound => Exit::HsmContent,
        RefusalCode::Alarm => Exit::Alarm,
        RefusalCode::Busy | RefusalCode::Hsm | RefusalCode::Storage | RefusalCode::Stopping => {
            Exit::HsmUnreachable
        }
        RefusalCode::Defect => Exit::Defect,
        _ => Exit::Refused,
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Self::new(exit_of_session(&error), format!("failed to {error}")).hint(error.hint())
    }
}

impl From<DiscoveryError> for Failure {
    fn from(error: DiscoveryError) -> Self {
        Self::new(exit_of_discovery(&error), format!("failed to {error}")).hint(error.hint())
    }
}

impl From<EndpointError> for Failure {
    fn from(error: EndpointError) -> Self {
        Self::new(Exit::Usage, &error).hint(error.hint())
    }
}

impl From<SelectionError> for Failure {
    fn from(error: SelectionError) -> Self {
        Self::new(Exit::Usage, &error).hint(error.hint())
    }
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        Self::new(Exit::Malformed, format!("failed to {error}")).hint(error.hint())
    }
}

impl From<PinError> for Failure {
    fn from(error: PinError) -> Self {
        Self::new(Exit::Malformed, error)
    }
}

fn exit_of_fleet(error: &FleetError) -> Exit {
    match error {
        FleetError::Hsm { fault, .. } => exit_of_discovery(fault),
        _ => Exit::HsmUnreachable,
    }
}

fn exit_of_discovery(error: &DiscoveryError) -> Exit {
    match error {
        DiscoveryError::Session(error) => exit_of_session(error),
        DiscoveryError::NotGenuine(_) => Exit::NotGenuine,
        _ => Exit::HsmContent,
    }
}

fn exit_of_session(error: &SessionError) -> Exit {
    match error {
        SessionError::Transport(_) => Exit::HsmUnreachable,
        SessionError::NoRandomness => Exit::Io,
        _ => Exit::HsmRefused,
    }
}
