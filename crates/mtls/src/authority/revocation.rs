//! A revocation list, as it stands on the disk.

use std::{collections::BTreeSet, path::Path};

use x509_parser::{pem::Pem, prelude::FromDer, revocation_list::CertificateRevocationList};

use super::{AuthorityError, CaCertificate};
use crate::identity;

/// The largest revocation list, in bytes of PEM: some 100,000 revocations.
pub(crate) const LIST_LEN_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// What a revocation list says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RevocationList {
    number: u64,
    this_update_unix: u64,
    next_update_unix: Option<u64>,
    serials: BTreeSet<String>,
}

impl RevocationList {
    /// Reads a list from PEM and checks its signature. `path` stands for the file in an error.
    ///
    /// # Errors
    ///
    /// It is damaged, or not signed by the authority. Never panics.
    pub fn from_pem(pem: &[u8], path: &Path, ca: &CaCertificate) -> Result<Self, AuthorityError> {
        let damaged =
            |why: &str| AuthorityError::Damaged { path: path.to_owned(), why: why.into() };
        let block = Pem::iter_from_buffer(pem)
            .filter_map(Result::ok)
            .find(|block| block.label == "X509 CRL")
            .ok_or_else(|| damaged("it holds no revocation list in PEM"))?;
        let (rest, list) = CertificateRevocationList::from_der(&block.contents)
            .map_err(|_| damaged("its revocation list is damaged"))?;
        if !rest.is_empty() {
            return Err(damaged("something follows its revocation list"));
        }
        let ca = ca.parsed()?;
        if list.issuer().as_raw() != ca.subject().as_raw()
            || list.verify_signature(ca.public_key()).is_err()
        {
            return Err(damaged("its revocation list was not signed by this authority"));
        }
        let unix = |time: i64| u64::try_from(time).unwrap_or(0);
        let serials = list.iter_revoked_certificates();
        let number = list.crl_number().and_then(|number| u64::try_from(number.clone()).ok());
        Ok(Self {
            number: number.unwrap_or(0),
            this_update_unix: unix(list.last_update().timestamp()),
            next_update_unix: list.next_update().map(|time| unix(time.timestamp())),
            serials: serials.map(|one| identity::serial_hex(one.raw_serial())).collect(),
        })
    }

    /// Its number: each list has a higher one than those before.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// When it was signed, in seconds since 1970.
    pub const fn this_update_unix(&self) -> u64 {
        self.this_update_unix
    }

    /// Until when it may be used, in seconds since 1970. Afterwards OpenSSL and nginx refuse every peer.
    pub const fn next_update_unix(&self) -> Option<u64> {
        self.next_update_unix
    }

    /// Whether it revokes a certificate.
    pub fn has(&self, serial_hex: &str) -> bool {
        self.serials.contains(serial_hex)
    }

    /// The serial numbers that it revokes, in lower-case hex.
    pub fn serials(&self) -> impl Iterator<Item = &str> {
        self.serials.iter().map(String::as_str)
    }

    /// How many certificates it revokes.
    pub fn len(&self) -> usize {
        self.serials.len()
    }

    /// Whether it revokes none.
    pub fn is_empty(&self) -> bool {
        self.serials.is_empty()
    }
}
