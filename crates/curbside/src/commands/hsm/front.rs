//! What the two commands that answer as a connector have in common.

use std::{io, net::SocketAddr};

use clap::Args;
use serde::Serialize;
use soft_hsm::connector::{BindError, HostPolicy, ListenAddress};
use tokio::runtime::{self, Runtime};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{exit::Exit, failure::Failure, terminal, terminal::Output};

/// Where to listen, and whom to answer.
#[derive(Args, Debug)]
pub(crate) struct FrontArgs {
    /// Listen here; port 0 takes any that is free
    #[arg(short, long, value_name = "HOST:PORT", default_value = "127.0.0.1:12345")]
    pub(crate) listen: ListenAddress,
    /// Answer only requests to `localhost`, `localhost.`, `127.0.0.1` and `[::1]`, so that no web page can get through
    #[arg(long)]
    enable_host_header_allowlist: bool,
    /// Answer only requests to these hosts
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    host_header_allowlist: Vec<String>,
    /// Print one JSON line to stdout as soon as it listens
    #[arg(long)]
    json: bool,
}

impl FrontArgs {
    /// The allow-list.
    pub(crate) fn hosts(&self) -> HostPolicy {
        if !self.host_header_allowlist.is_empty() {
            HostPolicy::Allow(self.host_header_allowlist.clone())
        } else if self.enable_host_header_allowlist {
            HostPolicy::this_machine()
        } else {
            HostPolicy::Any
        }
    }

    /// What to give to clients: the host as it was named, with the port that it got.
    pub(crate) fn url(&self, local_addr: SocketAddr) -> String {
        format!("http://{}:{}", self.listen.host, local_addr.port())
    }

    /// Warns where others than this machine get through.
    pub(crate) fn warn(local_addr: SocketAddr) {
        if !local_addr.ip().is_loopback() {
            terminal::note(&format!(
                "warning: other machines reach {local_addr}, without TLS and without a certificate of theirs"
            ));
        }
    }

    /// Tells a script that the connector listens.
    pub(crate) fn print(&self, started: &impl Serialize) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        let mut output = Output::new();
        output.print_json_line(started)?;
        output.finish()
    }
}

/// Ctrl-C and SIGTERM, caught from [`StopSignals::listen`] on: a script that has read our line may ask us to
/// stop at once.
pub(crate) struct StopSignals {
    runtime: Runtime,
    #[cfg(unix)]
    signals: [Signal; 2],
}

impl StopSignals {
    pub(crate) fn listen() -> Result<Self, Failure> {
        let runtime = runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
        #[cfg(unix)]
        let signals = {
            let _reactor = runtime.enter();
            let terminate = signal(SignalKind::terminate()).map_err(failed)?;
            [terminate, signal(SignalKind::interrupt()).map_err(failed)?]
        };
        Ok(Self {
            runtime,
            #[cfg(unix)]
            signals,
        })
    }

    /// Returns when this process is asked to stop.
    pub(crate) fn wait(mut self) -> Result<(), Failure> {
        self.next()
    }

    /// Returns each time that this process is asked to stop.
    #[cfg(unix)]
    pub(crate) fn next(&mut self) -> Result<(), Failure> {
        let [terminate, interrupt] = &mut self.signals;
        self.runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
        Ok(())
    }

    /// Returns each time that this process is asked to stop.
    #[cfg(not(unix))]
    pub(crate) fn next(&mut self) -> Result<(), Failure> {
        self.runtime.block_on(tokio::signal::ctrl_c()).map_err(failed)
    }
}

fn failed(error: io::Error) -> Failure {
    Failure::new(Exit::Io, format!("failed to listen for signals: {error}"))
}

impl From<BindError> for Failure {
    fn from(error: BindError) -> Self {
        Self::new(Exit::Io, &error).hint(error.hint().map(str::to_owned))
    }
}
