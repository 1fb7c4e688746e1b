//! What a person reads when a command fails: what happened, where, and what to do next.

use std::fmt::Display;

use control_log::{ReadError, ReadProblem};
use durable::{Cause, DurableError};

use crate::exit::Exit;

/// A failed command. Nothing was done, or what was done is said.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    /// Reads after `error: `; names the file, record and offset where there are any.
    message: String,
    hints: Vec<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Display) -> Self {
        Self { exit, message: message.to_string(), hints: Vec::new() }
    }

    /// A control log, by the name it was given under, that cannot be read or is none.
    pub(crate) fn of_log(name: impl Display, error: &ReadError) -> Self {
        let exit = match error.problem {
            ReadProblem::Io(_) => Exit::Io,
            _ => Exit::Malformed,
        };
        Self::new(exit, format!("failed to read {name}: {error}")).hint(error.hint())
    }

    /// Adds advice, where there is some.
    pub(crate) fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hints.extend(hint.into());
        self
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }

    /// What happened, without advice.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What to do.
    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The lines for stderr.
    pub(crate) fn render(&self) -> String {
        let mut text = format!("error: {}\n", self.message);
        for hint in &self.hints {
            text.push_str(&format!("hint: {hint}\n"));
        }
        text
    }
}

/// Every file that cannot be read or written ends a command in the same way.
impl From<DurableError> for Failure {
    fn from(error: DurableError) -> Self {
        let exit = match error.cause {
            // It could be opened, and must not be.
            Cause::OpenToOthers { .. } | Cause::HeldByProcess { .. } => Exit::Refused,
            _ => Exit::Io,
        };
        Self::new(exit, format!("failed to {error}")).hint(error.hint())
    }
}
