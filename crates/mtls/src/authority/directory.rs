//! An authority's directory: made, opened, and changed by whoever has the passphrase.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use durable::{Cause, DurableError, LockFile, Visibility};
use rcgen::{KeyPair, PublicKeyData, SubjectPublicKeyInfo};
use zeroize::Zeroizing;

use super::{
    AuthorityError, CaCertificate, DAY_SECONDS, Inspection, KeyKind, OrderError, Passphrase,
    Purpose, Reason, Record, RevocationList, Revoked, SigningRequest, SubjectName,
    ca::{self, CERTIFICATE_FILE_LEN_BYTES_MAX},
    key, key_file,
    key_file::KEY_FILE_LEN_BYTES_MAX,
    order::{self, Subject},
    peer_files::files_ending,
    record::RECORD_LEN_BYTES_MAX,
    revocation::LIST_LEN_BYTES_MAX,
    server_names,
    sign::{self, Leaf, Random, Validity},
};
use crate::identity::{Role, check_name};

/// The authority's certificate.
const CA_PEM: &str = "ca.pem";
/// Its private key.
const CA_KEY: &str = "ca.key";
/// Its revocation list.
const CA_CRL: &str = "ca.crl";
/// The directory of its records.
const ISSUED: &str = "issued";
/// Held by who changes anything.
const LOCK: &str = "lock";

/// The most records of one authority: all are read for each command.
const RECORDS_MAX: usize = 20_000;

/// An authority whose key stays closed: it can be looked at.
#[derive(Clone, Debug)]
pub struct Authority {
    directory: PathBuf,
    certificate: CaCertificate,
}

/// How a new authority is to be.
#[derive(Clone, Copy, Debug)]
pub struct NewAuthority {
    /// How long it is valid.
    pub days: u32,
    /// What key it gets.
    pub key: KeyKind,
}

/// An authority whose key is open. It holds the directory's lock.
pub struct Unlocked {
    authority: Authority,
    key: Zeroizing<KeyPair>,
    _lock: LockFile,
}

/// What a peer is given, after its record is on the disk.
#[derive(Debug)]
pub struct Issued {
    /// The record.
    pub record: Record,
    /// The private key in PEM, where one was made.
    pub key_pem: Option<Zeroizing<String>>,
}

/// What to sign for a peer.
#[derive(Debug)]
pub struct NewPeer<'a> {
    /// Which end it is for.
    pub purpose: Purpose,
    /// The name that it is issued to.
    pub name: &'a str,
    /// What a client may do; `None` for a line, and for a server.
    pub role: Option<Role>,
    /// The line's name; without one the name.
    pub line: Option<&'a str>,
    /// Names of a server beside its own.
    pub names: &'a [SubjectName],
    /// How long it is valid.
    pub days: u32,
    /// Its key.
    pub key: PeerKey<'a>,
}

/// Where a peer's key comes from.
#[derive(Clone, Copy, Debug)]
pub enum PeerKey<'a> {
    /// It is made here.
    New(KeyKind),
    /// It was made elsewhere, and never leaves there.
    Request(&'a SigningRequest),
}

/// Which key a renewed certificate gets.
#[derive(Clone, Copy, Debug)]
pub enum RenewKey {
    /// A new one.
    New(KeyKind),
    /// The one that it has.
    Keep,
}

