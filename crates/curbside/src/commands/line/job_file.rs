//! The job file that a command names.

use std::path::{Path, PathBuf};

use clap::Args;
use line::job::{JOB_LEN_BYTES_MAX, Job};

use crate::{exit::Exit, failure::Failure};

/// The argument of every command about a line.
#[derive(Args, Clone, Debug)]
pub(crate) struct JobFile {
    /// The job file; `curbside line new` writes one
    #[arg(value_name = "JOB")]
    path: PathBuf,
}

impl JobFile {
    /// Reads the job.
    pub(crate) fn read(&self) -> Result<Job, Failure> {
        read_job(&self.path)
    }
}

/// Reads a job file.
pub(crate) fn read_job(path: &Path) -> Result<Job, Failure> {
    let bytes = durable::read_bounded(path, JOB_LEN_BYTES_MAX)?;
    let malformed = |problem: &dyn std::fmt::Display| {
        Failure::new(Exit::Malformed, format!("failed to read {}: {problem}", path.display()))
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| malformed(&"it is no UTF-8 text"))?;
    let base = path.parent().unwrap_or(Path::new(""));
    Job::parse(text, base).map_err(|error| malformed(&error).hint(error.hint()))
}
