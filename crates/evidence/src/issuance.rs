//! The entry that a signing server appends for every device: what was signed, for whom, by which HSM.
//!
//! One issuance has one spelling in bytes, so that its hash means one thing. All numbers are big-endian:
//!
//! | size | content |
//! |---|---|
//! | 1 | version, 1 |
//! | 1 | kind: 1 first, 2 rework |
//! | 8 | index of the earlier entry; for a rework alone |
//! | 8 | Unix time in milliseconds |
//! | 32 | SMSN |
//! | 32, 64 | public keys: Ed25519, P-256 (X‖Y) |
//! | 64, 64 | the signatures under the device's two certificates |
//! | 32 | SHA-256 of the client's certificate |
//! | 4 | serial number of the HSM |
//! | 1 + n | tag of the product: length and text |
//! | 1 + n | name of the line |
//! | 1, or 1 + n + 32 | id of the job package and SHA-256 of its text; a length of 0 for none |
//!
//! The signatures stand in full and not as hashes: whoever audits can then verify, with the product's chain
//! and nothing else, that the HSM made them for these keys and this SMSN.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// The version of the encoding that is written, and the only one that is read.
pub const ISSUANCE_VERSION: u8 = 1;

/// The longest text in an entry, in bytes: what a length of one byte can say.
pub const TEXT_LEN_BYTES_MAX: usize = 255;

/// The longest entry, in bytes: the fixed fields, three texts and a digest.
pub const ISSUANCE_LEN_BYTES_MAX: usize =
    2 + 8 + 8 + 32 + 32 + 64 + 64 + 64 + 32 + 4 + 3 * (1 + TEXT_LEN_BYTES_MAX) + 32;

const KIND_FIRST: u8 = 1;
const KIND_REWORK: u8 = 2;

/// One issuance: the certificates of one device, signed once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Issuance {
    /// Whether the SMSN got its first certificates or new ones.
    pub kind: IssuanceKind,
    /// When, in milliseconds since 1970.
    pub unix_millis: u64,
    /// The device's serial number.
    pub smsn: [u8; 32],
    /// The device's public Ed25519 key.
    pub ed25519_public_key: [u8; 32],
    /// The device's public P-256 key, X‖Y.
    pub p256_public_key: [u8; 64],
    /// The signature under the device's Ed25519 certificate.
    pub ed25519_signature: [u8; 64],
    /// The signature under the device's P-256 certificate, r‖s.
    pub p256_signature: [u8; 64],
    /// SHA-256 of the certificate that the client showed.
    pub client_fingerprint: [u8; 32],
    /// Serial number of the HSM that signed.
    pub hsm_serial: u32,
    /// Tag of the product.
    pub product: String,
    /// Name of the line.
    pub line: String,
    /// The job package that was charged.
    pub package: Option<IssuancePackage>,
}

/// Why a device got certificates.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IssuanceKind {
    /// The first ones of its SMSN.
    First,
    /// New ones, for new keys, on purpose.
    Rework {
        /// Index of the SMSN's entry before this one.
        earlier: u64,
    },
}

/// The job package that an issuance was charged to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IssuancePackage {
    /// The name that the device maker gave it.
    pub id: String,
    /// SHA-256 of its signed text: two packages of one name differ here.
    pub digest: [u8; 32],
}

impl Issuance {
    /// The entry's bytes, at most [`ISSUANCE_LEN_BYTES_MAX`].
    ///
    /// # Errors
    ///
    /// [`IssuanceError::Text`] for a text that an entry cannot hold.
    pub fn to_bytes(&self) -> Result<Vec<u8>, IssuanceError> {
        let mut bytes = vec![ISSUANCE_VERSION];
        match self.kind {
            IssuanceKind::First => bytes.push(KIND_FIRST),
            IssuanceKind::Rework { earlier } => {
                bytes.push(KIND_REWORK);
                bytes.extend_from_slice(&earlier.to_be_bytes());
            }
        }
        bytes.extend_from_slice(&self.unix_millis.to_be_bytes());
        for field in [
            self.smsn.as_slice(),
            &self.ed25519_public_key,
            &self.p256_public_key,
            &self.ed25519_signature,
            &self.p256_signature,
            &self.client_fingerprint,
            &self.hsm_serial.to_be_bytes(),
        ] {
            bytes.extend_from_slice(field);
        }
        push_text(&mut bytes, "product", &self.product)?;
        push_text(&mut bytes, "line", &self.line)?;
        match &self.package {
            None => bytes.push(0),
            Some(package) => {
                push_text(&mut bytes, "package", &package.id)?;
                bytes.extend_from_slice(&package.digest);
            }
        }
        Ok(bytes)
    }

