//! The files that a peer is given: `ca.pem`, its own pair, and for a server the revocation list.

use std::{
    fs,
    path::{Path, PathBuf},
};

use durable::{Cause, DurableError, Visibility};
use zeroize::Zeroizing;

use super::{AuthorityError, Purpose, ca::CERTIFICATE_FILE_LEN_BYTES_MAX};
use crate::identity;

/// The files of one peer, still to be written.
#[derive(Debug)]
pub struct PeerFiles<'a> {
    /// Which end it is.
    pub purpose: Purpose,
    /// Whether a private key is among them.
    pub has_key: bool,
    /// The directory.
    pub directory: &'a Path,
}

impl PeerFiles<'_> {
    /// Refuses where a file of the peer exists: asked before anything is signed.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::PeerFileExists`], or another `ca.pem` than `ca_pem` is there.
    pub fn check(&self, ca_pem: &str) -> Result<(), AuthorityError> {
        let mut paths = vec![self.certificate()];
        paths.extend(self.key());
        paths.extend(self.revocation_list());
        if let Some(path) = paths.into_iter().find(|path| path.exists()) {
            return Err(AuthorityError::PeerFileExists { path });
        }
        self.holds(ca_pem).map(drop)
    }

    /// Writes them, the key first and readable by its owner only, and returns their paths.
    ///
    /// # Errors
    ///
    /// A file exists, or cannot be written.
    pub fn write(
        &self,
        ca_pem: &str,
        certificate_pem: &str,
        key_pem: Option<&Zeroizing<String>>,
        revocation_list_pem: &[u8],
    ) -> Result<Vec<PathBuf>, AuthorityError> {
        if !self.directory.is_dir() {
            durable::private_directory(self.directory)?;
        }
        let mut written = Vec::new();
        let mut put = |path: PathBuf, visibility, bytes: &[u8]| {
            durable::write_new(&path, visibility, bytes).map_err(in_the_way)?;
            written.push(path);
            Ok::<(), AuthorityError>(())
        };
        if let (Some(path), Some(pem)) = (self.key(), key_pem) {
            put(path, Visibility::OwnerOnly, pem.as_bytes())?;
        }
        put(self.certificate(), Visibility::Shared, certificate_pem.as_bytes())?;
        if !self.holds(ca_pem)? {
            put(self.ca(), Visibility::Shared, ca_pem.as_bytes())?;
        }
        if let Some(path) = self.revocation_list() {
            put(path, Visibility::Shared, revocation_list_pem)?;
        }
        Ok(written)
    }

    /// Whether the same `ca.pem` is there already, as where a server and a client share a directory.
    fn holds(&self, ca_pem: &str) -> Result<bool, AuthorityError> {
        let path = self.ca();
        match durable::read_bounded(&path, CERTIFICATE_FILE_LEN_BYTES_MAX) {
            Ok(found) if found == ca_pem.as_bytes() => Ok(true),
            Ok(_) => Err(AuthorityError::PeerFileExists { path }),
            Err(DurableError { cause: Cause::NotFound, .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn ca(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    fn certificate(&self) -> PathBuf {
        self.directory.join(format!("{}.pem", self.purpose.stem()))
    }

    fn key(&self) -> Option<PathBuf> {
        self.has_key.then(|| self.directory.join(format!("{}.key", self.purpose.stem())))
    }

    fn revocation_list(&self) -> Option<PathBuf> {
        (self.purpose == Purpose::Server).then(|| self.directory.join("ca.crl"))
    }
}

/// The directory that a peer's files go to unless another is named: its name, with everything that a file system could
/// misread percent-encoded.
pub fn directory_name(name: &str) -> String {
    let encoded = identity::percent_encoded(name);
    match encoded.strip_prefix('.') {
        Some(rest) => format!("%2E{rest}"),
        None => encoded,
    }
}

fn in_the_way(error: DurableError) -> AuthorityError {
    match error.cause {
        Cause::AlreadyExists => AuthorityError::PeerFileExists { path: error.path },
        _ => error.into(),
    }
}

/// All files of a directory that end so, sorted. For records: there may be many, and each is read by itself.
pub(crate) fn files_ending(
    directory: &Path,
    ending: &str,
    count_max: usize,
) -> Result<Vec<PathBuf>, AuthorityError> {
    let explain =
        |error: std::io::Error| DurableError::new(durable::Operation::Read, directory, &error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(explain)? {
        let path = entry.map_err(explain)?.path();
        let is_wanted = path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.ends_with(ending) && !name.starts_with('.'));
        if is_wanted {
            paths.push(path);
        }
        if paths.len() > count_max {
            return Err(AuthorityError::Damaged {
                path: directory.to_owned(),
                why: format!("it holds more than {count_max} records"),
            });
        }
    }
    paths.sort();
    Ok(paths)
}
