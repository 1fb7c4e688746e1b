//! What an HSM signs with, verified once and kept.

use sidewalk::{Chain, ChainError, ChainForm, Curve, PublicKey, Signature, Smsn, Stage};
use yubihsm2::ObjectId;

use crate::selection::ProductTag;

/// The device attestation key (DAK) of one product on both curves, with the chain above it.
///
/// Only discovery makes one: the chains verified to a pinned root, and the keys on the HSM are those that
/// the chains certify. Two HSMs that hold one DAK give values that are [the same](Self::is_same_as).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Authority {
    pub(crate) tag: ProductTag,
    pub(crate) stage: Stage,
    pub(crate) form: ChainForm,
    pub(crate) ed25519: CurveAuthority,
    pub(crate) p256r1: CurveAuthority,
}

/// One curve of an authority.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CurveAuthority {
    /// Where the private key lies.
    pub(crate) key: ObjectId,
    /// The key that the chain certifies.
    pub(crate) public_key: PublicKey,
    /// The authorities' certificates: device issuer first, root last.
    pub(crate) issuers: Vec<u8>,
}

impl Authority {
    /// The product's tag.
    pub const fn tag(&self) -> &ProductTag {
        &self.tag
    }

    /// The product's stage.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Long, or short in the legacy layout.
    pub const fn form(&self) -> ChainForm {
        self.form
    }

    /// The object of the private key.
    pub const fn key(&self, curve: Curve) -> ObjectId {
        self.curve(curve).key
    }

    /// The public half of the key that signs devices.
    pub const fn public_key(&self, curve: Curve) -> &PublicKey {
        &self.curve(curve).public_key
    }

    /// The authorities' certificates as they follow a device's: device issuer first, root last.
    pub fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        &self.curve(curve).issuers
    }

    /// The chain of a device: its certificate in front of the authorities'. It is parsed and not verified.
    ///
    /// # Errors
    ///
    /// [`ChainError`] where what comes out is no chain, which would be a defect.
    pub fn chain(
        &self,
        smsn: Smsn,
        device: &PublicKey,
        signature: &Signature,
    ) -> Result<Chain, ChainError> {
        let issuers = self.issuers_bytes(device.curve());
        let parts = [smsn.as_bytes().as_slice(), device.as_bytes(), signature.as_bytes(), issuers];
        Chain::parse(device.curve(), &parts.concat())
    }

    /// Whether two HSMs sign with the same keys under the same chains. Where the objects lie may differ.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let same = |curve| {
            let (own, others) = (self.curve(curve), other.curve(curve));
            own.public_key == others.public_key && own.issuers == others.issuers
        };
        self.stage == other.stage && self.form == other.form && Curve::ALL.into_iter().all(same)
    }

    const fn curve(&self, curve: Curve) -> &CurveAuthority {
        match curve {
            Curve::Ed25519 => &self.ed25519,
            Curve::P256r1 => &self.p256r1,
        }
    }
}
