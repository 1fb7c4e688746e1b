//! A connector over HTTP or HTTPS, one kept connection at a time.

mod answer;
mod connection;
mod target;
mod timed;

pub(crate) use self::target::HttpTarget;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use yubihsm2::{
    Frame, MessageLimit,
    connector::{
        API_PATH, ConnectorStatus, FRAME_CONTENT_TYPE, READ_TIMEOUT, STATUS_LEN_BYTES_MAX,
        STATUS_PATH,
    },
};

use self::{answer::Answer, connection::Connection};
use super::{Transport, TransportError, read_frame};

/// After how long an idle connection is not used any more: the vendor's connector closes it after
/// [`READ_TIMEOUT`], and a request into a closing connection would be lost.
const IDLE_MAX: Duration = READ_TIMEOUT.saturating_sub(Duration::from_secs(1));

/// How this client names itself.
const USER_AGENT: &str = concat!("curbside/", env!("CARGO_PKG_VERSION"));

/// A way to a connector. Connects with the first frame and again whenever the connection is gone.
pub(crate) struct HttpTransport {
    target: Arc<HttpTarget>,
    kept: Option<Kept>,
    request: Vec<u8>,
}

struct Kept {
    connection: Connection,
    used: Instant,
}

impl HttpTransport {
    pub(crate) fn new(target: Arc<HttpTarget>) -> Self {
        Self { target, kept: None, request: Vec::new() }
    }

    /// The connector's status page.
    pub(crate) fn connector_status(&mut self) -> Result<ConnectorStatus, TransportError> {
        let head = format!("GET {}{STATUS_PATH} HTTP/1.1\r\n", self.target.path());
        let answer = self.round_trip(&head, None, STATUS_LEN_BYTES_MAX)?;
        ConnectorStatus::parse(&answer.body).map_err(|_| TransportError::NotAConnector {
            place: self.target.to_string(),
            evidence: "its status page is another one",
        })
    }

    fn round_trip(
        &mut self,
        head: &str,
        body: Option<&[u8]>,
        limit_bytes: usize,
    ) -> Result<Answer, TransportError> {
        let mut connection = match self.kept.take() {
            Some(kept) if kept.used.elapsed() < IDLE_MAX && kept.connection.is_quiet() => {
                kept.connection
            }
            _ => Connection::open(&self.target)?,
        };
        self.write_request(head, body);
        connection.send(&self.target, &self.request)?;
        let answer = connection.receive(&self.target, limit_bytes)?;
        answer.check(&self.target)?;
        if answer.keeps_connection {
            self.kept = Some(Kept { connection, used: Instant::now() });
        }
        Ok(answer)
    }

    /// One buffer, so that a request is one packet and one system call.
    fn write_request(&mut self, head: &str, body: Option<&[u8]>) {
        self.request.clear();
        self.request.extend_from_slice(head.as_bytes());
        let host = self.target.host_header();
        self.request
            .extend_from_slice(format!("Host: {host}\r\nUser-Agent: {USER_AGENT}\r\n").as_bytes());
        if let Some(body) = body {
            let len = body.len();
            self.request.extend_from_slice(
                format!("Content-Type: {FRAME_CONTENT_TYPE}\r\nContent-Length: {len}\r\n")
                    .as_bytes(),
            );
        }
        self.request.extend_from_slice(b"\r\n");
        self.request.extend_from_slice(body.unwrap_or_default());
    }
}

impl Transport for HttpTransport {
    fn exchange(&mut self, frame: &Frame) -> Result<Frame, TransportError> {
        let head = format!("POST {}{API_PATH} HTTP/1.1\r\n", self.target.path());
        let limit_bytes = MessageLimit::FROM_2_4.frame_len_bytes();
        let answer = self.round_trip(&head, Some(&frame.encode()), limit_bytes)?;
        read_frame(&self.target, &answer.body)
    }
}
