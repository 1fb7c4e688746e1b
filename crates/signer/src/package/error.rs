//! Why there is no package, and why a package does not permit.

use evidence::note::NoteError;

use super::{PACKAGE_LEN_BYTES_MAX, PackageId, PackageIdError};

/// Why bytes are no package that can be believed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PackageError {
    /// More bytes than a package has.
    #[error(
        "{found_len_bytes} bytes are too many for a job package, the limit is {PACKAGE_LEN_BYTES_MAX}"
    )]
    TooLong {
        /// Size in bytes.
        found_len_bytes: usize,
    },
    /// No note, or one that no known key signed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Another form than this program knows.
    #[error("a job package of the form {found:?}, this program knows curbside-job-package/1")]
    OtherFormat {
        /// What it says of itself.
        found: String,
    },
    /// No TOML, an unknown or missing key, or a value of the wrong type.
    #[error("{}the job package cannot be read: {problem}", .line.map(|line| format!("line {line}: ")).unwrap_or_default())]
    Toml {
        /// Number of the line, from 1, where it is known.
        line: Option<usize>,
        /// What is wrong.
        problem: String,
    },
    /// The package's name is none.
    #[error(transparent)]
    Id(#[from] PackageIdError),
    /// A value that makes no sense.
    #[error("the job package's {key} must be {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// Understood, but written otherwise than packages are: keys in another order, comments, other spaces.
    #[error("line {line} of the job package is not spelt as packages are")]
    Spelling {
        /// Number of the line, from 1.
        line: usize,
    },
}

impl PackageError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Note(error) => error.hint(),
            Self::OtherFormat { .. } => {
                Some("a newer Curbside sealed it: use that version here too".to_owned())
            }
            Self::Spelling { .. } | Self::Toml { .. } => {
                Some("`curbside job seal` writes packages; they are not written by hand".to_owned())
            }
            _ => None,
        }
    }

    /// Whether the package was read and is not genuine, rather than no package at all.
    pub const fn is_forged(&self) -> bool {
        let Self::Note(error) = self else { return false };
        matches!(error, NoteError::SignatureWrong { .. } | NoteError::NoKnownSignature { .. })
    }
}

/// Why a package does not permit a signature.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PackageRefusal {
    /// For another product.
    #[error("package {id} is for {expected}, not for {found}")]
    OtherProduct {
        /// The package.
        id: PackageId,
        /// Its product.
        expected: String,
        /// The product that was asked for.
        found: String,
    },
    /// Not for this line.
    #[error("package {id} is not for line {line}, but for {}", .allowed.join(", "))]
    OtherLine {
        /// The package.
        id: PackageId,
        /// The line that asked.
        line: String,
        /// The lines that may.
        allowed: Vec<String>,
    },
    /// Too early.
    #[error("package {id} is not valid before {not_before}")]
    NotYetValid {
        /// The package.
        id: PackageId,
        /// When it begins, RFC 3339.
        not_before: String,
    },
    /// Too late.
    #[error("package {id} is not valid any more since {not_after}")]
    Expired {
        /// The package.
        id: PackageId,
        /// When it ended, RFC 3339.
        not_after: String,
    },
}

impl PackageRefusal {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotYetValid { .. } => "check this machine's clock, or wait",
            Self::Expired { .. } | Self::OtherLine { .. } | Self::OtherProduct { .. } => {
                "ask the device maker for another package"
            }
        };
        Some(hint.to_owned())
    }
}
