//! Boards that wait for a line, and where it puts them when they are done.

mod directory;
mod error;
mod memory;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use page::Catalogue;

use self::{directory::DirectoryTray, memory::MemoryTray};
use crate::{Board, BoardModel, Firmware, Randomness, SeededRandomness};

pub use self::error::TrayError;

/// A tray of boards. Threads share it in an [`Arc`]; every board is lent to one slot at a time.
///
/// One directory is one process's: a second one is refused. What a process held when it was killed waits again when
/// the next one opens the tray.
#[derive(Debug)]
pub struct Tray {
    contents: Mutex<Contents>,
}

#[derive(Debug)]
enum Contents {
    Memory(MemoryTray),
    Directory(DirectoryTray),
}

/// What is in a tray.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct TrayCount {
    /// Boards that wait; `None` where they never run out.
    pub waiting: Option<u64>,
    /// Boards in slots.
    pub lent: u64,
    /// Boards that were put out.
    pub out: u64,
}

impl Tray {
    /// A tray in memory. Boards are made as they are taken: `count` of them, or as many as anybody wants. The same
    /// seed gives the same chip ids.
    pub fn in_memory(model: Arc<BoardModel>, count: Option<u64>, seed: u64) -> Arc<Self> {
        Self::of(Contents::Memory(MemoryTray::new(model, count, seed)))
    }

    /// Makes `count` boards with blank flash in a directory, which is made too where there is none; they come after
    /// those that are there. Chip ids are random and distinct.
    ///
    /// # Errors
    ///
    /// [`TrayError`].
    pub fn make(
        path: impl AsRef<Path>,
        count: u64,
        model: &BoardModel,
        firmware: Firmware,
        randomness: &mut dyn Randomness,
    ) -> Result<(), TrayError> {
        directory::make(path.as_ref(), count, model, firmware, randomness)
    }

    /// Opens the tray in a directory.
    ///
    /// # Errors
    ///
    /// [`TrayError`]; another process has it.
    pub fn directory(
        path: impl AsRef<Path>,
        catalogue: &Catalogue,
    ) -> Result<Arc<Self>, TrayError> {
        let tray = DirectoryTray::open(path.as_ref(), catalogue.clone())?;
        Ok(Self::of(Contents::Directory(tray)))
    }

    /// Lends the next board that waits to a slot, or none where none waits.
    ///
    /// # Errors
    ///
    /// [`TrayError::AlreadyLent`] where the slot has one; a board's file cannot be read.
    pub fn next(&self, slot: u32) -> Result<Option<Board>, TrayError> {
        match &mut *self.contents() {
            Contents::Memory(tray) => tray.next(slot),
            Contents::Directory(tray) => tray.next(slot),
        }
    }

    /// Takes a board out of its slot for good.
    ///
    /// # Errors
    ///
    /// [`TrayError::NotLent`] where it came from no slot of this tray; the file cannot be moved.
    pub fn put_out(&self, board: Board) -> Result<(), TrayError> {
        match &mut *self.contents() {
            Contents::Memory(tray) => tray.put_out(board),
            Contents::Directory(tray) => tray.put_out(board),
        }
    }

    /// Puts a board back among those that wait, where it comes first.
    ///
    /// # Errors
    ///
    /// [`TrayError::NotLent`].
    pub fn put_back(&self, board: Board) -> Result<(), TrayError> {
        match &mut *self.contents() {
            Contents::Memory(tray) => tray.put_back(board),
            Contents::Directory(tray) => tray.put_back(&board),
        }
    }

    /// The boards that were put out last, oldest first, of a tray in memory; a directory keeps its own in `out`.
    pub fn take_out(&self) -> Vec<Board> {
        match &mut *self.contents() {
            Contents::Memory(tray) => tray.take_out(),
            Contents::Directory(_) => Vec::new(),
        }
    }

    /// How many boards are where.
    pub fn count(&self) -> TrayCount {
        match &*self.contents() {
            Contents::Memory(tray) => tray.count(),
            Contents::Directory(tray) => tray.count(),
        }
    }

    fn of(contents: Contents) -> Arc<Self> {
        Arc::new(Self { contents: Mutex::new(contents) })
    }

    /// A thread that panicked leaves no half-done change behind that matters: a board more is counted as lent.
    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A chip id as chips have them: 64 bits in hex.
fn chip_id(randomness: &mut dyn Randomness) -> String {
    let mut bytes = [0; 8];
    randomness.fill(&mut bytes);
    hex::encode(bytes)
}

/// Chip ids of a tray in memory.
fn seeded(seed: u64) -> SeededRandomness {
    SeededRandomness::new(seed)
}
