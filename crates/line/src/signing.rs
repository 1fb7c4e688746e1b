//! Whoever signs for a line: a fleet of HSMs, a signing server, or software in rehearsals and tests.

use sidewalk::{Chain, Curve, Verifier};
use signer::{
    DeviceSigner, ReuseError, SignError, SignedDevice, Signer, SigningRequest, SoftwareSigner,
    service::{RefusalCode, SigningClient, SigningClientError},
};

/// Signs devices for any number of slots at once.
pub trait Signing: Send + Sync {
    /// Gives a device its certificates, verified. Blocks until they are there.
    ///
    /// # Errors
    ///
    /// [`SigningFailure`].
    fn sign(&self, request: SigningRequest) -> Result<SignedDevice, SigningFailure>;

    /// Makes sure that chains which were made earlier are those of this request.
    ///
    /// # Errors
    ///
    /// [`ReuseError`].
    fn reuse(
        &self,
        request: SigningRequest,
        ed25519: Chain,
        p256r1: Chain,
    ) -> Result<SignedDevice, ReuseError>;

    /// The certificates that follow a device's in its chain.
    fn issuers_bytes(&self, curve: Curve) -> &[u8];

    /// The roots at which chains must end.
    fn verifier(&self) -> &Verifier;

    /// How many devices wait for a signature now, how many HSMs answer, and how many there are.
    fn load(&self) -> SigningLoad;
}

/// How busy whoever signs is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SigningLoad {
    /// Devices that wait.
    pub queued: usize,
    /// HSMs that answer.
    pub hsms_up: usize,
    /// HSMs that there are.
    pub hsms: usize,
}

/// Why a device was not signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct SigningFailure {
    /// What happened.
    pub what: String,
    /// What to do.
    pub hint: Option<String>,
    /// What follows from it.
    pub kind: FailureKind,
}

/// What follows from a failure to sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FailureKind {
    /// The same request may be signed later.
    Passing,
    /// No device of this line can be signed until a person has done something.
    Lasting,
    /// What the HSM signed does not verify: it, or this machine, is faulty.
    Alarm,
}

/// Holds a DAK, and says what follows when it does not sign.
pub trait WhoSigns: DeviceSigner + Send {
    /// What follows from its failure, and what a person can do.
    fn explain(error: &Self::Error) -> (FailureKind, Option<String>);

    /// How busy it is.
    fn load(&self) -> SigningLoad {
        SigningLoad::default()
    }
}

impl WhoSigns for SoftwareSigner {
    fn explain(_error: &Self::Error) -> (FailureKind, Option<String>) {
        (FailureKind::Lasting, None)
    }
}

impl WhoSigns for hsm::Fleet {
    fn explain(error: &Self::Error) -> (FailureKind, Option<String>) {
        let kind = match error {
            hsm::SignError::Busy { .. } | hsm::SignError::TimedOut { .. } => FailureKind::Passing,
            hsm::SignError::Hsm(_) | hsm::SignError::Closed => FailureKind::Lasting,
        };
        (kind, error.hint())
    }

    fn load(&self) -> SigningLoad {
        let statistics = self.statistics();
        let is_up = |hsm: &&hsm::HsmStatistics| matches!(hsm.health, hsm::HsmHealth::Up { .. });
        SigningLoad {
            queued: statistics.queued,
            hsms_up: statistics.hsms.iter().filter(is_up).count(),
            hsms: statistics.hsms.len(),
        }
    }
}

impl WhoSigns for SigningClient {
    fn explain(error: &Self::Error) -> (FailureKind, Option<String>) {
        let kind = match error {
            error if error.is_passing() => FailureKind::Passing,
            SigningClientError::Refused { refusal, .. } if refusal.code == RefusalCode::Alarm => {
                FailureKind::Alarm
            }
            _ => FailureKind::Lasting,
        };
        (kind, error.hint())
    }

    fn load(&self) -> SigningLoad {
        let info = self.load();
        SigningLoad { queued: info.queued, hsms_up: info.hsms_up, hsms: info.hsms }
    }
}

impl<S: WhoSigns> Signing for Signer<S> {
    fn sign(&self, request: SigningRequest) -> Result<SignedDevice, SigningFailure> {
        Self::sign(self, request).map_err(|error| {
            let (kind, hint) = match &error {
                SignError::NotSigned(cause) => S::explain(cause),
                SignError::Ed25519Alarm { .. } | SignError::P256Signature { .. } => {
                    (FailureKind::Alarm, error.hint())
                }
                SignError::Authorities(_) | SignError::NotGenuine(_) => {
                    (FailureKind::Lasting, error.hint())
                }
            };
            let what = match &error {
                SignError::NotSigned(cause) => format!("failed to {cause}"),
                _ => error.to_string(),
            };
            SigningFailure { what, hint, kind }
        })
    }

    fn reuse(
        &self,
        request: SigningRequest,
        ed25519: Chain,
        p256r1: Chain,
    ) -> Result<SignedDevice, ReuseError> {
        Self::reuse(self, request, ed25519, p256r1)
    }

    fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        self.who_signs().issuers_bytes(curve)
    }

    fn verifier(&self) -> &Verifier {
        Self::verifier(self)
    }

    fn load(&self) -> SigningLoad {
        self.who_signs().load()
    }
}
