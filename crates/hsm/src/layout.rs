//! Where things lie on a Sidewalk HSM.
//!
//! Objects below `0x10` are for control. From `0x10` on each certificate authority has a namespace of 16
//! ids: half of it for each curve, and of each half the lower quarter for production and the upper for test
//! and pre-production, with four elements each. As `sid-signing-tool` 1.2.0 and its programmer for dummy
//! HSMs have it.

use std::fmt;

use sidewalk::{ChainForm, Curve, Level, Stage};
use yubihsm2::{Algorithm, Capabilities, Domains, ObjectId};

/// Where the dummy programmer puts [`HSM_INFO_LABEL`].
pub(crate) const HSM_INFO: ObjectId = ObjectId(0x0E);

/// The label of what an HSM says of itself, as JSON. Found by its label, below `0x10`.
pub(crate) const HSM_INFO_LABEL: &str = "HSM_INFO";

/// Where the dummy programmer puts [`CHAIN_DEPTH_LABEL`].
pub(crate) const CHAIN_DEPTH: ObjectId = ObjectId(0x0F);

/// The label of the chain's depth, one byte, which counts where there is no HSM_INFO.
pub(crate) const CHAIN_DEPTH_LABEL: &str = "SW_CTL_CHAIN_DEPTH";

/// The only depth there is.
pub(crate) const CHAIN_DEPTH_LONG: u64 = 5;

/// The label of the authentication key that the PIN is for.
pub(crate) const AUTHENTICATION_KEY_LABEL: &str = "SIDEWALK";

/// The domains of everything of Sidewalk's: 1 and 3.
pub(crate) const DOMAINS: Domains = Domains::from_bits(0x0005);

/// What a session with the PIN may do.
pub(crate) const PIN_CAPABILITIES: Capabilities =
    Capabilities::GET_OPAQUE.union(Capabilities::SIGN_ECDSA).union(Capabilities::SIGN_EDDSA);

/// What the keys that sign may be used for, whatever their curve.
pub(crate) const KEY_CAPABILITIES: Capabilities =
    Capabilities::SIGN_ECDSA.union(Capabilities::SIGN_EDDSA);

/// The 16 ids of one certificate authority.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Namespace(u16);

impl Namespace {
    /// How many ids it has.
    pub const LEN: u16 = 0x10;

    /// The first for certificates.
    pub const FIRST: Self = Self(0x10);

    /// The last for certificates.
    pub const LAST: Self = Self(0xE0);

    /// The first of its ids.
    pub const fn id_first(self) -> ObjectId {
        ObjectId(self.0)
    }

    /// The namespace of an object, or `None` for objects outside those for certificates.
    pub const fn of(id: ObjectId) -> Option<Self> {
        let first = id.0 / Self::LEN * Self::LEN;
        if first < Self::FIRST.0 || first > Self::LAST.0 { None } else { Some(Self(first)) }
    }

    /// All namespaces for certificates, ascending.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        (Self::FIRST.0..=Self::LAST.0).step_by(usize::from(Self::LEN)).map(Self)
    }

    /// Where the certificates above the product are. `None` for levels whose place varies.
    pub const fn fixed(form: ChainForm, level: Level) -> Option<Self> {
        match (form, level) {
            (_, Level::Amazon) => Some(Self(0x10)),
            (ChainForm::Long, Level::Sidewalk) | (ChainForm::Short, Level::Manufacturer) => {
                Some(Self(0x20))
            }
            (ChainForm::Long, Level::Manufacturer) => Some(Self(0x30)),
            _ => None,
        }
    }

    /// The namespaces that products and their keys may have, ascending.
    pub fn for_products(form: ChainForm) -> impl DoubleEndedIterator<Item = Self> {
        let first = match form {
            ChainForm::Long => Self(0x40),
            ChainForm::Short => Self(0x30),
        };
        Self::all().filter(move |namespace| *namespace >= first)
    }

    /// The namespace below, where there is one.
    pub fn before(self) -> Option<Self> {
        (self > Self::FIRST).then(|| Self(self.0 - Self::LEN))
    }

    /// The object of one element.
    pub const fn id(self, curve: Curve, stage: Stage, element: Element) -> ObjectId {
        let half = match curve {
            Curve::Ed25519 => 0,
            Curve::P256r1 => 8,
        };
        let quarter = match stage {
            Stage::Production => 0,
            Stage::PreProduction | Stage::Test => 4,
        };
        ObjectId(self.0 + half + quarter + element as u16)
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#04x}", self.0)
    }
}

/// What a namespace holds of a certificate.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u16)]
pub enum Element {
    /// The private key: of the DAK only, or of the model in the short chain.
    PrivateKey = 0,
    /// The public key.
    PublicKey = 1,
    /// The issuer's signature.
    Signature = 2,
    /// The serial.
    Serial = 3,
}

impl Element {
    /// What is readable, in the order of a certificate in a chain.
    pub const OF_CERTIFICATE: [Self; 3] = [Self::Serial, Self::PublicKey, Self::Signature];

    /// How a label ends.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::PrivateKey => "priv",
            Self::PublicKey => "pub",
            Self::Signature => "signature",
            Self::Serial => "serial",
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PrivateKey => "private key",
            Self::PublicKey => "public key",
            Self::Signature => "signature",
            Self::Serial => "serial",
        })
    }
}

/// How a label names a curve.
pub(crate) const fn curve_in_label(curve: Curve) -> &'static str {
    match curve {
        Curve::Ed25519 => "ED25",
        Curve::P256r1 => "P256R1",
    }
}

/// The label of an element: a tag or an authority in front, then curve and element.
pub(crate) fn element_label(front: &str, curve: Curve, element: Element) -> String {
    format!("{front}_{}.{}", curve_in_label(curve), element.suffix())
}

/// The algorithm of a curve's keys.
pub(crate) const fn key_algorithm(curve: Curve) -> Algorithm {
    match curve {
        Curve::Ed25519 => Algorithm::ED25519,
        Curve::P256r1 => Algorithm::EC_P256,
    }
}

/// How a label begins in a stage.
pub(crate) const fn stage_prefix(stage: Stage) -> &'static str {
    match stage {
        Stage::Production => "RNET",
        Stage::PreProduction => "PREPROD",
        Stage::Test => "TEST",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dak_of_a_production_dummy_lies_where_the_public_programmer_puts_it() {
        let dak = Namespace::of(ObjectId(0x50)).unwrap();
        let id = |curve, stage, element| dak.id(curve, stage, element).0;
        assert_eq!(id(Curve::Ed25519, Stage::Production, Element::PrivateKey), 0x50);
        assert_eq!(id(Curve::Ed25519, Stage::Production, Element::Serial), 0x53);
        assert_eq!(id(Curve::Ed25519, Stage::Test, Element::PublicKey), 0x55);
        assert_eq!(id(Curve::P256r1, Stage::Production, Element::PrivateKey), 0x58);
        assert_eq!(id(Curve::P256r1, Stage::PreProduction, Element::Signature), 0x5E);
    }

    #[test]
    fn there_are_14_namespaces_and_none_below_or_above() {
        assert_eq!(Namespace::all().count(), 14);
        for outside in [0x00, 0x0F, 0xF0, 0x100, 0xFFFF] {
            assert_eq!(Namespace::of(ObjectId(outside)), None, "{outside:#x}");
        }
        assert_eq!(Namespace::of(ObjectId(0xEF)), Some(Namespace::LAST));
    }
}
