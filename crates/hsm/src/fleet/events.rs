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
