//! `curbside mtls gateway`.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::Args;
use mtls::{
    front::{
        BindError, Clock, Front, FrontLimits, FrontSettings, MaterialError, Rate, Running,
        event_channel, limits,
    },
    gateway::{Gateway, UpstreamUrl},
};
use serde::Serialize;
use soft_hsm::connector::ListenAddress;
use tokio::runtime;

use crate::{
    clock,
    exit::Exit,
    failure::Failure,
    front::{
        FrontLog, FrontSignals, Lines, make_room_for,
        supervisor::{self, Health, ServiceArgs},
    },
    terminal,
};

/// Put mutual TLS in front of a connector
///
/// It does what the public recipe has nginx do: lines with a certificate of the local authority reach the connector, and
/// nobody else does. Certificates, key and revocation list are read again when their files change, or on SIGHUP. It serves
/// until Ctrl-C or SIGTERM; then requests in hand are finished.
///
/// stdout has a line for every request that was answered or refused, and for every connection that was refused, with the
/// client's name, its address and the reason.
#[derive(Args, Clone, Debug)]
pub(crate) struct GatewayArgs {
    /// Listen here; may be given more than once. [::]:8081 takes IPv4 too where the system allows it
    #[arg(short, long, value_name = "HOST:PORT", default_value = "0.0.0.0:8081")]
    listen: Vec<ListenAddress>,
    /// The connector
    #[arg(short, long, value_name = "URL", default_value = "http://127.0.0.1:12345")]
    upstream: UpstreamUrl,
    /// The directory with ca.pem, server.pem, server.key and, where something is revoked, ca.crl
    #[arg(long, value_name = "DIR")]
    certificates: PathBuf,
    /// The revocation list, where it is not ca.crl in DIR
    #[arg(long, value_name = "FILE")]
    crl: Option<PathBuf>,
    /// The most connections at once
    #[arg(long, value_name = "N", default_value_t = limits::CONNECTIONS_MAX)]
    connections: usize,
    /// The most connections at once from one address
    #[arg(long, value_name = "N", default_value_t = limits::CONNECTIONS_PER_ADDRESS_MAX)]
    connections_per_address: usize,
    /// The most requests a second of one client; 0 for no limit
    #[arg(long, value_name = "N", default_value_t = limits::RATE.per_second)]
    rate: u32,
    /// How many seconds requests in hand may take to finish after the end was asked for
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    grace: u64,
    /// Print JSON lines instead of text; the first says where it listens
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    service: ServiceArgs,
}

/// What scripts learn from the first line with --json.
#[derive(Serialize)]
struct Started {
    event: &'static str,
    addresses: Vec<String>,
    upstream: String,
    server_days: i64,
    authority_days: i64,
}

pub(crate) fn run(args: &GatewayArgs) -> Result<(), Failure> {
    let guarding = args.clone();
    supervisor::run(args.service, move || guard(&guarding))
}

fn guard(args: &GatewayArgs) -> Result<(), Failure> {
    let settings = args.settings();
    make_room_for(args.connections);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| Failure::new(Exit::Io, format!("failed to start threads: {error}")))?;
    let signals = FrontSignals::listen(&runtime)?;
    let (sender, receiver) = event_channel(limits::EVENTS_MAX);
    let clock = Clock::new(|| u64::try_from(clock::unix_millis().0).unwrap_or(0));
    let gateway = Arc::new(Gateway::new(args.upstream.clone(), &settings.limits));
    let front = Front::bind(&args.addresses()?, settings, clock, sender)?;
    let running = {
        let _inside = runtime.enter();
        front.serve(move |peer, request| Arc::clone(&gateway).answer(peer, request))
    };
    args.tell(&running)?;
    let log = FrontLog::start(receiver, Lines::new(), args.json)?;
    supervisor::ready(&format!("guarding {}", args.upstream));
    let grace = Duration::from_secs(args.grace);
    runtime.block_on(async {
        tokio::select! {
            () = signals.wait(&running) => {}
            () = supervisor::watch(async || health(&running)) => {}
        }
        supervisor::stopping("stopping: requests in hand are finished");
        terminal::note("stopping: requests in hand are finished");
        running.stop(grace).await;
    });
    // Ends what still writes to connections that did not finish in time, and with it the log's last sender.
    runtime.shutdown_timeout(Duration::from_secs(1));
    log.finish();
    Ok(())
}

