//! Why the plant's systems cannot be used.

use std::path::PathBuf;

use durable::DurableError;

/// Why the plant's systems cannot be used. Reads after "failed to …".
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PlantError {
    /// A route check needs an answer, and a directory gives none.
    #[error("use the directory {} for route checks: a directory cannot answer", path.display())]
    RouteDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// An address that cannot be understood.
    #[error("use {url:?} as the address of a plant's system: {problem}")]
    Address {
        /// What the job says.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// No program is named.
    #[error("run a program for the plant: none is named")]
    NoProgram,
    /// Results should go where there is no directory.
    #[error("use {} for results: it is no directory", path.display())]
    NoDirectory {
        /// The path.
        path: PathBuf,
    },
    /// Results cannot be kept on the disk. Without that, no board must be begun.
    #[error(transparent)]
    Outbox(#[from] DurableError),
    /// The system gives no thread.
    #[error("start the delivery of results: {message}")]
    Thread {
        /// The operating system's words.
        message: String,
    },
}

impl PlantError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::RouteDirectory { .. } => {
                "name an http:// address or run: with a program; docs/plant.md explains both"
                    .to_owned()
            }
            Self::Address { .. } => "write http://HOST:PORT/PATH".to_owned(),
            Self::NoProgram => "write run: with a program and its arguments".to_owned(),
            Self::NoDirectory { path } => format!("create {} first", path.display()),
            Self::Outbox(error) => return error.hint(),
            Self::Thread { .. } => return None,
        })
    }
}
