//! One of the plant's systems, however it is reached.

use std::{path::PathBuf, time::Duration};

use super::{directory, error::PlantError, http::HttpTarget, program};
use crate::job::HookTarget;

/// The most that a system may answer, in bytes; it has a word to say.
pub(super) const ANSWER_LEN_BYTES_MAX: usize = 64 << 10;

/// How often it is looked whether the line should stop while a system is waited for.
pub(super) const STOP_POLL: Duration = Duration::from_millis(50);

/// Tells whether waiting should end.
pub(super) type ShouldStop<'a> = dyn Fn() -> bool + 'a;

/// A system.
#[derive(Debug)]
pub(super) enum Hook {
    Http(HttpTarget),
    Program(Vec<String>),
    Directory(PathBuf),
}

/// What came of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Reply {
    /// It took it, and said this.
    Taken(Vec<u8>),
    /// It does not want it.
    Refused {
        /// In its words.
        why: String,
        /// Whether saying the same again is useless.
        is_final: bool,
    },
    /// It did not answer, or nothing that can be understood.
    Away(String),
}

/// A message on its way.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    /// What is said.
    pub(super) json: &'a [u8],
    /// How long the answer may take.
    pub(super) patience: Duration,
    /// Whether waiting should end.
    pub(super) should_stop: &'a ShouldStop<'a>,
}

impl Hook {
    pub(super) fn new(target: &HookTarget) -> Result<Self, PlantError> {
        Ok(match target {
            HookTarget::Http(url) => Self::Http(HttpTarget::parse(url)?),
            HookTarget::Program(argv) if argv.is_empty() => return Err(PlantError::NoProgram),
            HookTarget::Program(argv) => Self::Program(argv.clone()),
            HookTarget::Directory(path) if !path.is_dir() => {
                return Err(PlantError::NoDirectory { path: path.clone() });
            }
            HookTarget::Directory(path) => Self::Directory(path.clone()),
        })
    }

    pub(super) fn say(&self, message: Message<'_>) -> Reply {
        match self {
            Self::Http(target) => target.post(message),
            Self::Program(argv) => program::run(argv, message),
            Self::Directory(path) => directory::put(path, message.json),
        }
    }
}
