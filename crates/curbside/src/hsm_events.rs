//! What a person reads when an HSM goes or comes back while others sign.

use hsm::FleetEvent;

use crate::{
    front::{Level, Said},
    terminal,
};

/// Says what happened, where a person may have to do something.
pub(crate) fn tell(event: &FleetEvent) {
    if !matches!(event, FleetEvent::Up { .. } | FleetEvent::Drained { .. }) {
        terminal::note(&said(event).in_words());
    }
}

/// What happened, in words and facts.
pub(crate) fn said(event: &FleetEvent) -> Said {
    let notice = |name, message: String| Said::new(Level::Notice, name, message);
    match event {
        FleetEvent::Up { place, serial } => {
            let message = format!("HSM {serial} signs, at {place}");
            Said::new(Level::Info, "hsm-up", message).with("hsm", &**place).with("serial", *serial)
        }
        FleetEvent::Down { place, error } => {
            notice("hsm-down", format!("{place} does not sign now: failed to {error}"))
                .with("hsm", &**place)
        }
        FleetEvent::LogFull { place } => notice(
            "hsm-log-full",
            format!(
                "{place} does not sign now: its audit log is full: `curbside hsm audit --advance`"
            ),
        )
        .with("hsm", &**place),
        FleetEvent::Short { place, sessions, wanted, error } => notice(
            "hsm-short",
            format!("{place} signs with {sessions} of {wanted} sessions: failed to {error}"),
        )
        .with("hsm", &**place)
        .with("sessions", *sessions)
        .with("wanted", *wanted),
        FleetEvent::LogLow { place, used, total } => {
            notice("hsm-log-low", format!("the audit log of {place} has {used} of {total} entries"))
                .with("hsm", &**place)
                .with("used", *used)
                .with("total", *total)
        }
        FleetEvent::LogNotStored { place, cause } => notice(
            "hsm-log-not-stored",
            format!("the audit log of {place} stays there: failed to {cause}"),
        )
        .with("hsm", &**place),
        FleetEvent::Drained { place } => {
            Said::new(Level::Info, "hsm-drained", format!("{place} can be unplugged"))
                .with("hsm", &**place)
        }
    }
}
