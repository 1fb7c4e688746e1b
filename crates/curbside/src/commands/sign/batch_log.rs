//! The control log of a batch: every signed device once, whatever was killed when.
//!
//! The log is complete on the disk without a name; then the journal says which name it will have and the hash of its
//! bytes; then it gets the name; then the journal says so. Killed in between, the next run looks whether a file of that
//! name has those bytes.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use control_log::{Ending, Writer, name::candidates};
use durable::{DurableError, NewFile, Operation, Visibility};
use hsm::Fleet;
use sha2::{Digest as _, Sha256};
use sidewalk::Stage;
use signer::{
    Signer,
    batch::{Journal, JournalFile},
};

use crate::{clock, exit::Exit, failure::Failure, files::within, signing_output::log_failure};

/// Writes the log of all devices that stand in none. Returns its path, or `None` where there are no such devices.
pub(super) fn write(
    directory: &Path,
    signer: &Signer<Fleet>,
    stage: Stage,
    journal: &mut Journal<JournalFile>,
) -> Result<Option<PathBuf>, Failure> {
    if let Some(pending) = journal.pending_log()
        && durable::sha256_of(&pending.file)? == Some(pending.sha256)
    {
        journal.logged()?;
    }
    if journal.unlogged().next().is_none() {
        return Ok(None);
    }
    let (file, sha256) = draft(directory, signer, stage, journal)?;
    let path = candidates(clock::control_log_name()?)
        .map(|name| within(directory, &name.to_string()))
        .find(|path| !path.exists())
        .ok_or_else(|| Failure::new(Exit::Refused, "no name for a control log is free"))?;
    journal.logging(&name_in_journal(&path)?, sha256)?;
    // Another process may have taken the name meanwhile; then the next run writes the log.
    file.commit_new(&path)?;
    journal.logged()?;
    Ok(Some(path))
}

fn draft(
    directory: &Path,
    signer: &Signer<Fleet>,
    stage: Stage,
    journal: &Journal<JournalFile>,
) -> Result<(NewFile, [u8; 32]), Failure> {
    let failed = |error: io::Error| DurableError::new(Operation::Write, directory, &error);
    let file =
        Hashed { sink: NewFile::create_in(directory, Visibility::Shared)?, hash: Sha256::new() };
    let mut writer = Writer::new(BufWriter::new(file));
    for recorded in journal.unlogged() {
        let output = recorded
            .output(signer, stage)
            .map_err(|error| Failure::new(Exit::NotGenuine, error))?;
        let Some(output) = output else { continue };
        let entry = output.control_log_entry().map_err(log_failure)?;
        writer.push(&entry).map_err(failed)?;
    }
    let buffered = writer.finish(Ending::Bare).map_err(failed)?;
    let Hashed { sink, hash } =
        buffered.into_inner().map_err(|error| failed(error.into_error()))?;
    Ok((sink, hash.finalize().into()))
}

/// The path as the journal keeps it: absolute, so that it means the same file in the next run.
fn name_in_journal(path: &Path) -> Result<String, Failure> {
    let absolute = std::path::absolute(path)
        .map_err(|error| DurableError::new(Operation::Place, path, &error))?;
    Ok(absolute.to_string_lossy().into_owned())
}

/// A sink that remembers the hash of what it was given.
struct Hashed {
    sink: NewFile,
    hash: Sha256,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.sink.write(bytes)?;
        self.hash.update(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}
