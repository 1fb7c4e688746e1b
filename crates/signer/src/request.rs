//! What is to be signed: a device's number and its two public keys.

use hsm::DeviceRequest;
use sidewalk::{Csr, CsrOrder, Curve, KeyFault, PrivateKey, PublicKey, Smsn};

/// A device that asks for its certificates. The value is the proof that its keys are ones a genuine device
/// could have, that both requests are of one device, and that a private key beside them fits.
#[derive(Clone, Debug)]
pub struct SigningRequest {
    device: DeviceRequest,
    ed25519: Subject,
    p256r1: Subject,
}

/// What is known about one curve's key beside the key.
#[derive(Clone, Debug)]
struct Subject {
    private: Option<PrivateKey>,
    order: CsrOrder,
}

impl SigningRequest {
    /// A device whose private keys are here: generated in the factory, or read from PEM files.
    ///
    /// # Errors
    ///
    /// [`RequestError::Curve`] where a key is of the other curve.
    pub fn from_private_keys(
        smsn: Smsn,
        ed25519: PrivateKey,
        p256r1: PrivateKey,
    ) -> Result<Self, RequestError> {
        Self::from_public_keys(smsn, *ed25519.public_key(), *p256r1.public_key())?
            .with_private_key(ed25519)?
            .with_private_key(p256r1)
    }

    /// A device that keeps its private keys to itself. `smsn` is needed where the requests are bare keys; where
    /// they carry a number, it must be that one.
    ///
    /// # Errors
    ///
    /// [`RequestError`]: two devices, no number, one signature where there must be two or none, bad keys.
    pub fn from_csrs(
        smsn: Option<Smsn>,
        ed25519: &Csr,
        p256r1: &Csr,
    ) -> Result<Self, RequestError> {
        if ed25519.signature().is_some() != p256r1.signature().is_some() {
            let signed = if ed25519.signature().is_some() { ed25519 } else { p256r1 };
            return Err(RequestError::OneSignature { signed: signed.curve() });
        }
        let smsn = one_smsn(smsn, ed25519.smsn().copied(), p256r1.smsn().copied())?;
        let mut request =
            Self::from_public_keys(smsn, *ed25519.public_key(), *p256r1.public_key())?;
        request.ed25519.order = ed25519.order();
        request.p256r1.order = p256r1.order();
        Ok(request)
    }

    /// A device of which only the public keys are known.
    ///
    /// # Errors
    ///
    /// [`RequestError::Curve`], and [`RequestError::Key`] for a key that no genuine device could have.
    pub fn from_public_keys(
        smsn: Smsn,
        ed25519: PublicKey,
        p256r1: PublicKey,
    ) -> Result<Self, RequestError> {
        let device = DeviceRequest::new(smsn, ed25519, p256r1)
            .map_err(|error| RequestError::Curve { expected: error.expected })?;
        for curve in Curve::ALL {
            // A signature costs the HSM a tenth of a second, and nobody could use the certificate.
            let checked = device.public_key(curve).check();
            checked.map_err(|fault| RequestError::Key { curve, fault })?;
        }
        let subject = || Subject { private: None, order: CsrOrder::KeyFirst };
        Ok(Self { device, ed25519: subject(), p256r1: subject() })
    }

    /// Adds the private key that belongs to one of the public keys, so that the output can carry it.
    ///
    /// # Errors
    ///
    /// [`RequestError::KeyMismatch`].
    pub fn with_private_key(mut self, key: PrivateKey) -> Result<Self, RequestError> {
        if self.public_key(key.curve()) != key.public_key() {
            return Err(RequestError::KeyMismatch { curve: key.curve() });
        }
        let subject = match key.curve() {
            Curve::Ed25519 => &mut self.ed25519,
            Curve::P256r1 => &mut self.p256r1,
        };
        subject.private = Some(key);
        Ok(self)
    }

    /// The device's number.
    pub const fn smsn(&self) -> Smsn {
        self.device.smsn()
    }

