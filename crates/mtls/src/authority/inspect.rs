//! What any certificate says, and what it lacks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, pem::Pem, public_key::PublicKey,
};

use super::{CaCertificate, DAY_SECONDS, Purpose, WARN_DAYS, ca, request::RSA_BITS_MIN};
use crate::identity::{ClientIdentity, IdentityError, Role};

/// The most certificates of one file that are looked at. A chain of the networked set-up has two.
const CERTIFICATES_MAX: usize = 64;

/// The most names that are shown of one certificate.
const NAMES_MAX: usize = 64;

/// What a certificate says.
#[derive(Clone, Debug)]
pub struct Inspection {
    der: Vec<u8>,
    identity: ClientIdentity,
    subject: String,
    issuer: String,
    is_ca: bool,
    is_self_signed: bool,
    purposes: Vec<Purpose>,
    names: Vec<String>,
    key: String,
    has_weak_key: bool,
    has_weak_signature: bool,
    has_key_identifier: bool,
    may_sign: Option<bool>,
}

/// Something noteworthy about a certificate, for the day on which it is looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Finding {
    /// It is not valid any more.
    Expired {
        /// For how many whole days.
        days: u64,
    },
    /// It is not valid yet.
    NotYetValid,
    /// It will not be valid for long.
    ExpiresSoon {
        /// How many whole days are left.
        days: u64,
    },
    /// A server's certificate without a subject alternative name.
    NoSubjectAltName,
    /// A client's certificate without a role: it counts as a line's.
    NoRole,
    /// For neither servers nor clients.
    NoPurpose,
    /// It has no subjectKeyIdentifier.
    NoKeyIdentifier,
    /// An authority's certificate without keyUsage.
    NoKeyUsage,
    /// An RSA key that is too short, or a key of a kind that is not used here.
    WeakKey,
    /// Signed with SHA-1 or MD5.
    WeakSignature,
    /// Another authority signed it.
    OtherAuthority,
}

impl Finding {
    /// A stable word for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Expired { .. } => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::ExpiresSoon { .. } => "expires-soon",
            Self::NoSubjectAltName => "no-subject-alt-name",
            Self::NoRole => "no-role",
            Self::NoPurpose => "no-purpose",
            Self::NoKeyIdentifier => "no-key-identifier",
            Self::NoKeyUsage => "no-key-usage",
            Self::WeakKey => "weak-key",
            Self::WeakSignature => "weak-signature",
            Self::OtherAuthority => "other-authority",
        }
    }

    /// Whether a peer refuses it, as opposed to something that is only worth knowing.
    pub const fn is_fault(&self) -> bool {
        match self {
            Self::Expired { .. }
            | Self::NotYetValid
            | Self::NoSubjectAltName
            | Self::NoPurpose
            | Self::WeakKey
            | Self::WeakSignature
            | Self::OtherAuthority => true,
            Self::ExpiresSoon { .. } | Self::NoRole | Self::NoKeyIdentifier | Self::NoKeyUsage => {
                false
            }
        }
    }

    /// What it means, for people.
    pub fn message(&self) -> String {
        match self {
            Self::Expired { days: 0 } => "it expired today".into(),
            Self::Expired { days } => format!("it expired {days} days ago"),
            Self::NotYetValid => "it is not valid yet: a clock is wrong, here or where it was made".into(),
            Self::ExpiresSoon { days } => format!("it expires in {days} days: renew it"),
            Self::NoSubjectAltName => {
                "it has no subject alternative name, as the recipe makes them: OpenSSL and nginx take it by its common name, modern clients refuse it".into()
            }
            Self::NoRole => {
                "it states no role, as the recipe makes them: it counts as a line's".into()
            }
            Self::NoPurpose => "it is for neither servers nor clients (extendedKeyUsage)".into(),
            Self::NoKeyIdentifier => {
                "it has no subjectKeyIdentifier, which RFC 5280 asks for: strict verifiers refuse it".into()
            }
            Self::NoKeyUsage => {
                "it has no keyUsage, which RFC 5280 asks of an authority: strict verifiers refuse it".into()
            }
            Self::WeakKey => "its key is neither RSA of 2048 bits or more nor P-256 or P-384".into(),
            Self::WeakSignature => "its signature is made with a broken hash".into(),
            Self::OtherAuthority => "another authority signed it".into(),
        }
    }
}

/// Looks at every certificate of a PEM file.
///
/// # Errors
///
/// A block of certificate is damaged, or there is none, or they are too many. Never panics.
pub fn inspect_pem(pem: &[u8]) -> Result<Vec<Inspection>, IdentityError> {
    let mut found = Vec::new();
    for block in Pem::iter_from_buffer(pem).take(CERTIFICATES_MAX) {
        let block = block.map_err(|_| IdentityError::Malformed)?;
        if block.label == "CERTIFICATE" {
            found.push(Inspection::of_der(&block.contents)?);
        }
    }
    if found.is_empty() { Err(IdentityError::Malformed) } else { Ok(found) }
}