    /// Reads an entry, strictly: what it reads, [`Issuance::to_bytes`] writes again byte by byte.
    ///
    /// # Errors
    ///
    /// [`IssuanceError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IssuanceError> {
        let mut rest = Fields { rest: bytes };
        let [version] = rest.take("version")?;
        if version != ISSUANCE_VERSION {
            return Err(IssuanceError::Version { found: version });
        }
        let [kind] = rest.take("kind")?;
        let kind = match kind {
            KIND_FIRST => IssuanceKind::First,
            KIND_REWORK => {
                IssuanceKind::Rework { earlier: u64::from_be_bytes(rest.take("earlier entry")?) }
            }
            found => return Err(IssuanceError::Kind { found }),
        };
        let entry = Self {
            kind,
            unix_millis: u64::from_be_bytes(rest.take("time")?),
            smsn: rest.take("SMSN")?,
            ed25519_public_key: rest.take("Ed25519 key")?,
            p256_public_key: rest.take("P-256 key")?,
            ed25519_signature: rest.take("Ed25519 signature")?,
            p256_signature: rest.take("P-256 signature")?,
            client_fingerprint: rest.take("client fingerprint")?,
            hsm_serial: u32::from_be_bytes(rest.take("HSM serial number")?),
            product: rest.text("product")?.ok_or(IssuanceError::Text { field: "product" })?,
            line: rest.text("line")?.ok_or(IssuanceError::Text { field: "line" })?,
            package: match rest.text("package")? {
                None => None,
                Some(id) => Some(IssuancePackage { id, digest: rest.take("package digest")? }),
            },
        };
        match rest.rest.len() {
            0 => Ok(entry),
            len_bytes => Err(IssuanceError::Trailing { len_bytes }),
        }
    }

    /// Whether another entry is of the same key pairs.
    pub fn has_keys_of(&self, other: &Self) -> bool {
        self.ed25519_public_key == other.ed25519_public_key
            && self.p256_public_key == other.p256_public_key
    }
}

/// Field by field, bytes as lower-case hex.
impl Serialize for Issuance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, earlier) = match self.kind {
            IssuanceKind::First => ("first", None),
            IssuanceKind::Rework { earlier } => ("rework", Some(earlier)),
        };
        let package = self.package.as_ref();
        let mut fields = serializer.serialize_struct("Issuance", 15)?;
        fields.serialize_field("version", &ISSUANCE_VERSION)?;
        fields.serialize_field("kind", kind)?;
        fields.serialize_field("earlier", &earlier)?;
        fields.serialize_field("unix_millis", &self.unix_millis)?;
        fields.serialize_field("smsn", &hex::encode(self.smsn))?;
        fields.serialize_field("ed25519_public_key", &hex::encode(self.ed25519_public_key))?;
        fields.serialize_field("p256_public_key", &hex::encode(self.p256_public_key))?;
        fields.serialize_field("ed25519_signature", &hex::encode(self.ed25519_signature))?;
        fields.serialize_field("p256_signature", &hex::encode(self.p256_signature))?;
        fields.serialize_field("client_fingerprint", &hex::encode(self.client_fingerprint))?;
        fields.serialize_field("hsm_serial", &self.hsm_serial)?;
        fields.serialize_field("product", &self.product)?;
        fields.serialize_field("line", &self.line)?;
        fields.serialize_field("package", &package.map(|package| &package.id))?;
        fields.serialize_field(
            "package_digest",
            &package.map(|package| hex::encode(package.digest)),
        )?;
        fields.end()
    }
}

/// One line: SMSN, kind, product, line, HSM.
impl fmt::Display for Issuance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", hex::encode(self.smsn))?;
        match self.kind {
            IssuanceKind::First => f.write_str("first")?,
            IssuanceKind::Rework { earlier } => write!(f, "rework of entry {earlier}")?,
        }
        write!(f, ", {} on {}, HSM {:010}", self.product, self.line, self.hsm_serial)
    }
}

/// Why bytes are no entry, or an entry has no bytes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IssuanceError {
    /// Written by a newer program, or no entry at all.
    #[error("the entry has version {found}, this program knows {ISSUANCE_VERSION}")]
    Version {
        /// The version byte.
        found: u8,
    },
    /// A kind that version 1 does not have.
    #[error("the entry is of kind {found}, which is neither first (1) nor rework (2)")]
    Kind {
        /// The kind byte.
        found: u8,
    },
    /// The bytes end within a field.
    #[error("the entry ends within its {field}")]
    Cut {
        /// The field.
        field: &'static str,
    },
    /// A text that is empty, too long, not UTF-8, or has control characters.
    #[error(
        "the entry's {field} is not a text of 1 to {TEXT_LEN_BYTES_MAX} bytes without control characters"
    )]
    Text {
        /// The field.
        field: &'static str,
    },
    /// Bytes behind the last field.
    #[error("the entry has {len_bytes} bytes behind its last field")]
    Trailing {
        /// Their number.
        len_bytes: usize,
    },
}

/// What is left to read of an entry.
struct Fields<'a> {
    rest: &'a [u8],
}

impl Fields<'_> {
    fn take<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], IssuanceError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(IssuanceError::Cut { field })?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// A text behind its length; `None` for a length of 0.
    fn text(&mut self, field: &'static str) -> Result<Option<String>, IssuanceError> {
        let [length] = self.take(field)?;
        if length == 0 {
            return Ok(None);
        }
        let (bytes, rest) =
            self.rest.split_at_checked(usize::from(length)).ok_or(IssuanceError::Cut { field })?;
        self.rest = rest;
        let text = std::str::from_utf8(bytes).map_err(|_| IssuanceError::Text { field })?;
        check_text(field, text)?;
        Ok(Some(text.to_owned()))
    }
}

fn push_text(bytes: &mut Vec<u8>, field: &'static str, text: &str) -> Result<(), IssuanceError> {
    check_text(field, text)?;
    let length = u8::try_from(text.len()).map_err(|_| IssuanceError::Text { field })?;
    bytes.push(length);
    bytes.extend_from_slice(text.as_bytes());
    Ok(())
}

fn check_text(field: &'static str, text: &str) -> Result<(), IssuanceError> {
    let fits = !text.is_empty() && text.len() <= TEXT_LEN_BYTES_MAX;
    if fits && !text.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(IssuanceError::Text { field })
    }
}
