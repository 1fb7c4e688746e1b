//! What went wrong with which file, and what an operator can do about it.

use std::{
    fmt,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use crate::directory;

/// A failed operation on a file. Reads after "failed to …".
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{operation} {}: {cause}", path.display())]
pub struct DurableError {
    /// What was being done.
    pub operation: Operation,
    /// The file or directory, as the caller named it.
    pub path: PathBuf,
    /// Why it failed.
    pub cause: Cause,
}

/// What was being done to a file.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Operation {
    /// Creating a temporary file in a directory.
    Create,
    /// Creating a directory.
    CreateDirectory,
    /// Writing its content.
    Write,
    /// Flushing its content to the disk.
    Sync,
    /// Giving the complete file its final name.
    Place,
    /// Flushing the directory. The file is complete and has its name, but a power cut may undo the naming.
    SyncDirectory,
    /// Opening an existing file.
    Open,
    /// Reading an existing file.
    Read,
    /// Taking a lock.
    Lock,
}

/// Why an operation failed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Cause {
    /// A file of that name exists and was not to be replaced.
    #[error("it already exists")]
    AlreadyExists,
    /// The file, or a directory on the way to it, does not exist.
    #[error("no such file or directory")]
    NotFound,
    /// The operating system refuses this user.
    #[error("permission denied")]
    PermissionDenied,
    /// The file system is mounted read-only.
    #[error("the file system is read-only")]
    ReadOnlyFilesystem,
    /// The disk is full.
    #[error("no space left on the disk")]
    StorageFull,
    /// The user's share of the disk is used up.
    #[error("disk quota exceeded")]
    QuotaExceeded,
    /// The operating system allows no file of that size.
    #[error("the operating system's limit on the size of a file was reached")]
    FileSizeLimit,
    /// A directory stands where a file is needed.
    #[error("it is a directory")]
    IsADirectory,
    /// A file stands where a directory is needed.
    #[error("a part of the path is not a directory")]
    NotADirectory,
    /// The final name lies on another file system than the temporary file.
    #[error("it lies on another file system than the temporary file")]
    CrossesDevices,
    /// Another process holds the lock.
    #[error("{}", held_by(*pid))]
    HeldByProcess {
        /// Its process id, where it is known.
        pid: Option<u32>,
    },
    /// Somebody else than its owner may read, write or enter it, and it must be secret.
    #[error("others may open it (its mode is {mode:04o})")]
    OpenToOthers {
        /// The mode bits that it has.
        mode: u32,
    },
    /// More bytes than the caller can use.
    #[error("{}", too_large(*limit_bytes, *len_bytes))]
    TooLarge {
        /// The most that is read.
        limit_bytes: u64,
        /// The file's size, where it is known without reading.
        len_bytes: Option<u64>,
    },
    /// Anything else, in the operating system's words.
    #[error("{message}")]
    Other {
        /// The standard library's class of the failure.
        kind: ErrorKind,
        /// The operating system's words.
        message: String,
    },
}