fn health(running: &Running) -> Health {
    let is_healthy = running.is_serving();
    let status = if is_healthy {
        format!("{} connections", running.connections())
    } else {
        "not healthy: the front does not answer".to_owned()
    };
    Health { is_healthy, status }
}

impl GatewayArgs {
    fn settings(&self) -> FrontSettings {
        let file = |name: &str| self.certificates.join(name);
        let rate = Rate { per_second: self.rate, burst: self.rate.saturating_mul(2) };
        FrontSettings {
            ca: file("ca.pem"),
            certificate: file("server.pem"),
            key: file("server.key"),
            crl: Some(self.crl.clone().unwrap_or_else(|| file("ca.crl"))),
            // As the recipe's nginx; its clients speak nothing else.
            alpn: vec![b"http/1.1".to_vec()],
            roles: Gateway::ROLES.to_vec(),
            limits: FrontLimits {
                connections: self.connections.max(1),
                connections_per_address: self.connections_per_address.max(1),
                rate: (self.rate > 0).then_some(rate),
                ..FrontLimits::default()
            },
        }
    }

    fn addresses(&self) -> Result<Vec<SocketAddr>, Failure> {
        self.listen.iter().map(resolve).collect()
    }

    fn tell(&self, running: &Running) -> Result<(), Failure> {
        let addresses: Vec<String> =
            running.local_addrs().iter().map(SocketAddr::to_string).collect();
        let (expiry, now) = (running.expiry(), clock::unix_seconds());
        terminal::note(&format!(
            "guarding {} at https://{}; the server's certificate lasts {} days, the authority {}",
            self.upstream,
            addresses.join(" and https://"),
            expiry.server_days(now),
            expiry.ca_days(now),
        ));
        let key = self.certificates.join("server.key");
        if let Err(error) = durable::refuse_open_to_others(&key) {
            terminal::note(&format!("warning: {error}"));
        }
        self.warn_without_list();
        if !self.json {
            return Ok(());
        }
        let mut output = terminal::Output::new();
        output.print_json_line(&Started {
            event: "started",
            addresses,
            upstream: self.upstream.to_string(),
            server_days: expiry.server_days(now),
            authority_days: expiry.ca_days(now),
        })?;
        output.finish()
    }

    fn warn_without_list(&self) {
        let path = self.crl.clone().unwrap_or_else(|| self.certificates.join("ca.crl"));
        if !Path::new(&path).exists() {
            terminal::note(&format!(
                "note: there is no revocation list at {}; nothing counts as revoked",
                path.display()
            ));
        }
    }
}

/// The first address of a name; IPv4 goes first.
fn resolve(listen: &ListenAddress) -> Result<SocketAddr, Failure> {
    let failed =
        |error: io::Error| Failure::new(Exit::Io, format!("failed to look up {listen}: {error}"));
    let found = listen.to_string().to_socket_addrs().map_err(failed)?;
    let first = found.min_by_key(SocketAddr::is_ipv6);
    first.ok_or_else(|| failed(io::ErrorKind::AddrNotAvailable.into()))
}

impl From<BindError> for Failure {
    fn from(error: BindError) -> Self {
        let exit = match &error {
            BindError::Material(MaterialError::Content { .. }) => Exit::Malformed,
            BindError::Material(MaterialError::File(_)) | BindError::Listen { .. } => Exit::Io,
        };
        Self::new(exit, format!("failed to {error}")).hint(error.hint())
    }
}
