//! An authority whose own certificate is good, ready to check what it signed.

use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use super::{
    LinkFault, VerifyPath,
    fixed_key::FixedKey,
    signature::{PreparedKey, SignedBytes},
};
use crate::{
    certificate::{Certificate, SignedMessage},
    key::{KeyFault, PublicKey},
};

/// From how many signatures on an authority gets tables. They pay for themselves after some hundred
/// signatures on either curve; an authority that came this far is likely to go much further.
pub(super) const TABLES_FROM_SIGNATURES: usize = 500;

/// A verified authority's key.
#[derive(Debug)]
pub(super) struct Issuer {
    public_key: PublicKey,
    key: PreparedKey,
    /// Signatures checked so far. Only ever compared with a threshold, so that its order among other
    /// memory operations does not matter.
    checked: AtomicUsize,
    tables: OnceLock<Option<FixedKey>>,
}

impl Issuer {
    pub(super) fn new(key: &PublicKey) -> Result<Self, KeyFault> {
        key.check()?;
        Ok(Self {
            public_key: *key,
            key: PreparedKey::new(key)?,
            checked: AtomicUsize::new(0),
            tables: OnceLock::new(),
        })
    }

    /// Checks one certificate: its key is sound, and this authority signed it.
    pub(super) fn verify(
        &self,
        certificate: &Certificate<'_>,
        path: VerifyPath,
    ) -> Result<(), LinkFault> {
        certificate.public_key().check().map_err(LinkFault::Key)?;
        let message = certificate.signed_message();
        let signature = certificate.signature();
        let signed = SignedBytes { message: &message, signature: signature.as_bytes() };
        let is_good = match self.tables(path, 1) {
            Some(tables) if tables.pay_for_one() => tables.verify(&[signed]) == [true],
            _ => self.key.verify(&signed),
        };
        if is_good { Ok(()) } else { Err(LinkFault::Signature) }
    }

    /// Checks many certificates, each with the verdict that it would have alone.
    pub(super) fn verify_many(
        &self,
        certificates: &[Certificate<'_>],
        path: VerifyPath,
    ) -> Vec<Result<(), LinkFault>> {
        let Some(tables) = self.tables(path, certificates.len()) else {
            return certificates.iter().map(|one| self.verify(one, VerifyPath::Plain)).collect();
        };
        let messages: Vec<SignedMessage> =
            certificates.iter().map(Certificate::signed_message).collect();
        let signatures: Vec<_> = certificates.iter().map(Certificate::signature).collect();
        let signed: Vec<_> = messages
            .iter()
            .zip(&signatures)
            .map(|(message, signature)| SignedBytes { message, signature: signature.as_bytes() })
            .collect();
        certificates
            .iter()
            .zip(tables.verify(&signed))
            .map(|(certificate, is_good)| {
                certificate.public_key().check().map_err(LinkFault::Key)?;
                if is_good { Ok(()) } else { Err(LinkFault::Signature) }
            })
            .collect()
    }

    /// Counts `signatures` more, and gives the tables once there have been enough. The thread that crosses
    /// the threshold builds them, within milliseconds; others that come meanwhile wait.
    fn tables(&self, path: VerifyPath, signatures: usize) -> Option<&FixedKey> {
        if path == VerifyPath::Plain {
            return None;
        }
        let before = self.checked.fetch_add(signatures, Ordering::Relaxed);
        if before.saturating_add(signatures) < TABLES_FROM_SIGNATURES {
            return None;
        }
        // The key was decoded when this value was made; should tables fail, the plain path still stands.
        self.tables.get_or_init(|| FixedKey::new(&self.public_key).ok()).as_ref()
    }

    #[cfg(test)]
    pub(super) fn has_tables(&self) -> bool {
        self.tables.get().is_some()
    }
}