impl DurableError {
    /// Explains an [`io::Error`] that a reader or writer of this crate returned.
    pub fn new(operation: Operation, path: impl Into<PathBuf>, error: &io::Error) -> Self {
        Self { operation, path: path.into(), cause: Cause::from(error) }
    }

    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        let path = self.path.display();
        let directory = self.directory();
        let directory = directory.display();
        Some(match &self.cause {
            Cause::AlreadyExists => format!("choose another name, or move {path} away first"),
            Cause::NotFound => match self.operation {
                Operation::Open | Operation::Read => format!("check the spelling of {path}"),
                _ => format!("create the directory {directory} first"),
            },
            Cause::PermissionDenied => match self.operation {
                Operation::Open | Operation::Read | Operation::Lock => {
                    format!("check who may read {path} (`ls -l` shows it)")
                }
                _ => format!("check who may write in {directory} (`ls -ld` shows it)"),
            },
            Cause::ReadOnlyFilesystem => {
                format!("choose another directory than {directory}, or remount it writable")
            }
            Cause::StorageFull => {
                format!("free some space and try again; `df {directory}` shows it")
            }
            Cause::QuotaExceeded => {
                "free some space and try again; `quota` shows your share".into()
            }
            Cause::FileSizeLimit => "raise the limit (`ulimit -f`) or split the output".into(),
            Cause::IsADirectory => "name a file in that directory instead".into(),
            Cause::NotADirectory => format!("check every part of {path}"),
            Cause::TooLarge { .. } => format!("check that {path} is the file you meant"),
            Cause::HeldByProcess { pid: Some(pid) } => format!("stop process {pid} first"),
            Cause::HeldByProcess { pid: None } => "stop the other process first".into(),
            Cause::OpenToOthers { .. } => {
                format!("take their rights away with `chmod go-rwx {path}`")
            }
            Cause::CrossesDevices | Cause::Other { .. } => return None,
        })
    }

    fn directory(&self) -> PathBuf {
        match self.operation {
            Operation::Create | Operation::SyncDirectory => self.path.clone(),
            _ => directory::parent(&self.path),
        }
    }

    pub(crate) fn too_large(path: &Path, limit_bytes: u64, len_bytes: Option<u64>) -> Self {
        let cause = Cause::TooLarge { limit_bytes, len_bytes };
        Self { operation: Operation::Read, path: path.to_owned(), cause }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create a file in",
            Self::CreateDirectory => "create the directory",
            Self::Write => "write",
            Self::Sync => "flush to the disk",
            Self::Place => "put in place",
            Self::SyncDirectory => "flush to the disk the directory",
            Self::Open => "open",
            Self::Read => "read",
            Self::Lock => "lock",
        })
    }
}

impl From<&io::Error> for Cause {
    fn from(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::AlreadyExists => Self::AlreadyExists,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::PermissionDenied => Self::PermissionDenied,
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnlyFilesystem,
            ErrorKind::StorageFull => Self::StorageFull,
            ErrorKind::QuotaExceeded => Self::QuotaExceeded,
            ErrorKind::FileTooLarge => Self::FileSizeLimit,
            ErrorKind::IsADirectory => Self::IsADirectory,
            ErrorKind::NotADirectory => Self::NotADirectory,
            ErrorKind::CrossesDevices => Self::CrossesDevices,
            kind => Self::Other { kind, message: error.to_string() },
        }
    }
}

fn held_by(pid: Option<u32>) -> String {
    match pid {
        Some(pid) => format!("process {pid} holds it"),
        None => "another process holds it".to_owned(),
    }
}

fn too_large(limit_bytes: u64, len_bytes: Option<u64>) -> String {
    match len_bytes {
        Some(len_bytes) => {
            format!("it has {len_bytes} bytes, more than the limit of {limit_bytes}")
        }
        None => format!("it has more bytes than the limit of {limit_bytes}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_after_failed_to() {
        let full = io::Error::from(ErrorKind::StorageFull);
        let error = DurableError::new(Operation::Write, "out/log.txt", &full);
        assert_eq!(error.to_string(), "write out/log.txt: no space left on the disk");
    }

    #[test]
    fn the_hint_for_a_full_disk_names_the_directory() {
        let full = io::Error::from(ErrorKind::StorageFull);
        let error = DurableError::new(Operation::Write, "log.txt", &full);
        assert_eq!(error.hint().as_deref(), Some("free some space and try again; `df .` shows it"));
    }

    #[test]
    fn a_limit_is_told_with_and_without_a_known_length() {
        let known = DurableError::too_large(Path::new("a"), 10, Some(11));
        assert_eq!(known.to_string(), "read a: it has 11 bytes, more than the limit of 10");
        let unknown = DurableError::too_large(Path::new("a"), 10, None);
        assert_eq!(unknown.to_string(), "read a: it has more bytes than the limit of 10");
    }
}
