//! A tray that is gone with its process.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use super::{TrayCount, TrayError, chip_id, seeded};
use crate::{Board, BoardModel, SeededRandomness};

/// How many boards are kept after they were put out, so that a rehearsal can look at them. Of a rehearsal with a
/// hundred thousand devices all would be too many.
const OUT_KEPT_MAX: usize = 1024;

#[derive(Debug)]
pub(super) struct MemoryTray {
    model: Arc<BoardModel>,
    left: Option<u64>,
    ids: Ids,
    back: VecDeque<Board>,
    /// Chip ids by slot.
    lent: BTreeMap<u32, String>,
    out: VecDeque<Board>,
    out_count: u64,
}

struct Ids(SeededRandomness);

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}

impl MemoryTray {
    pub(super) fn new(model: Arc<BoardModel>, count: Option<u64>, seed: u64) -> Self {
        Self {
            model,
            left: count,
            ids: Ids(seeded(seed)),
            back: VecDeque::new(),
            lent: BTreeMap::new(),
            out: VecDeque::new(),
            out_count: 0,
        }
    }

    pub(super) fn next(&mut self, slot: u32) -> Result<Option<Board>, TrayError> {
        if let Some(chip_id) = self.lent.get(&slot) {
            return Err(TrayError::AlreadyLent { slot, chip_id: chip_id.clone() });
        }
        let board = match self.back.pop_front() {
            Some(board) => board,
            None => match &mut self.left {
                Some(0) => return Ok(None),
                left => {
                    if let Some(left) = left {
                        *left -= 1;
                    }
                    // Of 64 random bits no two are the same in any rehearsal that ends.
                    Board::new(Arc::clone(&self.model), chip_id(&mut self.ids.0))
                }
            },
        };
        self.lent.insert(slot, board.chip_id().to_owned());
        Ok(Some(board))
    }

    pub(super) fn put_out(&mut self, board: Board) -> Result<(), TrayError> {
        self.release(&board)?;
        self.out_count += 1;
        if self.out.len() == OUT_KEPT_MAX {
            self.out.pop_front();
        }
        self.out.push_back(board);
        Ok(())
    }

    pub(super) fn put_back(&mut self, board: Board) -> Result<(), TrayError> {
        self.release(&board)?;
        self.back.push_front(board);
        Ok(())
    }

    pub(super) fn take_out(&mut self) -> Vec<Board> {
        self.out.drain(..).collect()
    }

    pub(super) fn count(&self) -> TrayCount {
        TrayCount {
            waiting: self.left.map(|left| left + self.back.len() as u64),
            lent: self.lent.len() as u64,
            out: self.out_count,
        }
    }

    fn release(&mut self, board: &Board) -> Result<(), TrayError> {
        let slot = self.lent.iter().find(|(_, id)| *id == board.chip_id()).map(|(slot, _)| *slot);
        match slot.and_then(|slot| self.lent.remove(&slot)) {
            Some(_) => Ok(()),
            None => Err(TrayError::NotLent { chip_id: board.chip_id().to_owned() }),
        }
    }
}