/// Which certificates are meant.
#[derive(Clone, Debug)]
pub enum Which<'a> {
    /// Every one of this name that is neither revoked nor expired.
    Name(&'a str),
    /// The one with this serial number, in hex.
    Serial(&'a str),
    /// This one, in PEM. It need not have a record: those of a recipe's authority have none.
    Certificate(&'a [u8]),
}

impl Authority {
    /// Makes an authority in a directory that is new or holds none.
    ///
    /// # Errors
    ///
    /// The directory holds one already, or cannot be written.
    pub fn create(
        directory: &Path,
        passphrase: &Passphrase,
        new: NewAuthority,
        now_unix: u64,
        random: Random<'_>,
    ) -> Result<Self, AuthorityError> {
        let validity = sign::days(new.days, now_unix, u64::MAX)?;
        let lock = prepare(directory)?;
        let key = key::generate(new.key)?;
        let der = sign::ca_certificate(sign::ca_subject(), &key, None, validity, random)?;
        let key_pem = key_file::encrypt(&key, passphrase, &mut |bytes| random(bytes))?;
        Self::place(directory, lock, &key, der, key_pem.as_bytes(), now_unix)
    }

    /// Takes over an authority that the public recipe made, under the passphrase that its key has.
    ///
    /// # Errors
    ///
    /// As [`Authority::create`]; the two files are not of one authority, the passphrase is wrong, or the key's encryption is
    /// not supported.
    pub fn adopt(
        directory: &Path,
        ca_pem: &Path,
        ca_key: &Path,
        passphrase: &Passphrase,
        now_unix: u64,
    ) -> Result<Self, AuthorityError> {
        let pem = durable::read_bounded(ca_pem, CERTIFICATE_FILE_LEN_BYTES_MAX)?;
        let certificate = CaCertificate::from_pem(&pem, ca_pem)?;
        let key_pem = Zeroizing::new(durable::read_bounded(ca_key, KEY_FILE_LEN_BYTES_MAX)?);
        let key = key_file::decrypt(&key_pem, ca_key, passphrase)?;
        let public = SubjectPublicKeyInfo::from_der(&key.subject_public_key_info());
        if !public.is_ok_and(|key| order::check_key(&key).is_ok()) {
            return Err(AuthorityError::UnsupportedKey);
        }
        if key.subject_public_key_info() != certificate.parsed()?.public_key().raw {
            return Err(AuthorityError::KeyMismatch);
        }
        let lock = prepare(directory)?;
        Self::place(directory, lock, &key, certificate.der().to_vec(), &key_pem, now_unix)
    }

    /// The key first and the certificate last: a directory with `ca.pem` is whole.
    fn place(
        directory: &Path,
        _lock: LockFile,
        key: &KeyPair,
        der: Vec<u8>,
        key_pem: &[u8],
        now_unix: u64,
    ) -> Result<Self, AuthorityError> {
        let path = directory.join(CA_PEM);
        let certificate = CaCertificate::from_der(der, &path)?;
        let authority = Self { directory: directory.to_owned(), certificate };
        durable::private_directory(directory.join(ISSUED))?;
        durable::write_new(directory.join(CA_KEY), Visibility::OwnerOnly, key_pem)?;
        authority.write_revocation_list(key, &[], now_unix)?;
        durable::write_new(path, Visibility::Shared, authority.certificate.pem().as_bytes())?;
        Ok(authority)
    }

    /// Opens the authority of a directory.
    ///
    /// # Errors
    ///
    /// There is none, or its certificate is damaged.
    pub fn open(directory: &Path) -> Result<Self, AuthorityError> {
        let path = directory.join(CA_PEM);
        let pem = match durable::read_bounded(&path, CERTIFICATE_FILE_LEN_BYTES_MAX) {
            Ok(pem) => pem,
            Err(DurableError { cause: Cause::NotFound | Cause::NotADirectory, .. }) => {
                return Err(no_authority(directory, CA_PEM));
            }
            Err(error) => return Err(error.into()),
        };
        if !directory.join(ISSUED).is_dir() {
            return Err(no_authority(directory, ISSUED));
        }
        let certificate = CaCertificate::from_pem(&pem, &path)?;
        Ok(Self { directory: directory.to_owned(), certificate })
    }

    /// Opens its key, and keeps others out.
    ///
    /// # Errors
    ///
    /// The passphrase is wrong, the key file can be read by others or is damaged, or another process is at it.
    pub fn unlock(self, passphrase: &Passphrase) -> Result<Unlocked, AuthorityError> {
        let path = self.directory.join(CA_KEY);
        durable::refuse_open_to_others(&path)?;
        let pem = durable::read_bounded(&path, KEY_FILE_LEN_BYTES_MAX)?;
        let key = key_file::decrypt(&pem, &path, passphrase)?;
        if key.subject_public_key_info() != self.certificate.parsed()?.public_key().raw {
            return Err(AuthorityError::KeyMismatch);
        }
        let lock = LockFile::acquire(self.directory.join(LOCK))?;
        durable::remove_leftovers(self.directory.join(ISSUED))?;
        Ok(Unlocked { authority: self, key, _lock: lock })
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Its certificate.
    pub const fn certificate(&self) -> &CaCertificate {
        &self.certificate
    }

    /// Every certificate that it issued, the oldest first.
    ///
    /// # Errors
    ///
    /// A record is damaged.
    pub fn records(&self) -> Result<Vec<Record>, AuthorityError> {
        let mut records = Vec::new();
        for path in files_ending(&self.directory.join(ISSUED), ".toml", RECORDS_MAX)? {
            let bytes = durable::read_bounded(&path, RECORD_LEN_BYTES_MAX)?;
            records.push(Record::read(&bytes, &path, &self.certificate)?);
        }
        records.sort_by_key(Record::sequence);
        Ok(records)
    }

    /// The revocation list in PEM, for servers.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn revocation_list_pem(&self) -> Result<Vec<u8>, AuthorityError> {
        Ok(durable::read_bounded(self.revocation_list_path(), LIST_LEN_BYTES_MAX)?)
    }

    /// The revocation list.
    ///
    /// # Errors
    ///
    /// It is missing or damaged.
    pub fn revocation_list(&self) -> Result<RevocationList, AuthorityError> {
        let path = self.revocation_list_path();
        RevocationList::from_pem(&self.revocation_list_pem()?, &path, &self.certificate)
    }

    /// Where the revocation list is.
    pub fn revocation_list_path(&self) -> PathBuf {
        self.directory.join(CA_CRL)
    }

    fn write_record(&self, record: &Record) -> Result<(), AuthorityError> {
        let path = record.path_in(&self.directory.join(ISSUED));
        Ok(durable::write_replace(path, Visibility::Shared, record.to_toml()?.as_bytes())?)
    }

    /// Signs the list anew. It is good for as long as the authority is: nobody has to come back for it, and a list that
    /// expires stops every line.
    fn write_revocation_list(
        &self,
        key: &KeyPair,
        records: &[Record],
        now_unix: u64,
    ) -> Result<(), AuthorityError> {
        // A damaged list is replaced: the records know all that it said.
        let before = self.revocation_list().ok();
        if let Some(list) = &before {
            self.refuse_to_forget(list, records)?;
        }
        let before = before.map_or(0, |list| list.number());
        let validity = Validity {
            signed_unix: now_unix,
            not_before_unix: now_unix.saturating_sub(super::SKEW_SECONDS),
            not_after_unix: self.certificate.not_after_unix().max(now_unix + DAY_SECONDS),
        };
        let revoked = records.iter().filter(|record| record.revoked().is_some());
        let number = now_unix.max(before.saturating_add(1));
        let pem = sign::revocation_list(revoked, number, &self.certificate, key, validity)?;
        let path = self.revocation_list_path();
        Ok(durable::write_replace(path, Visibility::Shared, pem.as_bytes())?)
    }
}

impl Authority {
    /// Refuses where the list revokes what no record does: a record was lost or put back from a backup, and a list that is
    /// signed after it would let the certificate in again.
    fn refuse_to_forget(
        &self,
        list: &RevocationList,
        records: &[Record],
    ) -> Result<(), AuthorityError> {
        let knows = |serial: &str| {
            records.iter().any(|record| record.serial_hex() == serial && record.revoked().is_some())
        };
        match list.serials().find(|serial| !knows(serial)) {
            None => Ok(()),
            Some(serial) => Err(AuthorityError::Damaged {
                path: self.directory.join(ISSUED).join(format!("{serial}.toml")),
                why: "it does not say that its certificate is revoked, and ca.crl does".into(),
            }),
        }
    }
}

impl Unlocked {
    /// The authority.
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Signs a peer's certificate. Its record is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// The order cannot be filled, or the name has a certificate that is neither revoked nor expired.
    pub fn issue(
        &self,
        peer: &NewPeer<'_>,
        now_unix: u64,
        random: Random<'_>,
    ) -> Result<Issued, AuthorityError> {
        check_name(peer.name)?;
        let records = self.authority.records()?;
        if let Some(taken) = live(&records, peer.name, now_unix).next_back() {
            return Err(AuthorityError::NameTaken {
                name: peer.name.to_owned(),
                serial: taken.serial_hex().to_owned(),
            });
        }
        let leaf = leaf(peer)?;
        let (public, key_pem) = match peer.key {
            PeerKey::Request(request) => (request.key.clone(), None),
            PeerKey::New(kind) => new_key(kind)?,
        };
        let validity =
            sign::days(peer.days, now_unix, self.authority.certificate.not_after_unix())?;
        let record = self.sign(&records, peer.name, &leaf, &public, validity, random)?;
        Ok(Issued { record, key_pem })
    }

    /// Signs the next certificate of a name: the same subject, role and names, for a new or the same key. The one before
    /// stays valid until it expires or is revoked.
    ///
    /// # Errors
    ///
    /// The name has none that is not revoked.
    pub fn renew(
        &self,
        name: &str,
        key: RenewKey,
        days: u32,
        now_unix: u64,
        random: Random<'_>,
    ) -> Result<Issued, AuthorityError> {
        let records = self.authority.records()?;
        // One that expired on a Sunday can be renewed on Monday.
        let last = records
            .iter()
            .rfind(|record| record.name() == name && record.revoked().is_none())
            .ok_or_else(|| AuthorityError::Unknown { what: name.to_owned() })?;
        let leaf = leaf_of(last)?;
        let (public, key_pem) = match key {
            RenewKey::New(kind) => new_key(kind)?,
            RenewKey::Keep => (public_key_of(last.inspection())?, None),
        };
        let validity = sign::days(days, now_unix, self.authority.certificate.not_after_unix())?;
        let record = self.sign(&records, name, &leaf, &public, validity, random)?;
        Ok(Issued { record, key_pem })
    }

    /// Revokes certificates, first in their records, then in the list that servers read. Those that are revoked already stay
    /// so, and the list is signed anew in every case.
    ///
    /// # Errors
    ///
    /// There is no such certificate, or this authority did not sign it.
    pub fn revoke(
        &self,
        which: &Which<'_>,
        reason: Reason,
        now_unix: u64,
    ) -> Result<Vec<Record>, AuthorityError> {
        let mut records = self.authority.records()?;
        let serials = self.serials(which, &mut records, now_unix)?;
        for record in records.iter_mut().filter(|one| serials.contains(&one.serial_hex().into())) {
            record.revoke(Revoked { at_unix: now_unix, reason });
            self.authority.write_record(record)?;
        }
        self.authority.write_revocation_list(&self.key, &records, now_unix)?;
        records.retain(|record| serials.contains(&record.serial_hex().into()));
        Ok(records)
    }

    /// Gives the authority a new certificate for the same key and the same subject: what it issued stays valid, and every
    /// peer gets the new `ca.pem` beside what it has.
    ///
    /// # Errors
    ///
    /// It cannot be signed or written.
    pub fn renew_authority(
        self,
        days: u32,
        now_unix: u64,
        random: Random<'_>,
    ) -> Result<Self, AuthorityError> {
        let Self { authority, key, _lock } = self;
        let validity = sign::days(days, now_unix, u64::MAX)?;
        let subject =
            Subject::from_x509(authority.certificate.parsed()?.subject()).map_err(|_| {
                AuthorityError::NoCa { why: "has a subject that cannot be carried over" }
            })?;
        let identifier = sign::key_identifier(&authority.certificate)?;
        let der = sign::ca_certificate(subject, &key, Some(identifier), validity, random)?;
        let path = authority.directory.join(CA_PEM);
        let certificate = CaCertificate::from_der(der, &path)?;
        if certificate.parsed()?.subject().as_raw()
            != authority.certificate.parsed()?.subject().as_raw()
        {
            return Err(AuthorityError::NotAsOrdered { what: "its subject" });
        }
        let authority = Authority { certificate, ..authority };
        durable::write_replace(path, Visibility::Shared, authority.certificate.pem().as_bytes())?;
        authority.write_revocation_list(&key, &authority.records()?, now_unix)?;
        Ok(Self { authority, key, _lock })
    }

    fn sign(
        &self,
        before: &[Record],
        name: &str,
        leaf: &Leaf,
        public: &SubjectPublicKeyInfo,
        validity: Validity,
        random: Random<'_>,
    ) -> Result<Record, AuthorityError> {
        let ca = &self.authority.certificate;
        let der = sign::leaf_certificate(leaf, public, ca, &self.key, validity, random)?;
        let sequence = next_sequence(before);
        let record = Record::new(name, leaf.purpose, &der, validity.signed_unix, sequence)?;
        self.authority.write_record(&record)?;
        Ok(record)
    }

    /// The serial numbers of what is meant. A certificate without a record gets one.
    fn serials(
        &self,
        which: &Which<'_>,
        records: &mut Vec<Record>,
        now_unix: u64,
    ) -> Result<Vec<String>, AuthorityError> {
        let unknown = |what: &str| AuthorityError::Unknown { what: what.to_owned() };
        match which {
            Which::Name(name) => {
                let of_name = || records.iter().filter(|record| record.name() == *name);
                let serial = |record: &Record| record.serial_hex().to_owned();
                let live = of_name().filter(|record| record.is_live(now_unix));
                let mut serials: Vec<String> = live.map(serial).collect();
                if serials.is_empty() {
                    // Said again after a kill: the list is still to be signed.
                    let revoked = of_name().filter(|record| record.revoked().is_some());
                    serials = revoked.map(serial).collect();
                }
                if serials.is_empty() { Err(unknown(name)) } else { Ok(serials) }
            }
            Which::Serial(serial) => {
                let wanted = plain_serial(serial);
                let is_there = records.iter().any(|record| record.serial_hex() == wanted);
                if is_there { Ok(vec![wanted]) } else { Err(unknown(serial)) }
            }
            Which::Certificate(pem) => {
                let der =
                    ca::certificate_der(pem).ok_or(crate::identity::IdentityError::Malformed)?;
                let inspection = Inspection::of_der(&der)?;
                if !self.authority.certificate.has_signed(&der) || inspection.is_self_signed() {
                    return Err(AuthorityError::NotOurs);
                }
                let serial = inspection.identity().serial_hex.clone();
                if !records.iter().any(|record| record.serial_hex() == serial) {
                    let purpose = inspection.purposes().first().copied().unwrap_or(Purpose::Client);
                    let name = inspection.identity().name.clone();
                    let sequence = next_sequence(records);
                    records.push(Record::new(&name, purpose, &der, now_unix, sequence)?);
                }
                Ok(vec![serial])
            }
        }
    }
}

impl fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unlocked").field("authority", &self.authority).finish_non_exhaustive()
    }
}

