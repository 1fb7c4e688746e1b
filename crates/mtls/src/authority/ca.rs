//! The certificate of an authority.

use std::path::Path;

use x509_parser::{certificate::X509Certificate, parse_x509_certificate, pem::Pem};

use super::{AuthorityError, key, order::Subject};
use crate::identity::{self, CERTIFICATE_LEN_BYTES_MAX};

/// The subject that the public recipe gives an authority.
pub(crate) const CA_COMMON_NAME: &str = "Sidewalk CA";

/// The largest file with one certificate, in bytes of PEM, with the text that `openssl x509 -text` puts before it.
pub const CERTIFICATE_FILE_LEN_BYTES_MAX: u64 = 64 * 1024;

/// The certificate of an authority, which signed itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CaCertificate {
    der: Vec<u8>,
    pem: String,
    subject: String,
    serial_hex: String,
    not_before_unix: u64,
    not_after_unix: u64,
}

impl CaCertificate {
    /// Reads a certificate from PEM. `path` stands for the file in an error.
    ///
    /// # Errors
    ///
    /// It is damaged, or not one of an authority that signed itself and whose name we can carry over. Never panics.
    pub fn from_pem(pem: &[u8], path: &Path) -> Result<Self, AuthorityError> {
        let der = certificate_der(pem).ok_or_else(|| AuthorityError::Damaged {
            path: path.to_owned(),
            why: "it holds no certificate in PEM".into(),
        })?;
        Self::from_der(der, path)
    }

    pub(crate) fn from_der(der: Vec<u8>, path: &Path) -> Result<Self, AuthorityError> {
        let damaged =
            |why: &str| AuthorityError::Damaged { path: path.to_owned(), why: why.into() };
        let pem = key::pem("CERTIFICATE", &der)?;
        let certificate = parse(&der).ok_or_else(|| damaged("its certificate is damaged"))?;
        if certificate.subject().as_raw() != certificate.issuer().as_raw() {
            return Err(AuthorityError::NoCa { why: "was signed by another authority" });
        }
        if certificate.verify_signature(None).is_err() {
            return Err(AuthorityError::NoCa { why: "has a signature that does not verify" });
        }
        if !matches!(certificate.basic_constraints(), Ok(Some(constraints)) if constraints.value.ca)
        {
            return Err(AuthorityError::NoCa {
                why: "is no certificate of an authority (CA:FALSE)",
            });
        }
        if let Ok(Some(usage)) = certificate.key_usage()
            && !(usage.value.key_cert_sign() && usage.value.crl_sign())
        {
            return Err(AuthorityError::NoCa {
                why: "may not sign certificates and revocation lists",
            });
        }
        let subject = Subject::from_x509(certificate.subject()).map_err(|_| {
            AuthorityError::NoCa { why: "has a subject that cannot be carried over" }
        })?;
        let validity = certificate.validity();
        let unix = |time: i64| u64::try_from(time).unwrap_or(0);
        let subject = match subject.common_name {
            Some(common_name) => format!("CN={common_name}"),
            None => certificate.subject().to_string(),
        };
        Ok(Self {
            pem,
            subject,
            serial_hex: identity::serial_hex(certificate.raw_serial()),
            not_before_unix: unix(validity.not_before.timestamp()),
            not_after_unix: unix(validity.not_after.timestamp()),
            der,
        })
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its PEM, without any text before it.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Its subject for people: the common name where there is one.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Its serial number in lower-case hex.
    pub fn serial_hex(&self) -> &str {
        &self.serial_hex
    }

    /// When it begins to be valid, in seconds since 1970.
    pub const fn not_before_unix(&self) -> u64 {
        self.not_before_unix
    }

    /// The last second in which it is valid, in seconds since 1970.
    pub const fn not_after_unix(&self) -> u64 {
        self.not_after_unix
    }

    /// Whether this authority signed a certificate. Validity and revocation are not looked at.
    pub fn has_signed(&self, certificate_der: &[u8]) -> bool {
        let (Some(ca), Some(certificate)) = (parse(&self.der), parse(certificate_der)) else {
            return false;
        };
        certificate.issuer().as_raw() == ca.subject().as_raw()
            && certificate.verify_signature(Some(ca.public_key())).is_ok()
    }

    /// The certificate, parsed anew: it parsed when this was made.
    pub(crate) fn parsed(&self) -> Result<X509Certificate<'_>, AuthorityError> {
        parse(&self.der)
            .ok_or_else(|| AuthorityError::Crypto("a certificate does not parse".into()))
    }
}

/// The first certificate of a PEM file, and nothing where there is none.
pub(crate) fn certificate_der(pem: &[u8]) -> Option<Vec<u8>> {
    let block = Pem::iter_from_buffer(pem)
        .filter_map(Result::ok)
        .find(|block| matches!(block.label.as_str(), "CERTIFICATE"))?;
    Some(block.contents)
}

/// One certificate without anything behind it.
pub(crate) fn parse(der: &[u8]) -> Option<X509Certificate<'_>> {
    if der.len() > CERTIFICATE_LEN_BYTES_MAX {
        return None;
    }
    let (rest, certificate) = parse_x509_certificate(der).ok()?;
    rest.is_empty().then_some(certificate)
}
