//! Reading the files again when they change.

use std::{path::PathBuf, sync::Arc, time::SystemTime};

use tokio::{
    sync::{Notify, watch},
    task::spawn_blocking,
    time::{Instant, sleep},
};

use super::{
    FrontEvent, FrontSettings, MaterialError,
    limits::{EXPIRY_PERIOD, EXPIRY_WARNING_DAYS, RELOAD_PERIOD},
    material::{Files, Material},
    server::Shared,
};

/// What was seen of the files.
pub(super) struct Reloader {
    paths: Vec<PathBuf>,
    stamps: Vec<Option<(SystemTime, u64)>>,
    digest: [u8; 32],
    generation: u64,
    has_crl: bool,
}

impl Reloader {
    pub(super) fn new(settings: &FrontSettings, files: &Files, material: &Material) -> Self {
        let paths = [&settings.ca, &settings.certificate, &settings.key];
        let paths = paths.into_iter().chain(&settings.crl).cloned().collect();
        Self {
            paths,
            // Without stamps the first look reads the files once more, so that a change since the first reading is seen.
            stamps: Vec::new(),
            digest: files.digest(),
            generation: material.generation,
            has_crl: material.revoked.is_some(),
        }
    }

    /// Looks at the files until the front stops.
    pub(super) async fn run(
        mut self,
        shared: Arc<Shared>,
        asked: Arc<Notify>,
        mut stopped: watch::Receiver<bool>,
    ) {
        warn(&shared);
        let mut warned = Instant::now();
        loop {
            let is_asked = tokio::select! {
                () = sleep(RELOAD_PERIOD) => false,
                () = asked.notified() => true,
                _ = stopped.changed() => return,
            };
            // A slow disk, or one over the network, must not hold up connections.
            let looked = spawn_blocking({
                let shared = Arc::clone(&shared);
                move || {
                    self.look(&shared, is_asked);
                    if is_asked {
                        shared.looks.send_modify(|looks| *looks = looks.wrapping_add(1));
                    }
                    self
                }
            });
            self = match looked.await {
                Ok(reloader) => reloader,
                Err(_) => return,
            };
            if warned.elapsed() >= EXPIRY_PERIOD {
                warn(&shared);
                warned = Instant::now();
            }
        }
    }

    fn look(&mut self, shared: &Shared, is_asked: bool) {
        // Taken before the files are read: a change during the reading is seen next time.
        let stamps = self.stamps();
        if stamps == self.stamps && !is_asked {
            return;
        }
        self.stamps = stamps;
        let read = self.read(shared, is_asked);
        let unix_millis = shared.clock.unix_millis();
        match read {
            Ok(None) => {}
            Ok(Some(material)) => {
                self.has_crl = material.revoked.is_some();
                let (expiry, revoked) = (material.expiry, material.revoked);
                shared.install(material);
                shared.events.send(FrontEvent::Reloaded { unix_millis, expiry, revoked });
                warn(shared);
            }
            Err(error) => shared.events.send(FrontEvent::ReloadFailed { unix_millis, error }),
        }
    }

    fn read(&mut self, shared: &Shared, is_asked: bool) -> Result<Option<Material>, MaterialError> {
        let files = Files::read(&shared.settings, self.has_crl)?;
        let digest = files.digest();
        if digest == self.digest && !is_asked {
            return Ok(None);
        }
        let generation = self.generation + 1;
        let material = Material::new(&files, &shared.settings, &shared.clock, generation)?;
        (self.digest, self.generation) = (digest, generation);
        Ok(Some(material))
    }

    fn stamps(&self) -> Vec<Option<(SystemTime, u64)>> {
        let stamp = |path: &PathBuf| {
            let metadata = path.metadata().ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        self.paths.iter().map(stamp).collect()
    }
}

/// Reports what expires soon.
fn warn(shared: &Shared) {
    let unix_millis = shared.clock.unix_millis();
    let (expiry, now) = (shared.material().expiry, unix_millis / 1000);
    for (what, days) in [("server", expiry.server_days(now)), ("authority", expiry.ca_days(now))] {
        if days < EXPIRY_WARNING_DAYS {
            shared.events.send(FrontEvent::ExpiresSoon { unix_millis, what, days });
        }
    }
}
