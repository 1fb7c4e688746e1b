//! What is wrong with a template, a value or a printer.

use std::path::PathBuf;

use durable::{Cause, DurableError};

use super::placeholder::Placeholder;

/// A complaint about a template.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct TemplateError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: TemplateProblem,
}

/// What is wrong with a template.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TemplateProblem {
    /// A placeholder that nobody knows.
    #[error("{{{name}}} is not known")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// A brace without its other half.
    #[error("a lone {brace}")]
    LoneBrace {
        /// Which.
        brace: char,
    },
    /// A placeholder where ZPL expects no text.
    #[error("{placeholder} stands outside of ^FD … ^FS")]
    OutsideField {
        /// Which.
        placeholder: Placeholder,
    },
    /// A command that changes what commands look like, so that values could no longer be kept apart from them.
    #[error("{command} changes ZPL's own characters")]
    ChangesPrefix {
        /// The command.
        command: String,
    },
    /// No label begins, or none ends.
    #[error("{command} is missing")]
    Incomplete {
        /// `^XA` or `^XZ`.
        command: &'static str,
    },
    /// All labels would look alike.
    #[error("neither {{dsn}} nor {{smsn}} is on the label")]
    NoIdentity,
    /// More text than a label can need.
    #[error("the template has {len_bytes} bytes, more than the limit of {limit_bytes}")]
    TooLong {
        /// Its size.
        len_bytes: usize,
        /// The limit.
        limit_bytes: usize,
    },
}

impl TemplateError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        Some(match &self.problem {
            TemplateProblem::Unknown { .. } => {
                "known are {dsn}, {smsn}, {apid}, {chip}, {line} and {date}".to_owned()
            }
            TemplateProblem::LoneBrace { brace } => {
                format!("write {brace}{brace} where a brace itself is meant")
            }
            TemplateProblem::OutsideField { placeholder } => {
                format!("write ^FD{placeholder}^FS")
            }
            TemplateProblem::ChangesPrefix { .. } => "write ^, ~ and commas instead".to_owned(),
            TemplateProblem::NoIdentity => "examples/label.zpl has both".to_owned(),
            TemplateProblem::Incomplete { .. } | TemplateProblem::TooLong { .. } => return None,
        })
    }
}

/// A value that its field in the template cannot carry.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{placeholder} has a {character:?}, which the field in line {line} cannot carry")]
pub struct FillError {
    /// Which value.
    pub placeholder: Placeholder,
    /// The first character of it that does not go.
    pub character: char,
    /// The line of the template, from 1.
    pub line: usize,
    /// Whether `^FH` would help.
    pub(super) is_escapable: bool,
}

impl FillError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        self.is_escapable
            .then(|| format!("put ^FH before ^FD in line {} of the template", self.line))
    }
}

/// Why a label was not printed. Reads after "failed to …".
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LabelError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] DurableError),
    /// The template is no text.
    #[error("read the label template {}: it is not UTF-8", path.display())]
    Utf8 {
        /// The template.
        path: PathBuf,
    },
    /// The template makes no sense.
    #[error("use the label template {}: {error}", path.display())]
    Template {
        /// The template.
        path: PathBuf,
        /// What is wrong.
        error: TemplateError,
    },
    /// Labels should go where there is no directory.
    #[error("use {} for labels: it is no directory", path.display())]
    NoDirectory {
        /// The path.
        path: PathBuf,
    },
    /// The printer's address cannot be understood.
    #[error("understand {text:?} as a printer's HOST:PORT")]
    Address {
        /// What was given.
        text: String,
    },
    /// A value does not fit its field.
    #[error("fill in the label: {0}")]
    Fill(#[from] FillError),
    /// The printer does not take the label.
    #[error("send the label to {place}, in {attempts} attempts: {message}")]
    Printer {
        /// Its address.
        place: String,
        /// How often it was tried.
        attempts: u32,
        /// The operating system's words for the last attempt.
        message: String,
    },
}

impl LabelError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(DurableError { cause: Cause::AlreadyExists, path, .. }) => {
                Some(format!("{} and its reprints are all there: move them away", path.display()))
            }
            Self::File(error) => error.hint(),
            Self::Utf8 { .. } => Some("save it as UTF-8, with ^CI28 in the label".to_owned()),
            Self::Template { error, .. } => error.hint(),
            Self::NoDirectory { path } => Some(format!("create {} first", path.display())),
            Self::Address { .. } => Some("write tcp://HOST:9100".to_owned()),
            Self::Fill(error) => error.hint(),
            Self::Printer { .. } => Some(
                "check the printer's power, paper and network, then print the label again"
                    .to_owned(),
            ),
        }
    }
}
