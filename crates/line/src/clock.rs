//! The time, as the one who runs a line gives it.

use journal::UnixMillis;

/// Reads the wall clock. It may stand wrong and may jump: it names files and is shown in reports, and nothing else
/// depends on it. How long something takes is measured with a clock that only goes forward.
pub type Clock = fn() -> UnixMillis;
