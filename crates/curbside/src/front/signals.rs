//! What ends a front, and what has it read its files again.

use std::io;

use mtls::front::Running;
use tokio::runtime::Runtime;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{exit::Exit, failure::Failure};

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
                _ = hang_up.recv() => running.reload(),
            }
        }
    }

    #[cfg(not(unix))]
    pub(crate) async fn wait(self, _running: &Running) {
        let _no_console = tokio::signal::ctrl_c().await;
    }
}

#[cfg(unix)]
fn failed(error: io::Error) -> Failure {
    Failure::new(Exit::Io, format!("failed to listen for signals: {error}"))
}
