//! From a parsed chain to a verified one.
//!
//! One signature has one verdict, whatever stands beside it: the equation that OpenSSL, and so the public
//! tools, use (`docs/verification.md`). Keys that no honest generator makes are refused on top, as policy,
//! under codes of their own.
//!
//! The authorities of a chain are verified once and remembered; a further device under them costs one
//! signature check a curve.

mod ed25519_tables;
mod fixed_key;
mod issuer;
mod p256_affine;
mod p256_tables;
mod signature;
#[cfg(test)]
mod tests;
mod window_table;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

pub use self::signature::{SignatureFault, verify_signature};

use self::issuer::Issuer;
use crate::{
    certificate::Certificate,
    chain::Chain,
    curve::Curve,
    key::KeyFault,
    level::Level,
    smsn::Smsn,
    trust::{TrustAnchor, TrustAnchors},
};

/// How many sets of authorities a verifier remembers a curve. A plant has a few DAKs and an upload some
/// dozens; with its tables each costs up to 1.2 MB on Ed25519 and 0.6 MB on P-256: under 60 MB for both curves.
const ISSUERS_PER_CURVE_MAX: usize = 32;

/// By which road signatures under a known key are checked. Both give the same verdicts.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum VerifyPath {
    /// Every signature by the crypto library.
    Plain,
    /// The library first; precomputed tables for an issuer that has signed many devices, where they are
    /// faster: for Ed25519 always, for P-256 in [`Verifier::verify_many`].
    #[default]
    Tables,
}

/// Verifies chains against pinned roots. May be shared between threads.
#[derive(Debug)]
pub struct Verifier {
    anchors: TrustAnchors,
    path: VerifyPath,
    /// A map a curve.
    issuers: RwLock<[KnownIssuers; Curve::ALL.len()]>,
}

/// Verified authorities by the bytes that follow the device's certificate.
type KnownIssuers = HashMap<Box<[u8]>, Arc<Issuer>>;

impl Verifier {
    /// A verifier that accepts chains to these roots and no others.
    pub fn new(anchors: TrustAnchors) -> Self {
        Self::with_path(anchors, VerifyPath::default())
    }

    /// The same, with the road chosen.
    pub fn with_path(anchors: TrustAnchors, path: VerifyPath) -> Self {
        Self { anchors, path, issuers: RwLock::default() }
    }

    /// The roots that are accepted.
    pub const fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    /// Verifies one chain: its root is pinned, every key is sound, every signature verifies.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the first bad link, counted from the root.
    pub fn verify(&self, chain: Chain) -> Result<VerifiedChain, VerifyError> {
        self.check(&chain)?;
        Ok(VerifiedChain(chain))
    }

    /// Verifies many chains, with the same verdicts as one by one and, under few issuers, in less time.
    pub fn verify_many(&self, chains: Vec<Chain>) -> Vec<Result<VerifiedChain, VerifyError>> {
        let mut verdicts: Vec<Option<Result<(), VerifyError>>> = vec![None; chains.len()];
        let mut groups: Vec<(Arc<Issuer>, Vec<usize>)> = Vec::new();
        for (index, chain) in chains.iter().enumerate() {
            match self.issuer(chain) {
                Err(error) => verdicts[index] = Some(Err(error)),
                Ok(issuer) => {
                    match groups.iter_mut().find(|(known, _)| Arc::ptr_eq(known, &issuer)) {
                        Some((_, members)) => members.push(index),
                        None => groups.push((issuer, vec![index])),
                    }
                }
            }
        }
        for (issuer, members) in groups {
            let devices: Vec<_> = members.iter().map(|&index| chains[index].device()).collect();
            for (index, verdict) in members.into_iter().zip(issuer.verify_many(&devices, self.path))
            {
                let chain = &chains[index];
                verdicts[index] = Some(verdict.map_err(|fault| link_error(chain, fault)));
            }
        }
        chains
            .into_iter()
            .zip(verdicts)
            .map(|(chain, verdict)| match verdict {
                Some(Ok(())) => Ok(VerifiedChain(chain)),
                Some(Err(error)) => Err(error),
                // Every chain entered a group or has its error; should one not, it is checked alone.
                None => self.verify(chain),
            })
            .collect()
    }

