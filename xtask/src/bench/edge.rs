//! What only a program's edge has: the wall clock and randomness.

use std::time::{SystemTime, UNIX_EPOCH};

use journal::UnixMillis;

/// The time that files are named after and reports show. Nothing is measured with it.
pub(super) fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Fills a buffer, or says that there is no randomness.
pub(super) fn fill_random(bytes: &mut [u8]) -> bool {
    getrandom::fill(bytes).is_ok()
}
