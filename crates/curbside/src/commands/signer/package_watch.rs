//! Job packages that come while a server signs.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use signing_server::{Desk, store::StoreFault};
use tokio::time;

use crate::front::{Level, Said, Teller};

/// How often the directory of job packages is looked at.
const PACKAGES_PERIOD: Duration = Duration::from_secs(5);

/// Brings job packages in, and says once what is wrong with a file.
pub(super) struct PackageWatch {
    teller: Teller,
    /// What was wrong when the directory was read last.
    bad: BTreeSet<String>,
}

impl PackageWatch {
    pub(super) const fn new(teller: Teller) -> Self {
        Self { teller, bad: BTreeSet::new() }
    }

    /// Looks at the directory now.
    pub(super) async fn refresh(&mut self, desk: &Desk) -> Result<(), StoreFault> {
        let mut now = BTreeSet::new();
        for package in desk.packages().refresh(desk.store()).await? {
            let path = package.path.display().to_string();
            let message = format!("{path} pays for nothing: {}", package.problem);
            if !self.bad.contains(&message) {
                let said = Said::new(Level::Warning, "package-refused", &*message);
                self.teller.say(&said.with("file", path));
            }
            now.insert(message);
        }
        self.bad = now;
        Ok(())
    }

    /// Looks again and again: new packages count without a restart.
    pub(super) async fn go_on(mut self, desk: Arc<Desk>) {
        loop {
            time::sleep(PACKAGES_PERIOD).await;
            // A database that is away is seen by every call.
            let _away = self.refresh(&desk).await;
        }
    }
}