fn no_authority(directory: &Path, file: &'static str) -> AuthorityError {
    AuthorityError::NoAuthority { directory: directory.to_owned(), file }
}

/// A directory for an authority, locked, without the files of one.
fn prepare(directory: &Path) -> Result<LockFile, AuthorityError> {
    for file in [CA_PEM, CA_KEY] {
        if directory.join(file).exists() {
            return Err(AuthorityError::InTheWay { directory: directory.to_owned(), file });
        }
    }
    durable::private_directory(directory)?;
    Ok(LockFile::acquire(directory.join(LOCK))?)
}

/// Records are read in the order of their numbers, so the last has the highest.
fn next_sequence(records: &[Record]) -> u64 {
    records.last().map_or(1, |record| record.sequence().saturating_add(1))
}

fn live<'a>(
    records: &'a [Record],
    name: &'a str,
    now_unix: u64,
) -> impl DoubleEndedIterator<Item = &'a Record> {
    records.iter().filter(move |record| record.name() == name && record.is_live(now_unix))
}

fn new_key(
    kind: KeyKind,
) -> Result<(SubjectPublicKeyInfo, Option<Zeroizing<String>>), AuthorityError> {
    let key = key::generate(kind)?;
    let public = SubjectPublicKeyInfo::from_der(&key.subject_public_key_info())?;
    Ok((public, Some(key::to_pem(&key)?)))
}

