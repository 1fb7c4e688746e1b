//! One device on its way through an HSM.

use sidewalk::{Curve, PublicKey, Signature, Smsn};
use thiserror::Error;

/// What is to be signed for one device: its number and its two public keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DeviceRequest {
    smsn: Smsn,
    ed25519: PublicKey,
    p256r1: PublicKey,
}

impl DeviceRequest {
    /// A request.
    ///
    /// # Errors
    ///
    /// [`WrongCurve`] unless there is one key of each curve, in this order.
    pub fn new(smsn: Smsn, ed25519: PublicKey, p256r1: PublicKey) -> Result<Self, WrongCurve> {
        for (key, expected) in [(&ed25519, Curve::Ed25519), (&p256r1, Curve::P256r1)] {
            if key.curve() != expected {
                return Err(WrongCurve { expected });
            }
        }
        Ok(Self { smsn, ed25519, p256r1 })
    }

    /// The device's number.
    pub const fn smsn(&self) -> Smsn {
        self.smsn
    }

    /// The device's public key of a curve.
    pub const fn public_key(&self, curve: Curve) -> &PublicKey {
        match curve {
            Curve::Ed25519 => &self.ed25519,
            Curve::P256r1 => &self.p256r1,
        }
    }

    /// What the DAK signs: public key ‖ SMSN; 64 bytes on Ed25519, 96 on P-256.
    pub fn message(&self, curve: Curve) -> Vec<u8> {
        [self.public_key(curve).as_bytes(), self.smsn.as_bytes()].concat()
    }
}

/// A key of another curve than the one it stands for.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a device needs a key of each curve, the {expected} one is missing")]
pub struct WrongCurve {
    /// The curve that is missing.
    pub expected: Curve,
}

/// What an HSM signed for one device. Nothing has been verified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DeviceSignatures {
    /// Over the Ed25519 key and the SMSN. The same on every HSM that holds the DAK.
    pub ed25519: Signature,
    /// Over the P-256 key and the SMSN. Another each time.
    pub p256r1: Signature,
    /// The serial number of the HSM that signed.
    pub hsm_serial: u32,
}

impl DeviceSignatures {
    /// The signature of a curve.
    pub const fn signature(&self, curve: Curve) -> &Signature {
        match curve {
            Curve::Ed25519 => &self.ed25519,
            Curve::P256r1 => &self.p256r1,
        }
    }
}
