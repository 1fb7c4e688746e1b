//! Why a product cannot be signed for with an HSM.

use sidewalk::{ChainError, Curve, Level, VerifyError};
use thiserror::Error;
use yubihsm2::ObjectId;

use crate::{layout::Element, selection::ProductTag, session::SessionError};

/// Why a product cannot be signed for with an HSM.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum DiscoveryError {
    /// No session, or a command failed.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The HSM says that it needs a newer signing tool than what this program stands in for.
    #[error("use the HSM: it needs signing tool {needed} and this program does what {ours} does")]
    NeedsNewerTool {
        /// The version that the HSM names.
        needed: String,
        /// The version that this program stands in for.
        ours: &'static str,
    },
    /// What the HSM says of itself cannot be read.
    #[error("read HSM_INFO: {cause}")]
    HsmInfo {
        /// Why.
        cause: &'static str,
    },
    /// A chain depth that does not exist.
    #[error("use the HSM: it holds chains of depth {found}, Sidewalk has 5")]
    ChainDepth {
        /// What the HSM says.
        found: u64,
    },
    /// No key that signs for the product.
    #[error("find {tag}: the HSM holds no key with this product tag for this stage")]
    NoSuchTag {
        /// The tag.
        tag: ProductTag,
        /// The labels of the keys that are there.
        labels: Vec<String>,
    },
    /// The tag begins the labels of several products.
    #[error("find {tag}: several products' tags begin like this: {}", .labels.join(", "))]
    AmbiguousTag {
        /// The tag.
        tag: ProductTag,
        /// The labels of the keys that it fits.
        labels: Vec<String>,
    },
    /// A tag without `_DAK` on an HSM with long chains.
    #[error("find the product of {tag}: a tag on this HSM has _DAK in it")]
    NoDakInTag {
        /// The tag.
        tag: ProductTag,
    },
    /// No certificate of the product above the key.
    #[error("find the product of {tag}: the HSM holds no certificate {label}")]
    NoProduct {
        /// The tag.
        tag: ProductTag,
        /// How the label of the product's certificate begins.
        label: String,
    },
    /// A part of a certificate is missing.
    #[error("read the {curve} chain: object {id}, the {element} of {level}, is missing")]
    MissingCertificate {
        /// The curve.
        curve: Curve,
        /// Whose certificate.
        level: Level,
        /// Which part.
        element: Element,
        /// Where it should be.
        id: ObjectId,
    },
    /// A part of a certificate has another size than it can have.
    #[error(
        "read the {curve} chain: object {id}, the {element} of {level}, has {found_len_bytes} bytes"
    )]
    CertificateLength {
        /// The curve.
        curve: Curve,
        /// Whose certificate.
        level: Level,
        /// Which part.
        element: Element,
        /// Where it is.
        id: ObjectId,
        /// Its size.
        found_len_bytes: usize,
    },
    /// The certificates form no chain.
    #[error("read the chain: {0}")]
    Chain(#[from] ChainError),
    /// The chain does not verify to a pinned root.
    #[error("verify the chain: {0}")]
    NotGenuine(#[from] VerifyError),
    /// The key that signs is not there.
    #[error("find the {curve} key: the HSM holds no private key at {id}")]
    MissingKey {
        /// The curve.
        curve: Curve,
        /// Where it should be.
        id: ObjectId,
    },
    /// The key on the HSM is another than the chain certifies.
    #[error("use the {curve} key at {id}: the chain certifies another key")]
    OtherKey {
        /// The curve.
        curve: Curve,
        /// Where the key is.
        id: ObjectId,
    },
}

impl DiscoveryError {
    /// Whether trying again later may help without a person changing anything.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Session(error) => error.is_passing(),
            _ => false,
        }
    }

    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Session(error) => return error.hint(),
            Self::NeedsNewerTool { .. } => "look for a newer release of Curbside",
            Self::NoSuchTag { labels, .. } if labels.is_empty() => {
                "the HSM shows no keys at all: is this the right HSM and PIN?"
            }
            Self::NoSuchTag { labels, .. } | Self::AmbiguousTag { labels, .. } => {
                let labels = labels.join(", ");
                return Some(format!("the HSM has {labels}; a tag is what stands before `_ED25`"));
            }
            Self::NoDakInTag { .. } => "the tag comes with the PIN, such as RNET_DAK_NAME",
            Self::NotGenuine(error) => return error.hint(),
            Self::HsmInfo { .. }
            | Self::ChainDepth { .. }
            | Self::NoProduct { .. }
            | Self::MissingCertificate { .. }
            | Self::CertificateLength { .. }
            | Self::Chain(_)
            | Self::MissingKey { .. }
            | Self::OtherKey { .. } => {
                "the HSM is not programmed as Amazon does it; `curbside hsm status` shows what is on it"
            }
        };
        Some(hint.to_owned())
    }
}
