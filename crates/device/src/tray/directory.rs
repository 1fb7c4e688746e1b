//! A tray that outlives its process: a file for every board, in `in/` while it waits or is lent, in `out/` after.
//!
//! A board is moved with one `rename`, which is not flushed: a power cut puts it back among those that wait, with
//! everything that was programmed, as if nobody had taken it out of the fixture yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, io,
    path::{Path, PathBuf},
};

use durable::{DurableError, LockFile, Operation};
use page::Catalogue;

use super::{TrayCount, TrayError, chip_id};
use crate::{Board, BoardModel, Firmware, Randomness};

const LOCK_NAME: &str = "tray.lock";
const SUFFIX: &str = "board";

pub(super) struct DirectoryTray {
    waiting_in: PathBuf,
    out_in: PathBuf,
    catalogue: Catalogue,
    /// By length of the name first, so that 10000 comes after 9999.
    waiting: BTreeSet<(usize, PathBuf)>,
    /// Chip id and file by slot.
    lent: BTreeMap<u32, (String, PathBuf)>,
    out: u64,
    _lock: LockFile,
}

/// See [`super::Tray::make`].
pub(super) fn make(
    path: &Path,
    count: u64,
    model: &BoardModel,
    firmware: Firmware,
    randomness: &mut dyn Randomness,
) -> Result<(), TrayError> {
    let (waiting_in, out_in) = directories(path)?;
    let _lock = LockFile::acquire(path.join(LOCK_NAME))?;
    durable::remove_leftovers(&waiting_in)?;
    let numbers = [&waiting_in, &out_in].map(|directory| last_number(directory));
    let [waiting, out] = numbers;
    let first = waiting?.max(out?) + 1;
    for number in first..first.saturating_add(count) {
        let name = format!("{number:04}.{SUFFIX}");
        // Of 64 random bits no two are the same in any tray that fits on a disk.
        let id = chip_id(randomness);
        Board::create_file(waiting_in.join(name), model, &id, firmware)?;
    }
    Ok(())
}

impl DirectoryTray {
    pub(super) fn open(path: &Path, catalogue: Catalogue) -> Result<Self, TrayError> {
        let (waiting_in, out_in) = directories(path)?;
        let lock = LockFile::acquire(path.join(LOCK_NAME))?;
        let waiting = boards(&waiting_in)?.into_iter().map(ordered).collect();
        let out = boards(&out_in)?.len() as u64;
        let lent = BTreeMap::new();
        Ok(Self { waiting_in, out_in, catalogue, waiting, lent, out, _lock: lock })
    }

    pub(super) fn next(&mut self, slot: u32) -> Result<Option<Board>, TrayError> {
        if let Some((chip_id, _)) = self.lent.get(&slot) {
            return Err(TrayError::AlreadyLent { slot, chip_id: chip_id.clone() });
        }
        let Some((_, path)) = self.waiting.pop_first() else { return Ok(None) };
        // A file that cannot be opened is not offered again: the next call gives the next board.
        let board = Board::open(&path, &self.catalogue)?;
        self.lent.insert(slot, (board.chip_id().to_owned(), path));
        Ok(Some(board))
    }

    pub(super) fn put_out(&mut self, board: Board) -> Result<(), TrayError> {
        let (slot, from) = self.slot_of(&board)?;
        let to = self.out_in.join(from.file_name().unwrap_or_default());
        // Windows moves no file that is open.
        drop(board);
        rename(&from, &to).map_err(|error| TrayError::Move {
            from,
            to,
            cause: error.to_string(),
        })?;
        self.lent.remove(&slot);
        self.out += 1;
        Ok(())
    }

    pub(super) fn put_back(&mut self, board: &Board) -> Result<(), TrayError> {
        let (slot, path) = self.slot_of(board)?;
        self.lent.remove(&slot);
        self.waiting.insert(ordered(path));
        Ok(())
    }

    pub(super) fn count(&self) -> TrayCount {
        TrayCount {
            waiting: Some(self.waiting.len() as u64),
            lent: self.lent.len() as u64,
            out: self.out,
        }
    }

    fn slot_of(&self, board: &Board) -> Result<(u32, PathBuf), TrayError> {
        let path = board.path();
        let found = self.lent.iter().find(|(_, (_, lent))| Some(lent.as_path()) == path);
        match found {
            Some((slot, (_, path))) => Ok((*slot, path.clone())),
            None => Err(TrayError::NotLent { chip_id: board.chip_id().to_owned() }),
        }
    }
}

impl fmt::Debug for DirectoryTray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DirectoryTray({})", self.waiting_in.display())
    }
}

fn ordered(path: PathBuf) -> (usize, PathBuf) {
    (path.as_os_str().len(), path)
}

/// `in` and `out`, made where they are missing.
fn directories(path: &Path) -> Result<(PathBuf, PathBuf), TrayError> {
    let (waiting_in, out_in) = (path.join("in"), path.join("out"));
    for directory in [path, &waiting_in, &out_in] {
        if !directory.is_dir() {
            durable::private_directory(directory)?;
        }
    }
    Ok((waiting_in, out_in))
}

fn boards(directory: &Path) -> Result<Vec<PathBuf>, TrayError> {
    let failed = |error: io::Error| DurableError::new(Operation::Read, directory, &error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == SUFFIX) {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn last_number(directory: &Path) -> Result<u64, TrayError> {
    let number = |path: &PathBuf| path.file_stem()?.to_str()?.parse::<u64>().ok();
    Ok(boards(directory)?.iter().filter_map(number).max().unwrap_or(0))
}

#[expect(clippy::disallowed_methods, reason = "a whole file is moved; nothing is written")]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)
}
