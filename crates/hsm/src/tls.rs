//! Who is trusted on the way to a connector, and who this client is.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use thiserror::Error;
use zeroize::Zeroizing;

/// The most certificates in one file: an authority's, or a client's chain.
const CERTIFICATES_MAX: usize = 64;

/// How to talk TLS to connectors: TLS 1.2 and 1.3 with the cryptography of aws-lc-rs.
///
/// The server's certificate must carry the name or address that it is called by as a subjectAltName. The
/// default trusts the authorities of the operating system and shows no certificate.
#[derive(Clone, Default)]
pub struct TlsClient(Arc<OnceLock<Arc<ClientConfig>>>);

/// A client's certificate and its key, both as PEM.
#[derive(Clone, Copy)]
pub struct ClientIdentity<'a> {
    /// The certificate, and those above it where the server needs them.
    pub certificate_pem: &'a [u8],
    /// The private key: PKCS #8, SEC 1 or PKCS #1, not encrypted.
    pub key_pem: &'a Zeroizing<Vec<u8>>,
}

impl TlsClient {
    /// Trusts the authorities in `ca_pem` and no others, or those of the operating system where it is
    /// `None`, and shows `identity` to servers that ask.
    ///
    /// # Errors
    ///
    /// [`TlsError`] names the file that cannot be used.
    pub fn new(
        ca_pem: Option<&[u8]>,
        identity: Option<ClientIdentity<'_>>,
    ) -> Result<Self, TlsError> {
        let roots = match ca_pem {
            Some(pem) => pinned_roots(pem)?,
            None => system_roots()?,
        };
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Provider(error.to_string()))?
            .with_root_certificates(roots);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let certificates =
                    certificates(identity.certificate_pem, PemFile::ClientCertificate)?;
                let key =
                    PrivateKeyDer::from_pem_slice(identity.key_pem).map_err(|_| TlsError::NoKey)?;
                builder
                    .with_client_auth_cert(certificates, key)
                    .map_err(|error| TlsError::KeyPair(error.to_string()))?
            }
        };
        Ok(Self(Arc::new(OnceLock::from(Arc::new(config)))))
    }

    /// The configuration for connections. The default one is made when it is first needed, and kept: reading the
    /// system's authorities takes its time, and TLS sessions resume within one configuration only.
    ///
    /// # Errors
    ///
    /// [`TlsError`] of the default one.
    pub fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        if let Some(config) = self.0.get() {
            return Ok(Arc::clone(config));
        }
        let made = Self::new(None, None)?.config()?;
        Ok(Arc::clone(self.0.get_or_init(|| made)))
    }
}

impl fmt::Debug for TlsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.get().is_some() { "TlsClient(…)" } else { "TlsClient(default)" })
    }
}

fn pinned_roots(pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem, PemFile::Authority)? {
        roots.add(certificate).map_err(|error| TlsError::Authority(error.to_string()))?;
    }
    Ok(roots)
}

fn system_roots() -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    // Systems ship certificates that no verifier takes; the others count.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() { Err(TlsError::NoSystemRoots) } else { Ok(roots) }
}

fn certificates(pem: &[u8], file: PemFile) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .take(CERTIFICATES_MAX)
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::NoCertificate(file))?;
    if certificates.is_empty() { Err(TlsError::NoCertificate(file)) } else { Ok(certificates) }
}

/// Which file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PemFile {
    /// The authority's.
    Authority,
    /// The client's certificate.
    ClientCertificate,
}

impl fmt::Display for PemFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authority => "authority's certificate",
            Self::ClientCertificate => "client's certificate",
        })
    }
}

/// Why TLS cannot be set up.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum TlsError {
    /// A file without a certificate in it.
    #[error("read the {0}: no PEM certificate is in it")]
    NoCertificate(PemFile),
    /// A file without a private key in it.
    #[error("read the client's private key: no PEM key is in it that is not encrypted")]
    NoKey,
    /// An authority's certificate that is none.
    #[error("read the authority's certificate: {0}")]
    Authority(String),
    /// A key that is not the certificate's.
    #[error("use the client's certificate and key together: {0}")]
    KeyPair(String),
    /// The system trusts nobody.
    #[error("find authorities: this system knows none")]
    NoSystemRoots,
    /// The provider has no ciphers: a defect.
    #[error("set up TLS: {0}")]
    Provider(String),
}

impl TlsError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoSystemRoots => {
                Some("name the authority's certificate with --ca-cert".to_owned())
            }
            Self::NoKey => Some("decrypt it with `openssl pkey`, readable by you only".to_owned()),
            _ => None,
        }
    }
}
