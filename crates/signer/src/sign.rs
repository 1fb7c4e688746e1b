//! From a request to chains that nobody sees before they are verified.

use hsm::{DeviceRequest, DeviceSignatures};
use sidewalk::{
    Chain, ChainError, Curve, Level, PrivateKey, Signature, Smsn, VerifiedChain, VerifiedDevice,
    Verifier, VerifyError,
};

use crate::{request::SigningRequest, who_signs::DeviceSigner};

/// How often a device is signed before its P-256 signature counts as unobtainable. A sound HSM gives a good one
/// each time; one bad answer may be a glitch, three are a fault that somebody must look at.
pub const P256_ATTEMPTS_MAX: u32 = 3;

/// Signs devices: asks whoever holds the DAK, puts the chains together, verifies them to the roots.
#[derive(Debug)]
pub struct Signer<S> {
    who_signs: S,
    verifier: Verifier,
}

impl<S: DeviceSigner> Signer<S> {
    /// A signer whose chains must end at one of the verifier's roots.
    pub const fn new(who_signs: S, verifier: Verifier) -> Self {
        Self { who_signs, verifier }
    }

    /// Whoever holds the DAK.
    pub const fn who_signs(&self) -> &S {
        &self.who_signs
    }

    /// The roots at which chains must end.
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Makes sure that the authorities are genuine, before anybody is asked to sign.
    ///
    /// # Errors
    ///
    /// [`SignError::Authorities`], [`SignError::NotGenuine`].
    pub fn verify_authorities(&self) -> Result<(), SignError<S::Error>> {
        for curve in Curve::ALL {
            // Zeros in place of a device: nobody looks at them.
            let device_len =
                Smsn::LEN_BYTES + curve.public_key_len_bytes() + Curve::SIGNATURE_LEN_BYTES;
            let mut bytes = vec![0; device_len];
            bytes.extend_from_slice(self.who_signs.issuers_bytes(curve));
            let chain = Chain::parse(curve, &bytes).map_err(SignError::Authorities)?;
            self.verifier.verify_authorities(&chain).map_err(SignError::NotGenuine)?;
        }
        Ok(())
    }

    /// Gives a device its certificates. Blocks until they are there.
    ///
    /// # Errors
    ///
    /// [`SignError`]: no signature, a bad one, or authorities that are not genuine.
    pub fn sign(&self, request: SigningRequest) -> Result<SignedDevice, SignError<S::Error>> {
        for _ in 0..P256_ATTEMPTS_MAX {
            let signatures = self.who_signs.sign(request.device()).map_err(SignError::NotSigned)?;
            if let Some(signed) = self.accept(&request, &signatures)? {
                return Ok(signed);
            }
        }
        Err(SignError::P256Signature { smsn: request.smsn(), attempts: P256_ATTEMPTS_MAX })
    }

    /// Makes certificates of signatures that came by another way than [`Self::sign`]. `None` where the P-256 one does not
    /// verify: another may, up to [`P256_ATTEMPTS_MAX`].
    ///
    /// # Errors
    ///
    /// [`SignError`]: a bad Ed25519 signature, or authorities that are not genuine.
    pub fn accept(
        &self,
        request: &SigningRequest,
        signatures: &DeviceSignatures,
    ) -> Result<Option<SignedDevice>, SignError<S::Error>> {
        let (device, hsm_serial) = (request.device(), signatures.hsm_serial);
        // Ed25519 is deterministic: a signature that does not verify is a fault of the HSM or of memory,
        // and a second of another kind over the same message could give the DAK's key away.
        let Ok(ed25519) = self.verified(device, Curve::Ed25519, &signatures.ed25519)? else {
            return Err(SignError::Ed25519Alarm { smsn: device.smsn(), hsm_serial });
        };
        let Ok(p256r1) = self.verified(device, Curve::P256r1, &signatures.p256r1)? else {
            return Ok(None);
        };
        let device = VerifiedDevice::new(ed25519, p256r1).map_err(SignError::NotGenuine)?;
        let hsm_serial = Some(hsm_serial);
        Ok(Some(SignedDevice { device, request: request.clone(), hsm_serial }))
    }

    /// The chain with a device's signature in it, parsed and not verified.
    pub(crate) fn chain(
        &self,
        device: &DeviceRequest,
        curve: Curve,
        signature: &Signature,
    ) -> Result<Chain, ChainError> {
        let smsn = device.smsn();
        let parts: [&[u8]; 4] = [
            smsn.as_bytes(),
            device.public_key(curve).as_bytes(),
            signature.as_bytes(),
            self.who_signs.issuers_bytes(curve),
        ];
        Chain::parse(curve, &parts.concat())
    }

