//! Why a product cannot be put onto an HSM.

use sidewalk::IssueError;
use thiserror::Error;
use yubihsm2::ObjectHandle;

use super::material::NotGenuineMaterial;
use crate::{discovery::DiscoveryError, session::SessionError};

/// Why a product cannot be put onto an HSM.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ProgramError {
    /// A name that does not fit into a label.
    #[error("name the product: a name has 1 to {len_max} of A-Z, 0-9, - and _")]
    Name {
        /// The most characters it can have.
        len_max: usize,
    },
    /// More DAKs than an HSM has room for, or none.
    #[error("program {found} DAKs: an HSM has room for 1 to {max}")]
    Daks {
        /// How many were asked for.
        found: usize,
        /// The most that fit.
        max: usize,
    },
    /// The machine gives no random numbers.
    #[error("make keys: this machine gives no random numbers")]
    Randomness,
    /// What was made does not hold together: a defect.
    #[error("issue certificates: {0}")]
    Issue(#[from] IssueError),
    /// The certificates that were given do not hold together.
    #[error("use the certificates: {0}")]
    Material(#[from] NotGenuineMaterial),
    /// The HSM is not as fresh as it must be.
    #[error("program the HSM: it holds {} already", list(.found))]
    NotEmpty {
        /// What it holds beside the default authentication key.
        found: Vec<ObjectHandle>,
    },
    /// What would be put is there already.
    #[error("add to the HSM: {} would be overwritten", list(.found))]
    InTheWay {
        /// What is in the way.
        found: Vec<ObjectHandle>,
    },
    /// No session, or a command failed before anything was put.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A command failed and the HSM is left half programmed.
    #[error("program the HSM: {done} of {total} objects are on it, then: {cause}")]
    HalfDone {
        /// How many objects were put.
        done: usize,
        /// How many there are.
        total: usize,
        /// What went wrong.
        cause: SessionError,
    },
    /// What was put does not read back as it must.
    #[error("check what was programmed: {0}")]
    Check(DiscoveryError),
}

impl ProgramError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotEmpty { .. } => {
                "say --add to keep what is there, or --replace to delete what is in the way"
            }
            Self::InTheWay { .. } => "say --replace to delete what is in the way",
            Self::HalfDone { .. } => "run it again with --replace",
            Self::Session(error) => return error.hint(),
            Self::Check(error) => return error.hint(),
            Self::Name { .. }
            | Self::Daks { .. }
            | Self::Randomness
            | Self::Issue(_)
            | Self::Material(_) => return None,
        };
        Some(hint.to_owned())
    }
}

/// How many objects an error names.
const NAMED_MAX: usize = 5;

fn list(objects: &[ObjectHandle]) -> String {
    let mut named: Vec<String> = objects.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    if objects.len() > NAMED_MAX {
        named.push(format!("{} more", objects.len() - NAMED_MAX));
    }
    named.join(", ")
}
