//! The control logs of a demo: batched, checked, and compared with what the lines say.

use std::{
    collections::HashSet,
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread,
};

use control_log::{CheckOptions, check, check::Finding};
use journal::JournalView;
use sidewalk::{Smsn, Verifier};
use signing_server::store::Counts;

use super::{factory::Made, hsms::trust_file};
use crate::{
    commands::{line::now, log::consolidate_files},
    exit::Exit,
    failure::Failure,
    trust::TrustArgs,
};

/// A batch, and what its check said.
pub(super) struct Batch {
    pub(super) path: PathBuf,
    pub(super) files: usize,
    pub(super) devices: u64,
    pub(super) faulty: u64,
    pub(super) smsns: usize,
}

/// Makes one control log of all lines', checks every record of it, and notes it in the journals.
pub(super) fn batch(directory: &Path, jobs: &[PathBuf], made: &Made) -> Result<Batch, Failure> {
    let mut files = Vec::new();
    for job in jobs {
        let logs = job.with_file_name("control-logs");
        files.extend(logs_in(&logs)?);
    }
    let out = directory.join("batch");
    fs::create_dir(&out).map_err(|error| {
        Failure::new(Exit::Io, format!("failed to make {}: {error}", out.display()))
    })?;
    let (path, summary) = consolidate_files(&files, &out)?;
    let name = path.to_string_lossy().into_owned();
    for (journal_path, journal) in &made.journals {
        for log in JournalView::open(journal_path)?.logs()? {
            journal.batched(log.id, &name, now())?;
        }
    }
    let anchors = TrustArgs::of_file(Some(trust_file(directory))).anchors()?;
    let (faulty, smsns) = check_batch(&path, &Verifier::new(anchors))?;
    Ok(Batch {
        files: files.len(),
        devices: summary.records_written(),
        faulty,
        smsns: smsns.len(),
        path,
    })
}

/// How many records are not genuine, and which devices there are.
fn check_batch(path: &Path, verifier: &Verifier) -> Result<(u64, HashSet<Smsn>), Failure> {
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mut smsns = HashSet::new();
    let mut repeats = 0;
    let checked = check(
        durable::open_read(path)?,
        verifier,
        &CheckOptions::with_threads(threads),
        tempfile::tempfile,
        |finding| match finding {
            Finding::Verdict(verdict) => smsns.extend(verdict.smsn),
            Finding::Repeat(_) => repeats += 1,
        },
    );
    let summary = checked.map_err(|error| {
        Failure::new(Exit::Io, format!("failed to check {}: {error}", path.display()))
    })?;
    Ok((summary.records_faulty + repeats, smsns))
}

/// Whether everything is as it should be.
pub(super) fn verdict(
    devices: u64,
    made: &Made,
    issued: Option<Counts>,
    batch: &Batch,
) -> Result<(), Failure> {
    let passed: u64 = made.lines.iter().map(|totals| totals.passed).sum();
    if passed < devices {
        return Err(Failure::new(
            Exit::Partial,
            format!("{passed} of {devices} devices were made"),
        ));
    }
    if batch.devices != passed || batch.smsns as u64 != passed || batch.faulty > 0 {
        let message = format!(
            "{passed} devices were made; the batch has {} records of {} devices, {} of them faulty",
            batch.devices, batch.smsns, batch.faulty
        );
        return Err(Failure::new(Exit::Defect, message));
    }
    if let Some(counts) = issued
        && (counts.issued != passed || counts.evidence != passed || counts.pending > 0)
    {
        let message = format!(
            "{passed} devices were made; the signing server issued {}, has {} entries of evidence, and {} are not signed yet",
            counts.issued, counts.evidence, counts.pending
        );
        return Err(Failure::new(Exit::Defect, message));
    }
    Ok(())
}

fn logs_in(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Io, format!("failed to read {}: {error}", directory.display()))
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
