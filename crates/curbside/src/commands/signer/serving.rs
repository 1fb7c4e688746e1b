//! A signing server at work, in this process.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use hsm::{AuditSink, FleetEvent, HsmHealth, KeptLogs};
use metrics_text::Audience;
use mtls::front::{
    Clock, EventReceiver, Front, FrontLimits, FrontSettings, Running, event_channel, limits,
};
use signing_server::{
    AuditSettings, Desk, ProductEdge, ProductSettings, Settings,
    api::{Api, ApiSettings},
    store::Counts,
};
use tokio::{
    runtime::{self, Runtime},
    time,
};
use yubihsm2::{LogPage, ObjectId};

use super::{database_wait::DatabaseWait, package_watch::PackageWatch};
use crate::{
    clock,
    commands::audit::signing_key,
    exit::Exit,
    failure::Failure,
    front::{
        Level, Said, Teller,
        supervisor::{Health, is_credential},
    },
    hsm_access::TlsArgs,
    hsm_events,
    pin::pin_of_file,
    trust::TrustArgs,
};

/// How often intents are looked for that another server has left.
const RECOVER_PERIOD: Duration = Duration::from_secs(30);

/// How often the database is looked at: a server that cannot write is of no use to anybody.
const STORE_PERIOD: Duration = Duration::from_millis(500);

/// How long the database's thread may be silent before the server is not healthy: a flush of a slow disk takes a second.
const STORE_PATIENCE: Duration = Duration::from_secs(10);

/// How many requests one line may have at the server at once: a line has up to 256 slots.
const STREAMS_MAX: u32 = 512;

/// A server that answers calls.
pub(crate) struct Serving {
    runtime: Runtime,
    running: Running,
    desk: Arc<Desk>,
    metrics: Option<metrics_text::Serving>,
}

impl Serving {
    /// Opens database and HSMs, and listens. What an earlier run left is finished beside new calls.
    pub(crate) fn start(
        settings: &Settings,
        teller: &Teller,
    ) -> Result<(Self, EventReceiver), Failure> {
        let runtime = runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime
            .map_err(|error| Failure::new(Exit::Io, format!("failed to start threads: {error}")))?;
        let key_path = &settings.evidence_key;
        if !is_credential(key_path) {
            durable::refuse_open_to_others(key_path)?;
        }
        let key = signing_key(key_path, None, "make it with `curbside audit keygen`")?;
        let wait = DatabaseWait::new(teller);
        let store = wait.until(|| settings.open_store(unix_millis))?;
        let products =
            settings.products.iter().map(|product| open_product(product, teller.clone()));
        let products = products.collect::<Result<_, _>>()?;
        let desk = Arc::new(Desk::new(products, settings.packages()?, store, clock::unix_seconds));
        let mut packages = PackageWatch::new(teller.clone());
        wait.until(|| runtime.block_on(packages.refresh(&desk)))?;
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
        api.watch_front(running.numbers());
        let metrics = settings.metrics.map(|address| serve_metrics(address, api, teller));
        let metrics = metrics.transpose()?;
        runtime.spawn(packages.go_on(Arc::clone(&desk)));
        runtime.spawn(recover(Arc::clone(&desk), teller.clone()));
        Ok((Self { runtime, running, desk, metrics }, receiver))
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

    /// Where metrics are shown without TLS.
    pub(crate) fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(metrics_text::Serving::local_addr)
    }

