//! Listening, accepting, and the end.

use std::{
    collections::BTreeMap,
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use hyper::{
    Request, Response,
    body::{Body, Bytes, Incoming},
};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::{JoinHandle, JoinSet, yield_now},
    time::{sleep, timeout},
};

use super::{
    BindError, Clock, EventSender, Expiry, FrontEvent, FrontSettings, MaterialError, Peer, Reason,
    Refusal,
    clients::Clients,
    connection::{Handler, Visit},
    connections::Connections,
    limits::ACCEPT_PAUSE,
    material::{Files, Material},
    rate::Rates,
    reload::Reloader,
};

/// What the tasks of a front share.
pub(super) struct Shared {
    pub(super) settings: FrontSettings,
    pub(super) clock: Clock,
    pub(super) events: EventSender,
    pub(super) rates: Rates,
    pub(super) clients: Clients,
    pub(super) connections: Arc<Connections>,
    /// Counts how often the files were read because somebody asked.
    pub(super) looks: watch::Sender<u64>,
    material: RwLock<Arc<Material>>,
}

impl Shared {
    /// The latest reading of the files.
    pub(super) fn material(&self) -> Arc<Material> {
        Arc::clone(&self.material.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn install(&self, material: Material) {
        *self.material.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(material);
    }

    /// Reports that a peer was refused before it asked for anything.
    pub(super) fn refuse(&self, address: SocketAddr, client: Option<String>, reason: Reason) {
        self.events.send(FrontEvent::Refused(Refusal {
            unix_millis: self.clock.unix_millis(),
            address,
            client,
            reason,
            request: None,
            status: None,
        }));
    }
}

/// A front that listens and does not serve yet.
pub struct Front {
    shared: Arc<Shared>,
    listeners: Vec<StdListener>,
    local_addrs: Vec<SocketAddr>,
    reloader: Reloader,
}

impl Front {
    /// Reads the files and listens. Connections wait until [`Front::serve`].
    ///
    /// # Errors
    ///
    /// A file cannot be used, or an address cannot be listened on.
    pub fn bind(
        addresses: &[SocketAddr],
        settings: FrontSettings,
        clock: Clock,
        events: EventSender,
    ) -> Result<Self, BindError> {
        let files = Files::read(&settings, false)?;
        let material = Material::new(&files, &settings, &clock, 0)?;
        let reloader = Reloader::new(&settings, &files, &material);
        let mut listeners = Vec::new();
        let mut local_addrs = Vec::new();
        for address in addresses {
            let failed = |error: io::Error| BindError::Listen {
                address: *address,
                kind: error.kind(),
                message: error.to_string(),
            };
            let listener = StdListener::bind(address).map_err(failed)?;
            listener.set_nonblocking(true).map_err(failed)?;
            local_addrs.push(listener.local_addr().map_err(failed)?);
            listeners.push(listener);
        }
        let shared = Arc::new(Shared {
            clock,
            events,
            rates: Rates::new(settings.limits.rate),
            clients: Clients::default(),
            connections: Connections::new(&settings.limits),
            settings,
            looks: watch::channel(0).0,
            material: RwLock::new(Arc::new(material)),
        });
        Ok(Self { shared, listeners, local_addrs, reloader })
    }

    /// Reads the files as [`Front::bind`] does, and says how long they last and how many certificates are revoked; `None`
    /// without a revocation list.
    ///
    /// # Errors
    ///
    /// A file cannot be used.
    pub fn look(
        settings: &FrontSettings,
        clock: &Clock,
    ) -> Result<(Expiry, Option<usize>), MaterialError> {
        let material = Material::new(&Files::read(settings, false)?, settings, clock, 0)?;
        Ok((material.expiry, material.revoked))
    }

    /// Where it listens, in the order of the addresses given.
    pub fn local_addrs(&self) -> &[SocketAddr] {
        &self.local_addrs
    }

    /// Serves requests with a handler until told to stop.
    ///
    /// The handler is called only for peers with a verified certificate of an allowed role. It reads the request's body
    /// within [`FrontLimits::body`](super::FrontLimits::body) and
    /// [`FrontLimits::body_len_bytes`](super::FrontLimits::body_len_bytes). An answer with a [`Reason`] among its
    /// extensions is reported as a refusal.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with network and time.
    pub fn serve<H, F, B>(self, handler: H) -> Running
    where
        H: Fn(Arc<Peer>, Request<Incoming>) -> F + Send + Sync + 'static,
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (stop, stopped) = watch::channel(false);
        let handler = Arc::new(Plain(handler));
        let reload = Arc::new(Notify::new());
        let grace = Arc::new(RwLock::new(Duration::ZERO));
        let mut tasks = Vec::new();
        for listener in self.listeners {
            let accepting = Accepting {
                shared: Arc::clone(&self.shared),
                stopped: stopped.clone(),
                grace: Arc::clone(&grace),
            };
            tasks.push(tokio::spawn(accepting.run(listener, Arc::clone(&handler))));
        }
        let watching = self.reloader.run(Arc::clone(&self.shared), Arc::clone(&reload), stopped);
        tasks.push(tokio::spawn(watching));
        Running { shared: self.shared, local_addrs: self.local_addrs, stop, reload, grace, tasks }
    }
}

/// A closure as a handler.
struct Plain<H>(H);

impl<H, F, B> Handler for Plain<H>
where
    H: Fn(Arc<Peer>, Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Body = B;

    fn handle(
        &self,
        peer: Arc<Peer>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<B>> + Send + 'static {
        (self.0)(peer, request)
    }
}

/// What a front can be watched by.
#[derive(Clone, Debug)]
pub struct FrontNumbers {
    /// How long the certificates last that are used now.
    pub expiry: Expiry,
    /// How many connections there are.
    pub connections: usize,
    /// How many peers were refused since the front was bound, by the name of their [`Reason`].
    pub refused: BTreeMap<&'static str, u64>,
}

/// A front at work. Dropping it does not end it.
pub struct Running {
    shared: Arc<Shared>,
    local_addrs: Vec<SocketAddr>,
    stop: watch::Sender<bool>,
    reload: Arc<Notify>,
    grace: Arc<RwLock<Duration>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Where it listens, in the order of the addresses given.
    pub fn local_addrs(&self) -> &[SocketAddr] {
        &self.local_addrs
    }

