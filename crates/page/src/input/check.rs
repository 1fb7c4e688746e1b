//! The gate before a page is written: what it says is true, or there is no page.

use std::ops::Deref;

use sidewalk::{Curve, PrivateKey, PrivateKeyError, Smsn, VerifiedDevice, Verifier, VerifyError};

use super::PageInput;
use crate::{Page, PageVersion};

/// Provisioning input that passed every check:
///
/// - both chains verify to a pinned root, so that ids 36 and 37 are its keys;
/// - both chains and the data beside them name the same SMSN;
/// - each private key belongs to the public key in its chain;
/// - the APID is four ASCII characters, as its type says.
#[derive(Clone, Debug)]
pub struct CheckedInput {
    input: PageInput,
    device: VerifiedDevice,
}

/// A page made of checked input: the only page our own commands write.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CheckedPage(Page);

/// Why input must not become a page.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// A chain is not genuine, or the two chains are of different devices.
    #[error(transparent)]
    Chain(#[from] VerifyError),
    /// The data beside the chains name another device.
    #[error("the chains carry SMSN {chains}, the data beside them say {beside}")]
    Smsn {
        /// What both chains say.
        chains: Smsn,
        /// What stands beside them.
        beside: Smsn,
    },
    /// The bytes are no private key of the curve.
    #[error("the {curve} private key is unusable: {error}")]
    PrivateKey {
        /// The key's curve.
        curve: Curve,
        /// What is wrong with it.
        error: PrivateKeyError,
    },
    /// The private key belongs to another certificate.
    #[error("the {curve} private key does not belong to the public key in the {curve} chain")]
    KeyPair {
        /// The pair's curve.
        curve: Curve,
    },
}

impl CheckError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Chain(error) => error.hint(),
            Self::Smsn { .. } | Self::KeyPair { .. } | Self::PrivateKey { .. } => {
                Some("the parts come from different devices: take all of them from one".to_owned())
            }
        }
    }
}

impl PageInput {
    /// Checks everything that a page claims.
    ///
    /// # Errors
    ///
    /// [`CheckError`] names the first check that failed.
    pub fn check(self, verifier: &Verifier) -> Result<CheckedInput, CheckError> {
        for curve in Curve::ALL {
            self.check_key_pair(curve)?;
        }
        let ed25519 = self.chain(Curve::Ed25519).clone();
        let p256r1 = self.chain(Curve::P256r1).clone();
        let device = verifier.verify_device(ed25519, p256r1)?;
        if device.smsn() != self.smsn {
            return Err(CheckError::Smsn { chains: device.smsn(), beside: self.smsn });
        }
        Ok(CheckedInput { input: self, device })
    }

    /// Checks everything that a page claims, where its chains were verified before and its private keys are at hand as
    /// keys: nothing is verified or derived a second time. The keys take the place of the input's own bytes.
    ///
    /// # Errors
    ///
    /// [`CheckError::Smsn`] and [`CheckError::KeyPair`] where chains, keys and input are not of one device.
    pub fn check_verified(
        mut self,
        device: VerifiedDevice,
        [ed25519, p256r1]: [&PrivateKey; 2],
    ) -> Result<CheckedInput, CheckError> {
        for (curve, key) in [(Curve::Ed25519, ed25519), (Curve::P256r1, p256r1)] {
            let certificate = device.chain(curve).device();
            let is_pair = key.curve() == curve
                && key.public_key().as_bytes() == certificate.public_key_bytes()
                && device.chain(curve).chain() == self.chain(curve);
            if !is_pair {
                return Err(CheckError::KeyPair { curve });
            }
        }
        if device.smsn() != self.smsn {
            return Err(CheckError::Smsn { chains: device.smsn(), beside: self.smsn });
        }
        self.ed25519_private_key = ed25519.into();
        self.p256r1_private_key = p256r1.into();
        Ok(CheckedInput { input: self, device })
    }

    fn check_key_pair(&self, curve: Curve) -> Result<(), CheckError> {
        let key = PrivateKey::from_bytes(curve, self.private_key(curve).expose_bytes())
            .map_err(|error| CheckError::PrivateKey { curve, error })?;
        if key.public_key().as_bytes() != self.chain(curve).device().public_key_bytes() {
            return Err(CheckError::KeyPair { curve });
        }
        Ok(())
    }
}

impl CheckedInput {
    /// The page.
    pub fn page(&self, version: PageVersion) -> CheckedPage {
        CheckedPage(self.input.page_unchecked_like_sid_provision(version))
    }

    /// The input that was checked.
    pub fn input(&self) -> &PageInput {
        &self.input
    }

    /// The verified chains.
    pub fn device(&self) -> &VerifiedDevice {
        &self.device
    }
}

impl Deref for CheckedPage {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.0
    }
}
