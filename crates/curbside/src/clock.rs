//! The one place that reads the clock.

use std::time::{Duration, SystemTime};

use control_log::ControlLogName;
use journal::UnixMillis;

use crate::{exit::Exit, failure::Failure};

/// The time in seconds since 1970; 0 for a clock before that.
pub(crate) fn unix_seconds() -> u64 {
    u64::try_from(unix_millis().0 / 1000).unwrap_or(0)
}

/// The time in milliseconds since 1970, negative for a clock before that.
pub(crate) fn unix_millis() -> UnixMillis {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    let now = SystemTime::now();
    let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    UnixMillis(match now.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => millis(since),
        Err(before) => -millis(before.duration()),
    })
}

/// The name of a control log that is made now.
pub(crate) fn control_log_name() -> Result<ControlLogName, Failure> {
    // A clock before 1970 gives the first name there is; a log of that name tells its own story.
    ControlLogName::from_unix_seconds(unix_seconds()).map_err(|error| {
        Failure::new(Exit::Io, format!("this machine's clock is wrong: {error}"))
            .hint("set the clock; control logs are named after it".to_owned())
    })
}
