//! Certificates, key and revocation list, read and ready for use.

use std::{path::Path, sync::Arc};

use durable::Cause;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::{
        CryptoProvider,
        aws_lc_rs::{self, Ticketer},
    },
    pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, pem::PemObject},
    server::NoServerSessionStorage,
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};
use sha2::{Digest as _, Sha256};
use tokio_rustls::TlsAcceptor;
use x509_parser::{
    certificate::X509Certificate, prelude::FromDer as _, revocation_list::CertificateRevocationList,
};
use zeroize::{Zeroize as _, Zeroizing};

use super::{
    Clock, FrontSettings, MaterialError, MaterialFault,
    limits::{CRL_LEN_BYTES_MAX, PEM_LEN_BYTES_MAX},
    verifier::DirectlyIssued,
};
use crate::identity::IdentityError;

/// The files' content, before anything is made of it.
pub(super) struct Files {
    ca: Vec<u8>,
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    crl: Option<Vec<u8>>,
}

/// What connections are made with.
pub(super) struct Material {
    /// Counts up with every reading.
    pub(super) generation: u64,
    pub(super) acceptor: TlsAcceptor,
    pub(super) verifier: Arc<DirectlyIssued>,
    pub(super) expiry: Expiry,
    /// How many certificates are revoked; `None` without a list.
    pub(super) revoked: Option<usize>,
}

/// How long certificates last.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Expiry {
    /// The last second in which the server's certificate is valid, in seconds since 1970.
    pub server_not_after_unix: i64,
    /// The same for the authority that ends first.
    pub ca_not_after_unix: i64,
}

impl Expiry {
    /// Whole days until the server's certificate expires; negative afterwards.
    pub fn server_days(&self, now_unix: u64) -> i64 {
        days(self.server_not_after_unix, now_unix)
    }

    /// Whole days until an authority expires; negative afterwards.
    pub fn ca_days(&self, now_unix: u64) -> i64 {
        days(self.ca_not_after_unix, now_unix)
    }
}

fn days(not_after_unix: i64, now_unix: u64) -> i64 {
    let left = not_after_unix.saturating_sub(i64::try_from(now_unix).unwrap_or(i64::MAX));
    left.div_euclid(24 * 3600)
}

impl Files {
    /// Reads all of them. A revocation list that does not exist counts as none, unless there was one before:
    /// a lost file must not let revoked clients in.
    pub(super) fn read(settings: &FrontSettings, needs_crl: bool) -> Result<Self, MaterialError> {
        let pem = |path: &Path| durable::read_bounded(path, PEM_LEN_BYTES_MAX);
        let crl = match &settings.crl {
            None => None,
            Some(path) => match durable::read_bounded(path, CRL_LEN_BYTES_MAX) {
                Ok(crl) => Some(crl),
                Err(error) if error.cause == Cause::NotFound && !needs_crl => None,
                Err(error) => return Err(error.into()),
            },
        };
        Ok(Self {
            ca: pem(&settings.ca)?,
            certificate: pem(&settings.certificate)?,
            key: Zeroizing::new(pem(&settings.key)?),
            crl,
        })
    }

