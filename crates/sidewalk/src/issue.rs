//! Issuing certificates with keys in memory: what builds test authorities, dummy products and rehearsals.
//! Production device keys are signed in the HSM, not here.

use crate::{
    chain::{Chain, ChainError, ChainForm},
    curve::Curve,
    key::{PrivateKey, PublicKey},
    serial::Serial,
    smsn::Smsn,
};

/// A chain of authorities whose lowest key signs devices.
pub struct CertificateAuthority {
    signer: PrivateKey,
    form: ChainForm,
    /// The authorities' certificates as they stand in a chain: device issuer first, root last.
    issuers: Vec<u8>,
}

impl CertificateAuthority {
    /// Certifies a ladder of authorities, root first: the root signs itself, and each key signs the next.
    ///
    /// # Errors
    ///
    /// [`IssueError::Levels`] unless there are five authorities (long chain) or three (short);
    /// [`IssueError::Curve`] where they differ in curve.
    pub fn certify(ladder: Vec<(Serial, PrivateKey)>) -> Result<Self, IssueError> {
        let form = match ladder.len() {
            5 => ChainForm::Long,
            3 => ChainForm::Short,
            found => return Err(IssueError::Levels { found }),
        };
        let mut issuers = Vec::new();
        for (index, (serial, key)) in ladder.iter().enumerate() {
            let (_, issuer) = &ladder[index.saturating_sub(1)];
            if issuer.curve() != key.curve() {
                return Err(IssueError::Curve);
            }
            let certificate = certificate_bytes(serial.as_bytes(), key.public_key(), issuer);
            issuers.splice(0..0, certificate);
        }
        let (_, signer) = ladder.into_iter().next_back().ok_or(IssueError::Levels { found: 0 })?;
        Ok(Self { signer, form, issuers })
    }

    /// The curve.
    pub const fn curve(&self) -> Curve {
        self.signer.curve()
    }

    /// Long or short.
    pub const fn form(&self) -> ChainForm {
        self.form
    }

    /// The authorities' certificates, device issuer first, root last, as they follow a device's.
    pub fn issuers_bytes(&self) -> &[u8] {
        &self.issuers
    }

    /// Signs a device: its chain, from device to root.
    ///
    /// # Errors
    ///
    /// [`IssueError::Curve`] where the device's key is of another curve.
    pub fn issue(&self, smsn: Smsn, device: &PublicKey) -> Result<Chain, IssueError> {
        if device.curve() != self.curve() {
            return Err(IssueError::Curve);
        }
        let mut bytes = certificate_bytes(smsn.as_bytes(), device, &self.signer);
        bytes.extend_from_slice(&self.issuers);
        Ok(Chain::parse(self.curve(), &bytes)?)
    }
}

/// `subject ‖ public key ‖ signature over (public key ‖ subject)`.
fn certificate_bytes(subject: &[u8], public_key: &PublicKey, issuer: &PrivateKey) -> Vec<u8> {
    let signature = issuer.sign(&[public_key.as_bytes(), subject].concat());
    [subject, public_key.as_bytes(), signature.as_bytes()].concat()
}

/// Why a certificate cannot be issued.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IssueError {
    /// Neither five authorities nor three.
    #[error("a chain has five authorities, or three in the legacy form; {found} were given")]
    Levels {
        /// How many were given.
        found: usize,
    },
    /// Keys of both curves in one chain.
    #[error("a chain has keys of one curve only")]
    Curve,
    /// What was issued does not parse: a defect of ours.
    #[error(transparent)]
    Chain(#[from] ChainError),
}
