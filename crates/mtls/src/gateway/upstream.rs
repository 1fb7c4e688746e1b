//! Connections to the connector, used again while they are good.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    UpstreamUrl,
    error::UpstreamError,
    limits::{
        ANSWER_TIMEOUT, CONNECT_TIMEOUT, UPSTREAM_CONNECTIONS_MAX, UPSTREAM_HEAD_LEN_BYTES_MAX,
        UPSTREAM_IDLE_TIMEOUT,
    },
};

/// The connector, seen from here.
pub(super) struct Upstream {
    url: UpstreamUrl,
    places: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Idle>>>,
}

type Sender = SendRequest<Full<Bytes>>;

struct Idle {
    sender: Sender,
    since: Instant,
}

/// A connection that a request has to itself. When it is dropped the connection goes back, unless it is spent.
pub(super) struct Lease {
    sender: Option<Sender>,
    idle: Arc<Mutex<Vec<Idle>>>,
    _place: OwnedSemaphorePermit,
}

impl Upstream {
    pub(super) fn new(url: UpstreamUrl) -> Self {
        let places = Arc::new(Semaphore::new(UPSTREAM_CONNECTIONS_MAX));
        Self { url, places, idle: Arc::default() }
    }

    pub(super) fn url(&self) -> &UpstreamUrl {
        &self.url
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Lease), UpstreamError> {
        let answered = timeout(ANSWER_TIMEOUT, self.send_in_time(request)).await;
        answered.map_err(|_| UpstreamError::AnswerTimedOut)?
    }

    async fn send_in_time(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Lease), UpstreamError> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| UpstreamError::Ending)?;
        let mut lease = Lease { sender: None, idle: Arc::clone(&self.idle), _place: place };
        while let Some(mut sender) = self.take_idle() {
            match sender.try_send_request(request).await {
                Ok(answer) => {
                    lease.sender = Some(sender);
                    return Ok((answer, lease));
                }
                // The request comes back only where not a byte of it was sent.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(UpstreamError::Broken(error.into_error())),
                },
            }
        }
        let mut sender = self.connect().await?;
        let answer = sender.send_request(request).await.map_err(UpstreamError::Broken)?;
        lease.sender = Some(sender);
        Ok((answer, lease))
    }

    /// The connection that was used last: it is the least likely to be closed, and the others may grow old.
    fn take_idle(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(Idle { sender, since }) = idle.pop() {
            if since.elapsed() >= UPSTREAM_IDLE_TIMEOUT {
                // All that are left are older still.
                idle.clear();
                return None;
            }
            if sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    async fn connect(&self) -> Result<Sender, UpstreamError> {
        let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect(self.url.lookup()))
            .await
            .map_err(|_| UpstreamError::ConnectTimedOut)?
            .map_err(UpstreamError::Connect)?;
        // Without it a small frame may wait for the acknowledgement of the one before.
        let _slower = stream.set_nodelay(true);
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(UPSTREAM_HEAD_LEN_BYTES_MAX)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(UpstreamError::Broken)?;
        tokio::spawn(async move {
            // Whoever waits for an answer hears of it.
            let _broken = connection.await;
        });
        Ok(sender)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(sender) = self.sender.take() else { return };
        if !sender.is_closed() {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(Idle { sender, since: Instant::now() });
        }
    }
}