    /// Tells apart what was read at two times.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let crl = self.crl.as_deref().unwrap_or_default();
        for part in [&self.ca, &self.certificate, &*self.key, crl] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

impl Material {
    /// Makes what connections need.
    pub(super) fn new(
        files: &Files,
        settings: &FrontSettings,
        clock: &Clock,
        generation: u64,
    ) -> Result<Self, MaterialError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let authorities = certificates(&settings.ca, &files.ca)?;
        let chain = certificates(&settings.certificate, &files.certificate)?;
        let expiry = Expiry {
            server_not_after_unix: not_after(&settings.certificate, &chain[..1])?,
            ca_not_after_unix: not_after(&settings.ca, &authorities)?,
        };
        let (lists, revoked) = match (&settings.crl, &files.crl) {
            (Some(path), Some(pem)) => revocation_lists(path, pem)?,
            _ => (Vec::new(), None),
        };
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            roots.add(authority).map_err(|error| refused(&settings.ca, error))?;
        }
        let verifier = DirectlyIssued::new(roots, lists, Arc::clone(&provider));
        let verifier =
            Arc::new(verifier.map_err(|error| {
                refused(settings.crl.as_deref().unwrap_or(&settings.ca), error)
            })?);
        let certified = certified_key(settings, chain, &files.key, &provider)?;
        let config = ServerConfig::builder_with_details(provider, Arc::new(clock.clone()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| refused(&settings.certificate, error))?
            .with_client_cert_verifier(Arc::clone(&verifier) as _)
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        let mut config = config;
        config.alpn_protocols.clone_from(&settings.alpn);
        // A client that comes back saves a handshake; it keeps the session itself, in a ticket, so that none is kept here.
        // Each reading of the files has keys of its own: a session that was begun under an old list is not resumed under a
        // new one.
        config.ticketer = Ticketer::new().map_err(|error| refused(&settings.certificate, error))?;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 1;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { generation, acceptor, verifier, expiry, revoked })
    }
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, MaterialError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => {
            Err(MaterialError::content(path, MaterialFault::Nothing { what: "certificate" }))
        }
        Ok(found) => Ok(found),
        Err(_) => Err(MaterialError::content(path, MaterialFault::Pem)),
    }
}

/// The last second in which all of these are valid.
fn not_after(path: &Path, certificates: &[CertificateDer<'_>]) -> Result<i64, MaterialError> {
    let mut first = i64::MAX;
    for der in certificates {
        let (_, certificate) = X509Certificate::from_der(der)
            .map_err(|_| MaterialError::content(path, IdentityError::Malformed))?;
        first = first.min(certificate.validity().not_after.timestamp());
    }
    Ok(first)
}

type RevocationLists = (Vec<CertificateRevocationListDer<'static>>, Option<usize>);

fn revocation_lists(path: &Path, pem: &[u8]) -> Result<RevocationLists, MaterialError> {
    let lists: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(pem).collect();
    let lists = lists.map_err(|_| MaterialError::content(path, MaterialFault::Pem))?;
    if lists.is_empty() {
        return Err(MaterialError::content(
            path,
            MaterialFault::Nothing { what: "revocation list" },
        ));
    }
    let mut revoked = 0;
    for list in &lists {
        let parsed = CertificateRevocationList::from_der(list);
        let (_, list) = parsed.map_err(|error| refused(path, error))?;
        revoked += list.iter_revoked_certificates().count();
    }
    Ok((lists, Some(revoked)))
}

fn certified_key(
    settings: &FrontSettings,
    chain: Vec<CertificateDer<'static>>,
    pem: &[u8],
    provider: &CryptoProvider,
) -> Result<CertifiedKey, MaterialError> {
    let path = &settings.key;
    let mut der = PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        let is_encrypted = pem.windows(9).any(|window| window == b"ENCRYPTED");
        let nothing = MaterialFault::Nothing { what: "private key" };
        MaterialError::content(
            path,
            if is_encrypted { MaterialFault::EncryptedKey } else { nothing },
        )
    })?;
    let key = provider.key_provider.load_private_key(der.clone_key());
    der.zeroize();
    let certified = CertifiedKey::new(chain, key.map_err(|error| refused(path, error))?);
    match certified.keys_match() {
        Ok(()) => Ok(certified),
        Err(_) => Err(MaterialError::content(path, MaterialFault::OtherKey)),
    }
}

fn refused(path: &Path, error: impl std::fmt::Display) -> MaterialError {
    MaterialError::content(path, MaterialFault::Refused(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_left_until_the_last_second_of_it() {
        let expiry = Expiry { server_not_after_unix: 86_400, ca_not_after_unix: -1 };
        assert_eq!(expiry.server_days(0), 1);
        assert_eq!(expiry.server_days(1), 0);
        assert_eq!(expiry.ca_days(0), -1);
    }
}
