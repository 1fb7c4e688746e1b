//! Who may read a file that we create or find.

#[cfg(unix)]
use std::{
    fs::{DirBuilder, Permissions},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
};
use std::{
    fs::{Metadata, OpenOptions},
    io,
    path::Path,
};

use tempfile::Builder;

/// The mode bits of group and others.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

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

/// Options for opening a file that, should it be created, is its owner's only.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "this is the crate that opens files")]
pub(crate) fn owner_only_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Windows has no mode.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "this is the crate that opens files")]
pub(crate) fn owner_only_options() -> OpenOptions {
    OpenOptions::new()
}

/// Makes a directory that only its owner may enter.
#[cfg(unix)]
pub(crate) fn create_owner_only_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Windows has no mode.
#[cfg(not(unix))]
pub(crate) fn create_owner_only_directory(path: &Path) -> io::Result<()> {
    std::fs::create_dir(path)
}

/// Takes the rights of others on a directory away.
#[cfg(unix)]
pub(crate) fn make_owner_only_directory(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, Permissions::from_mode(0o700))
}

/// Windows has no mode.
#[cfg(not(unix))]
pub(crate) fn make_owner_only_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// The mode, where it lets others in.
#[cfg(unix)]
pub(crate) fn open_to_others(metadata: &Metadata) -> Option<u32> {
    let mode = metadata.permissions().mode() & 0o7777;
    (mode & OTHERS != 0).then_some(mode)
}

/// Windows has no mode.
#[cfg(not(unix))]
pub(crate) fn open_to_others(_metadata: &Metadata) -> Option<u32> {
    None
}
