//! What a person reads when an HSM goes or comes back while others sign.

use hsm::FleetEvent;

use crate::terminal;

/// Says what happened, where a person may have to do something.
pub(crate) fn tell(event: &FleetEvent) {
    match event {
        FleetEvent::Up { .. } => {}
        FleetEvent::Down { place, error } => {
            terminal::note(&format!("note: {place} does not sign now: failed to {error}"));
        }
        FleetEvent::LogFull { place } => terminal::note(&format!(
            "note: {place} does not sign now: its audit log is full: `curbside hsm audit --advance`"
        )),
        FleetEvent::Short { place, sessions, wanted, error } => terminal::note(&format!(
            "note: {place} signs with {sessions} of {wanted} sessions: failed to {error}"
        )),
        FleetEvent::LogLow { place, used, total } => {
            terminal::note(&format!(
                "note: the audit log of {place} has {used} of {total} entries"
            ));
        }
        FleetEvent::LogNotStored { place, cause } => {
            terminal::note(&format!(
                "note: the audit log of {place} stays there: failed to {cause}"
            ));
        }
        FleetEvent::Drained { .. } => {}
    }
}
