//! What ends a front, and what has it read its files again.

#[cfg(unix)]
use std::{io, time::Duration};

use mtls::front::Running;
use tokio::runtime::Runtime;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

#[cfg(unix)]
use crate::exit::Exit;
use crate::{failure::Failure, front::supervisor};

/// How long files may take to be read again before the service manager is told that it is done: they are read on, and the
/// log says what came of it.
#[cfg(unix)]
const RELOAD_PATIENCE: Duration = Duration::from_secs(10);

/// Ctrl-C and SIGTERM end a front, SIGHUP has the files read again.
pub(crate) struct FrontSignals {
    #[cfg(unix)]
    signals: [Signal; 3],
}

impl FrontSignals {
    /// Catches them from here on: a script that has read our first line may ask at once.
    pub(crate) fn listen(runtime: &Runtime) -> Result<Self, Failure> {
        let _inside = runtime.enter();
        Ok(Self {
            #[cfg(unix)]
            signals: [
                signal(SignalKind::terminate()).map_err(failed)?,
                signal(SignalKind::interrupt()).map_err(failed)?,
                signal(SignalKind::hangup()).map_err(failed)?,
            ],
        })
    }

    #[cfg(unix)]
    pub(crate) async fn wait(self, running: &Running) {
        let [mut terminate, mut interrupt, mut hang_up] = self.signals;
        loop {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = interrupt.recv() => return,
                _ = hang_up.recv() => {}
            }
            supervisor::reloading();
            tokio::select! {
                _ = terminate.recv() => return,
                _ = interrupt.recv() => return,
                _ = tokio::time::timeout(RELOAD_PATIENCE, running.reloaded()) => {}
            }
            supervisor::ready("certificates were read again");
        }
    }

    #[cfg(not(unix))]
    pub(crate) async fn wait(self, _running: &Running) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = supervisor::stop_asked() => {}
        }
    }
}

#[cfg(unix)]
fn failed(error: io::Error) -> Failure {
    Failure::new(Exit::Io, format!("failed to listen for signals: {error}"))
}
