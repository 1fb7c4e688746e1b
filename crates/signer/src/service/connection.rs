//! One connection to a signing server: TLS, then HTTP/2, so that all slots of a line share it.

use std::{
    fmt, io,
    str::FromStr,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use hsm::{ConnectFault, TlsFault};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request, StatusCode, Uri,
    body::Bytes,
    client::conn::http2::{self, SendRequest},
    header::{CONTENT_TYPE, DATE, HeaderValue, RETRY_AFTER},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{net::TcpStream, time};
use tokio_rustls::TlsConnector;

use super::{
    ANSWER_LEN_BYTES_MAX, JSON_CONTENT_TYPE, Refusal, RefusalCode,
    client_error::{ServerUrlError, SigningClientError},
};

/// How long a connection may take, its handshake included: a plant's network answers in milliseconds.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A server that is silent for so long is asked whether it is still there, and given up after as long again.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// The port of a signing server where its address names none: above the gateway's 8081.
const DEFAULT_PORT: u16 = 8082;

/// The address of a signing server: `https://HOST[:PORT]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServerUrl {
    host: String,
    port: u16,
}

impl FromStr for ServerUrl {
    type Err = ServerUrlError;

    fn from_str(text: &str) -> Result<Self, ServerUrlError> {
        let uri: Uri = text.parse().map_err(|_| ServerUrlError::Syntax)?;
        if uri.scheme_str() != Some("https") {
            return Err(ServerUrlError::NoTls);
        }
        let authority = uri.authority().ok_or(ServerUrlError::Syntax)?;
        let has_path = !matches!(uri.path(), "" | "/") || uri.query().is_some();
        if has_path || authority.as_str().contains('@') {
            return Err(ServerUrlError::Syntax);
        }
        let host = authority.host();
        let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
        if ServerName::try_from(host).is_err() {
            return Err(ServerUrlError::Syntax);
        }
        let port = authority.port_u16().unwrap_or(DEFAULT_PORT);
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "https://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "https://{}:{}", self.host, self.port)
        }
    }
}

/// A connection; clones share it.
#[derive(Clone)]
pub(super) struct Connection {
    url: ServerUrl,
    sender: SendRequest<Full<Bytes>>,
    /// The server's clock at its last answer, in seconds since 1970.
    date_unix: Option<u64>,
}

impl Connection {
    /// Connects, agrees on TLS and starts HTTP/2.
    pub(super) async fn open(
        url: &ServerUrl,
        tls: &Arc<ClientConfig>,
    ) -> Result<Self, SigningClientError> {
        let place = url.to_string();
        let timed_out = || SigningClientError::Connect {
            place: place.clone(),
            fault: ConnectFault::TimedOut(CONNECT_TIMEOUT),
        };
        time::timeout(CONNECT_TIMEOUT, Self::open_patiently(url, tls))
            .await
            .unwrap_or_else(|_| Err(timed_out()))
    }