    /// Has the files read again now, changed or not.
    pub fn reload(&self) {
        self.reload.notify_one();
    }

    /// As [`Self::reload`], and returns once they were read; never after a front was stopped.
    pub async fn reloaded(&self) {
        let mut looks = self.shared.looks.subscribe();
        self.reload();
        // The sender lives as long as what it is taken from.
        let _never = looks.changed().await;
    }

    /// How long the certificates last that are used now.
    pub fn expiry(&self) -> Expiry {
        self.shared.material().expiry
    }

    /// Whether connections are still accepted on every address, and files looked at.
    pub fn is_serving(&self) -> bool {
        self.tasks.iter().all(|task| !task.is_finished())
    }

    /// Numbers of this front at any time, for whoever outlives this value.
    pub fn numbers(&self) -> impl Fn() -> FrontNumbers + Send + Sync + 'static {
        let shared = Arc::clone(&self.shared);
        move || FrontNumbers {
            expiry: shared.material().expiry,
            connections: shared.connections.count(),
            refused: shared.events.refused(),
        }
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.shared.connections.count()
    }

    /// Stops accepting at once, lets requests in hand finish for `grace` at most, and closes what is left.
    pub async fn stop(self, grace: Duration) {
        *self.grace.write().unwrap_or_else(PoisonError::into_inner) = grace;
        // The tasks see it, or are gone already.
        let _gone = self.stop.send(true);
        for task in self.tasks {
            let _panicked = task.await;
        }
    }
}

/// A listener's task.
struct Accepting {
    shared: Arc<Shared>,
    stopped: watch::Receiver<bool>,
    grace: Arc<RwLock<Duration>>,
}

impl Accepting {
    async fn run<H: Handler>(mut self, listener: StdListener, handler: Arc<H>) {
        let listener = match TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return self.report(&error),
        };
        let mut visits = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = visits.join_next(), if !visits.is_empty() => continue,
                _ = self.stopped.changed() => break,
            };
            match accepted {
                Ok((stream, address)) => {
                    // An IPv4 peer of a listener on every address is shown as what it is.
                    let address = SocketAddr::new(address.ip().to_canonical(), address.port());
                    let (place, evicted) = self.shared.connections.admit(address);
                    if let Some(evicted) = evicted {
                        self.shared.refuse(evicted.peer, None, evicted.reason);
                    }
                    if let Some(place) = place {
                        let (shared, stopped) = (Arc::clone(&self.shared), self.stopped.clone());
                        let visit = Visit { shared, place, address, stopped };
                        visits.spawn(visit.serve(stream, Arc::clone(&handler)));
                    }
                    // A flood of connections takes turns with the requests of those who are there.
                    yield_now().await;
                }
                Err(error) => {
                    self.report(&error);
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        let grace = *self.grace.read().unwrap_or_else(PoisonError::into_inner);
        let all_finished = async { while visits.join_next().await.is_some() {} };
        let _cut_short = timeout(grace, all_finished).await;
    }

    fn report(&self, error: &io::Error) {
        self.shared.events.send(FrontEvent::AcceptFailed {
            unix_millis: self.shared.clock.unix_millis(),
            message: error.to_string(),
        });
    }
}
