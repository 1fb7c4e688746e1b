//! The thread that owns the network.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs as _},
    pin::pin,
    process,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Instant,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    runtime,
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use yubihsm2::connector::{
    ConnectorStatus, DevicePresence, READ_TIMEOUT, VENDOR_CONNECTOR_VERSION,
};

use super::{
    answer::Front,
    backend::Backend,
    connections::{Connections, Place},
    host::HostPolicy,
    limits::{ACCEPT_PAUSE, BACKLOG, HEAD_LEN_BYTES_MAX, HEADERS_MAX, SHUTDOWN_GRACE},
    listen::ListenAddress,
    worker::Worker,
};
use crate::randomness::{NoRandomness, OsRandomness};

/// How a connector behaves.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ConnectorOptions {
    /// Which `Host` headers are answered.
    pub hosts: HostPolicy,
    /// The serial number that the status page shows; `*` where absent, as the vendor's connector does unless it
    /// is pinned to a device.
    pub pinned_serial: Option<u32>,
}

/// The way to a [`Serving`].
#[derive(Debug)]
pub struct Connector(());

impl Connector {
    /// Listens, and serves the backend until it is told to shut down.
    ///
    /// # Errors
    ///
    /// [`BindError`]: nothing is served.
    pub fn bind<B: Backend>(
        listen: &ListenAddress,
        options: ConnectorOptions,
        backend: B,
    ) -> Result<Serving<B>, BindError> {
        let refused = |error: io::Error| BindError::Listen {
            address: listen.to_string(),
            kind: error.kind(),
            message: error.to_string(),
        };
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(BindError::threads)?;
        let listener = {
            let _network = runtime.enter();
            listener(listen).map_err(refused)?
        };
        let local_addr = listener.local_addr().map_err(refused)?;
        let random = OsRandomness::open()?;
        let (worker, jobs) = Worker::start(backend).map_err(BindError::threads)?;
        let status = ConnectorStatus {
            presence: DevicePresence::Absent,
            serial: options.pinned_serial,
            version: VENDOR_CONNECTOR_VERSION.to_owned(),
            pid: process::id(),
            address: listen.host.clone(),
            port: local_addr.port(),
        };
        let front = Arc::new(Front { hosts: options.hosts, jobs, random, status });
        let (stop, stopped) = watch::channel(false);
        let network = thread::Builder::new()
            .name("connector".to_owned())
            .spawn(move || runtime.block_on(serve(listener, front, stopped)))
            .map_err(BindError::threads)?;
        Ok(Serving { local_addr, stop, network, worker })
    }
}

/// A connector at work.
pub struct Serving<B> {
    local_addr: SocketAddr,
    stop: watch::Sender<bool>,
    network: JoinHandle<()>,
    worker: Worker<B>,
}

impl<B: Backend> Serving<B> {
    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops listening, lets requests under way finish for [`SHUTDOWN_GRACE`] at most, and gives the backend
    /// back, unless it panicked.
    pub fn shutdown(self) -> Option<B> {
        self.worker.hurry();
        // The thread sees it, or is gone already.
        let _gone = self.stop.send(true);
        let _panicked = self.network.join();
        self.worker.join()
    }
}

/// Why a connector does not serve.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum BindError {
    /// The address cannot be listened on.
    #[error("failed to listen on {address}: {message}")]
    Listen {
        /// The address.
        address: String,
        /// The standard library's class of the failure.
        kind: io::ErrorKind,
        /// The operating system's words.
        message: String,
    },
    /// No thread could be started.
    #[error("failed to start a thread: {message}")]
    Threads {
        /// The operating system's words.
        message: String,
    },
    /// The operating system gives no random bytes.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl BindError {
    /// What the operator can do.
    pub fn hint(&self) -> Option<&'static str> {
        let Self::Listen { kind, .. } = self else {
            return None;
        };
        match kind {
            io::ErrorKind::AddrInUse => {
                Some("another connector may be running; stop it, or choose another port")
            }
            io::ErrorKind::PermissionDenied => Some("choose a port above 1023"),
            io::ErrorKind::AddrNotAvailable => Some("choose an address that this machine has"),
            _ => None,
        }
    }

    fn threads(error: io::Error) -> Self {
        Self::Threads { message: error.to_string() }
    }
}

/// Listens on the first address of the name that can be listened on; IPv4 goes first, as with the vendor's
/// connector.
fn listener(listen: &ListenAddress) -> io::Result<TcpListener> {
    let mut addresses: Vec<SocketAddr> = listen.lookup().to_socket_addrs()?.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match listener_on(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn listener_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Unix, so that a restart need not wait for old connections; on Windows it would let another process in.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn serve(listener: TcpListener, front: Arc<Front>, mut stopped: watch::Receiver<bool>) {
    let connections = Connections::default();
    let mut tasks = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = tasks.join_next(), if !tasks.is_empty() => continue,
            _ = stopped.changed() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                if let Some(place) = connections.admit(Instant::now()) {
                    tasks.spawn(connection(stream, place, Arc::clone(&front), stopped.clone()));
                }
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
    drop(listener);
    let all_finished = async { while tasks.join_next().await.is_some() {} };
    let _cut_short = timeout(SHUTDOWN_GRACE, all_finished).await;
}

/// Serves one connection until its peer, its turn or the connector ends it.
async fn connection(
    stream: TcpStream,
    place: Place,
    front: Arc<Front>,
    mut stopped: watch::Receiver<bool>,
) {
    // Without it a small answer may wait for the acknowledgement of the one before.
    let _slower = stream.set_nodelay(true);
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(READ_TIMEOUT)
        .max_buf_size(HEAD_LEN_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        // A client that has sent everything may close its side and wait.
        .half_close(true)
        .title_case_headers(true);
    let service = service_fn(|request| front.answer(request, &place));
    let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = serving.as_mut() => Some(ended),
        () = place.closed() => return,
        _ = stopped.changed() => None,
    };
    if ended.is_none() {
        serving.as_mut().graceful_shutdown();
        // Whether the peer hears of it is its own affair.
        let _peer = serving.await;
    }
}
