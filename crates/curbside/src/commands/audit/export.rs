//! An exported log in a directory, in the layout of C2SP tlog-tiles.

use std::{
    fs,
    path::{Path, PathBuf},
};

use durable::{Cause, DurableError};
use evidence::{
    Checkpoint, CheckpointError, Hash, Issuance,
    audit::LogReader,
    note::{NOTE_LEN_BYTES_MAX, Note, Verifier},
    tiles::{
        CHECKPOINT_PATH, ENTRY_LEN_BYTES_MAX, Entries, TILE_WIDTH, TileId, TileReader, entries_path,
    },
};

use super::note_exit;
use crate::{exit::Exit, failure::Failure};

/// The largest bundle, in bytes: 256 of the longest entries.
const BUNDLE_LEN_BYTES_MAX: u64 = TILE_WIDTH as u64 * (2 + ENTRY_LEN_BYTES_MAX as u64);

/// The largest tile, in bytes, and some, so that one that is too long is seen to be damaged and not refused.
const TILE_LEN_BYTES_MAX: u64 = 64 * 1024;

/// The directory.
pub(super) struct Export {
    directory: PathBuf,
}

impl Export {
    pub(super) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// Its checkpoint, signed by a known key, and the note that it came in.
    pub(super) fn checkpoint(&self, verifiers: &[Verifier]) -> Result<(Checkpoint, Note), Failure> {
        read_checkpoint(&self.directory.join(CHECKPOINT_PATH), verifiers)
    }

    /// The entry at a position of the log of this checkpoint.
    pub(super) fn entry(&self, checkpoint: &Checkpoint, index: u64) -> Result<Vec<u8>, Failure> {
        let beyond = || {
            let message = format!("there is no entry {index} in a log of {}", checkpoint.size);
            Failure::new(Exit::Usage, message)
        };
        let width = u64::from(TILE_WIDTH);
        let tile = TileId::in_tree(checkpoint.size, 0, index / width).ok_or_else(beyond)?;
        let place = usize::try_from(index % width).map_err(|_| beyond())?;
        if place >= usize::from(tile.width) {
            return Err(beyond());
        }
        let path = entries_path(tile.index, tile.width);
        let missing = || {
            let path = self.directory.join(&path);
            Failure::new(Exit::Malformed, format!("entry {index} is not in {}", path.display()))
        };
        let (_, bundle) = self.entries_if_any(tile.index, tile.width)?.ok_or_else(missing)?;
        let entry = Entries::new(&bundle).map_while(Result::ok).nth(place);
        entry.map(<[u8]>::to_vec).ok_or_else(missing)
    }

    /// The narrowest file that has `width` of what it is made of, by its path, and its width by its name.
    fn read(
        &self,
        path_of: impl Fn(u16) -> String,
        width: u16,
        limit_bytes: u64,
    ) -> Result<Option<(u16, Vec<u8>)>, Failure> {
        for width in [width, TILE_WIDTH] {
            if let Some(bytes) = self.read_one(&path_of(width), limit_bytes)? {
                return Ok(Some((width, bytes)));
            }
        }
        // A partial file of a later checkpoint begins with the same.
        let folder = self.directory.join(path_of(TILE_WIDTH) + ".p");
        let Ok(names) = fs::read_dir(&folder) else { return Ok(None) };
        let widths = names.filter_map(|name| name.ok()?.file_name().to_str()?.parse().ok());
        let wider = widths.filter(|&found: &u16| found > width && found < TILE_WIDTH).min();
        let Some(wider) = wider else { return Ok(None) };
        Ok(self.read_one(&path_of(wider), limit_bytes)?.map(|bytes| (wider, bytes)))
    }

    fn read_one(&self, path: &str, limit_bytes: u64) -> Result<Option<Vec<u8>>, Failure> {
        match durable::read_bounded(self.directory.join(path), limit_bytes) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(DurableError { cause: Cause::NotFound, .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl TileReader for Export {
    type Error = Failure;

    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<u8>, Failure> {
        self.tile_if_any(level, index, width)?.ok_or_else(|| {
            let path = TileId { level, index, width }.path();
            let path = self.directory.join(path);
            Failure::new(Exit::Malformed, format!("{} is missing", path.display()))
                .hint("export the log again: tiles and entries belong to it".to_owned())
        })
    }
}

impl LogReader for Export {
    fn tile_if_any(&self, level: u8, index: u64, width: u16) -> Result<Option<Vec<u8>>, Failure> {
        let path_of = |width| TileId { level, index, width }.path();
        let found = self.read(path_of, width, TILE_LEN_BYTES_MAX)?;
        // A file longer than its name says is damaged, as a short one is.
        let fits =
            |(width, bytes): &(u16, Vec<u8>)| bytes.len() == usize::from(*width) * Hash::LEN_BYTES;
        Ok(found.filter(fits).map(|(_, bytes)| bytes))
    }

    fn entries_if_any(&self, index: u64, width: u16) -> Result<Option<(u16, Vec<u8>)>, Failure> {
        self.read(|width| entries_path(index, width), width, BUNDLE_LEN_BYTES_MAX)
    }
}

/// A checkpoint file, signed by a known key.
pub(super) fn read_checkpoint(
    path: &Path,
    verifiers: &[Verifier],
) -> Result<(Checkpoint, Note), Failure> {
    let refused = |error: CheckpointError| {
        let exit = match &error {
            CheckpointError::Note(error) => note_exit(error),
            _ => Exit::Malformed,
        };
        Failure::new(exit, format!("failed to read {}: {error}", path.display())).hint(error.hint())
    };
    let bytes = durable::read_bounded(path, NOTE_LEN_BYTES_MAX as u64)?;
    let note = Note::parse(&bytes).map_err(|error| refused(error.into()))?;
    let verified = note.verify(verifiers).map_err(|error| refused(error.into()))?;
    let checkpoint = Checkpoint::from_text(verified.text).map_err(refused)?;
    Ok((checkpoint, note))
}

/// An entry that was appended, read strictly.
pub(super) fn issuance_of(index: u64, entry: &[u8]) -> Result<Issuance, Failure> {
    Issuance::from_bytes(entry)
        .map_err(|error| Failure::new(Exit::Malformed, format!("entry {index}: {error}")))
}
