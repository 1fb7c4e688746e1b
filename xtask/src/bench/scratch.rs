//! A directory under `target` that goes away with its owner.

use std::path::{Path, PathBuf};

use crate::{Fallible, repository::Repository};

/// A directory of this run only.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn new(repository: &Repository) -> Fallible<Self> {
        let name = format!("run-{}", std::process::id());
        let path = repository.target()?.join("bench").join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} stays behind: {error}", self.0.display());
        }
    }
}