    /// Verifies the authorities of a chain and says nothing of its device: what can be known of an HSM's
    /// chain before it has signed anything. The next chain under them costs one signature check.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the first bad link, counted from the root; never the device's.
    pub fn verify_authorities(&self, chain: &Chain) -> Result<(), VerifyError> {
        self.issuer(chain).map(drop)
    }

    /// Verifies both chains of a device and that they speak of one device.
    ///
    /// # Errors
    ///
    /// [`VerifyError`], of the Ed25519 chain first.
    pub fn verify_device(
        &self,
        ed25519: Chain,
        p256r1: Chain,
    ) -> Result<VerifiedDevice, VerifyError> {
        VerifiedDevice::new(self.verify(ed25519)?, self.verify(p256r1)?)
    }

    fn check(&self, chain: &Chain) -> Result<(), VerifyError> {
        let issuer = self.issuer(chain)?;
        issuer.verify(&chain.device(), self.path).map_err(|fault| link_error(chain, fault))
    }

    /// The verified authorities of a chain, from memory where they are known.
    fn issuer(&self, chain: &Chain) -> Result<Arc<Issuer>, VerifyError> {
        let key = chain.issuers_bytes();
        let map = chain.curve() as usize;
        // A poisoned lock only means that another thread stopped between two map operations.
        let known =
            self.issuers.read().unwrap_or_else(PoisonError::into_inner)[map].get(key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let issuer = Arc::new(verify_authorities(chain, &self.anchors)?);
        let mut maps = self.issuers.write().unwrap_or_else(PoisonError::into_inner);
        let issuers = &mut maps[map];
        if issuers.len() >= ISSUERS_PER_CURVE_MAX {
            // Any choice is right: whoever is needed again is verified again.
            let victim = issuers.keys().next().cloned();
            victim.and_then(|victim| issuers.remove(&victim));
        }
        Ok(Arc::clone(issuers.entry(Box::from(key)).or_insert(issuer)))
    }
}

/// Checks everything but the device's certificate, from the root down, so that the first error names the
/// certificate that was damaged and not those which it signed.
fn verify_authorities(chain: &Chain, anchors: &TrustAnchors) -> Result<Issuer, VerifyError> {
    let curve = chain.curve();
    let root = chain.root();
    let mut issuer = Issuer::new(&root.public_key()).map_err(|fault| VerifyError::Key {
        curve,
        level: root.level(),
        fault,
    })?;
    if !anchors.trusts(&root) {
        return Err(VerifyError::UntrustedRoot { root: Box::new(TrustAnchor::of(chain)) });
    }
    let mut issuer_level = root.level();
    for certificate in chain.certificates().skip(1).rev() {
        let level = certificate.level();
        issuer.verify(&certificate, VerifyPath::Plain).map_err(|fault| match fault {
            LinkFault::Signature => VerifyError::Signature { curve, level, issuer: issuer_level },
            LinkFault::Key(fault) => VerifyError::Key { curve, level, fault },
        })?;
        issuer = Issuer::new(&certificate.public_key()).map_err(|fault| VerifyError::Key {
            curve,
            level,
            fault,
        })?;
        issuer_level = level;
    }
    Ok(issuer)
}

fn link_error(chain: &Chain, fault: LinkFault) -> VerifyError {
    let curve = chain.curve();
    match fault {
        LinkFault::Signature => VerifyError::Signature {
            curve,
            level: Level::Device,
            issuer: chain.form().device_issuer(),
        },
        LinkFault::Key(fault) => VerifyError::Key { curve, level: Level::Device, fault },
    }
}

/// What is wrong with one certificate under a good issuer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum LinkFault {
    Signature,
    Key(KeyFault),
}

/// A chain that a [`Verifier`] found genuine: the value is the proof.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct VerifiedChain(Chain);

impl VerifiedChain {
    /// The chain.
    pub const fn chain(&self) -> &Chain {
        &self.0
    }

    /// The device's number.
    pub fn smsn(&self) -> Smsn {
        self.0.smsn()
    }

