//! A signing server in place of HSMs: asked, and asked again with the same words until it answers.

use std::{
    sync::{Arc, Mutex as StdMutex, PoisonError},
    time::{Duration, Instant},
};

use hsm::{DeviceRequest, DeviceSignatures, TlsClient};
use hyper::body::Bytes;
use rustls::ClientConfig;
use sidewalk::{Curve, Stage};
use tokio::{
    runtime::{Builder, Runtime},
    select,
    sync::Mutex,
    time,
};

use super::{
    BINARY_CONTENT_TYPE, PRODUCTS_PATH, Patience, ProductInfo, RequestId, SIGN_PATH, SignAnswer,
    SignCall, Watch,
    client_error::SigningClientError,
    connection::{Connection, ServerUrl},
    watch::Told,
};
use crate::who_signs::DeviceSigner;

/// The first pause before a call is repeated, and the longest: a server that restarts is back within seconds.
const PAUSE_FIRST: Duration = Duration::from_millis(50);
const PAUSE_LONGEST: Duration = Duration::from_secs(2);

/// How long one attempt may take. The server itself gives up after a minute.
const ATTEMPT_MAX: Duration = Duration::from_secs(75);

/// How long a look at the load may take: it is shown, not waited for.
const LOAD_TIMEOUT: Duration = Duration::from_secs(2);

/// How often the watch is asked whether to go on: what a person who ends a line does not notice.
const PATIENCE_PERIOD: Duration = Duration::from_millis(100);

/// Which servers, and for what.
#[derive(Clone, Debug)]
pub struct SigningClientOptions {
    /// Servers that share one record; another is asked when one does not answer.
    pub servers: Vec<ServerUrl>,
    /// Who is trusted, and who we are.
    pub tls: TlsClient,
    /// The product's tag.
    pub product: String,
    /// The job package that pays.
    pub package: Option<String>,
    /// Whether numbers that have certificates get new ones on purpose.
    pub is_rework: bool,
    /// How long [`SigningClient::open`] waits for a server.
    pub open_wait_max: Duration,
    /// How long a caller waits for its chains, repetitions included.
    pub wait_max: Duration,
    /// Who looks on; [`super::Unwatched`] where nobody does.
    pub watch: Arc<dyn Watch>,
    /// The source of randomness, for request ids; false where there is none.
    pub fill_random: fn(&mut [u8]) -> bool,
}

/// A client of signing servers. May be shared between threads; all share one connection.
pub struct SigningClient {
    options: SigningClientOptions,
    tls: Arc<ClientConfig>,
    place: Mutex<Place>,
    stage: Stage,
    ed25519_issuers: Vec<u8>,
    p256r1_issuers: Vec<u8>,
    /// What the server said of the product last.
    info: StdMutex<ProductInfo>,
    told: Told,
    runtime: Runtime,
}

/// Which server is asked, and the connection to it.
#[derive(Default)]
struct Place {
    server: usize,
    connection: Option<Connection>,
    /// Counts the connections, so that the many callers of one that broke give it up once.
    generation: u64,
}

