//! What is wrong with a job file, and on which line.

/// A complaint about a job file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct JobError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Problem {
    /// The text is no TOML.
    #[error("{message}")]
    Syntax {
        /// The parser's words.
        message: String,
    },
    /// A key is missing.
    #[error("{key} is missing")]
    Missing {
        /// The key with its table.
        key: String,
    },
    /// A key that nobody knows.
    #[error("{key} is not known")]
    Unknown {
        /// The key with its table.
        key: String,
        /// A known key that resembles it.
        meant: Option<String>,
    },
    /// A value of another type.
    #[error("{key} should be {expected}")]
    Type {
        /// The key with its table.
        key: String,
        /// What it should be.
        expected: String,
    },
    /// A value that makes no sense.
    #[error("{key}: {problem}")]
    Value {
        /// The key with its table.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl JobError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match &self.problem {
            Problem::Unknown { meant: Some(meant), .. } => Some(format!("is {meant} meant?")),
            Problem::Missing { .. } | Problem::Unknown { .. } => Some(
                "docs/job.md lists every key; `curbside line new` writes a job file".to_owned(),
            ),
            _ => None,
        }
    }
}
