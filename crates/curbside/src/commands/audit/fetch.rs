//! `curbside audit fetch`.

use std::{fs, path::PathBuf};

use clap::Args;
use durable::Visibility;
use evidence::{
    Checkpoint,
    tiles::{CHECKPOINT_PATH, LEVELS_MAX, TILE_WIDTH, TileId, entries_path},
};
use signer::service::{ServerLook, ServerUrl};

use super::{export::read_checkpoint, note_keys::VerifierArgs};
use crate::{exit::Exit, failure::Failure, hsm_access::TlsArgs, progress::Progress, terminal};

/// Where a server has its log.
const EVIDENCE_PATH: &str = "/v1/evidence/";

/// Copy a signing server's log of issuances into a directory, or bring a copy up to date
///
/// The copy has the layout of C2SP tlog-tiles. What is full never changes and is fetched once; the checkpoint comes last,
/// so that a copy that was broken off is still the one of its earlier checkpoint. `audit verify` checks it, without the
/// server; keep the checkpoint of each copy, and give it to the next check as --previous.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  curbside audit fetch https://signer.plant:8082 evidence --key evidence.vkey --ca-cert ca.pem --client-cert client.pem --client-key client.key")]
pub(crate) struct FetchArgs {
    /// The server
    #[arg(value_name = "URL")]
    server: ServerUrl,
    /// The directory of the copy; made where there is none
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    #[command(flatten)]
    verifiers: VerifierArgs,
    #[command(flatten)]
    tls: TlsArgs,
}

pub(super) fn run(args: &FetchArgs) -> Result<(), Failure> {
    let verifiers = args.verifiers.verifiers()?;
    let mut copy = Copy {
        look: ServerLook::open(&args.server, &args.tls.client()?)?,
        directory: args.directory.clone(),
    };
    let note = copy.look.get(&format!("{EVIDENCE_PATH}{CHECKPOINT_PATH}"))?;
    // Nobody's word is kept that no known key has signed.
    let checkpoint = Checkpoint::open(&note, &verifiers).map_err(|error| {
        Failure::new(Exit::NotGenuine, format!("failed to believe {}: {error}", args.server))
            .hint(error.hint())
    })?;
    copy.refuse_older(&checkpoint, &verifiers)?;
    let bundles = checkpoint.size.div_ceil(u64::from(TILE_WIDTH));
    let progress = Progress::of_items("fetching bundles of entries", bundles);
    for index in 0..bundles {
        let tile = TileId::in_tree(checkpoint.size, 0, index);
        if let Some(tile) = tile {
            copy.fetch(&entries_path(index, tile.width))?;
        }
        progress.advance(1);
    }
    progress.finish();
    for level in 0..LEVELS_MAX {
        let tiles = (0..).map_while(|index| TileId::in_tree(checkpoint.size, level, index));
        for tile in tiles {
            copy.fetch(&tile.path())?;
        }
    }
    durable::write_replace(args.directory.join(CHECKPOINT_PATH), Visibility::Shared, &note)?;
    terminal::note(&format!(
        "{} has {} entries of {}",
        args.directory.display(),
        checkpoint.size,
        checkpoint.origin,
    ));
    Ok(())
}

/// A copy in the making.
struct Copy {
    look: ServerLook,
    directory: PathBuf,
}

impl Copy {
    /// Fetches one file that is not there yet.
    fn fetch(&mut self, path: &str) -> Result<(), Failure> {
        let target = self.directory.join(path);
        if target.exists() {
            return Ok(());
        }
        let bytes = self.look.get(&format!("{EVIDENCE_PATH}{path}"))?;
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(|error| {
                Failure::new(Exit::Io, format!("failed to make {}: {error}", parent.display()))
            })?;
        }
        Ok(durable::write_new(&target, Visibility::Shared, &bytes)?)
    }

    /// A log only grows: a shorter one than the copy has is not the same log, or a server that was set back.
    fn refuse_older(
        &self,
        checkpoint: &Checkpoint,
        verifiers: &[evidence::note::Verifier],
    ) -> Result<(), Failure> {
        let path = self.directory.join(CHECKPOINT_PATH);
        if !path.exists() {
            return Ok(());
        }
        let (known, _) = read_checkpoint(&path, verifiers)?;
        if known.size > checkpoint.size || known.origin != checkpoint.origin {
            let what = format!(
                "the copy has {} entries of {}, and the server has {} of {}",
                known.size, known.origin, checkpoint.size, checkpoint.origin
            );
            return Err(Failure::new(Exit::NotGenuine, what).hint(
                "keep the copy: was the server's database set back or replaced?".to_owned(),
            ));
        }
        Ok(())
    }
}
