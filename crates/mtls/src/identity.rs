//! Who a certificate speaks for: its role and the name of its line.
//!
//! This is the one place that says how both stand in a certificate. They are URIs among the subject alternative names:
//!
//! | URI | meaning |
//! |---|---|
//! | `urn:curbside:role:line` | a line PC: it asks for signatures |
//! | `urn:curbside:role:operator` | a person who changes what a server does |
//! | `urn:curbside:role:monitor` | a program that reads health and metrics |
//! | `urn:curbside:role:signing-server` | a server |
//! | `urn:curbside:line:NAME` | the line's name, percent-encoded (RFC 3986, all but the unreserved characters) |
//!
//! Each is there at most once. Whatever else begins with `urn:curbside:` is refused, so that a certificate whose role is
//! misspelt is not taken for one without a role. A certificate without any role is one that `openssl` made after the public
//! recipe; it counts as [`Role::Line`], which is all that the recipe knows, and [`ClientIdentity::has_role`] says so.
//!
//! Nothing here says that a certificate is genuine: signature, chain, validity and revocation are the TLS library's and the
//! revocation list's.

use std::{fmt, str::FromStr};

use sha2::{Digest as _, Sha256};
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, parse_x509_certificate, x509::X509Name,
};

/// The longest name, in bytes: the bound of a common name (X.520, `ub-common-name`). Names go into file names, logs and
/// metrics.
pub const NAME_LEN_BYTES_MAX: usize = 64;

/// The largest certificate that is looked at, in bytes. Ours have about 1,300; a TLS message with one could have 16 MiB.
pub const CERTIFICATE_LEN_BYTES_MAX: usize = 16 * 1024;

/// How every URI of ours begins.
const NAMESPACE: &str = "urn:curbside:";

/// How the URI of a role begins.
const ROLE: &str = "urn:curbside:role:";

/// How the URI of a line's name begins.
const LINE: &str = "urn:curbside:line:";

/// What the holder of a certificate may do.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// A line PC: it asks for signatures.
    Line,
    /// A person who changes what a server does.
    Operator,
    /// A program that reads health and metrics.
    Monitor,
    /// A server, in front of HSMs.
    SigningServer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Line, Self::Operator, Self::Monitor, Self::SigningServer];

    /// Its name, as the URI ends with it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Operator => "operator",
            Self::Monitor => "monitor",
            Self::SigningServer => "signing-server",
        }
    }

    /// The URI that stands for it in a certificate.
    pub fn uri(self) -> String {
        format!("{ROLE}{}", self.name())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or_else(|| IdentityError::UnknownUri { uri: shown(&format!("{ROLE}{text}")) })
    }
}

/// What a certificate says about its holder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClientIdentity {
    /// The line's name; without one the common name; without one the fingerprint in hex. 1 to [`NAME_LEN_BYTES_MAX`] bytes,
    /// without control characters.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether the certificate states the role. Where it does not, [`Role::Line`] is assumed.
    pub has_role: bool,
    /// The subject's first common name.
    pub common_name: Option<String>,
    /// The serial number as lower-case hex, without leading zero bytes.
    pub serial_hex: String,
    /// SHA-256 of the whole certificate.
    pub fingerprint_sha256: [u8; 32],
    /// When it begins to be valid, in seconds since 1970. An earlier time reads as 0.
    pub not_before_unix: u64,
    /// The last second in which it is valid, in seconds since 1970. An earlier time reads as 0.
    pub not_after_unix: u64,
}

/// Why a certificate says nothing usable about its holder. Reads after "failed to read the certificate: ".
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IdentityError {
    /// More bytes than any certificate of ours.
    #[error("it has {len_bytes} bytes, more than the limit of {CERTIFICATE_LEN_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        len_bytes: usize,
    },
    /// The bytes are not one X.509 certificate.
    #[error("it is no X.509 certificate, or a damaged one")]
    Malformed,
    /// Bytes follow the certificate.
    #[error("{len_bytes} bytes follow the certificate")]
    Trailing {
        /// How many.
        len_bytes: usize,
    },
    /// A URI of our namespace that means nothing.
    #[error("{uri} is no role and no line")]
    UnknownUri {
        /// The URI, cut where it is long and without control characters.
        uri: String,
    },
    /// Two roles, or two names.
    #[error("it has more than one {what}")]
    Ambiguous {
        /// What there is more than one of.
        what: &'static str,
    },
    /// A name that cannot be used.
    #[error("{0}")]
    Name(#[from] NameError),
}