    /// The device's certificate.
    pub fn device(&self) -> Certificate<'_> {
        self.0.device()
    }
}

/// The two verified chains of one device.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerifiedDevice {
    ed25519: VerifiedChain,
    p256r1: VerifiedChain,
}

impl VerifiedDevice {
    /// Joins two verified chains.
    ///
    /// # Errors
    ///
    /// [`VerifyError::SameCurve`] unless there is one of each curve, [`VerifyError::SmsnMismatch`] unless
    /// both carry one SMSN.
    pub fn new(ed25519: VerifiedChain, p256r1: VerifiedChain) -> Result<Self, VerifyError> {
        for (chain, curve) in [(&ed25519, Curve::Ed25519), (&p256r1, Curve::P256r1)] {
            if chain.chain().curve() != curve {
                return Err(VerifyError::SameCurve { expected: curve });
            }
        }
        if ed25519.smsn() != p256r1.smsn() {
            return Err(VerifyError::SmsnMismatch {
                ed25519: ed25519.smsn(),
                p256r1: p256r1.smsn(),
            });
        }
        Ok(Self { ed25519, p256r1 })
    }

    /// The chain of a curve.
    pub const fn chain(&self, curve: Curve) -> &VerifiedChain {
        match curve {
            Curve::Ed25519 => &self.ed25519,
            Curve::P256r1 => &self.p256r1,
        }
    }

    /// The number that both chains carry.
    pub fn smsn(&self) -> Smsn {
        self.ed25519.smsn()
    }
}

/// Why a chain is not genuine, naming the link.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VerifyError {
    /// The chain ends at a root that is not pinned.
    #[error("the {} chain ends at a root that is not trusted: serial {}, key {}",
        root.public_key.curve(), root.serial, root.public_key)]
    UntrustedRoot {
        /// The root that the chain shows.
        root: Box<TrustAnchor>,
    },
    /// A signature does not verify.
    #[error("the {curve} signature of {issuer} on the {level} certificate does not verify")]
    Signature {
        /// The chain's curve.
        curve: Curve,
        /// Whose certificate carries the signature.
        level: Level,
        /// Who should have signed it.
        issuer: Level,
    },
    /// A key that no honest generator makes.
    #[error("the {curve} key of the {level} certificate {fault}")]
    Key {
        /// The chain's curve.
        curve: Curve,
        /// Whose key.
        level: Level,
        /// What is wrong with it.
        fault: KeyFault,
    },
    /// The two chains speak of two devices.
    #[error(
        "the two chains are of different devices: ed25519 has SMSN {ed25519}, p256r1 has {p256r1}"
    )]
    SmsnMismatch {
        /// What the Ed25519 chain says.
        ed25519: Smsn,
        /// What the P-256 chain says.
        p256r1: Smsn,
    },
    /// Two chains of one curve where one of each is needed.
    #[error("a device needs a chain of each curve, the {expected} one is missing")]
    SameCurve {
        /// The curve that is missing.
        expected: Curve,
    },
}

impl VerifyError {
    /// A stable code for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UntrustedRoot { .. } => "untrusted-root",
            Self::Signature { .. } => "bad-signature",
            Self::Key { fault, .. } => fault.code(),
            Self::SmsnMismatch { .. } => "smsn-mismatch",
            Self::SameCurve { .. } => "curve-missing",
        }
    }

    /// The certificate that is bad, where it is one.
    pub const fn level(&self) -> Option<Level> {
        match self {
            Self::UntrustedRoot { .. } => Some(Level::Amazon),
            Self::Signature { level, .. } | Self::Key { level, .. } => Some(*level),
            Self::SmsnMismatch { .. } | Self::SameCurve { .. } => None,
        }
    }

    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::UntrustedRoot { .. } => {
                "a test or dummy HSM has a root of its own: pin it with a trust file if you know it"
            }
            Self::Signature { .. } => {
                "the certificate was damaged, or signed by another key than the chain shows"
            }
            Self::SmsnMismatch { .. } => "were the chains of two devices mixed up?",
            Self::Key { .. } | Self::SameCurve { .. } => return None,
        };
        Some(hint.to_owned())
    }
}
