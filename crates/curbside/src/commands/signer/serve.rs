//! `curbside signer serve`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use tokio::select;

use super::serving::{Serving, read_settings};
use crate::{
    failure::Failure,
    front::{
        FrontLog, FrontSignals, Level, Lines, Said, Teller, make_room_for,
        supervisor::{self, ServiceArgs},
    },
};

/// Sign for many lines, over mutual TLS
///
/// It puts the HSMs of any number of products behind one call: a device's keys in, its chains out. The PIN stays here. Each
/// device is paid by its job package where the product asks for one, signed once, and entered in the evidence log; whoever
/// asks again gets the same chains. What was begun when the server was killed is finished at its next start.
///
/// It serves until Ctrl-C or SIGTERM; then calls in hand are finished. SIGHUP has certificates read again; that happens by
/// itself too when their files change. systemd is told when it is ready, and as long as it is healthy.
///
/// stdout has a line for every request that was answered or refused; stderr has what the server says of itself. With --json
/// both are lines on stdout, each with time, level and event.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  curbside signer serve signer.toml
  curbside signer serve signer.toml --json")]
pub(crate) struct ServeArgs {
    /// The settings: docs/signing-service.md explains every key
    #[arg(value_name = "SETTINGS")]
    settings: PathBuf,
    /// How many seconds calls in hand may take to finish after the end was asked for
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    grace: u64,
    /// Print JSON lines instead of text; the first says where it listens
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    service: ServiceArgs,
}

/// The most connections that a front takes in.
const CONNECTIONS: usize = mtls::front::limits::CONNECTIONS_MAX;

pub(super) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let serving = args.clone();
    supervisor::run(args.service, move || serve(&serving))
}

fn serve(args: &ServeArgs) -> Result<(), Failure> {
    let settings = read_settings(&args.settings)?;
    make_room_for(CONNECTIONS);
    let (teller, told) = Teller::new(args.json);
    let (serving, events) = Serving::start(&settings, &teller)?;
    let signals = FrontSignals::listen(serving.runtime())?;
    let addresses: Vec<String> = serving.local_addrs().iter().map(SocketAddr::to_string).collect();
    let signs = format!("{} signs at https://{}", settings.name, addresses.join(" and https://"));
    let lines = Lines::new();
    let metrics = serving.metrics_addr().map(|address| address.to_string());
    let started = Said::new(Level::Info, "started", &*signs)
        .with("name", settings.name)
        .with("addresses", addresses)
        .with("metrics", metrics);
    // Before all that was said until now: whoever started us waits for it.
    if args.json {
        lines.write_now(&started.line());
    } else {
        teller.say(&started);
    }
    told.write_to(lines.clone())?;
    let log = FrontLog::start(events, lines, args.json)?;
    supervisor::ready(&signs);
    let ended = serving.runtime().block_on(async {
        select! {
            () = signals.wait(serving.running()) => Ok(()),
            failure = serving.store_broken() => Err(failure),
            () = supervisor::watch(|| serving.health()) => Ok(()),
        }
    });
    let stopping = "stopping: calls in hand are finished";
    supervisor::stopping(stopping);
    teller.say(&Said::new(Level::Info, "stopping", stopping));
    serving.stop(Duration::from_secs(args.grace));
    drop(teller);
    log.finish();
    ended
}
