//! A signing server at work, in this process.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use hsm::FleetEvent;
use mtls::front::{
    Clock, EventReceiver, Front, FrontLimits, FrontSettings, Running, event_channel, limits,
};
use signing_server::{
    Desk, ProductEdge, ProductSettings, Settings,
    api::{Api, ApiSettings},
    store::Counts,
};
use tokio::{
    runtime::{self, Runtime},
    time,
};

use crate::{
    clock, commands::audit::signing_key, exit::Exit, failure::Failure, hsm_access::TlsArgs,
    hsm_events, pin::pin_of_file, terminal, trust::TrustArgs,
};

/// How often the directory of job packages is looked at.
const PACKAGES_PERIOD: Duration = Duration::from_secs(5);

/// How often intents are looked for that another server has left.
const RECOVER_PERIOD: Duration = Duration::from_secs(30);

/// How often the database is looked at: a server that cannot write is of no use to anybody.
const STORE_PERIOD: Duration = Duration::from_millis(500);

/// How many requests one line may have at the server at once: a line has up to 256 slots.
const STREAMS_MAX: u32 = 512;

/// A server that answers calls.
pub(crate) struct Serving {
    runtime: Runtime,
    running: Running,
    desk: Arc<Desk>,
}

impl Serving {
    /// Opens database and HSMs, and listens. What an earlier run left is finished beside new calls.
    pub(crate) fn start(settings: &Settings) -> Result<(Self, EventReceiver), Failure> {
        let runtime = runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime
            .map_err(|error| Failure::new(Exit::Io, format!("failed to start threads: {error}")))?;
        let key_path = &settings.evidence_key;
        durable::refuse_open_to_others(key_path)?;
        let key = signing_key(key_path, None, "make it with `curbside audit keygen`")?;
        let store = settings.open_store(unix_millis)?;
        let products = settings.products.iter().map(open_product).collect::<Result<_, _>>()?;
        let desk = Arc::new(Desk::new(products, settings.packages()?, store, clock::unix_seconds));
        refresh_packages(&runtime, &desk)?;
        let (sender, receiver) = event_channel(limits::EVENTS_MAX);
        let front_settings = front_settings(settings);
        let body_timeout = front_settings.limits.body;
        let front = Front::bind(&settings.listen, front_settings, Clock::new(unix_millis), sender)?;
        let api = Arc::new(Api::new(
            Arc::clone(&desk),
            ApiSettings { name: settings.name.clone(), evidence_key: key, body_timeout },
        ));
        let running = {
            let _inside = runtime.enter();
            let api = Arc::clone(&api);
            front.serve(move |peer, request| Arc::clone(&api).answer(peer, request))
        };
        api.watch_expiry({
            let expiry = running.expiry_watch();
            move || {
                let (expiry, now) = (expiry(), clock::unix_seconds());
                (expiry.server_days(now), expiry.ca_days(now))
            }
        });
        runtime.spawn(look_after_packages(Arc::clone(&desk)));
        runtime.spawn(recover(Arc::clone(&desk)));
        Ok((Self { runtime, running, desk }, receiver))
    }

    /// Where it listens.
    pub(crate) fn local_addrs(&self) -> &[SocketAddr] {
        self.running.local_addrs()
    }

    pub(crate) const fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    pub(crate) const fn running(&self) -> &Running {
        &self.running
    }

    /// Returns when the database cannot be written any more.
    pub(crate) async fn store_broken(&self) -> Failure {
        loop {
            if let Some(fault) = self.desk.store().broken() {
                return fault.into();
            }
            time::sleep(STORE_PERIOD).await;
        }
    }

    /// What the database has counted.
    pub(crate) fn counts(&self) -> Result<Counts, Failure> {
        Ok(self.runtime.block_on(self.desk.store().counts())?)
    }

    /// Finishes what is in hand, closes sessions and database.
    pub(crate) fn stop(self, grace: Duration) {
        let Self { runtime, running, desk } = self;
        runtime.block_on(running.stop(grace));
        // Ends the tasks that look after things, and with them their handles on the desk.
        runtime.shutdown_timeout(grace);
        let store = desk.store().clone();
        drop(desk);
        store.close();
    }
}

