//! A disk in memory that fails, and loses power, at a chosen operation.
//!
//! What was written and not synced may be on the disk after a power cut or not, sector by sector and in any
//! order; a file that grew may have its new length and zeros in it. After a failed sync the same holds, and,
//! as on Linux, nobody will try to write it again: reads show it, the disk does not have it.

use std::sync::{Arc, Mutex};

use durable::{Cause, DurableError, Operation};
use soft_hsm::store::{Disk, SECTOR_LEN_BYTES};

use crate::support::Draw;

/// What goes wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Trouble {
    Nothing,
    /// The n-th operation, from 0 on, fails, and no other.
    Error(usize),
    /// The power goes at the n-th operation.
    PowerCut(usize),
    /// The process is killed within the n-th operation: the operating system keeps what it was given.
    Kill(usize),
}

/// Clones are handles on one disk.
#[derive(Clone)]
pub(crate) struct SimulatedDisk(Arc<Mutex<Simulation>>);

struct Simulation {
    /// What a read gives.
    seen: Option<Vec<u8>>,
    /// What is certain to survive.
    safe: Option<Vec<u8>>,
    /// Writes since the last sync.
    pending: Vec<(usize, Vec<u8>)>,
    /// The file has been replaced, and its name is not certain to survive.
    is_name_unsafe: bool,
    trouble: Trouble,
    operations: usize,
    is_dead: bool,
    draw: Draw,
}

impl SimulatedDisk {
    pub(crate) fn new(trouble: Trouble, seed: u64) -> Self {
        Self::with(None, trouble, seed)
    }

    /// A disk with a file.
    pub(crate) fn holding(bytes: &[u8]) -> Self {
        Self::with(Some(bytes.to_vec()), Trouble::Nothing, 0)
    }

    fn with(file: Option<Vec<u8>>, trouble: Trouble, seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Simulation {
            seen: file.clone(),
            safe: file,
            pending: Vec::new(),
            is_name_unsafe: false,
            trouble,
            operations: 0,
            is_dead: false,
            draw: Draw::new(seed),
        })))
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().seen.clone().unwrap()
    }

    /// How many operations there were.
    pub(crate) fn operations(&self) -> usize {
        self.0.lock().unwrap().operations
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.0.lock().unwrap().is_dead
    }

    /// Makes every operation fail from now on, or none any more.
    pub(crate) fn set_dead(&self, is_dead: bool) {
        self.0.lock().unwrap().is_dead = is_dead;
    }

    /// The disk as the next start finds it.
    pub(crate) fn after_restart(&self, seed: u64) -> Self {
        let mut simulation = self.0.lock().unwrap();
        let file = match simulation.trouble {
            Trouble::Kill(_) => simulation.seen.clone(),
            _ => simulation.survivors(),
        };
        Self::with(file, Trouble::Nothing, seed)
    }
}

impl Simulation {
    /// Whether this operation goes wrong.
    fn is_trouble(&mut self) -> bool {
        let operation = self.operations;
        self.operations += 1;
        match self.trouble {
            Trouble::PowerCut(at) | Trouble::Kill(at) if at == operation => {
                self.is_dead = true;
                true
            }
            Trouble::Error(at) => at == operation,
            _ => self.is_dead,
        }
    }

    /// What is certain to survive, and of the rest whatever chance gives.
    fn survivors(&mut self) -> Option<Vec<u8>> {
        if self.is_name_unsafe {
            let is_named = self.draw.is_heads();
            return if is_named { self.seen.clone() } else { self.safe.clone() };
        }
        let mut file = self.safe.clone()?;
        for (offset, bytes) in std::mem::take(&mut self.pending) {
            if self.draw.is_heads() && file.len() < offset + bytes.len() {
                file.resize(offset + bytes.len(), 0);
            }
            for (at, sector) in sectors(offset, &bytes) {
                if self.draw.is_heads() {
                    put(&mut file, at, sector);
                }
            }
        }
        Some(file)
    }
}

impl Disk for SimulatedDisk {
    fn read(&mut self, _limit_bytes: u64) -> Result<Option<Vec<u8>>, DurableError> {
        Ok(self.0.lock().unwrap().seen.clone())
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DurableError> {
        let simulation = &mut *self.0.lock().unwrap();
        let is_trouble = simulation.is_trouble();
        let kept = if is_trouble { simulation.draw.below(bytes.len() + 1) } else { bytes.len() };
        let bytes = &bytes[..kept];
        if let Some(seen) = &mut simulation.seen {
            put(seen, offset as usize, bytes);
        }
        simulation.pending.push((offset as usize, bytes.to_vec()));
        if is_trouble { Err(failed(Operation::Write)) } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<(), DurableError> {
        let simulation = &mut *self.0.lock().unwrap();
        if simulation.is_trouble() {
            if !simulation.is_dead {
                simulation.safe = simulation.survivors();
            }
            return Err(failed(Operation::Sync));
        }
        if !simulation.is_name_unsafe {
            simulation.safe = simulation.seen.clone();
        }
        simulation.pending.clear();
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), DurableError> {
        let simulation = &mut *self.0.lock().unwrap();
        // Writing and syncing the temporary file touches nothing that counts.
        if simulation.is_trouble() {
            return Err(failed(Operation::Write));
        }
        // Then come the rename and the sync of the directory.
        let is_renamed_only = simulation.is_trouble();
        simulation.seen = Some(bytes.to_vec());
        simulation.pending.clear();
        simulation.is_name_unsafe = is_renamed_only;
        if is_renamed_only {
            return Err(failed(Operation::SyncDirectory));
        }
        simulation.safe = simulation.seen.clone();
        Ok(())
    }
}

fn failed(operation: Operation) -> DurableError {
    DurableError { operation, path: "simulated".into(), cause: Cause::StorageFull }
}

fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    if file.len() < offset + bytes.len() {
        file.resize(offset + bytes.len(), 0);
    }
    file[offset..offset + bytes.len()].copy_from_slice(bytes);
}

/// Cuts a write at the edges of sectors.
fn sectors(offset: usize, bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut pieces = Vec::new();
    let (mut at, mut rest) = (offset, bytes);
    while !rest.is_empty() {
        let room = SECTOR_LEN_BYTES - at % SECTOR_LEN_BYTES;
        let (piece, behind) = rest.split_at(room.min(rest.len()));
        pieces.push((at, piece));
        (at, rest) = (at + piece.len(), behind);
    }
    pieces
}