impl Inspection {
    /// Looks at one certificate.
    pub(crate) fn of_der(der: &[u8]) -> Result<Self, IdentityError> {
        let identity = ClientIdentity::from_certificate_der(der)?;
        let certificate = ca::parse(der).ok_or(IdentityError::Malformed)?;
        let (key, has_weak_key) = key_of(&certificate);
        let signature = certificate.signature_algorithm.algorithm.to_id_string();
        Ok(Self {
            der: der.to_vec(),
            identity,
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            is_ca: certificate.is_ca(),
            is_self_signed: certificate.subject().as_raw() == certificate.issuer().as_raw(),
            purposes: purposes_of(&certificate),
            names: names_of(&certificate),
            key,
            has_weak_key,
            has_weak_signature: WEAK_SIGNATURES.contains(&signature.as_str()),
            has_key_identifier: certificate.iter_extensions().any(|extension| {
                extension.oid == x509_parser::oid_registry::OID_X509_EXT_SUBJECT_KEY_IDENTIFIER
            }),
            may_sign: certificate
                .key_usage()
                .ok()
                .flatten()
                .map(|usage| usage.value.key_cert_sign() && usage.value.crl_sign()),
        })
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Name, role, serial number, validity.
    pub const fn identity(&self) -> &ClientIdentity {
        &self.identity
    }

    /// Its role; `None` for an authority, and for a server that states none: only a client is taken for a line.
    pub fn role(&self) -> Option<Role> {
        let is_client = self.purposes.contains(&Purpose::Client);
        (!self.is_ca && (self.identity.has_role || is_client)).then_some(self.identity.role)
    }

    /// Its subject, such as `CN=line-1`.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Its issuer, such as `CN=Sidewalk CA`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether it is an authority's.
    pub const fn is_ca(&self) -> bool {
        self.is_ca
    }

    /// What it is for.
    pub fn purposes(&self) -> &[Purpose] {
        &self.purposes
    }

    /// Its host names and addresses.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Its key, such as `RSA 2048`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whole days until it expires; 0 on the last day and afterwards.
    pub const fn days_left(&self, now_unix: u64) -> u64 {
        self.identity.not_after_unix.saturating_sub(now_unix) / DAY_SECONDS
    }

    /// What is noteworthy, by itself and, where one is given, by the side of an authority.
    pub fn findings(&self, ca: Option<&CaCertificate>, now_unix: u64) -> Vec<Finding> {
        let identity = &self.identity;
        let mut findings = Vec::new();
        let days = self.days_left(now_unix);
        if identity.not_after_unix < now_unix {
            let days = (now_unix - identity.not_after_unix) / DAY_SECONDS;
            findings.push(Finding::Expired { days });
        } else if identity.not_before_unix > now_unix {
            findings.push(Finding::NotYetValid);
        } else if days < WARN_DAYS {
            findings.push(Finding::ExpiresSoon { days });
        }
        let mut add = |applies: bool, finding: Finding| findings.extend(applies.then_some(finding));
        let is_server = self.purposes.contains(&Purpose::Server);
        let is_client = self.purposes.contains(&Purpose::Client);
        add(is_server && self.names.is_empty(), Finding::NoSubjectAltName);
        add(is_client && !identity.has_role, Finding::NoRole);
        add(!self.is_ca && self.purposes.is_empty(), Finding::NoPurpose);
        add(!self.has_key_identifier, Finding::NoKeyIdentifier);
        add(self.is_ca && self.may_sign.is_none(), Finding::NoKeyUsage);
        add(self.has_weak_key, Finding::WeakKey);
        add(self.has_weak_signature, Finding::WeakSignature);
        let is_other = ca.is_some_and(|ca| ca.der() != self.der && !ca.has_signed(&self.der));
        add(is_other, Finding::OtherAuthority);
        findings
    }

    /// Whether it signed itself.
    pub const fn is_self_signed(&self) -> bool {
        self.is_self_signed
    }
}

/// MD5 and SHA-1 with RSA, SHA-1 with ECDSA.
const WEAK_SIGNATURES: [&str; 3] =
    ["1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"];

fn purposes_of(certificate: &X509Certificate<'_>) -> Vec<Purpose> {
    let Ok(Some(usage)) = certificate.extended_key_usage() else { return Vec::new() };
    let mut purposes = Vec::new();
    purposes.extend(usage.value.server_auth.then_some(Purpose::Server));
    purposes.extend(usage.value.client_auth.then_some(Purpose::Client));
    purposes
}

fn names_of(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    let shown = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    });
    shown.take(NAMES_MAX).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(bytes).into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|bytes| Ipv6Addr::from(bytes).into())
}

/// What kind of key it is, and whether it is too weak.
fn key_of(certificate: &X509Certificate<'_>) -> (String, bool) {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => {
            let bits = key.key_size();
            (format!("RSA {bits}"), bits < RSA_BITS_MIN)
        }
        Ok(PublicKey::EC(key)) => match key.key_size() {
            bits @ (256 | 384) => (format!("P-{bits}"), false),
            bits => (format!("elliptic curve of {bits} bits"), true),
        },
        _ => ("of another kind".into(), true),
    }
}