impl SigningClient {
    /// Asks a server for the product and takes its authorities' certificates. Nobody has verified them yet.
    ///
    /// # Errors
    ///
    /// [`SigningClientError`]: no server answers within `open_wait_max`, or one says no.
    pub fn open(options: SigningClientOptions) -> Result<Self, SigningClientError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("signing server")
            .enable_all()
            .build()
            .map_err(|_| SigningClientError::System("threads"))?;
        if options.servers.is_empty() {
            return Err(SigningClientError::NoServer);
        }
        let mut client = Self {
            tls: h2_config(&options.tls)?,
            place: Mutex::default(),
            stage: Stage::Production,
            ed25519_issuers: Vec::new(),
            p256r1_issuers: Vec::new(),
            info: StdMutex::default(),
            told: Told::default(),
            runtime,
            options,
        };
        let (place, info) = client.wait(client.options.open_wait_max, || client.product())?;
        let strange = |evidence: &str| SigningClientError::NotAServer {
            place: place.clone(),
            evidence: evidence.to_owned(),
        };
        let base64 = |text: &str| base64_simd::STANDARD.decode_to_vec(text).ok();
        let stage = info.stage.parse().map_err(|_| strange("it names no stage"))?;
        let (ed25519, p256r1) = base64(&info.ed25519_issuers)
            .zip(base64(&info.p256r1_issuers))
            .ok_or_else(|| strange("its certificates are not base64"))?;
        client.stage = stage;
        client.ed25519_issuers = ed25519;
        client.p256r1_issuers = p256r1;
        client.info = StdMutex::new(info);
        Ok(client)
    }

    /// The product's stage.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// How busy the server is. One that does not answer now has no HSM that does.
    pub fn load(&self) -> ProductInfo {
        let asked = async { time::timeout(LOAD_TIMEOUT, self.product()).await.ok()?.ok() };
        let asked = self.runtime.block_on(asked);
        let mut known = self.info.lock().unwrap_or_else(PoisonError::into_inner);
        *known = match asked {
            Some((_, info)) => info,
            None => ProductInfo { queued: 0, hsms_up: 0, ..known.clone() },
        };
        known.clone()
    }

    async fn product(&self) -> Result<(String, ProductInfo), SigningClientError> {
        let path = format!("{PRODUCTS_PATH}/{}", self.options.product);
        let (place, bytes) = self.exchange(&path, None).await?;
        match serde_json::from_slice(&bytes) {
            Ok(info) => {
                self.told.answered(self.options.watch.as_ref(), &place, false);
                Ok((place, info))
            }
            Err(error) => {
                let evidence = format!("it describes the product otherwise: {error}");
                Err(SigningClientError::NotAServer { place, evidence })
            }
        }
    }

    /// Repeats an attempt until it succeeds, fails for good, the time is over, or the watch says so.
    fn wait<T, F>(
        &self,
        wait_max: Duration,
        attempt: impl Fn() -> F,
    ) -> Result<T, SigningClientError>
    where
        F: Future<Output = Result<T, SigningClientError>>,
    {
        let began = Instant::now();
        self.runtime.block_on(async {
            let (mut pause, mut last) = (PAUSE_FIRST, None);
            let left = |last: Option<SigningClientError>| SigningClientError::Left {
                last: last.map(Box::new),
            };
            loop {
                let attempted = select! {
                    attempted = time::timeout(ATTEMPT_MAX, attempt()) => attempted,
                    () = self.patience_ends(Patience::Leave) => return Err(left(last)),
                };
                let error = match attempted {
                    Ok(Ok(value)) => return Ok(value),
                    Ok(Err(error)) if !error.is_passing() => return Err(error),
                    Ok(Err(error)) => error,
                    // The connection may be good all the same: its own pings tell.
                    Err(_) => SigningClientError::TimedOut {
                        waited: ATTEMPT_MAX,
                        last: Box::new(SigningClientError::Silent),
                    },
                };
                self.told.failed(self.options.watch.as_ref(), &error);
                let wait = error.retry_after().map_or(pause, |wait| wait.max(pause));
                let waited = began.elapsed();
                if waited + wait > wait_max {
                    return Err(SigningClientError::TimedOut { waited, last: Box::new(error) });
                }
                last = Some(error);
                select! {
                    () = time::sleep(wait) => {}
                    () = self.patience_ends(Patience::LastAttempt) => return Err(left(last)),
                }
                pause = (pause * 2).min(PAUSE_LONGEST);
            }
        })
    }

    /// Returns when the watch is as impatient as this, or more.
    async fn patience_ends(&self, patience: Patience) {
        while self.options.watch.patience() < patience {
            time::sleep(PATIENCE_PERIOD).await;
        }
    }

    /// One request over the shared connection, and who answered. Where that fails, the next one goes to the next server.
    async fn exchange(
        &self,
        path: &str,
        body: Option<(&'static str, Bytes)>,
    ) -> Result<(String, Bytes), SigningClientError> {
        let (generation, mut connection) = self.connection().await?;
        match connection.exchange(path, body).await {
            Ok(bytes) => Ok((connection.place(), bytes)),
            Err(error) => {
                if !matches!(error, SigningClientError::Refused { .. }) {
                    self.place.lock().await.give_up(generation, self.options.servers.len());
                }
                Err(error)
            }
        }
    }

    /// The shared connection, or a new one while all others wait for it.
    async fn connection(&self) -> Result<(u64, Connection), SigningClientError> {
        let mut place = self.place.lock().await;
        if let Some(open) = place.connection.as_ref().filter(|open| !open.is_closed()) {
            return Ok((place.generation, open.clone()));
        }
        match Connection::open(&self.options.servers[place.server], &self.tls).await {
            Ok(connection) => {
                place.generation += 1;
                place.connection = Some(connection.clone());
                Ok((place.generation, connection))
            }
            Err(error) => {
                let generation = place.generation;
                place.give_up(generation, self.options.servers.len());
                Err(error)
            }
        }
    }
}

