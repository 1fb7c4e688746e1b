//! How many devices a job may make.

use std::sync::{Mutex, PoisonError};

/// Counts identities: one for each intent, whether or not its board was ever finished, since the HSM may have signed it.
#[derive(Debug)]
pub(crate) struct Quota {
    limit: Option<u64>,
    used: Mutex<u64>,
}

impl Quota {
    pub(crate) const fn new(limit: Option<u64>, used: u64) -> Self {
        Self { limit, used: Mutex::new(used) }
    }

    /// Takes one, or says that none is left.
    pub(crate) fn take(&self) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let is_left = self.limit.is_none_or(|limit| *used < limit);
        if is_left {
            *used += 1;
        }
        is_left
    }

    /// Gives one back that no intent was recorded for.
    pub(crate) fn give_back(&self) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        *used = used.saturating_sub(1);
    }

    pub(crate) fn is_used_up(&self) -> bool {
        let used = *self.used.lock().unwrap_or_else(PoisonError::into_inner);
        self.limit.is_some_and(|limit| used >= limit)
    }
}