    /// Makes sure that chains which were made earlier, and came back from a disk, are those of this request.
    ///
    /// # Errors
    ///
    /// [`ReuseError`].
    pub fn reuse(
        &self,
        request: SigningRequest,
        ed25519: Chain,
        p256r1: Chain,
    ) -> Result<SignedDevice, ReuseError> {
        let device =
            self.verifier.verify_device(ed25519, p256r1).map_err(ReuseError::NotGenuine)?;
        if device.smsn() != request.smsn() {
            return Err(ReuseError::OtherDevice { found: device.smsn() });
        }
        for curve in Curve::ALL {
            if device.chain(curve).device().public_key() != *request.public_key(curve) {
                return Err(ReuseError::OtherKey { curve });
            }
        }
        Ok(SignedDevice { device, request, hsm_serial: None })
    }

    /// The chain with this signature if it is genuine. The inner error says that the device's signature is not;
    /// any other fault lies with the authorities and ends everything.
    fn verified(
        &self,
        device: &DeviceRequest,
        curve: Curve,
        signature: &Signature,
    ) -> Result<Result<VerifiedChain, VerifyError>, SignError<S::Error>> {
        let chain = self.chain(device, curve, signature).map_err(SignError::Authorities)?;
        match self.verifier.verify(chain) {
            Err(error @ VerifyError::Signature { level: Level::Device, .. }) => Ok(Err(error)),
            Err(error) => Err(SignError::NotGenuine(error)),
            Ok(chain) => Ok(Ok(chain)),
        }
    }
}

/// A device with its certificates: both chains verified, of one number, under the keys that asked.
#[derive(Debug)]
pub struct SignedDevice {
    device: VerifiedDevice,
    request: SigningRequest,
    hsm_serial: Option<u32>,
}

impl SignedDevice {
    /// The device's number.
    pub const fn smsn(&self) -> Smsn {
        self.request.smsn()
    }

    /// The chain of a curve.
    pub const fn chain(&self, curve: Curve) -> &Chain {
        self.device.chain(curve).chain()
    }

    /// The private key of a curve, where the one who asked gave it.
    pub const fn private_key(&self, curve: Curve) -> Option<&PrivateKey> {
        self.request.private_key(curve)
    }

    /// Takes private keys over from a request for the same public keys.
    pub(crate) fn give_private_keys(&mut self, request: &SigningRequest) {
        self.request = request.clone();
    }

    /// Both verified chains.
    pub const fn verified(&self) -> &VerifiedDevice {
        &self.device
    }

    /// The serial number of the HSM that signed just now; `None` for chains that were recorded earlier.
    pub const fn hsm_serial(&self) -> Option<u32> {
        self.hsm_serial
    }

    /// What was asked for.
    pub const fn request(&self) -> &SigningRequest {
        &self.request
    }
}

/// Why a device has no certificates. Nothing of a failed attempt was shown to anybody.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignError<E: std::error::Error> {
    /// Whoever holds the DAK gave no signatures.
    #[error(transparent)]
    NotSigned(E),
    /// The Ed25519 signature does not verify.
    #[error(
        "the Ed25519 signature that HSM {hsm_serial} gave for {smsn} does not verify: the HSM or this machine's memory is faulty"
    )]
    Ed25519Alarm {
        /// The device.
        smsn: Smsn,
        /// Which HSM answered.
        hsm_serial: u32,
    },
    /// No attempt gave a P-256 signature that verifies.
    #[error("none of {attempts} P-256 signatures for {smsn} verifies")]
    P256Signature {
        /// The device.
        smsn: Smsn,
        /// How many came back.
        attempts: u32,
    },
    /// The certificates of the authorities are not a chain.
    #[error("the authorities' certificates are not a chain: {0}")]
    Authorities(#[source] ChainError),
    /// The authorities are not genuine, or end at a root that is not trusted.
    #[error(transparent)]
    NotGenuine(VerifyError),
}

impl<E: std::error::Error> SignError<E> {
    /// What to do next, where there is something and it is not the signer's part to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotSigned(_) => None,
            Self::Ed25519Alarm { .. } => Some(
                "stop this line: take the HSM out of use, test this machine's memory, and keep the HSM's audit log"
                    .to_owned(),
            ),
            Self::P256Signature { .. } => {
                Some("take the HSM out of use; another replica may still sign".to_owned())
            }
            Self::Authorities(error) => error.hint(),
            Self::NotGenuine(error) => error.hint(),
        }
    }
}

/// Why chains from a disk are not those of a request.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReuseError {
    /// They are no chains.
    #[error(transparent)]
    NoChain(ChainError),
    /// They do not verify.
    #[error(transparent)]
    NotGenuine(VerifyError),
    /// They are of another device.
    #[error("the recorded chains are of {found}")]
    OtherDevice {
        /// Whose they are.
        found: Smsn,
    },
    /// They certify another key.
    #[error("the recorded {curve} chain certifies another key")]
    OtherKey {
        /// Of which curve.
        curve: Curve,
    },
}
