//! What an authority remembers of a certificate: one TOML file a serial number.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{AuthorityError, CaCertificate, Inspection, Purpose, ca, key};

/// The largest record, in bytes.
pub(crate) const RECORD_LEN_BYTES_MAX: u64 = 64 * 1024;

/// The form that is written and read.
const FORMAT: u32 = 1;

/// The longest name in a record, in bytes. Longer than any that is issued: a certificate of others may have its fingerprint.
const NAME_LEN_BYTES_MAX: usize = 64;

/// A certificate that an authority signed.
#[derive(Clone, Debug)]
pub struct Record {
    file: File,
    inspection: Inspection,
}

/// The end of a certificate before its time.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Revoked {
    /// When, in seconds since 1970.
    pub at_unix: u64,
    /// Why.
    pub reason: Reason,
}

/// Why a certificate ends before its time (RFC 5280, section 5.3.1).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Not said.
    #[default]
    Unspecified,
    /// Somebody else may have its key: a stolen line PC, a copied file.
    KeyCompromise,
    /// Another certificate took its place.
    Superseded,
    /// The line or server is no more.
    CessationOfOperation,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "key-compromise",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation-of-operation",
        })
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    name: String,
    serial: String,
    purpose: Purpose,
    issued_unix: u64,
    /// Its place among all: a second can have several.
    sequence: u64,
    certificate: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<Revoked>,
}

impl Record {
    /// A record of a certificate that was just signed, or found.
    pub(crate) fn new(
        name: &str,
        purpose: Purpose,
        der: &[u8],
        now_unix: u64,
        sequence: u64,
    ) -> Result<Self, AuthorityError> {
        let inspection = Inspection::of_der(der)?;
        let file = File {
            format: FORMAT,
            name: name.to_owned(),
            serial: inspection.identity().serial_hex.clone(),
            purpose,
            issued_unix: now_unix,
            sequence,
            certificate: key::pem("CERTIFICATE", der)?,
            revoked: None,
        };
        Ok(Self { file, inspection })
    }

    /// Reads a record. `path` stands for the file in an error, and its name must be the serial number.
    pub(crate) fn read(
        bytes: &[u8],
        path: &Path,
        ca: &CaCertificate,
    ) -> Result<Self, AuthorityError> {
        let damaged = |why: String| AuthorityError::Damaged { path: path.to_owned(), why };
        let text = std::str::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8".into()))?;
        let file: File =
            toml::from_str(text).map_err(|error| damaged(error.message().to_owned()))?;
        if file.format != FORMAT {
            return Err(damaged(format!("its format is {}, and {FORMAT} is known", file.format)));
        }
        if file.name.is_empty()
            || file.name.len() > NAME_LEN_BYTES_MAX
            || file.name.contains(char::is_control)
        {
            return Err(damaged("its name cannot be used".into()));
        }
        let der = ca::certificate_der(file.certificate.as_bytes())
            .ok_or_else(|| damaged("it holds no certificate".into()))?;
        let inspection = Inspection::of_der(&der).map_err(|error| damaged(error.to_string()))?;
        if inspection.identity().serial_hex != file.serial
            || path.file_stem().and_then(|stem| stem.to_str()) != Some(file.serial.as_str())
        {
            return Err(damaged("its serial number is not that of its certificate".into()));
        }
        if !ca.has_signed(&der) {
            return Err(damaged("its certificate was not signed by this authority".into()));
        }
        Ok(Self { file, inspection })
    }

    pub(crate) fn to_toml(&self) -> Result<String, AuthorityError> {
        toml::to_string(&self.file).map_err(|error| AuthorityError::Crypto(error.to_string()))
    }

    pub(crate) fn path_in(&self, directory: &Path) -> PathBuf {
        directory.join(format!("{}.toml", self.file.serial))
    }

    pub(crate) fn revoke(&mut self, revoked: Revoked) {
        self.file.revoked.get_or_insert(revoked);
    }

    pub(crate) fn serial_bytes(&self) -> Result<Vec<u8>, AuthorityError> {
        hex::decode(&self.file.serial)
            .map_err(|_| AuthorityError::Crypto("a serial number is no hex".into()))
    }

    /// The name that it was issued to.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// Its serial number in lower-case hex.
    pub fn serial_hex(&self) -> &str {
        &self.file.serial
    }

    /// Which end it is for.
    pub const fn purpose(&self) -> Purpose {
        self.file.purpose
    }

    /// When it was signed, in seconds since 1970.
    pub const fn issued_unix(&self) -> u64 {
        self.file.issued_unix
    }

    /// Its place among all records, from 1 on.
    pub(crate) const fn sequence(&self) -> u64 {
        self.file.sequence
    }

    /// Its end before its time.
    pub const fn revoked(&self) -> Option<Revoked> {
        self.file.revoked
    }

    /// Neither revoked nor expired.
    pub fn is_live(&self, now_unix: u64) -> bool {
        self.file.revoked.is_none() && self.inspection.identity().not_after_unix >= now_unix
    }

    /// What its certificate says.
    pub const fn inspection(&self) -> &Inspection {
        &self.inspection
    }

    /// The certificate in PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.file.certificate
    }
}
