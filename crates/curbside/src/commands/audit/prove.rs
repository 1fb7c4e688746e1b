//! `curbside audit prove` and `curbside audit check-proof`.

use std::path::PathBuf;

use clap::Args;
use durable::Visibility;
use evidence::{
    CheckpointError, PROOF_FILE_LEN_BYTES_MAX, ProofFile, ProofFileError,
    proof::{ProveError, inclusion},
    tiles::TileFault,
};

use super::{
    VerifierArgs,
    export::{Export, issuance_of},
    note_exit,
    show::block,
};
use crate::{
    block::Block,
    commands::Format,
    exit::Exit,
    failure::Failure,
    files::{Draft, Existing, write_together},
};

/// Write the proof that an entry is in a log, for whoever does not have the log
///
/// The file has the entry, the hashes from it to the root, and the signed checkpoint (C2SP tlog-proof).
#[derive(Args, Debug)]
pub(crate) struct ProveArgs {
    /// The exported log
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The entry's position, from 0
    #[arg(long, value_name = "N")]
    index: u64,
    #[command(flatten)]
    key: VerifierArgs,
    /// The file for the proof
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    format: Format,
}

/// Check a proof without the log
#[derive(Args, Debug)]
pub(crate) struct CheckProofArgs {
    /// The file that `curbside audit prove` wrote
    #[arg(value_name = "FILE")]
    path: PathBuf,
    #[command(flatten)]
    key: VerifierArgs,
    #[command(flatten)]
    format: Format,
}

pub(super) fn run(args: &ProveArgs) -> Result<(), Failure> {
    let verifiers = args.key.verifiers()?;
    let export = Export::new(&args.directory);
    let (checkpoint, note) = export.checkpoint(&verifiers)?;
    let entry = export.entry(&checkpoint, args.index)?;
    let hashes = inclusion(&export, args.index, checkpoint.size).map_err(|error| match error {
        ProveError::Tile(TileFault::Read { error, .. }) => error,
        ProveError::Tile(TileFault::Length { tile, .. }) => {
            Failure::new(Exit::Malformed, format!("{} is damaged", tile.path()))
        }
        _ => Failure::new(Exit::Usage, format!("there is no entry {}", args.index)),
    })?;
    let proof = ProofFile { entry, index: args.index, hashes, checkpoint: note };
    // What does not prove is not written.
    proof.verify(&verifiers).map_err(|error| {
        let message = format!("failed to prove entry {}: {error}", args.index);
        Failure::new(exit_of(&error), message)
            .hint("`curbside audit verify` says what is wrong with the log".to_owned())
    })?;
    let text = proof.to_string();
    let draft = Draft { path: args.out.clone(), bytes: text.as_bytes() };
    write_together(&[draft], Visibility::Shared, Existing::Refuse)?;
    let title = format!(
        "entry {} is proven to be in {} of {}",
        args.index, checkpoint.origin, checkpoint.size
    );
    let block = Block::line(title)
        .number("index", args.index)
        .text("origin", &checkpoint.origin)
        .number("size", checkpoint.size)
        .text("file", args.out.display());
    args.format.print(&block)
}

pub(super) fn check(args: &CheckProofArgs) -> Result<(), Failure> {
    let verifiers = args.key.verifiers()?;
    let bytes = durable::read_bounded(&args.path, PROOF_FILE_LEN_BYTES_MAX as u64)?;
    let refused = |error: ProofFileError| {
        let message = format!("failed to check {}: {error}", args.path.display());
        Failure::new(exit_of(&error), message).hint(error.hint())
    };
    let proof = ProofFile::parse(&bytes).map_err(refused)?;
    let checkpoint = proof.verify(&verifiers).map_err(refused)?;
    let issuance = issuance_of(proof.index, &proof.entry)?;
    let title = format!("entry {} is in {} of {}", proof.index, checkpoint.origin, checkpoint.size);
    let report = Block::new(title)
        .flag("is_proven", true)
        .for_programs()
        .text("origin", &checkpoint.origin)
        .number("size", checkpoint.size)
        .text("root", checkpoint.root)
        .block("entry", block(proof.index, &proof.entry, &issuance));
    args.format.print(&report)
}

const fn exit_of(error: &ProofFileError) -> Exit {
    match error {
        ProofFileError::Refused(_) => Exit::NotGenuine,
        ProofFileError::Checkpoint(CheckpointError::Note(error)) => note_exit(error),
        _ => Exit::Malformed,
    }
}
