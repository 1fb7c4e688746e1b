//! A dummy product, devices of it, and signers that misbehave.

use std::sync::atomic::{AtomicU32, Ordering};

use hsm::{DeviceRequest, DeviceSignatures};
use sidewalk::{
    CertificateAuthority, Chain, Curve, IssueError, PrivateKey, Serial, Signature, Smsn,
    TrustAnchor, TrustAnchors, Verifier,
};
use signer::{DeviceSigner, Signer, SigningRequest, SoftwareSigner};

/// Keys of one byte each: different, and the same in every run.
pub(crate) fn key(curve: Curve, number: u8) -> PrivateKey {
    PrivateKey::from_bytes(curve, &[number; 32]).expect("a key")
}

pub(crate) fn smsn(number: u8) -> Smsn {
    Smsn::from_bytes([number; 32])
}

pub(crate) fn request(number: u8) -> SigningRequest {
    let [ed25519, p256r1] = Curve::ALL.map(|curve| key(curve, number));
    SigningRequest::from_private_keys(smsn(number), ed25519, p256r1).expect("a request")
}

/// The product whose keys are `first`, `first + 1` and so on, root first.
pub(crate) fn product(first: u8) -> SoftwareSigner {
    let [ed25519, p256r1] = Curve::ALL.map(|curve| authority(curve, first));
    SoftwareSigner::new(ed25519, p256r1).expect("one authority a curve")
}

/// A verifier that trusts the roots of [`product`].
pub(crate) fn verifier(first: u8) -> Verifier {
    let roots = Curve::ALL.map(|curve| {
        let chain = authority(curve, first)
            .issue(smsn(0), key(curve, first).public_key())
            .expect("a chain");
        TrustAnchor::of(&chain)
    });
    Verifier::new(TrustAnchors::new(roots))
}

pub(crate) fn signer(first: u8) -> Signer<SoftwareSigner> {
    Signer::new(product(first), verifier(first))
}

fn authority(curve: Curve, first: u8) -> CertificateAuthority {
    let ladder = (0..5)
        .map(|level| {
            let serial = Serial::parse(&[first, level, 0, 0]).expect("a serial");
            (serial, key(curve, first + level))
        })
        .collect();
    CertificateAuthority::certify(ladder).expect("a chain of authorities")
}

/// A signer whose first signatures are damaged.
pub(crate) struct Faulty {
    pub(crate) inner: SoftwareSigner,
    pub(crate) curve: Curve,
    /// How many answers are damaged.
    pub(crate) damaged: u32,
    pub(crate) asked: AtomicU32,
}

impl Faulty {
    pub(crate) fn new(curve: Curve, damaged: u32) -> Self {
        Self { inner: product(1), curve, damaged, asked: AtomicU32::new(0) }
    }
}

impl DeviceSigner for Faulty {
    type Error = IssueError;

    fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        self.inner.issuers_bytes(curve)
    }

    fn sign(&self, device: &DeviceRequest) -> Result<DeviceSignatures, IssueError> {
        let mut signatures = self.inner.sign(device)?;
        if self.asked.fetch_add(1, Ordering::Relaxed) < self.damaged {
            let signature = match self.curve {
                Curve::Ed25519 => &mut signatures.ed25519,
                Curve::P256r1 => &mut signatures.p256r1,
            };
            let mut bytes = *signature.as_bytes();
            bytes[17] ^= 1;
            *signature = Signature::from_bytes(bytes);
        }
        Ok(signatures)
    }
}

/// A chain whose device certificate is no longer signed.
pub(crate) fn damaged(chain: &Chain) -> Chain {
    let mut bytes = chain.as_bytes().to_vec();
    bytes[chain.device().len_bytes() - 1] ^= 1;
    Chain::parse(chain.curve(), &bytes).expect("still a chain in form")
}
