//! The patience of a start with its database.

use std::{
    thread,
    time::{Duration, Instant},
};

use signing_server::store::StoreFault;

use crate::front::{Level, Said, Teller};

/// How long a start waits for a database that is away, and how often it asks: after a power cut database and server start
/// together, and a database that was killed recovers first.
const DATABASE_PATIENCE: Duration = Duration::from_secs(60);
const DATABASE_PERIOD: Duration = Duration::from_millis(500);

/// Waits for a database, once for a whole start.
pub(super) struct DatabaseWait<'a> {
    teller: &'a Teller,
    deadline: Instant,
}

impl<'a> DatabaseWait<'a> {
    /// From now on.
    pub(super) fn new(teller: &'a Teller) -> Self {
        Self { teller, deadline: Instant::now() + DATABASE_PATIENCE }
    }

    /// Asks until the database answers, and says once why not.
    pub(super) fn until<T>(
        &self,
        mut ask: impl FnMut() -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        let mut has_said = false;
        loop {
            match ask() {
                Err(fault) if fault.is_passing() && Instant::now() < self.deadline => {
                    if !has_said {
                        let seconds = DATABASE_PATIENCE.as_secs();
                        let message =
                            format!("failed to {fault}; it is asked again for up to {seconds} s");
                        self.teller.say(&Said::new(Level::Warning, "database-away", message));
                        has_said = true;
                    }
                    thread::sleep(DATABASE_PERIOD);
                }
                asked => return asked,
            }
        }
    }
}
