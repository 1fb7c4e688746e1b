//! Room for connections among the files that a process may open.

use crate::terminal;

/// Descriptors that are not connections of clients: files, signals, connections to the connector.
const OTHER_DESCRIPTORS: u64 = 128;

/// Raises the soft limit on open files as far as the connections need and the hard limit allows: it is 1,024 by custom, for
/// the sake of old programs.
#[cfg(unix)]
pub(crate) fn make_room_for(connections: usize) {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OTHER_DESCRIPTORS);
    let mut limit = getrlimit(Resource::Nofile);
    let Some(current) = limit.current.filter(|current| *current < needed) else { return };
    let possible = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
    limit.current = Some(possible);
    let has_raised = setrlimit(Resource::Nofile, limit).is_ok();
    let now = if has_raised { possible } else { current };
    if now < needed {
        terminal::note(&format!(
            "warning: this process may open {now} files, and {connections} connections need {needed}"
        ));
    }
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub(crate) fn make_room_for(_connections: usize) {}
