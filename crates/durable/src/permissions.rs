//! Who may read a file that we create.

#[cfg(unix)]
use std::{fs::Permissions, os::unix::fs::PermissionsExt};

use tempfile::Builder;

/// Who may read a new file.
///
/// On Windows both mean the access list inherited from the directory: keep secrets in a directory that only
/// their owner can open.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Visibility {
    /// Mode 0644 less the process's umask: control logs, pages, reports.
    Shared,
    /// Mode 0600 from the moment of creation: private keys and other secrets.
    OwnerOnly,
}

/// Sets the mode with which the temporary file is created, so that there is no instant with another one.
#[cfg(unix)]
pub(crate) fn apply(visibility: Visibility, builder: &mut Builder<'_, '_>) {
    let mode = match visibility {
        Visibility::Shared => 0o644,
        Visibility::OwnerOnly => 0o600,
    };
    builder.permissions(Permissions::from_mode(mode));
}

/// Windows has no mode; the directory's access list is inherited.
#[cfg(not(unix))]
pub(crate) fn apply(_visibility: Visibility, _builder: &mut Builder<'_, '_>) {}
