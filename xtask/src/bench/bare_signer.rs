//! The cryptography of signing and nothing around it: the libraries' own calls with keys that stay prepared.

use std::convert::Infallible;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use ed25519_dalek::{Signer as _, SigningKey};
use hsm::{DeviceRequest, DeviceSignatures};
use sidewalk::{Curve, Signature, Verifier};
use signer::{DeviceSigner, Signer};

use crate::{Fallible, bench::authority::Authority};

/// A DAK in memory, as fast as the libraries are.
pub(super) struct BareSigner {
    authority: Authority,
    ed25519: SigningKey,
    p256r1: EcdsaKeyPair,
    random: SystemRandom,
}

impl BareSigner {
    /// A signer that verifies what this signs.
    pub(super) fn signer() -> Fallible<Signer<Self>> {
        let authority = Authority::new()?;
        let anchors = authority.anchors()?;
        let ed25519 = Authority::dak_key(Curve::Ed25519)?;
        let p256r1 = Authority::dak_key(Curve::P256r1)?;
        let point = [&[4], p256r1.public_key().as_bytes()].concat();
        let bare = Self {
            authority,
            ed25519: SigningKey::from_bytes(ed25519.expose_bytes()),
            p256r1: EcdsaKeyPair::from_private_key_and_public_key(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                p256r1.expose_bytes(),
                &point,
            )?,
            random: SystemRandom::new(),
        };
        Ok(Signer::new(bare, Verifier::new(anchors)))
    }
}

impl DeviceSigner for BareSigner {
    type Error = Infallible;

    fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        self.authority.issuers_bytes(curve)
    }

    fn sign(&self, device: &DeviceRequest) -> Result<DeviceSignatures, Infallible> {
        let ed25519 = self.ed25519.sign(&device.message(Curve::Ed25519)).to_bytes();
        let mut p256r1 = [0; Curve::SIGNATURE_LEN_BYTES];
        // Without a signature nothing verifies, and the measurement ends.
        if let Ok(signature) = self.p256r1.sign(&self.random, &device.message(Curve::P256r1)) {
            p256r1.copy_from_slice(signature.as_ref());
        }
        Ok(DeviceSignatures {
            ed25519: Signature::from_bytes(ed25519),
            p256r1: Signature::from_bytes(p256r1),
            hsm_serial: 0,
        })
    }
}
