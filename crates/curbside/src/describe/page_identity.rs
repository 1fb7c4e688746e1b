//! Whether the certificates and keys on a page belong together. A page holds of the root only its key.

use page::{Page, ValueId};
use sidewalk::{Curve, Level, PrivateKey, PublicKey, Signature, TrustAnchors, verify_signature};

use crate::block::Remark;

/// The authorities from the device upwards, in the order of their ids; the root has another form.
const AUTHORITIES: [Level; 4] = [Level::Dak, Level::Product, Level::Manufacturer, Level::Sidewalk];

/// Key, signature and serial on either curve.
const IDS_PER_AUTHORITY: u16 = 6;

/// What keeps the page from being a genuine device's: private keys of others, signatures that do not verify,
/// roots that are not trusted. What a page does not have is not remarked on.
pub(crate) fn page_identity(page: &Page, anchors: &TrustAnchors) -> Vec<Remark> {
    Curve::ALL.into_iter().flat_map(|curve| of_curve(page, anchors, curve)).collect()
}

fn of_curve(page: &Page, anchors: &TrustAnchors, curve: Curve) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let ladder = ladder(page, curve);
    if let Some(device) = ladder.first()
        && let Some(private) = private_key(page, curve)
        && private.public_key().as_bytes() != device.public_key.as_bytes()
    {
        let message = format!("the {curve} private key does not belong to the public key");
        remarks.push(Remark::fault("key-mismatch", message));
    }
    let root = page
        .value(ValueId::new(match curve {
            Curve::Ed25519 => ValueId::AMZN_PUB_ED25519.number(),
            Curve::P256r1 => ValueId::AMZN_PUB_P256R1.number(),
        }))
        .and_then(|bytes| PublicKey::from_bytes(curve, bytes));
    if let Some(root) = &root
        && !anchors.iter().any(|anchor| anchor.public_key == *root)
    {
        let message = format!("the {curve} root is not trusted: key {root}");
        remarks.push(Remark::fault("untrusted-root", message));
    }
    if ladder.len() != 1 + AUTHORITIES.len() {
        return remarks;
    }
    let issuers = ladder[1..].iter().map(|rung| (rung.level, rung.public_key));
    let issuers = issuers.chain(root.map(|key| (Level::Amazon, key)));
    for (rung, (issuer_level, issuer)) in ladder.iter().zip(issuers) {
        let message = [rung.public_key.as_bytes(), rung.subject].concat();
        if verify_signature(&issuer, &message, &rung.signature).is_err() {
            let level = rung.level;
            let message = format!(
                "the {curve} signature of {issuer_level} on the {level} certificate does not verify"
            );
            remarks.push(Remark::fault("bad-signature", message));
        }
    }
    remarks
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
