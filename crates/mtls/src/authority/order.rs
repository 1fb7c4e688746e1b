//! What a certificate is to say: for whom, as what, reachable under which names.

use std::{fmt, net::IpAddr, str::FromStr};

use rcgen::{
    DistinguishedName, DnType, DnValue, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384,
    PKCS_RSA_SHA256, PublicKeyData, SubjectPublicKeyInfo,
};
use x509_parser::{asn1_rs::Tag, x509::X509Name};

use crate::identity;

/// The most names of one server. A certificate travels in every handshake.
pub(crate) const SUBJECT_NAMES_MAX: usize = 32;

/// The longest host name, in bytes (RFC 1035, less the trailing dot).
const HOST_NAME_LEN_BYTES_MAX: usize = 253;

/// The longest part of a host name between dots, in bytes (RFC 1035).
const HOST_LABEL_LEN_BYTES_MAX: usize = 63;

/// The most attributes of a subject that is taken over from a signing request.
const ATTRIBUTES_MAX: usize = 16;

/// Which end of a connection a certificate is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A server: `serverAuth`.
    Server,
    /// A client: `clientAuth`.
    Client,
}

impl Purpose {
    /// How its files are named: `server.pem` and `server.key`, or `client.pem` and `client.key`.
    pub const fn stem(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.stem())
    }
}

/// A name under which clients reach a server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SubjectName {
    /// A host name, without wildcards.
    Dns(String),
    /// An address.
    Ip(IpAddr),
}

impl FromStr for SubjectName {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Ip(address));
        }
        let is_label = |label: &str| {
            (1..=HOST_LABEL_LEN_BYTES_MAX).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // Four numbers that are no address would be read as one by some clients and as a name by others.
        let is_like_an_address = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if text.len() <= HOST_NAME_LEN_BYTES_MAX
            && text.split('.').all(is_label)
            && !is_like_an_address
        {
            Ok(Self::Dns(text.to_owned()))
        } else {
            Err(OrderError::SubjectName {
                text: text.chars().take(HOST_NAME_LEN_BYTES_MAX).collect(),
            })
        }
    }
}

impl fmt::Display for SubjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(name),
            Self::Ip(address) => address.fmt(f),
        }
    }
}

/// Why an order cannot be filled.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OrderError {
    /// Not a host name and not an address.
    #[error("{text} is neither a host name nor an address")]
    SubjectName {
        /// What it is.
        text: String,
    },
    /// A server that no client could check.
    #[error("a server needs a host name or an address that clients can check")]
    NoSubjectName,
    /// Too many names.
    #[error("it has {count} names, more than the limit of {SUBJECT_NAMES_MAX}")]
    TooManyNames {
        /// How many.
        count: usize,
    },
    /// A validity that is too long or nothing.
    #[error("{days} days are not possible, 1 to {} are", super::DAYS_MAX)]
    Days {
        /// How many.
        days: u32,
    },
    /// A role of the other end.
    #[error("a {purpose} cannot have the role {role}")]
    Role {
        /// The end.
        purpose: Purpose,
        /// The role.
        role: identity::Role,
    },
}

impl OrderError {
    pub(crate) const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::SubjectName { .. } => {
                Some("wildcards, ports and schemes do not belong into a certificate")
            }
            Self::NoSubjectName => {
                Some("say --san with what line PCs type: a host name or an address")
            }
            Self::Role { .. } | Self::TooManyNames { .. } | Self::Days { .. } => None,
        }
    }
}

/// The names of a server: its own name where it is one that clients can check, and those named besides, each once.
///
/// # Errors
///
/// There is none, or there are too many.
pub fn server_names(name: &str, more: &[SubjectName]) -> Result<Vec<SubjectName>, OrderError> {
    let mut names: Vec<SubjectName> = Vec::new();
    for name in name.parse().ok().into_iter().chain(more.iter().cloned()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.len() {
        0 => Err(OrderError::NoSubjectName),
        count if count > SUBJECT_NAMES_MAX => Err(OrderError::TooManyNames { count }),
        _ => Ok(names),
    }
}

/// Whether a public key is of a kind that we sign: RSA, P-256 or P-384. The length of RSA is the caller's to look at.
pub(crate) fn check_key(key: &SubjectPublicKeyInfo) -> Result<(), ()> {
    let algorithm = key.algorithm();
    // A plain RSA key has one identifier whatever hash its signatures have; the library names it by the first.
    let known = [&PKCS_RSA_SHA256, &PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384];
    if known.contains(&algorithm) { Ok(()) } else { Err(()) }
}

/// A subject, as a certificate carries it.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) name: DistinguishedName,
    /// Its DER where somebody else wrote it: what is signed must have the same.
    pub(crate) raw: Option<Vec<u8>>,
    pub(crate) common_name: Option<String>,
}

impl Subject {
    /// A subject of a common name alone.
    pub(crate) fn of_common_name(common_name: &str) -> Self {
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, common_name);
        Self { name, raw: None, common_name: Some(common_name.to_owned()) }
    }

    /// A subject that somebody else wrote. What cannot be carried over unchanged is refused.
    pub(crate) fn from_x509(subject: &X509Name<'_>) -> Result<Self, &'static str> {
        if subject.iter().count() > ATTRIBUTES_MAX {
            return Err("it has too many parts");
        }
        let mut name = DistinguishedName::new();
        let mut common_name = None;
        for part in subject.iter() {
            let mut attributes = part.iter();
            let (Some(attribute), None) = (attributes.next(), attributes.next()) else {
                return Err("one of its parts is not a single attribute");
            };
            let oid: Vec<u64> =
                attribute.attr_type().iter().ok_or("one of its types is out of range")?.collect();
            let kind = kind_of(&oid);
            if name.get(&kind).is_some() {
                return Err("it has two parts of one type");
            }
            let text = attribute.as_str().map_err(|_| "one of its texts is not readable")?;
            let value = match attribute.attr_value().header.tag() {
                Tag::Utf8String => DnValue::Utf8String(text.to_owned()),
                Tag::PrintableString => {
                    DnValue::PrintableString(text.try_into().map_err(|_| UNREADABLE)?)
                }
                Tag::Ia5String => DnValue::Ia5String(text.try_into().map_err(|_| UNREADABLE)?),
                _ => return Err(UNREADABLE),
            };
            if kind == DnType::CommonName {
                identity::check_name(text).map_err(|_| "its common name cannot be used")?;
                common_name = Some(text.to_owned());
            }
            name.push(kind, value);
        }
        Ok(Self { name, raw: Some(subject.as_raw().to_vec()), common_name })
    }
}

const UNREADABLE: &str = "one of its texts is of an old type";

/// The type of an attribute (RFC 5280, appendix A).
fn kind_of(oid: &[u64]) -> DnType {
    match oid {
        [2, 5, 4, 3] => DnType::CommonName,
        [2, 5, 4, 6] => DnType::CountryName,
        [2, 5, 4, 7] => DnType::LocalityName,
        [2, 5, 4, 8] => DnType::StateOrProvinceName,
        [2, 5, 4, 10] => DnType::OrganizationName,
        [2, 5, 4, 11] => DnType::OrganizationalUnitName,
        other => DnType::CustomDnType(other.to_vec()),
    }
}
