//! `curbside audit verify`.

use std::{ffi::OsString, path::PathBuf};

use clap::Args;
use evidence::{
    Checkpoint,
    audit::{LogVerdict, audit},
};
use sidewalk::Chain;

use super::{
    VerifierArgs,
    counts::{CountArgs, reconcile},
    entries::{Authorities, EntryCheck, FINDINGS_MAX},
    export::{Export, read_checkpoint},
};
use crate::{
    artefact::{Device, for_each_device},
    block::{Block, Remark},
    commands::Format,
    exit::Exit,
    failure::Failure,
    input::Input,
    progress::Progress,
    trust::TrustArgs,
    words::counted,
};

/// Check an exported log from its first entry to its last, offline
///
/// The checkpoint's signature; the root over all entries; that the log goes on from an earlier checkpoint that you kept
/// (--previous); that every entry is well-formed, that no device got two key pairs but by a rework that names the first,
/// and, with --chain, that an HSM of the product signed it. What is wrong is told with the first entry that it is wrong at.
///
/// With the HSMs' own logs, the lines' journals and the cloud's feedback the four counts are compared. Keep the checkpoint
/// of a good check: it is what the next one is compared with.
#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The exported log: `checkpoint` and `tile/`
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    #[command(flatten)]
    key: VerifierArgs,
    /// A checkpoint that was kept from an earlier check
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// A chain of the product, of any device: the certificates in the log must hang from it; may be said more than once
    #[arg(long = "chain", value_name = "FILE")]
    chains: Vec<OsString>,
    #[command(flatten)]
    counts: CountArgs,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(args: &VerifyArgs) -> Result<(), Failure> {
    let verifiers = args.key.verifiers()?;
    let export = Export::new(&args.directory);
    let (checkpoint, _) = export.checkpoint(&verifiers)?;
    let previous = args.previous.as_ref().map(|path| read_checkpoint(path, &verifiers));
    let previous = previous.transpose()?.map(|(previous, _)| previous);
    if let Some(previous) = &previous
        && previous.origin != checkpoint.origin
    {
        let message = format!(
            "the earlier checkpoint is of {}, not of {}",
            previous.origin, checkpoint.origin
        );
        return Err(Failure::new(Exit::NotGenuine, message));
    }
    let trusted = args.trust.verifier()?;
    let authorities = match args.chains.as_slice() {
        [] => None,
        files => Some(Authorities { verifier: &trusted, chains: chains_of(files)? }),
    };
    let has_chains = authorities.is_some();
    let progress = Progress::of_items("checking entries", checkpoint.size);
    let mut check = EntryCheck::new(checkpoint.size, authorities);
    let verdict = audit(&export, &checkpoint, previous.as_ref(), |index, entry| {
        check.take(index, entry);
        progress.advance(1);
    });
    progress.finish();
    let verdict = verdict?;
    if let Some(failure) = of_log(&verdict, &checkpoint, previous.as_ref()) {
        return Err(failure);
    }
    let check = check.finish(&export, &checkpoint)?;
    let counts = reconcile(&args.counts, checkpoint.size)?;
    let mut remarks: Vec<Remark> = check
        .findings
        .told
        .iter()
        .map(|(index, message)| Remark::fault("entry", format_args!("entry {index}: {message}")))
        .collect();
    if check.findings.count > FINDINGS_MAX as u64 {
        let more = check.findings.count - FINDINGS_MAX as u64;
        remarks.push(Remark::fault("entry", format_args!("and {more} more")));
    }
    remarks.extend(counts.remarks);
    if previous.is_none() {
        remarks.push(Remark::note(
            "first-use",
            "without --previous nobody can tell whether entries were removed before this checkpoint was signed",
        ));
    }
    let is_good = check.findings.count == 0 && !counts.is_short;
    let title = format!(
        "{}: {}, as its checkpoint says",
        checkpoint.origin,
        counted(verdict.entries, "entry", "entries")
    );
    let block = Block::new(title)
        .text("origin", &checkpoint.origin)
        .for_programs()
        .number("entries", verdict.entries)
        .for_programs()
        .text("root", checkpoint.root)
        .number("first", check.firsts)
        .number("rework", check.reworks)
        .flag("certificates_checked", has_chains)
        .maybe("goes_on_from", previous.as_ref().map(|previous| previous.size))
        .flag("is_genuine", is_good)
        .for_programs()
        .list("counts", counts.rows)
        .remarks(remarks);
    args.format.print(&block)?;
    if check.findings.count > 0 {
        let wrong = counted(check.findings.count, "fault", "faults");
        return Err(Failure::new(Exit::NotGenuine, format!("{wrong} in the log's entries")));
    }
    if counts.is_short {
        return Err(Failure::new(Exit::NotGenuine, "the counts say that the log is not complete"));
    }
    Ok(())
}

/// What is wrong with the log as a whole.
fn of_log(
    verdict: &LogVerdict,
    checkpoint: &Checkpoint,
    previous: Option<&Checkpoint>,
) -> Option<Failure> {
    let not_genuine = |message: String| Some(Failure::new(Exit::NotGenuine, message));
    if let Some((index, damage)) = verdict.damage {
        return not_genuine(format!(
            "the log of {} entries is not what was signed: entry {index} {damage}",
            checkpoint.size
        ));
    }
    if let (Some(false), Some(previous)) = (verdict.goes_on, previous) {
        return not_genuine(match previous.size > checkpoint.size {
            true => format!(
                "the log has {} entries and had {} at the earlier checkpoint: it was truncated",
                checkpoint.size, previous.size
            ),
            false => format!(
                "the log does not go on from the earlier checkpoint: among its first {} entries some were changed, and it was signed anew",
                previous.size
            ),
        });
    }
    let tile = verdict.damaged_tile?;
    let message = format!("every entry is genuine, and {} is missing or damaged", tile.path());
    not_genuine(message).map(|failure| {
        failure.hint("export the log again: proofs from this one would fail".to_owned())
    })
}

fn chains_of(files: &[OsString]) -> Result<Vec<Chain>, Failure> {
    let mut chains: Vec<Chain> = Vec::new();
    let mut collect = |device: Device| {
        for found in device.chains {
            let chain = found.map_err(|fault| {
                Failure::new(Exit::Malformed, format!("failed to read {}: {fault}", device.origin))
                    .hint(fault.hint())
            })?;
            let is_known =
                chains.iter().any(|known| known.issuers_bytes() == chain.issuers_bytes());
            if !is_known {
                chains.push(chain);
            }
        }
        Ok(())
    };
    for file in files {
        for_each_device(&Input::of(file), &mut collect)?;
    }
    Ok(chains)
}
