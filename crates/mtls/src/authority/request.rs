//! Signing requests that others made (PKCS #10, RFC 2986), as `openssl req` writes them.

use rcgen::SubjectPublicKeyInfo;
use x509_parser::{
    certification_request::X509CertificationRequest, pem::Pem, prelude::FromDer,
    public_key::PublicKey,
};

use super::order::{self, Subject};

/// The largest signing request, in bytes of PEM.
pub const REQUEST_LEN_BYTES_MAX: u64 = 64 * 1024;

/// The shortest RSA key that is signed, in bits.
pub(crate) const RSA_BITS_MIN: usize = 2048;

/// A signing request whose own signature is right and whose key is strong enough.
#[derive(Clone, Debug)]
pub struct SigningRequest {
    pub(crate) subject: Subject,
    pub(crate) key: SubjectPublicKeyInfo,
}

/// Why a signing request is not signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// No PEM, or PEM of something else.
    #[error("it is no PKCS #10 in PEM")]
    NoRequest,
    /// The PKCS #10 is damaged.
    #[error("its PKCS #10 is damaged")]
    Damaged,
    /// Its signature is not one of its key.
    #[error("its signature does not fit its key")]
    Signature,
    /// An RSA key that is too short.
    #[error("its RSA key has {bits} bits, and {RSA_BITS_MIN} are needed")]
    ShortKey {
        /// How many bits it has.
        bits: usize,
    },
    /// Neither RSA nor P-256 nor P-384.
    #[error("its key is neither RSA nor P-256 nor P-384")]
    UnsupportedKey,
    /// A subject that cannot be carried over as it stands.
    #[error("its subject cannot be kept: {0}")]
    Subject(&'static str),
}

impl RequestError {
    pub(crate) const fn hint(self) -> Option<&'static str> {
        match self {
            Self::NoRequest | Self::Damaged => Some(
                "make one with `openssl req -new -newkey rsa:2048 -sha256 -nodes -keyout client.key -out client.csr`",
            ),
            Self::ShortKey { .. } | Self::UnsupportedKey => {
                Some("make a new key: `openssl req -new -newkey rsa:2048 …`")
            }
            Self::Signature => Some("the file was damaged or changed on its way: fetch it again"),
            Self::Subject(_) => {
                Some("make it with a plain subject: `openssl req -subj /CN=NAME …`")
            }
        }
    }
}

impl SigningRequest {
    /// Reads the first PEM block of a file and checks it.
    ///
    /// # Errors
    ///
    /// What is wrong with it. Never panics.
    pub fn from_pem(pem: &[u8]) -> Result<Self, RequestError> {
        let block = Pem::iter_from_buffer(pem)
            .next()
            .and_then(Result::ok)
            .ok_or(RequestError::NoRequest)?;
        if !matches!(block.label.as_str(), "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST") {
            return Err(RequestError::NoRequest);
        }
        let (rest, request) = X509CertificationRequest::from_der(&block.contents)
            .map_err(|_| RequestError::Damaged)?;
        if !rest.is_empty() {
            return Err(RequestError::Damaged);
        }
        let info = &request.certification_request_info;
        match info.subject_pki.parsed() {
            // Without the leading zero byte of a positive number.
            Ok(PublicKey::RSA(key)) if key.key_size() < RSA_BITS_MIN => {
                return Err(RequestError::ShortKey { bits: key.key_size() });
            }
            Ok(PublicKey::RSA(_) | PublicKey::EC(_)) => {}
            _ => return Err(RequestError::UnsupportedKey),
        }
        let key = SubjectPublicKeyInfo::from_der(info.subject_pki.raw)
            .map_err(|_| RequestError::UnsupportedKey)?;
        order::check_key(&key).map_err(|()| RequestError::UnsupportedKey)?;
        request.verify_signature().map_err(|_| RequestError::Signature)?;
        let subject = Subject::from_x509(&info.subject).map_err(RequestError::Subject)?;
        Ok(Self { subject, key })
    }

    /// The subject's common name, where it has one.
    pub fn common_name(&self) -> Option<&str> {
        self.subject.common_name.as_deref()
    }
}
