//! The job packages that pay: those in a directory that a known device maker has signed.

use std::{
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use durable::DurableError;
use evidence::note::Verifier;
use signer::{
    package::{PACKAGE_LEN_BYTES_MAX, Package, PackageError},
    service::{Refusal, RefusalCode},
};

use crate::store::{PackageTerms, Store, StoreFault};

/// The most packages of a server: years of a busy factory.
pub const PACKAGES_MAX: usize = 10_000;

/// How the files of packages end.
pub const PACKAGE_EXTENSION: &str = "package";

/// The packages that are open.
#[derive(Debug)]
pub struct Packages {
    directory: Option<PathBuf>,
    makers: Vec<Verifier>,
    open: RwLock<Vec<Package>>,
}

/// A file that is no package that counts.
#[derive(Debug)]
pub struct BadPackage {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub problem: BadPackageProblem,
}

/// Why a file is no package that counts.
#[derive(Debug, thiserror::Error)]
pub enum BadPackageProblem {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] DurableError),
    /// It is no package, or nobody known has signed it.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Another package has its name.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Packages {
    /// The packages of a directory, signed by one of these makers. None are open before [`Self::refresh`].
    pub const fn new(directory: Option<PathBuf>, makers: Vec<Verifier>) -> Self {
        Self { directory, makers, open: RwLock::new(Vec::new()) }
    }

    /// Reads the directory again, and brings new packages into the store. Files that cannot be used are returned, and
    /// change nothing for the others.
    ///
    /// # Errors
    ///
    /// [`StoreFault`], or a directory that cannot be read.
    pub async fn refresh(&self, store: &Store) -> Result<Vec<BadPackage>, StoreFault> {
        let Some(directory) = &self.directory else { return Ok(Vec::new()) };
        let (mut open, mut bad) = (Vec::new(), Vec::new());
        for path in package_files(directory)? {
            match self.bring_in(&path, store).await? {
                Ok(package) => open.push(package),
                Err(problem) => bad.push(BadPackage { path, problem }),
            }
        }
        // The one that ends first pays first.
        open.sort_by(|a, b| (a.not_after_unix, &a.id).cmp(&(b.not_after_unix, &b.id)));
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = open;
        Ok(bad)
    }

    async fn bring_in(
        &self,
        path: &Path,
        store: &Store,
    ) -> Result<Result<Package, BadPackageProblem>, StoreFault> {
        let bytes = match durable::read_bounded(path, PACKAGE_LEN_BYTES_MAX as u64) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error.into())),
        };
        let package = match Package::open(&bytes, &self.makers) {
            Ok(package) => package,
            Err(error) => return Ok(Err(error.into())),
        };
        let terms = PackageTerms {
            id: package.id.as_str().to_owned(),
            digest: package.digest,
            count: package.count,
        };
        Ok(match store.bring_in(terms).await? {
            Ok(()) => Ok(package),
            Err(refusal) => Err(refusal.into()),
        })
    }

    /// The packages that are open, each with the time at which it ends, in seconds since 1970.
    pub fn ends_unix(&self) -> Vec<(String, u64)> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.iter()
            .map(|package| (package.id.as_str().to_owned(), package.not_after_unix))
            .collect()
    }

    /// The packages that may pay for a device, the one to be used first in front: `named` alone where one is named.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] that says why none may.
    pub fn payers(
        &self,
        named: Option<&str>,
        now_unix: u64,
        line: &str,
        product: &str,
    ) -> Result<Vec<String>, Refusal> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let mut first_refusal = None;
        let mut payers = Vec::new();
        let asked = open.iter().filter(|it| named.is_none_or(|named| named == it.id.as_str()));
        for package in asked {
            match package.permits(now_unix, line, product) {
                Ok(()) => payers.push(package.id.as_str().to_owned()),
                // Of several packages those for other products say nothing.
                Err(refusal) if named.is_some() || package.product == product => {
                    first_refusal.get_or_insert(refusal);
                }
                Err(_) => {}
            }
        }
        if !payers.is_empty() {
            return Ok(payers);
        }
        let refusal = match (first_refusal, named) {
            (Some(refusal), _) => Refusal::new(RefusalCode::Quota, &refusal).hint(refusal.hint()),
            (None, Some(named)) => {
                Refusal::new(RefusalCode::Quota, format!("there is no job package {named} here"))
                    .hint("put the package into the server's directory for them".to_owned())
            }
            (None, None) => {
                Refusal::new(RefusalCode::Quota, format!("no job package here pays for {product}"))
                    .hint(
                        "ask the device maker for one, and put it into the server's directory"
                            .to_owned(),
                    )
            }
        };
        Err(refusal)
    }
}

/// The files of a directory that call themselves packages, in the order of their names.
fn package_files(directory: &Path) -> Result<Vec<PathBuf>, StoreFault> {
    let failed = |error: &std::io::Error| {
        StoreFault::File(DurableError::new(durable::Operation::Open, directory, error))
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(|error| failed(&error))? {
        let path = entry.map_err(|error| failed(&error))?.path();
        if path.extension().is_some_and(|it| it == PACKAGE_EXTENSION) && paths.len() < PACKAGES_MAX
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
