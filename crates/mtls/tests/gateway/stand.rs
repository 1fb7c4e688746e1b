//! A gateway before a connector, in this process.

use std::{
    collections::VecDeque,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use mtls::{
    front::{
        Clock, EventReceiver, Front, FrontEvent, FrontLimits, FrontSettings, Reason, Refusal,
        Running, event_channel,
    },
    gateway::Gateway,
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    version::{TLS12, TLS13},
};
use soft_hsm::connector::{
    Backend, Connector, ConnectorOptions, Incoming, ListenAddress, Outcome, Reply, Serving,
};
use tokio::runtime::Runtime;
use yubihsm2::connector::DevicePresence;

use crate::pki::{NOW_UNIX, Pair, Pki};

/// How long a test waits for what must come. A hung test fails instead.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A connector that gives every frame back.
struct Echo {
    delay: Duration,
    served: Arc<AtomicU64>,
}

impl Backend for Echo {
    fn exchange(&mut self, incoming: &Incoming<'_>) -> Outcome {
        self.served.fetch_add(1, Ordering::Relaxed);
        Outcome {
            reply: Reply::Answer(incoming.frame.to_vec()),
            ready_at: Some(incoming.now + self.delay),
        }
    }

    fn presence(&mut self, _now: Instant) -> DevicePresence {
        DevicePresence::Present
    }
}

/// A gateway, its connector and its certificates.
pub(crate) struct Stand {
    pub(crate) pki: Pki,
    pub(crate) address: SocketAddr,
    pub(crate) seconds: Arc<AtomicU64>,
    upstream: SocketAddr,
    connector: Option<Serving<Echo>>,
    served: Arc<AtomicU64>,
    events: Mutex<EventReceiver>,
    /// Events that a test has not asked for yet.
    kept: Mutex<VecDeque<FrontEvent>>,
    running: Option<Running>,
    runtime: Option<Runtime>,
}

impl Stand {
    pub(crate) fn new() -> Self {
        Self::with(Pki::new(), |_| {}, Duration::ZERO)
    }

    pub(crate) fn limited(change: impl FnOnce(&mut FrontLimits)) -> Self {
        Self::with(Pki::new(), change, Duration::ZERO)
    }

    /// `delay` is what the connector takes for a frame.
    pub(crate) fn with(pki: Pki, change: impl FnOnce(&mut FrontLimits), delay: Duration) -> Self {
        let mut limits = FrontLimits { rate: None, ..FrontLimits::default() };
        change(&mut limits);
        let settings = FrontSettings {
            ca: pki.path("ca.pem"),
            certificate: pki.path("server.pem"),
            key: pki.path("server.key"),
            crl: Some(pki.path("ca.crl")),
            alpn: vec![b"http/1.1".to_vec()],
            roles: Gateway::ROLES.to_vec(),
            limits,
        };
        let served = Arc::new(AtomicU64::new(0));
        let connector = connector("127.0.0.1:0", delay, &served);
        let upstream = connector.local_addr();
        let gateway = Arc::new(Gateway::new(
            format!("http://{upstream}").parse().expect("part of the stand"),
            &limits,
        ));
        let seconds = Arc::new(AtomicU64::new(NOW_UNIX));
        let clock = Clock::new({
            let seconds = Arc::clone(&seconds);
            move || seconds.load(Ordering::Relaxed) * 1000
        });
        let (sender, events) = event_channel(100_000);
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime =
            { runtime }.worker_threads(2).enable_all().build().expect("part of the stand");
        let front = Front::bind(
            &["127.0.0.1:0".parse().expect("part of the stand")],
            settings,
            clock,
            sender,
        )
        .expect("part of the stand");
        let address = front.local_addrs()[0];
        let running = {
            let _inside = runtime.enter();
            front.serve(move |peer, request| Arc::clone(&gateway).answer(peer, request))
        };
        Self {
            pki,
            address,
            seconds,
            upstream,
            connector: Some(connector),
            served,
            events: Mutex::new(events),
            kept: Mutex::default(),
            running: Some(running),
            runtime: Some(runtime),
        }
    }

    /// How many frames the connector has served.
    pub(crate) fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().expect("part of the stand")
    }

    /// Stops the gateway gracefully.
    pub(crate) fn stop(&mut self) {
        let running = self.running.take().expect("part of the stand");
        self.runtime.as_ref().expect("part of the stand").block_on(running.stop(PATIENCE));
    }

    pub(crate) fn end_connector(&mut self) {
        self.connector.take().expect("part of the stand").shutdown().expect("part of the stand");
    }

    pub(crate) fn start_connector(&mut self) {
        let connector = connector(&self.upstream.to_string(), Duration::ZERO, &self.served);
        self.connector = Some(connector);
    }

    /// Connects as this client.
    pub(crate) fn connect(&self, pair: Option<&Pair>) -> io::Result<Client> {
        Client::connect(self, pair, &[&TLS13, &TLS12])
    }

    /// The refusal with this reason, waited for. Others are kept.
    pub(crate) fn refusal(&self, is_it: impl Fn(&Refusal) -> bool) -> Refusal {
        let event = self.event(|event| match event {
            FrontEvent::Refused(refusal) => is_it(refusal),
            _ => false,
        });
        match event {
            FrontEvent::Refused(refusal) => refusal,
            _ => unreachable!("only refusals were asked for"),
        }
    }

    /// The refusal for this reason, by its peer's address.
    pub(crate) fn refused(&self, peer: SocketAddr, reason: &Reason) -> Refusal {
        self.refusal(|refusal| refusal.address == peer && &refusal.reason == reason)
    }

    /// An event, waited for.
    pub(crate) fn event(&self, is_it: impl Fn(&FrontEvent) -> bool) -> FrontEvent {
        let (mut kept, mut events) = (
            self.kept.lock().expect("part of the stand"),
            self.events.lock().expect("part of the stand"),
        );
        let began = Instant::now();
        loop {
            while let Some(event) = events.try_next() {
                kept.push_back(event);
            }
            if let Some(at) = kept.iter().position(&is_it) {
                return kept.remove(at).expect("it was found there");
            }
            assert!(began.elapsed() < PATIENCE, "the event does not come; there are {kept:#?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn connector(listen: &str, delay: Duration, served: &Arc<AtomicU64>) -> Serving<Echo> {
    let listen: ListenAddress = listen.parse().expect("part of the stand");
    let backend = Echo { delay, served: Arc::clone(served) };
    Connector::bind(&listen, ConnectorOptions::default(), backend).expect("part of the stand")
}

/// A client's connection.
pub(crate) struct Client {
    stream: StreamOwned<ClientConnection, TcpStream>,
    pub(crate) local: SocketAddr,
}

/// What a client reads.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answered {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    pub(crate) fn connect(
        stand: &Stand,
        pair: Option<&Pair>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        let ca =
            CertificateDer::from_pem_file(stand.pki.path("ca.pem")).expect("part of the stand");
        roots.add(ca).expect("part of the stand");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let time = Clock::new({
            let seconds = stand.seconds.load(Ordering::Relaxed);
            move || seconds * 1000
        });
        let config = ClientConfig::builder_with_details(provider, Arc::new(time))
            .with_protocol_versions(versions)
            .expect("part of the stand")
            .with_root_certificates(roots);
        let config = match pair {
            None => config.with_no_client_auth(),
            Some(pair) => {
                let chain = CertificateDer::pem_slice_iter(pair.certificate.as_bytes());
                let chain = chain.collect::<Result<_, _>>().expect("part of the stand");
                let key =
                    PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).expect("part of the stand");
                config.with_client_auth_cert(chain, key).expect("part of the stand")
            }
        };
        let name = ServerName::try_from("localhost").expect("part of the stand");
        let session = ClientConnection::new(Arc::new(config), name).expect("part of the stand");
        let socket = TcpStream::connect(stand.address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        let local = socket.local_addr()?;
        Ok(Self { stream: StreamOwned::new(session, socket), local })
    }

    /// Where this client is, and what it got: an answer, or a failed connection.
    pub(crate) fn get(&mut self, path: &str) -> io::Result<Answered> {
        self.ask(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
    }

    pub(crate) fn post(&mut self, body: &[u8]) -> io::Result<Answered> {
        let head = format!(
            "POST /connector/api HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.ask(&[head.as_bytes(), body].concat())
    }

    pub(crate) fn ask(&mut self, request: &[u8]) -> io::Result<Answered> {
        self.send(request)?;
        self.answer()
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    pub(crate) fn answer(&mut self) -> io::Result<Answered> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("part of the stand");
        let status =
            head.split(' ').nth(1).expect("part of the stand").parse().expect("part of the stand");
        let len = header(&head, "content-length")
            .map_or(0, |len| len.parse().expect("part of the stand"));
        let mut body = vec![0; len];
        self.stream.read_exact(&mut body)?;
        Ok(Answered { status, head, body })
    }

    /// Reads until the gateway closes; what it sends on the way is thrown away.
    pub(crate) fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Ok(_) => true,
            Err(error) => {
                !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
            }
        }
    }
}

pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
