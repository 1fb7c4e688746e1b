//! Answers those who have waited long enough, whatever the workers do.

use super::{board::Board, error::SignError, queue::Queue};

/// Runs until the fleet's workers have ended.
pub(super) fn run(queue: &Queue, board: &Board) {
    while let Some(expired) = queue.expired() {
        for caller in expired {
            let last = caller.last().or_else(|| board.outage()).map(Box::new);
            let waited = caller.since.elapsed();
            caller.answer(Err(SignError::TimedOut { waited, last }));
        }
    }
}