fn front_settings(settings: &Settings) -> FrontSettings {
    let file = |name: &str| settings.certificates.join(name);
    FrontSettings {
        ca: file("ca.pem"),
        certificate: file("server.pem"),
        key: file("server.key"),
        crl: Some(file("ca.crl")),
        alpn: vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        roles: Api::ROLES.to_vec(),
        // A line asks as fast as its boards come, and the queue of its product says when that is too fast.
        limits: FrontLimits { rate: None, streams: STREAMS_MAX, ..FrontLimits::default() },
    }
}

fn open_product(settings: &ProductSettings) -> Result<signing_server::Product, Failure> {
    let tls = TlsArgs {
        ca_cert: settings.ca_cert.clone(),
        client_cert: settings.client_cert.clone(),
        client_key: settings.client_key.clone(),
    };
    let edge = ProductEdge {
        credentials: pin_of_file(&settings.pin_file)?.into(),
        tls: tls.client()?,
        anchors: TrustArgs::of_file(settings.trust.clone()).anchors()?,
    };
    let observer = |event: &FleetEvent| match event {
        FleetEvent::Up { place, serial } => {
            terminal::note(&format!("HSM {serial} signs, at {place}"));
        }
        FleetEvent::Drained { place } => terminal::note(&format!("{place} can be unplugged")),
        event => hsm_events::tell(event),
    };
    Ok(settings.open(edge, observer)?)
}

fn refresh_packages(runtime: &Runtime, desk: &Arc<Desk>) -> Result<(), Failure> {
    let bad = runtime.block_on(desk.packages().refresh(desk.store()))?;
    for package in bad {
        terminal::note(&format!(
            "warning: {} pays for nothing: {}",
            package.path.display(),
            package.problem
        ));
    }
    Ok(())
}

/// New packages count without a restart. What is wrong with a file is said once, when the server starts.
async fn look_after_packages(desk: Arc<Desk>) {
    loop {
        time::sleep(PACKAGES_PERIOD).await;
        // A database that is away is seen by every call.
        let _away = desk.packages().refresh(desk.store()).await;
    }
}

async fn recover(desk: Arc<Desk>) {
    loop {
        match desk.recover().await {
            Ok((0, _)) => {}
            Ok((finished, _)) => terminal::note(&format!(
                "finished {finished} devices that were paid and had not been signed"
            )),
            Err(error) => terminal::note(&format!("warning: failed to {error}")),
        }
        time::sleep(RECOVER_PERIOD).await;
    }
}

/// The clock for the store, the front and the evidence.
fn unix_millis() -> u64 {
    u64::try_from(clock::unix_millis().0).unwrap_or(0)
}

/// Reads the settings of a server.
pub(super) fn read_settings(path: &Path) -> Result<Settings, Failure> {
    use signing_server::SETTINGS_LEN_BYTES_MAX;
    let bytes = durable::read_bounded(path, SETTINGS_LEN_BYTES_MAX)?;
    let bad = |problem: &dyn std::fmt::Display| {
        Failure::new(Exit::Malformed, format!("failed to read {}: {problem}", path.display()))
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| bad(&"it is no UTF-8 text"))?;
    let base = path.parent().unwrap_or_else(|| Path::new(""));
    Settings::parse(text, base)
        .map_err(|error| bad(&error).hint("docs/signing-service.md explains every key".to_owned()))
}

impl From<signing_server::store::StoreFault> for Failure {
    fn from(fault: signing_server::store::StoreFault) -> Self {
        use signing_server::store::StoreFault;
        let exit = match &fault {
            StoreFault::File(error) => return error.clone().into(),
            StoreFault::InUse { .. } | StoreFault::Settings { .. } => Exit::Refused,
            StoreFault::NotAStore { .. } | StoreFault::Damaged { .. } => Exit::Malformed,
            StoreFault::Away { .. } | StoreFault::Broken { .. } => Exit::Io,
            StoreFault::Gone => Exit::Defect,
        };
        Self::new(exit, format!("failed to {fault}")).hint(fault.hint())
    }
}

impl From<signing_server::ServerError> for Failure {
    fn from(error: signing_server::ServerError) -> Self {
        use signing_server::ServerError;
        match error {
            ServerError::Selection(error) => error.into(),
            ServerError::Endpoint(error) => error.into(),
            ServerError::Fleet(error) => error.into(),
            ServerError::Stage { .. } | ServerError::Maker { .. } => {
                Self::new(Exit::Malformed, &error)
            }
        }
    }
}
