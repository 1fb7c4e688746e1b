//! Hands a signed device over: its control log first, then its output.
//!
//! Both are complete on the disk before either has a name. The control log gets its name first: a device that was
//! reported and whose output was lost is signed again; one that was made and never reported can never register.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use control_log::{name::candidates, single_log};
use durable::{NewFile, Visibility};
use signer::{LogError, OutputForm, SigningOutput};

use crate::{
    clock,
    exit::Exit,
    failure::Failure,
    files::{Existing, in_the_way, within},
    terminal,
};

/// Where a signed device goes.
#[derive(Debug)]
pub(crate) struct Handover {
    pub(crate) form: OutputForm,
    /// The file of the output; `None` for stdout.
    pub(crate) output: Option<PathBuf>,
    pub(crate) existing: Existing,
    pub(crate) control_log_dir: Option<PathBuf>,
}

impl Handover {
    /// Refuses what would fail after the device was signed.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if let Some(path) = &self.output {
            if self.existing == Existing::Refuse && path.exists() {
                return Err(in_the_way(path));
            }
            drop(NewFile::create_for(path, Visibility::OwnerOnly)?);
        }
        if let Some(directory) = &self.control_log_dir {
            drop(NewFile::create_in(directory, Visibility::Shared)?);
        }
        Ok(())
    }

    /// Writes everything. Returns the control log's path.
    pub(crate) fn hand_over(&self, output: &SigningOutput) -> Result<Option<PathBuf>, Failure> {
        let text = output.to_text(self.form);
        let log = self.control_log_dir.as_deref();
        let log = log.map(|directory| draft_of_log(directory, output)).transpose()?;
        let file = self.output.as_deref();
        let file = file.map(|path| draft(path, visibility(output), text.as_bytes())).transpose()?;
        let logged = match (log, &self.control_log_dir) {
            (Some(log), Some(directory)) => Some(name_log(log, directory)?),
            _ => None,
        };
        match (file, &self.output) {
            (Some(file), Some(path)) => match self.existing {
                Existing::Refuse => file.commit_new(path)?,
                Existing::Replace => file.commit_replace(path)?,
            },
            _ => terminal::print(&text)?,
        }
        Ok(logged)
    }
}

/// A device that cannot stand in a control log.
pub(crate) fn log_failure(error: LogError) -> Failure {
    let exit = match error {
        LogError::NoApid => Exit::Usage,
        LogError::Entry(_) => Exit::Unsupported,
    };
    Failure::new(exit, format!("failed to write a control log: {error}"))
}

fn visibility(output: &SigningOutput) -> Visibility {
    if output.has_private_key() { Visibility::OwnerOnly } else { Visibility::Shared }
}

fn draft_of_log(directory: &Path, output: &SigningOutput) -> Result<NewFile, Failure> {
    let entry = output.control_log_entry().map_err(log_failure)?;
    let mut file = NewFile::create_in(directory, Visibility::Shared)?;
    let written = file.write_all(single_log(&entry).as_bytes());
    written.map_err(|error| file.write_error(&error))?;
    Ok(file)
}

fn draft(path: &Path, visibility: Visibility, bytes: &[u8]) -> Result<NewFile, Failure> {
    let mut file = NewFile::create_for(path, visibility)?;
    file.write_all(bytes).map_err(|error| file.write_error(&error))?;
    Ok(file)
}

fn name_log(log: NewFile, directory: &Path) -> Result<PathBuf, Failure> {
    let names = candidates(clock::control_log_name()?);
    Ok(log.commit_first_free(names.map(|name| within(directory, &name.to_string())))?)
}