/// Why a text cannot be a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameError {
    /// There is nothing.
    #[error("the name is empty")]
    Empty,
    /// It has too many bytes.
    #[error("the name has {len_bytes} bytes, more than the limit of {NAME_LEN_BYTES_MAX}")]
    TooLong {
        /// How many it has.
        len_bytes: usize,
    },
    /// It could steer a terminal or break a line of a log.
    #[error("the name has a control character")]
    ControlCharacter,
    /// Its percent-encoding is wrong, or what it stands for is not UTF-8.
    #[error("the name is not percent-encoded UTF-8")]
    Encoding,
}

impl ClientIdentity {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    ///
    /// The bytes are no certificate, or one whose names are ambiguous, unknown or unusable. Never panics.
    pub fn from_certificate_der(der: &[u8]) -> Result<Self, IdentityError> {
        if der.len() > CERTIFICATE_LEN_BYTES_MAX {
            return Err(IdentityError::TooLarge { len_bytes: der.len() });
        }
        let (rest, certificate) =
            parse_x509_certificate(der).map_err(|_| IdentityError::Malformed)?;
        if !rest.is_empty() {
            return Err(IdentityError::Trailing { len_bytes: rest.len() });
        }
        let Stated { role, line } = stated(&certificate)?;
        let common_name = common_name(certificate.subject())?;
        let fingerprint_sha256: [u8; 32] = Sha256::digest(der).into();
        let name = line.or_else(|| common_name.clone());
        Ok(Self {
            name: name.unwrap_or_else(|| hex::encode(fingerprint_sha256)),
            role: role.unwrap_or(Role::Line),
            has_role: role.is_some(),
            common_name,
            serial_hex: serial_hex(certificate.raw_serial()),
            fingerprint_sha256,
            not_before_unix: unix(certificate.validity().not_before.timestamp()),
            not_after_unix: unix(certificate.validity().not_after.timestamp()),
        })
    }

    /// The fingerprint as lower-case hex.
    pub fn fingerprint_hex(&self) -> String {
        hex::encode(self.fingerprint_sha256)
    }
}

/// The URI that gives a line its name.
///
/// # Errors
///
/// The text cannot be a name.
pub fn line_uri(name: &str) -> Result<String, NameError> {
    check_name(name)?;
    Ok(format!("{LINE}{}", percent_encoded(name)))
}

/// A text with all but the unreserved characters of RFC 3986 percent-encoded.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Whether a text can be a name: 1 to [`NAME_LEN_BYTES_MAX`] bytes without control characters.
///
/// # Errors
///
/// What is wrong with it.
pub fn check_name(name: &str) -> Result<(), NameError> {
    match name.len() {
        0 => Err(NameError::Empty),
        len_bytes if len_bytes > NAME_LEN_BYTES_MAX => Err(NameError::TooLong { len_bytes }),
        _ if name.chars().any(steers) => Err(NameError::ControlCharacter),
        _ => Ok(()),
    }
}

/// The serial number's bytes as this project writes them: lower-case hex without leading zero bytes.
pub(crate) fn serial_hex(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    // Zero itself keeps one byte.
    hex::encode(&bytes[zeros.min(bytes.len().saturating_sub(1))..])
}

/// What the subject alternative names state.
struct Stated {
    role: Option<Role>,
    line: Option<String>,
}

fn stated(certificate: &X509Certificate<'_>) -> Result<Stated, IdentityError> {
    let mut stated = Stated { role: None, line: None };
    let names = certificate.subject_alternative_name().map_err(|_| IdentityError::Malformed)?;
    for name in names.iter().flat_map(|names| &names.value.general_names) {
        let GeneralName::URI(uri) = name else { continue };
        if !is_ours(uri) {
            continue;
        }
        if let Some(role) = uri.strip_prefix(ROLE) {
            once(&mut stated.role, role.parse()?, "role")?;
        } else if let Some(line) = uri.strip_prefix(LINE) {
            once(&mut stated.line, decode(line)?, "line name")?;
        } else {
            return Err(IdentityError::UnknownUri { uri: shown(uri) });
        }
    }
    Ok(stated)
}

/// A namespace is compared without regard to case (RFC 8141), so that a capital letter does not hide a role.
fn is_ours(uri: &str) -> bool {
    uri.get(..NAMESPACE.len()).is_some_and(|start| start.eq_ignore_ascii_case(NAMESPACE))
}

fn once<T>(slot: &mut Option<T>, value: T, what: &'static str) -> Result<(), IdentityError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(IdentityError::Ambiguous { what }),
    }
}

