//! What a line does, as numbers that Prometheus reads. `docs/metrics.md` lists them.
//!
//! [`Metrics`] listens to events and counts; [`Metrics::serve`] answers `GET /metrics` on this machine. Counters
//! begin at zero with each run.

mod counted;
mod text;

use std::{
    future::ready,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use metrics_text::Audience;
pub use metrics_text::{ServeError, Serving};

use self::counted::Counted;
use crate::{event::Event, plant::PlantHealth};

/// Counts what happens. Clones count into the same.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    line: String,
    counted: Mutex<Counted>,
    plant: OnceLock<PlantHealth>,
}

impl Metrics {
    /// Nothing has happened yet on this line.
    pub fn new(line: &str) -> Self {
        Self(Arc::new(Shared {
            line: line.to_owned(),
            counted: Mutex::default(),
            plant: OnceLock::new(),
        }))
    }

    /// Counts an event.
    pub fn tell(&self, event: &Event) {
        self.lock().tell(event);
    }

    /// Shows how the plant's systems are, from now on. Only the first call counts.
    pub fn watch_plant(&self, health: PlantHealth) {
        // A line has one plant.
        let _first_stays = self.0.plant.set(health);
    }

    /// All numbers in the text format of Prometheus, version 0.0.4.
    pub fn text(&self) -> String {
        text::text(&self.0.line, &self.lock(), self.0.plant.get())
    }

    /// Serves the numbers until the value returned is dropped.
    ///
    /// # Errors
    ///
    /// The address is not this machine's own, or is taken.
    pub fn serve(&self, address: SocketAddr) -> Result<Serving, ServeError> {
        let metrics = self.clone();
        Serving::start(address, Audience::ThisMachine, move || ready(Ok(metrics.text())))
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        // Counting does not panic half-way.
        self.0.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