fn leaf(peer: &NewPeer<'_>) -> Result<Leaf, AuthorityError> {
    let purpose = peer.purpose;
    let role = match (purpose, peer.role) {
        (Purpose::Server, None | Some(Role::SigningServer)) => Role::SigningServer,
        (Purpose::Client, None) => Role::Line,
        (Purpose::Client, Some(role)) if role != Role::SigningServer => role,
        (_, Some(role)) => return Err(OrderError::Role { purpose, role }.into()),
    };
    let subject = match peer.key {
        PeerKey::Request(request) => request.subject.clone(),
        PeerKey::New(_) => Subject::of_common_name(peer.name),
    };
    let names = match purpose {
        Purpose::Server => server_names(peer.name, peer.names)?,
        Purpose::Client => Vec::new(),
    };
    let line = peer.line.unwrap_or(peer.name);
    let line = (role == Role::Line).then(|| line.to_owned());
    Ok(Leaf { subject, purpose, role, line, names })
}

/// What a certificate said, to be said again. One of the recipe gets the role that it counts as.
fn leaf_of(record: &Record) -> Result<Leaf, AuthorityError> {
    let inspection = record.inspection();
    let identity = inspection.identity();
    let purpose = record.purpose();
    let certificate = ca::parse(inspection.der())
        .ok_or_else(|| AuthorityError::Crypto("a certificate does not parse".into()))?;
    let subject =
        Subject::from_x509(certificate.subject()).map_err(super::RequestError::Subject)?;
    let role = match purpose {
        Purpose::Server => Role::SigningServer,
        Purpose::Client => identity.role,
    };
    let names = match purpose {
        Purpose::Server => {
            let stated: Result<Vec<_>, _> =
                inspection.names().iter().map(|name| name.parse()).collect();
            match stated? {
                names if names.is_empty() => server_names(record.name(), &[])?,
                names => names,
            }
        }
        Purpose::Client => Vec::new(),
    };
    let line = (role == Role::Line).then(|| identity.name.clone());
    Ok(Leaf { subject, purpose, role, line, names })
}

fn public_key_of(inspection: &Inspection) -> Result<SubjectPublicKeyInfo, AuthorityError> {
    let certificate = ca::parse(inspection.der())
        .ok_or_else(|| AuthorityError::Crypto("a certificate does not parse".into()))?;
    Ok(SubjectPublicKeyInfo::from_der(certificate.public_key().raw)?)
}

/// A serial number as people copy it, from OpenSSL or from us: capitals, colons and leading zeros do not count.
fn plain_serial(text: &str) -> String {
    let digits: String =
        text.chars().filter(|digit| *digit != ':').flat_map(char::to_lowercase).collect();
    let digits = digits.strip_prefix("0x").unwrap_or(&digits).trim_start_matches('0');
    if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.to_owned() }
}