    /// How it is. HSMs or a database that are away do not make it ill: it would be no better after a new start.
    pub(crate) async fn health(&self) -> Health {
        let store = self.desk.store();
        let answers = time::timeout(STORE_PATIENCE, store.answers()).await.is_ok();
        let is_healthy = answers && store.broken().is_none() && self.running.is_serving();
        let (mut up, mut all, mut queued) = (0, 0, 0);
        for product in self.desk.products() {
            let fleet = product.fleet().statistics();
            let is_up = |health: &HsmHealth| matches!(health, HsmHealth::Up { .. });
            up += fleet.hsms.iter().filter(|hsm| is_up(&hsm.health)).count();
            all += fleet.hsms.len();
            queued += fleet.queued;
        }
        let status = if is_healthy {
            let signed = self.desk.metrics().counted().signed;
            format!("{up} of {all} HSMs sign, {queued} devices wait, {signed} signed")
        } else {
            "not healthy: the database or the front does not answer".to_owned()
        };
        Health { is_healthy, status }
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
        let Self { runtime, running, desk, metrics } = self;
        drop(metrics);
        runtime.block_on(running.stop(grace));
        // Ends the tasks that look after things, and with them their handles on the desk.
        runtime.shutdown_timeout(grace);
        let store = desk.store().clone();
        drop(desk);
        store.close();
    }
}

/// How its front is set up.
pub(in crate::commands) fn front_settings(settings: &Settings) -> FrontSettings {
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

fn open_product(
    settings: &ProductSettings,
    teller: Teller,
) -> Result<signing_server::Product, Failure> {
    let tls = TlsArgs {
        ca_cert: settings.ca_cert.clone(),
        client_cert: settings.client_cert.clone(),
        client_key: settings.client_key.clone(),
    };
    let edge = ProductEdge {
        credentials: pin_of_file(&settings.pin_file)?.into(),
        tls: tls.client()?,
        anchors: TrustArgs::of_file(settings.trust.clone()).anchors()?,
        audit: settings.audit.as_ref().map(audit_sink).transpose()?,
    };
    let observer = move |event: &FleetEvent| teller.say(&hsm_events::said(event));
    Ok(settings.open(edge, observer)?)
}

/// Keeps the audit logs of HSMs as files.
fn audit_sink(settings: &AuditSettings) -> Result<AuditSink, Failure> {
    let credentials = pin_of_file(&settings.pin_file)?.into();
    if !settings.logs.exists() {
        durable::private_directory(&settings.logs)?;
    }
    let logs = KeptLogs::new(settings.logs.clone());
    let keep =
        move |serial, page: &LogPage| logs.keep(serial, page).map_err(|error| error.to_string());
    Ok(AuditSink::new(vec![ObjectId(settings.slot)], credentials, keep))
}

/// Shows metrics without TLS, as the settings ask.
fn serve_metrics(
    address: SocketAddr,
    api: Arc<Api>,
    teller: &Teller,
) -> Result<metrics_text::Serving, Failure> {
    if !address.ip().is_loopback() {
        let message =
            format!("whoever reaches {address} reads the metrics: nobody is asked who he is");
        let said = Said::new(Level::Warning, "metrics-open", message);
        teller.say(&said.with("address", address.to_string()));
    }
    let serving = metrics_text::Serving::start(address, Audience::Anybody, move || {
        let api = Arc::clone(&api);
        async move { api.metrics().await.map_err(|refusal| refusal.to_string()) }
    });
    Ok(serving?)
}

async fn recover(desk: Arc<Desk>, teller: Teller) {
    loop {
        match desk.recover().await {
            Ok((0, _)) => {}
            Ok((finished, _)) => {
                let message =
                    format!("finished {finished} devices that were paid and had not been signed");
                teller.say(&Said::new(Level::Info, "recovered", message).with("devices", finished));
            }
            Err(error) => {
                let message = format!("failed to {error}");
                teller.say(&Said::new(Level::Warning, "recovery-failed", message));
            }
        }
        time::sleep(RECOVER_PERIOD).await;
    }
}

/// The clock for the store, the front and the evidence.
fn unix_millis() -> u64 {
    u64::try_from(clock::unix_millis().0).unwrap_or(0)
}

/// Reads the settings of a server.
pub(in crate::commands) fn read_settings(path: &Path) -> Result<Settings, Failure> {
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
