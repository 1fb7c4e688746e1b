//! Whether the certificates and keys on a page belong together. A page holds of the root only its key.

use sidewalk::{Curve, Level, PrivateKey, PublicKey, Signature, TrustAnchors, verify_signature};
use thiserror::Error;

use crate::{Page, ValueId};

/// What keeps a page from being a genuine device's.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum IdentityFault {
    /// The private key on the page is another device's.
    #[error("the {0} private key does not belong to the public key")]
    KeyMismatch(Curve),
    /// The root is none of the pinned ones.
    #[error("the {curve} root is not trusted: key {root}")]
    UntrustedRoot {
        /// The chain's curve.
        curve: Curve,
        /// The root that the page names.
        root: PublicKey,
    },
    /// A certificate was not signed by the one above it.
    #[error("the {curve} signature of {issuer} on the {level} certificate does not verify")]
    BadSignature {
        /// The chain's curve.
        curve: Curve,
        /// Whose certificate it is.
        level: Level,
        /// Who should have signed it.
        issuer: Level,
    },
}

impl IdentityFault {
    /// A name for scripts, the same as for chains.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::KeyMismatch(_) => "key-mismatch",
            Self::UntrustedRoot { .. } => "untrusted-root",
            Self::BadSignature { .. } => "bad-signature",
        }
    }
}

/// The private keys, signatures and roots on a page, checked against each other and the pinned roots. What a
/// page does not have is no fault here: the decoders say what is missing.
pub fn check_identity(page: &Page, anchors: &TrustAnchors) -> Vec<IdentityFault> {
    Curve::ALL.into_iter().flat_map(|curve| check_curve(page, anchors, curve)).collect()
}

/// The authorities from the device upwards, in the order of their ids; the root has another form.
const AUTHORITIES: [Level; 4] = [Level::Dak, Level::Product, Level::Manufacturer, Level::Sidewalk];

/// Key, signature and serial on either curve.
const IDS_PER_AUTHORITY: u16 = 6;

fn check_curve(page: &Page, anchors: &TrustAnchors, curve: Curve) -> Vec<IdentityFault> {
    let mut faults = Vec::new();
    let ladder = ladder(page, curve);
    if let Some(device) = ladder.first()
        && let Some(private) = private_key(page, curve)
        && *private.public_key() != device.public_key
    {
        faults.push(IdentityFault::KeyMismatch(curve));
    }
    let root = root(page, curve);
    if let Some(root) = root
        && !anchors.iter().any(|anchor| anchor.public_key == root)
    {
        faults.push(IdentityFault::UntrustedRoot { curve, root });
    }
    if ladder.len() == 1 + AUTHORITIES.len() {
        faults.extend(bad_signatures(&ladder, root, curve));
    }
    faults
}

fn bad_signatures(
    ladder: &[Rung<'_>],
    root: Option<PublicKey>,
    curve: Curve,
) -> impl Iterator<Item = IdentityFault> {
    let issuers = ladder[1..].iter().map(|rung| (rung.level, rung.public_key));
    let issuers = issuers.chain(root.map(|key| (Level::Amazon, key)));
    ladder.iter().zip(issuers).filter_map(move |(rung, (issuer, issuer_key))| {
        let message = [rung.public_key.as_bytes(), rung.subject].concat();
        let is_good = verify_signature(&issuer_key, &message, &rung.signature).is_ok();
        (!is_good).then_some(IdentityFault::BadSignature { curve, level: rung.level, issuer })
    })
}

/// One certificate as it stands on a page.
struct Rung<'a> {
    level: Level,
    subject: &'a [u8],
    public_key: PublicKey,
    signature: Signature,
}

fn ladder(page: &Page, curve: Curve) -> Vec<Rung<'_>> {
    let (device, dak) = match curve {
        Curve::Ed25519 => (ValueId::DEVICE_PUB_ED25519, ValueId::DAK_PUB_ED25519),
        Curve::P256r1 => (ValueId::DEVICE_PUB_P256R1, ValueId::DAK_PUB_P256R1),
    };
    let device = (Level::Device, device.number(), ValueId::SMSN.number());
    let authorities = (dak.number()..)
        .step_by(usize::from(IDS_PER_AUTHORITY))
        .zip(AUTHORITIES)
        .map(|(key, level)| (level, key, key + 2));
    std::iter::once(device)
        .chain(authorities)
        .filter_map(|(level, key, subject)| {
            let signature = page.value(ValueId::new(key + 1))?.try_into().ok()?;
            Some(Rung {
                level,
                subject: page.value(ValueId::new(subject))?,
                public_key: PublicKey::from_bytes(curve, page.value(ValueId::new(key))?)?,
                signature: Signature::from_bytes(signature),
            })
        })
        .collect()
}

fn root(page: &Page, curve: Curve) -> Option<PublicKey> {
    let id = match curve {
        Curve::Ed25519 => ValueId::AMZN_PUB_ED25519,
        Curve::P256r1 => ValueId::AMZN_PUB_P256R1,
    };
    PublicKey::from_bytes(curve, page.value(id)?)
}

/// The private key, unless firmware has moved it away and left zeros or a key id.
fn private_key(page: &Page, curve: Curve) -> Option<PrivateKey> {
    let id = match curve {
        Curve::Ed25519 => ValueId::DEVICE_PRIV_ED25519,
        Curve::P256r1 => ValueId::DEVICE_PRIV_P256R1,
    };
    let bytes = page.value(id)?;
    let is_moved = bytes.get(4..).is_none_or(|rest| rest.iter().all(|byte| *byte == 0));
    if is_moved { None } else { PrivateKey::from_bytes(curve, bytes).ok() }
}
