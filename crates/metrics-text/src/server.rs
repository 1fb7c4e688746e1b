//! `GET /metrics` over plain HTTP.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    sync::{Semaphore, watch},
    time,
};

/// Where the numbers are.
const PATH: &str = "/metrics";

/// The text format and its version.
const EXPOSITION_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The most connections at once. A scraper needs one; more wait to be accepted.
const CONNECTIONS_MAX: usize = 16;

/// The longest head of a request, in bytes. hyper allows no less than 8 KiB.
const HEAD_LEN_BYTES_MAX: usize = 8 << 10;

/// How long a connection may take from first to last byte: as long as a scraper waits by default.
const CONNECTION_PATIENCE: Duration = Duration::from_secs(10);

/// The pause after a connection could not be accepted, as when files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Who may be served.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Audience {
    /// This machine alone; other addresses are refused.
    ThisMachine,
    /// Whoever reaches the address: a person has said so.
    Anybody,
}

/// Metrics that are served until this is dropped.
#[derive(Debug)]
pub struct Serving {
    local_addr: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Why metrics are not served. Reads after "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Whoever reaches the address would see how much the plant makes.
    #[error("serve metrics at {address}: it is not this machine's own address")]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be had.
    #[error("serve metrics at {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The operating system's words.
        error: io::Error,
    },
}

impl ServeError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotLoopback { address } => Some(format!(
                "write 127.0.0.1:{}; a scraper elsewhere needs a proxy that asks who it is",
                address.port()
            )),
            Self::Listen { error, .. } if error.kind() == io::ErrorKind::AddrInUse => {
                Some("choose another port, or end the program that has it".to_owned())
            }
            Self::Listen { .. } => None,
        }
    }
}

impl Serving {
    /// Serves what `source` gives at each request, or answers with the words of its error and status 503.
    ///
    /// # Errors
    ///
    /// The address is not this machine's own where it has to be, or is taken.
    pub fn start<S, F>(
        address: SocketAddr,
        audience: Audience,
        source: S,
    ) -> Result<Self, ServeError>
    where
        S: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<String, String>> + Send + 'static,
    {
        if audience == Audience::ThisMachine && !address.ip().is_loopback() {
            return Err(ServeError::NotLoopback { address });
        }
        let explain = |error| ServeError::Listen { address, error };
        let runtime =
            runtime::Builder::new_current_thread().enable_all().build().map_err(explain)?;
        let listener = runtime.block_on(TcpListener::bind(address)).map_err(explain)?;
        let local_addr = listener.local_addr().map_err(explain)?;
        let (stop, mut stopped) = watch::channel(false);
        let thread = thread::Builder::new()
            .name("metrics".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, Arc::new(source)) => {}
                        // It changes once, or its sender is gone.
                        _ = stopped.changed() => {}
                    }
                });
            })
            .map_err(explain)?;
        Ok(Self { local_addr, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops listening; an answer under way is broken off.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // The thread sees it, or is gone already.
        let _gone = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

async fn accept<S, F>(listener: TcpListener, source: Arc<S>)
where
    S: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<String, String>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let source = Arc::clone(&source);
                tokio::spawn(async move {
                    let _late = time::timeout(CONNECTION_PATIENCE, serve(stream, source)).await;
                    drop(place);
                });
            }
            Err(_) => time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn serve<S, F>(stream: TcpStream, source: Arc<S>)
where
    S: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<String, String>> + Send + 'static,
{
    let service = service_fn(|request: Request<Incoming>| {
        let source = Arc::clone(&source);
        async move { Ok::<_, Infallible>(answer(&request, &*source).await) }
    });
    // A scraper that hangs up does not matter.
    let _hung_up = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CONNECTION_PATIENCE)
        .max_buf_size(HEAD_LEN_BYTES_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer<F>(request: &Request<Incoming>, source: &impl Fn() -> F) -> Response<Full<Bytes>>
where
    F: Future<Output = Result<String, String>>,
{
    if request.uri().path() != PATH {
        return plain(StatusCode::NOT_FOUND, "metrics are at /metrics\n".to_owned());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n".to_owned());
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    match source().await {
        Ok(text) => plain(StatusCode::OK, text),
        Err(why) => plain(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

fn plain(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    let content_type = HeaderValue::from_static(EXPOSITION_CONTENT_TYPE);
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer
}

#[cfg(test)]
mod tests {
    use std::{
        future::ready,
        io::{Read as _, Write as _},
        net::TcpStream,
    };

    use super::*;

    fn serving(address: &str) -> Result<Serving, ServeError> {
        serve_with(address, Audience::ThisMachine, Ok("# HELP a A.\n".to_owned()))
    }

    fn serve_with(
        address: &str,
        audience: Audience,
        text: Result<String, String>,
    ) -> Result<Serving, ServeError> {
        Serving::start(address.parse().unwrap(), audience, move || ready(text.clone()))
    }

    fn ask(serving: &Serving, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect(serving.local_addr()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    #[test]
    fn a_scraper_gets_the_numbers() {
        let serving = serving("127.0.0.1:0").unwrap();
        for _ in 0..3 {
            let (head, body) = ask(&serving, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
            assert!(head.starts_with("HTTP/1.1 200 OK"));
            assert!(head.contains(EXPOSITION_CONTENT_TYPE));
            assert_eq!(body, "# HELP a A.\n");
        }
        let (head, _) = ask(&serving, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(head.starts_with("HTTP/1.1 404"));
        let (head, _) =
            ask(&serving, "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        assert!(head.starts_with("HTTP/1.1 405"));
        let address = serving.local_addr();
        serving.shutdown();
        assert!(TcpStream::connect(address).is_err());
    }

    #[test]
    fn silent_connections_do_not_keep_it_from_ending() {
        let serving = serving("127.0.0.1:0").unwrap();
        let silent: Vec<_> = (0..2 * CONNECTIONS_MAX)
            .map(|_| TcpStream::connect(serving.local_addr()).unwrap())
            .collect();
        serving.shutdown();
        drop(silent);
    }

    #[test]
    fn numbers_that_cannot_be_had_are_an_error() {
        let away = Err("the database is away".to_owned());
        let serving = serve_with("127.0.0.1:0", Audience::ThisMachine, away).unwrap();
        let (head, body) = ask(&serving, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(head.starts_with("HTTP/1.1 503"));
        assert_eq!(body, "the database is away\n");
    }

    #[test]
    fn another_machine_is_served_where_that_was_asked_for() {
        assert!(serve_with("0.0.0.0:0", Audience::Anybody, Ok(String::new())).is_ok());
    }

    #[test]
    fn only_this_machine_is_served() {
        let error = serving("0.0.0.0:0").unwrap_err();
        assert!(matches!(error, ServeError::NotLoopback { .. }));
        let first = serving("127.0.0.1:0").unwrap();
        let error = serving(&first.local_addr().to_string()).unwrap_err();
        assert!(error.hint().unwrap().contains("another port"));
    }
}
