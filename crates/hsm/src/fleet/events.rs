//! What happens to a fleet, for those who show or record it.

use std::{fmt, sync::Arc};

use super::error::FleetError;

/// Something that happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FleetEvent {
    /// An HSM has a session and signs.
    Up {
        /// Which, as its endpoint is written.
        place: String,
        /// Its serial number.
        serial: u32,
    },
    /// An HSM lost its last session; it is tried again.
    Down {
        /// Which.
        place: String,
        /// Why.
        error: FleetError,
    },
    /// An HSM signs with fewer sessions than it should, since no more can be opened. Told once, and again
    /// after it had all.
    Short {
        /// Which.
        place: String,
        /// How many it has.
        sessions: usize,
        /// How many it should have.
        wanted: usize,
        /// Why.
        error: FleetError,
    },
    /// The audit log of an HSM is nearly full. Told once, and again after it was emptied.
    LogLow {
        /// Which.
        place: String,
        /// How many entries are in the log.
        used: u8,
        /// How many it holds.
        total: u8,
    },
    /// The audit log of an HSM is full and the HSM insists on it: it does not sign until the log is emptied.
    LogFull {
        /// Which.
        place: String,
    },
    /// The entries of an audit log could not be fetched and stored; they stay on the HSM.
    LogNotStored {
        /// Of which HSM.
        place: String,
        /// Why.
        cause: String,
    },
    /// An HSM was told to rest and has closed its last session: it can be unplugged.
    Drained {
        /// Which.
        place: String,
    },
}

/// Who is told what happens. Called from the fleet's threads; must not take long.
#[derive(Clone, Default)]
pub struct Observer(Option<Arc<Tell>>);

type Tell = dyn Fn(&FleetEvent) + Send + Sync;

impl Observer {
    /// Tells a function.
    pub fn new(tell: impl Fn(&FleetEvent) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(super) fn tell(&self, event: &FleetEvent) {
        if let Some(tell) = &self.0 {
            tell(event);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Observer(…)" } else { "Observer(none)" })
    }
}
