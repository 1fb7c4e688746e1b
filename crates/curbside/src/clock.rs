//! The one place that reads the clock.

use std::time::SystemTime;

use control_log::ControlLogName;

use crate::{exit::Exit, failure::Failure};

/// The name of a control log that is made now.
pub(crate) fn control_log_name() -> Result<ControlLogName, Failure> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the name of a log carries the second it was made"
    )]
    let now = SystemTime::now();
    // A clock before 1970 gives the first name there is; a log of that name tells its own story.
    let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    ControlLogName::from_unix_seconds(since_1970.as_secs()).map_err(|error| {
        Failure::new(Exit::Io, format!("this machine's clock is wrong: {error}"))
            .hint("set the clock; control logs are named after it".to_owned())
    })
}