impl Place {
    /// Leaves this connection and this server, unless somebody has done so already.
    fn give_up(&mut self, generation: u64, servers: usize) {
        if self.generation == generation {
            self.generation += 1;
            self.connection = None;
            self.server = (self.server + 1) % servers;
        }
    }
}

/// A look at a server over one connection: for reading, not for signing.
pub struct ServerLook {
    runtime: Runtime,
    connection: Connection,
}

impl ServerLook {
    /// Connects.
    ///
    /// # Errors
    ///
    /// [`SigningClientError`].
    pub fn open(server: &ServerUrl, tls: &TlsClient) -> Result<Self, SigningClientError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|_| SigningClientError::System("threads"))?;
        let connection = runtime.block_on(Connection::open(server, &h2_config(tls)?))?;
        Ok(Self { runtime, connection })
    }

    /// Fetches one path. The answer has at most [`ANSWER_LEN_BYTES_MAX`](super::ANSWER_LEN_BYTES_MAX) bytes.
    ///
    /// # Errors
    ///
    /// [`SigningClientError`].
    pub fn get(&mut self, path: &str) -> Result<Bytes, SigningClientError> {
        let Self { runtime, connection } = self;
        let look = async { time::timeout(ATTEMPT_MAX, connection.exchange(path, None)).await };
        runtime.block_on(look).unwrap_or(Err(SigningClientError::Silent))
    }

    /// The server's clock at its last answer, in seconds since 1970, where it said it.
    pub const fn date_unix(&self) -> Option<u64> {
        self.connection.date_unix()
    }
}

/// TLS that speaks HTTP/2.
fn h2_config(tls: &TlsClient) -> Result<Arc<ClientConfig>, SigningClientError> {
    let mut config = ClientConfig::clone(&*tls.config()?);
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

impl DeviceSigner for SigningClient {
    type Error = SigningClientError;

    fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        match curve {
            Curve::Ed25519 => &self.ed25519_issuers,
            Curve::P256r1 => &self.p256r1_issuers,
        }
    }

    /// Has a device signed. The same device gets the same signatures, however often it is asked for.
    fn sign(&self, device: &DeviceRequest) -> Result<DeviceSignatures, SigningClientError> {
        let mut id = [0; 16];
        if !(self.options.fill_random)(&mut id) {
            return Err(SigningClientError::System("randomness"));
        }
        let call = SignCall {
            request_id: RequestId::from_bytes(id),
            product: self.options.product.clone(),
            package: self.options.package.clone(),
            is_rework: self.options.is_rework,
            device: *device,
        };
        let body = Bytes::from(call.to_binary());
        let (place, answer) = self.wait(self.options.wait_max, || async {
            let (place, bytes) =
                self.exchange(SIGN_PATH, Some((BINARY_CONTENT_TYPE, body.clone()))).await?;
            match SignAnswer::from_binary(&bytes) {
                Ok(answer) => {
                    self.told.answered(self.options.watch.as_ref(), &place, true);
                    Ok((place, answer))
                }
                Err(error) => Err(SigningClientError::not_a_server(place, &error)),
            }
        })?;
        answer
            .signatures(device, |curve| self.issuers_bytes(curve))
            .ok_or(SigningClientError::OtherChains { place })
    }
}
