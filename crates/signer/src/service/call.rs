//! One call and its answer, in whichever form they travel.

use hsm::{DeviceRequest, DeviceSignatures};
use sidewalk::{Chain, Curve, Signature};

use super::RequestId;

/// A device that asks a signing server for its certificates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignCall {
    /// What tells a repetition from a new call.
    pub request_id: RequestId,
    /// The product, by the tag of its DAK.
    pub product: String,
    /// The job package that pays for it, where the caller knows. The server finds the one for product and line.
    pub package: Option<String>,
    /// Whether a number that has certificates already gets a second pair, on purpose: its board lost its keys.
    pub is_rework: bool,
    /// The device's number and keys.
    pub device: DeviceRequest,
}

/// What the server gave a device.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignAnswer {
    /// Whether these are certificates that the server had given before, for the same keys.
    pub is_repeat: bool,
    /// The serial number of the HSM that signed.
    pub hsm_serial: u32,
    /// The entry in the server's evidence log.
    pub evidence_index: u64,
    /// The Ed25519 chain, device first.
    pub ed25519_chain: Vec<u8>,
    /// The P-256 chain, device first.
    pub p256r1_chain: Vec<u8>,
}

impl SignAnswer {
    /// The chain of a curve.
    pub fn chain_bytes(&self, curve: Curve) -> &[u8] {
        match curve {
            Curve::Ed25519 => &self.ed25519_chain,
            Curve::P256r1 => &self.p256r1_chain,
        }
    }

    /// The signatures in it, where its chains are of this device and under these authorities. Nobody has verified them.
    pub fn signatures<'a>(
        &self,
        device: &DeviceRequest,
        issuers_bytes: impl Fn(Curve) -> &'a [u8],
    ) -> Option<DeviceSignatures> {
        let signature = |curve: Curve| -> Option<Signature> {
            let chain = Chain::parse(curve, self.chain_bytes(curve)).ok()?;
            let is_asked = chain.smsn() == device.smsn()
                && chain.device().public_key() == *device.public_key(curve)
                && chain.issuers_bytes() == issuers_bytes(curve);
            is_asked.then(|| chain.device().signature())
        };
        Some(DeviceSignatures {
            ed25519: signature(Curve::Ed25519)?,
            p256r1: signature(Curve::P256r1)?,
            hsm_serial: self.hsm_serial,
        })
    }
}