fn decode(encoded: &str) -> Result<String, NameError> {
    let mut bytes = Vec::new();
    let mut rest = encoded.as_bytes();
    while let [first, behind @ ..] = rest {
        // A longer text is no name, whatever follows.
        if bytes.len() > NAME_LEN_BYTES_MAX {
            return Err(NameError::TooLong { len_bytes: bytes.len() });
        }
        rest = match (first, behind) {
            (b'%', [high, low, behind @ ..]) => {
                bytes.extend(hex::decode([*high, *low]).map_err(|_| NameError::Encoding)?);
                behind
            }
            (b'%', _) => return Err(NameError::Encoding),
            (byte, behind) => {
                bytes.push(*byte);
                behind
            }
        };
    }
    let name = String::from_utf8(bytes).map_err(|_| NameError::Encoding)?;
    check_name(&name)?;
    Ok(name)
}

/// The first common name. One whose string type holds no text counts as none.
fn common_name(subject: &X509Name<'_>) -> Result<Option<String>, NameError> {
    let Some(name) = subject.iter_common_name().find_map(|name| name.as_str().ok()) else {
        return Ok(None);
    };
    if name.is_empty() {
        return Ok(None);
    }
    check_name(name)?;
    Ok(Some(name.to_owned()))
}

fn unix(timestamp: i64) -> u64 {
    u64::try_from(timestamp).unwrap_or(0)
}

/// Control characters, and the invisible ones that turn the direction of a line or end it.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// A foreign text for a message: cut, and without characters that steer a terminal.
fn shown(text: &str) -> String {
    text.chars().take(NAME_LEN_BYTES_MAX).filter(|character| !steers(*character)).collect()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, SanType};

    use super::*;

    /// What a certificate with these URIs says.
    fn of(uris: &[&str]) -> Result<ClientIdentity, IdentityError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for uri in uris {
            params.subject_alt_names.push(SanType::URI((*uri).try_into().expect("ASCII")));
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        ClientIdentity::from_certificate_der(certificate.der())
    }

    #[test]
    fn a_role_and_a_line_are_read() {
        for role in Role::ALL {
            let uri = line_uri("hall 4/α").expect("a name");
            let identity = of(&[&role.uri(), &uri, "https://example.com"]).expect("an identity");
            assert_eq!((identity.role, identity.has_role), (role, true));
            assert_eq!(identity.name, "hall 4/α");
        }
    }

    #[test]
    fn a_certificate_that_says_nothing_is_a_line_named_by_its_fingerprint() {
        let identity = of(&["urn:other:role:operator"]).expect("an identity");
        assert_eq!((identity.role, identity.has_role), (Role::Line, false));
        assert_eq!(identity.name, identity.fingerprint_hex());
        assert_eq!(identity.common_name, None);
    }

    #[test]
    fn a_misspelt_role_is_not_no_role() {
        for uri in [
            "urn:curbside:role:Operator",
            "urn:curbside:role:",
            "URN:curbside:role:monitor",
            "urn:Curbside:role:monitor",
            "urn:curbside:",
            "urn:curbside:roles:line",
        ] {
            assert!(matches!(of(&[uri]), Err(IdentityError::UnknownUri { .. })), "{uri}");
        }
    }

    #[test]
    fn two_roles_or_two_lines_are_refused() {
        let (line, operator) = (Role::Line.uri(), Role::Operator.uri());
        for uris in [[line.as_str(), &operator], [&line, &line]] {
            assert_eq!(of(&uris), Err(IdentityError::Ambiguous { what: "role" }));
        }
        let uris = ["urn:curbside:line:a", "urn:curbside:line:b"];
        assert_eq!(of(&uris), Err(IdentityError::Ambiguous { what: "line name" }));
    }

    #[test]
    fn a_line_that_steers_a_terminal_is_refused() {
        for (uri, why) in [
            ("urn:curbside:line:", NameError::Empty),
            ("urn:curbside:line:a%0Ab", NameError::ControlCharacter),
            ("urn:curbside:line:%E2%80%AEa", NameError::ControlCharacter),
            ("urn:curbside:line:%FF", NameError::Encoding),
            ("urn:curbside:line:%4", NameError::Encoding),
            ("urn:curbside:line:%zz", NameError::Encoding),
        ] {
            assert_eq!(of(&[uri]), Err(IdentityError::Name(why)), "{uri}");
        }
        let long = format!("urn:curbside:line:{}", "a".repeat(65));
        assert_eq!(of(&[&long]), Err(IdentityError::Name(NameError::TooLong { len_bytes: 65 })));
        assert!(line_uri(&"a".repeat(64)).is_ok());
    }
}
