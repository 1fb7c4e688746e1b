//! The watchdog: the service manager hears from us as long as we are healthy, and starts us anew once it does not.

use std::time::Duration;

use tokio::time::sleep;

use super::manager;

/// How often health is looked at where no watchdog asks for it.
const STATUS_PERIOD: Duration = Duration::from_secs(10);

/// How often at least it is looked at where one does.
const PERIOD_MIN: Duration = Duration::from_millis(10);

/// What a look at a service finds.
pub(crate) struct Health {
    /// Whether it can do its work, as far as starting it anew would help.
    pub(crate) is_healthy: bool,
    /// How it is, in words for the person who asks the manager.
    pub(crate) status: String,
}

/// Looks after a service for ever. The manager is told three times within the time that it waits, so that one late message
/// ends nothing.
pub(crate) async fn watch(look: impl AsyncFn() -> Health) {
    let watchdog = manager::watchdog();
    let period = watchdog.map_or(STATUS_PERIOD, |time| (time / 3).max(PERIOD_MIN));
    let mut said = String::new();
    loop {
        let health = look().await;
        if health.is_healthy && watchdog.is_some() {
            manager::alive();
        }
        if health.status != said {
            manager::status(&health.status);
            said = health.status;
        }
        sleep(period).await;
    }
}
