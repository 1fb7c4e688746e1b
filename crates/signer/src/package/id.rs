//! The name of a package.

use std::{fmt, str::FromStr};

/// The longest name of a package or a line, in characters: as the names in a job file.
pub const NAME_LEN_MAX: usize = 64;

/// The name that a device maker gives a package: letters, digits, `-`, `_` and `.`, at most 64, not
/// beginning with a dot. It is for people; [`super::Package::digest`] is what no two packages share.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PackageId(String);

impl PackageId {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PackageId {
    type Err = PackageIdError;

    fn from_str(text: &str) -> Result<Self, PackageIdError> {
        if is_name(text) { Ok(Self(text.to_owned())) } else { Err(PackageIdError) }
    }
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no name of a package.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "a package's id has letters, digits, `-`, `_` and `.`, at most {NAME_LEN_MAX}, and does not begin with a dot"
)]
pub struct PackageIdError;

/// Whether a text is a name as job files have it.
pub(super) fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=NAME_LEN_MAX).contains(&text.len())
        && text.bytes().all(is_allowed)
        && !text.starts_with('.')
}