    async fn open_patiently(
        url: &ServerUrl,
        tls: &Arc<ClientConfig>,
    ) -> Result<Self, SigningClientError> {
        let place = url.to_string();
        let tcp = TcpStream::connect((url.host.as_str(), url.port)).await;
        let tcp = tcp.map_err(|error| {
            let fault = match error.kind() {
                io::ErrorKind::ConnectionRefused => ConnectFault::Refused,
                io::ErrorKind::NotFound => ConnectFault::UnknownHost,
                _ => ConnectFault::Other(error.to_string()),
            };
            SigningClientError::Connect { place: place.clone(), fault }
        })?;
        // A call is one small packet; waiting to fill it would cost more than it saves.
        let _slower = tcp.set_nodelay(true);
        let name = ServerName::try_from(url.host.clone()).map_err(|_| SigningClientError::Tls {
            place: place.clone(),
            fault: TlsFault::WrongName { presented: Vec::new() },
        })?;
        let stream = TlsConnector::from(Arc::clone(tls)).connect(name, tcp).await;
        let stream = stream.map_err(|error| tls_error(&place, &error))?;
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| lost(&place, &error))?;
        // It ends with the last sender, or with the server.
        tokio::spawn(connection);
        Ok(Self { url: url.clone(), sender, date_unix: None })
    }

    /// Where it leads.
    pub(super) fn place(&self) -> String {
        self.url.to_string()
    }

    /// The server's clock at its last answer, in seconds since 1970.
    pub(super) const fn date_unix(&self) -> Option<u64> {
        self.date_unix
    }

    /// Whether the server has hung up.
    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Sends one request; with a body it is a POST. The body of the answer where it is a good one.
    pub(super) async fn exchange(
        &mut self,
        path: &str,
        body: Option<(&'static str, Bytes)>,
    ) -> Result<Bytes, SigningClientError> {
        let place = self.url.to_string();
        let builder = Request::builder().uri(format!("{}{path}", self.url));
        let request = match body {
            Some((content_type, body)) => {
                builder.method("POST").header(CONTENT_TYPE, content_type).body(Full::new(body))
            }
            None => builder.body(Full::default()),
        };
        let request = request.map_err(|_| SigningClientError::NotAServer {
            place: place.clone(),
            evidence: "its address cannot stand in a request".to_owned(),
        })?;
        let answer =
            self.sender.send_request(request).await.map_err(|error| lost(&place, &error))?;
        let (head, body) = answer.into_parts();
        self.date_unix = head.headers.get(DATE).and_then(date_unix);
        let body = Limited::new(body, ANSWER_LEN_BYTES_MAX).collect().await;
        let body = body
            .map_err(|error| SigningClientError::Lost {
                place: place.clone(),
                cause: error.to_string(),
            })?
            .to_bytes();
        if head.status == StatusCode::OK {
            return Ok(body);
        }
        let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let refusal = match content_type {
            Some(JSON_CONTENT_TYPE) => serde_json::from_slice(&body).ok(),
            _ => None,
        };
        let wait =
            head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let refusal = refusal.unwrap_or_else(|| unknown_refusal(head.status, &body, wait));
        Err(SigningClientError::Refused { place, refusal })
    }
}

/// The time in a header, in seconds since 1970.
fn date_unix(value: &HeaderValue) -> Option<u64> {
    let time = httpdate::parse_http_date(value.to_str().ok()?).ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// A refusal of whatever stands before the server: the front itself, or a proxy.
fn unknown_refusal(status: StatusCode, body: &[u8], wait_s: Option<u64>) -> Refusal {
    let code = match status {
        StatusCode::FORBIDDEN => RefusalCode::NotPermitted,
        StatusCode::NOT_FOUND => RefusalCode::NotFound,
        StatusCode::TOO_MANY_REQUESTS => RefusalCode::Busy,
        status if status.is_server_error() => RefusalCode::Stopping,
        _ => RefusalCode::Other,
    };
    let first_line = String::from_utf8_lossy(body);
    let first_line = first_line.lines().next().unwrap_or_default();
    let words: String =
        first_line.chars().filter(|it| !it.is_control()).take(WORDS_LEN_CHARS_MAX).collect();
    let refusal = Refusal::new(code, format!("HTTP status {}: {words}", status.as_u16()));
    Refusal { retry_after_ms: wait_s.map(|s| s.saturating_mul(1000)), ..refusal }
}

/// How much of a stranger's page is shown, in characters: a line of a terminal.
const WORDS_LEN_CHARS_MAX: usize = 160;

fn tls_error(place: &str, error: &io::Error) -> SigningClientError {
    let place = place.to_owned();
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(error) => SigningClientError::Tls { place, fault: TlsFault::of(error) },
        None => SigningClientError::Lost { place, cause: error.to_string() },
    }
}

fn lost(place: &str, error: &hyper::Error) -> SigningClientError {
    let place = place.to_owned();
    // In TLS 1.3 a server looks at the client's certificate only after the client's handshake is over.
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<io::Error>()
            && let Some(tls) = io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>())
        {
            return SigningClientError::Tls { place, fault: TlsFault::of(tls) };
        }
        source = error.source();
    }
    SigningClientError::Lost { place, cause: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_machine_and_no_more() {
        let url = |text: &str| text.parse::<ServerUrl>().map(|url| url.to_string());
        assert_eq!(url("https://signer.plant"), Ok("https://signer.plant:8082".to_owned()));
        assert_eq!(url("https://10.0.0.7:443/"), Ok("https://10.0.0.7:443".to_owned()));
        assert_eq!(url("https://[::1]:9"), Ok("https://[::1]:9".to_owned()));
        assert_eq!(url("http://signer.plant"), Err(ServerUrlError::NoTls));
        for text in [
            "",
            "signer:8082",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://a b",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
    }
}