    /// What is to be signed.
    pub const fn device(&self) -> &DeviceRequest {
        &self.device
    }

    /// The public key of a curve.
    pub const fn public_key(&self, curve: Curve) -> &PublicKey {
        self.device.public_key(curve)
    }

    /// The private key of a curve, where it is known here.
    pub const fn private_key(&self, curve: Curve) -> Option<&PrivateKey> {
        self.subject(curve).private.as_ref()
    }

    /// The curves whose request stood in the order of an older on-device library: worth a note.
    pub fn curves_in_old_order(&self) -> impl Iterator<Item = Curve> {
        Curve::ALL.into_iter().filter(|curve| self.subject(*curve).order == CsrOrder::SmsnFirst)
    }

    const fn subject(&self, curve: Curve) -> &Subject {
        match curve {
            Curve::Ed25519 => &self.ed25519,
            Curve::P256r1 => &self.p256r1,
        }
    }
}

/// The one number that is meant: the one asked for, and those that the requests carry.
fn one_smsn(
    asked: Option<Smsn>,
    ed25519: Option<Smsn>,
    p256r1: Option<Smsn>,
) -> Result<Smsn, RequestError> {
    if let (Some(ed25519), Some(p256r1)) = (ed25519, p256r1)
        && ed25519 != p256r1
    {
        return Err(RequestError::TwoDevices { ed25519, p256r1 });
    }
    match (asked, ed25519.or(p256r1)) {
        (Some(asked), Some(carried)) if asked != carried => {
            Err(RequestError::OtherDevice { asked, carried })
        }
        (Some(smsn), _) | (None, Some(smsn)) => Ok(smsn),
        (None, None) => Err(RequestError::NoSmsn),
    }
}

/// Why nothing can be signed. The one who asks is at fault in every case.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// A key of the other curve.
    #[error("a key of the other curve stands where one of {expected} must be")]
    Curve {
        /// The curve that was needed.
        expected: Curve,
    },
    /// A public key that no honest generator makes.
    #[error("the {curve} public key {fault}")]
    Key {
        /// Whose curve.
        curve: Curve,
        /// What is wrong with it.
        fault: KeyFault,
    },
    /// The private key belongs to another public key.
    #[error("the {curve} private key does not belong to the public key of the request")]
    KeyMismatch {
        /// Whose curve.
        curve: Curve,
    },
    /// The two requests are of two devices.
    #[error("the ed25519 request is of {ed25519}, the p256r1 request of {p256r1}")]
    TwoDevices {
        /// The number in one request.
        ed25519: Smsn,
        /// The number in the other.
        p256r1: Smsn,
    },
    /// The requests are of another device than the one that is to be signed.
    #[error("{asked} is to be signed, but the requests are of {carried}")]
    OtherDevice {
        /// The number that was given or generated.
        asked: Smsn,
        /// The number in the requests.
        carried: Smsn,
    },
    /// One request proves possession of its key, the other does not.
    #[error("only the {signed} request carries a signature")]
    OneSignature {
        /// The curve of the signed one.
        signed: Curve,
    },
    /// Nobody says which device it is.
    #[error("nothing says the device's number (SMSN)")]
    NoSmsn,
}

impl RequestError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Curve { .. } => "were the two keys exchanged?".to_owned(),
            Self::Key { .. } => "make the device generate new keys".to_owned(),
            Self::KeyMismatch { .. } => {
                "give the private key that the request was made with, or none".to_owned()
            }
            Self::TwoDevices { .. } => {
                "ask one device for both requests, one after the other".to_owned()
            }
            Self::OtherDevice { .. } => {
                "check device type, DSN, APID, stage and board id; the requests were made with others"
                    .to_owned()
            }
            Self::OneSignature { .. } => {
                "take both requests from the device, or only the public keys of both".to_owned()
            }
            Self::NoSmsn => {
                "give the SMSN, or device type, DSN and APID to generate it from".to_owned()
            }
        })
    }
}
