//! Numbers one after the other.

use std::collections::VecDeque;

use journal::SerialStore;

use super::{SerialsError, pattern_name};
use crate::job::Pattern;

/// How many numbers are taken from the store at once. After a kill the block is gone through again, a look into the
/// journal each.
const BLOCK_LEN: u32 = 256;

/// How many blocks may have numbers that were not used when a line was killed: the one in use, and the one before, whose
/// last numbers were with boards that failed.
const OPEN_BLOCKS_MAX: usize = 2;

/// A range, and the part of it that is this line's.
#[derive(Debug)]
pub(super) struct Range {
    pattern: Pattern,
    first: u64,
    last: u64,
    /// Reserved for this line, not handed out. Whether an earlier run may have used it stands beside it.
    numbers: VecDeque<(u64, Origin)>,
}

/// What is known of a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Origin {
    /// The store handed it out in this run: nobody has used it.
    Fresh,
    /// An earlier run had it: the journal knows whether it was used.
    Earlier,
}

impl Range {
    /// Takes up what an earlier run of this line had reserved. Whoever asks looks into the journal which of them were used.
    pub(super) fn new(
        pattern: Pattern,
        first: u64,
        last: u64,
        store: &SerialStore,
        owner: &str,
    ) -> Result<Self, SerialsError> {
        let name = pattern_name(&pattern);
        let blocks = store.blocks_of(owner)?;
        let own: Vec<_> = blocks.iter().filter(|block| block.pattern_id == name).collect();
        let open = own.iter().skip(own.len().saturating_sub(OPEN_BLOCKS_MAX));
        let numbers = open
            .flat_map(|block| block.first..=block.last)
            .filter(|number| (first..=last).contains(number))
            .map(|number| (number, Origin::Earlier))
            .collect();
        Ok(Self { pattern, first, last, numbers })
    }

    pub(super) fn next(
        &mut self,
        store: Option<&SerialStore>,
        owner: &str,
    ) -> Result<Option<(String, Origin)>, SerialsError> {
        if self.numbers.is_empty()
            && let Some(store) = store
        {
            let name = pattern_name(&self.pattern);
            let fresh = store.reserve_next_range(&name, self.first, self.last, BLOCK_LEN, owner)?;
            self.numbers = fresh.into_iter().map(|number| (number, Origin::Fresh)).collect();
        }
        let next = self.numbers.pop_front();
        Ok(next.map(|(number, origin)| (self.pattern.dsn(number), origin)))
    }

    pub(super) fn give_back(&mut self, dsn: String) {
        if let Some(number) = self.pattern.number(&dsn) {
            self.numbers.push_front((number, Origin::Fresh));
        }
    }
}
