//! The one place that reads the clock.

use std::time::SystemTime;

use control_log::ControlLogName;

use crate::{exit::Exit, failure::Failure};

/// The time in seconds since 1970; 0 for a clock before that.
pub(crate) fn unix_seconds() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The name of a control log that is made now.
pub(crate) fn control_log_name() -> Result<ControlLogName, Failure> {
    // A clock before 1970 gives the first name there is; a log of that name tells its own story.
    ControlLogName::from_unix_seconds(unix_seconds()).map_err(|error| {
        Failure::new(Exit::Io, format!("this machine's clock is wrong: {error}"))
            .hint("set the clock; control logs are named after it".to_owned())
    })
}
