//! One connection from its first byte to its last.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use hyper::{
    Request, Response,
    body::{Body, Bytes, Incoming},
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ProtocolVersion;
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    sync::watch,
    time::{sleep_until, timeout},
};
use tokio_rustls::server::TlsStream;

use super::{
    Peer, Reason,
    connections::{Place, Wait},
    limits::{LINGER_TIMEOUT, REST_AFTER},
    linger::linger,
    server::Shared,
    service::{Acquaintance, Session},
    wire::{Watched, Wire},
};

/// The first byte of a TLS connection: a handshake record.
const TLS_FIRST_BYTE: u8 = 22;

/// What plain HTTP is answered, as nginx answers it.
const PLAIN_HTTP_ANSWER: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Length: 67\r\nConnection: close\r\n\r\n\
    400 Bad Request: this port speaks HTTPS, with a client certificate\n";

/// A handler of requests. See [`Front::serve`](super::Front::serve).
pub(super) trait Handler: Send + Sync + 'static {
    type Body: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>>
        + Send
        + Unpin
        + 'static;

    fn handle(
        &self,
        peer: Arc<Peer>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<Self::Body>> + Send + 'static;
}

/// What HTTP is spoken over.
type Plain = Watched<TlsStream<Wire>>;

/// Why a connection is not served any longer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Pause {
    /// It is over.
    End,
    /// No request comes for now.
    Rest,
}

/// A peer after the handshake.
struct Met {
    io: Box<Plain>,
    session: Arc<Session>,
    is_http2: bool,
    /// Whether another handshake was tried, which ended the connection.
    has_struck: Arc<AtomicBool>,
}

/// What the tasks of a front have in hand.
pub(super) struct Visit {
    pub(super) shared: Arc<Shared>,
    pub(super) place: Place,
    pub(super) address: SocketAddr,
    pub(super) stopped: watch::Receiver<bool>,
}

impl Visit {
    /// Serves the connection until its peer, a limit or the end of the front ends it.
    pub(super) async fn serve<H: Handler>(self, stream: TcpStream, handler: Arc<H>) {
        // What a handshake takes is given back before the long rest of the connection; the same for the protocol that is
        // not spoken.
        let Some(Met { io, session, is_http2, has_struck }) = Box::pin(self.meet(stream)).await
        else {
            return;
        };
        let answer = {
            let session = Arc::clone(&session);
            move |request| {
                let (session, handler) = (Arc::clone(&session), Arc::clone(&handler));
                async move {
                    let handle = |peer, request| handler.handle(peer, request);
                    Ok::<_, Infallible>(session.answer(request, &handle).await)
                }
            }
        };
        // Each has its own memory, so that a connection pays for what it speaks only.
        let ended = if is_http2 {
            Box::pin(self.serve_http2(io, answer)).await
        } else {
            Box::pin(self.serve_http1(io, answer)).await
        };
        let reason = match ended {
            _ if has_struck.load(Ordering::Relaxed) => Some(Reason::Renegotiation),
            Err(reason) => reason,
            Ok(()) => None,
        };
        if let Some(reason) = reason {
            let name = session.client.as_ref().ok().map(|client| &client.peer.identity.name);
            self.shared.refuse(self.address, name.cloned(), reason);
        }
    }

    async fn serve_http2<A, F, B>(&self, io: Box<Plain>, answer: A) -> Result<(), Option<Reason>>
    where
        A: Fn(Request<Incoming>) -> F,
        F: Future<Output = Result<Response<B>, Infallible>> + Send + 'static,
        B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>>
            + Send
            + 'static,
    {
        let limits = &self.shared.settings.limits;
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams)
            .max_header_list_size(u32::try_from(limits.head_len_bytes).unwrap_or(u32::MAX));
        let mut serving = Box::pin(builder.serve_connection(TokioIo::new(io), service_fn(answer)));
        self.guard(serving.as_mut(), http2::Connection::graceful_shutdown, false).await.map(drop)
    }

    /// Serves requests, and gives back what HTTP takes while none comes.
    async fn serve_http1<A, F, B>(
        &self,
        mut io: Box<Plain>,
        answer: A,
    ) -> Result<(), Option<Reason>>
    where
        A: Fn(Request<Incoming>) -> F + Clone,
        F: Future<Output = Result<Response<B>, Infallible>>,
        B: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + 'static,
    {
        let limits = &self.shared.settings.limits;
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            // Heads are timed here, apart from idleness.
            .header_read_timeout(None)
            .max_buf_size(limits.head_len_bytes)
            .max_headers(limits.headers)
            // A client that has sent everything may close its side and wait.
            .half_close(true);
        while self.is_asked(&mut io).await {
            let service = service_fn(answer.clone());
            let mut serving = Box::new(builder.serve_connection(TokioIo::new(io), service));
            let shut_down = http1::Connection::graceful_shutdown;
            match self.guard(Pin::new(&mut *serving), shut_down, true).await? {
                Pause::End => return Ok(()),
                Pause::Rest => {
                    let parts = serving.into_parts();
                    io = parts.io.into_inner();
                    io.put_back(&parts.read_buf);
                }
            }
        }
        // The peer, a limit or the end of the front: TLS says so where the peer still listens.
        let _gone = timeout(LINGER_TIMEOUT, io.shutdown()).await;
        Ok(())
    }

    /// Waits for the next request; false where the connection ends first.
    async fn is_asked(&self, io: &mut Plain) -> bool {
        let limits = &self.shared.settings.limits;
        let due = match self.place.activity.wait(limits, true) {
            Wait::Head(due) | Wait::Idle(due) => due,
            Wait::Busy => return true,
        };
        let mut stopped = self.stopped.clone();
        tokio::select! {
            has_come = io.comes() => has_come,
            () = self.place.closed() => false,
            _ = stopped.changed() => false,
            () = sleep_until(due.into()) => false,
        }
    }

    /// Lets the connection be served while it keeps to the limits.
    async fn guard<S>(
        &self,
        mut serving: Pin<&mut S>,
        shut_down: impl Fn(Pin<&mut S>),
        has_heads: bool,
    ) -> Result<Pause, Option<Reason>>
    where
        S: Future<Output = hyper::Result<()>>,
    {
        let limits = &self.shared.settings.limits;
        let activity = &self.place.activity;
        let mut stopped = self.stopped.clone();
        let mut is_stopping = false;
        let often = if has_heads { REST_AFTER } else { limits.head };
        loop {
            // A head may begin at any time, so that the wait is looked at as often as one may take.
            let due = match activity.wait(limits, has_heads) {
                Wait::Head(due) | Wait::Idle(due) => due.min(Instant::now() + often),
                Wait::Busy => Instant::now() + often,
            };
            tokio::select! {
                ended = serving.as_mut() => {
                    return ended.map(|()| Pause::End).map_err(|error| why(&error));
                }
                () = self.place.closed() => return Ok(Pause::End),
                _ = stopped.changed(), if !is_stopping => {
                    is_stopping = true;
                    shut_down(serving.as_mut());
                }
                () = sleep_until(due.into()) => {
                    let now = Instant::now();
                    match activity.wait(limits, has_heads) {
                        Wait::Head(due) if due <= now => return Err(Some(Reason::HeadersTooSlow)),
                        Wait::Idle(due) if due <= now => return Ok(Pause::End),
                        Wait::Idle(_) if has_heads && !is_stopping && activity.has_rested(REST_AFTER) => {
                            return Ok(Pause::Rest);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// TLS, and who is at its other end.
    async fn meet(&self, stream: TcpStream) -> Option<Met> {
        // Without it a small answer may wait for the acknowledgement of the one before.
        let _slower = stream.set_nodelay(true);
        let mut stream = self.shake_hands(stream).await?;
        self.place.activity.rest();
        let has_struck = Arc::new(AtomicBool::new(false));
        if stream.get_ref().1.protocol_version() == Some(ProtocolVersion::TLSv1_2) {
            stream.get_mut().0.refuse_handshakes(Arc::clone(&has_struck));
        }
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let session = Arc::new(Session {
            shared: Arc::clone(&self.shared),
            address: self.address,
            activity: Arc::clone(&self.place.activity),
            client: self.acquaint(&stream),
        });
        let io = Box::new(Watched::new(stream, Arc::clone(&self.place.activity)));
        Some(Met { io, session, is_http2, has_struck })
    }

    /// TLS, or the reason why not, told to the peer where it can be.
    async fn shake_hands(&self, stream: TcpStream) -> Option<TlsStream<Wire>> {
        let limit = self.shared.settings.limits.handshake;
        let mut stopped = self.stopped.clone();
        let shaken = tokio::select! {
            shaken = timeout(limit, self.handshake(stream)) => shaken,
            () = self.place.closed() => return None,
            _ = stopped.changed() => return None,
        };
        let (reason, rest) = match shaken {
            Ok(Ok(stream)) => return Some(stream),
            Ok(Err((reason, rest))) => (reason, rest),
            Err(_) => (Some(Reason::HandshakeTimedOut), None),
        };
        if let Some(reason) = reason {
            self.shared.refuse(self.address, None, reason);
        }
        if let Some(rest) = rest {
            tokio::select! {
                () = linger(rest) => {}
                () = self.place.closed() => {}
                _ = stopped.changed() => {}
            }
        }
        None
    }

    async fn handshake(
        &self,
        mut stream: TcpStream,
    ) -> Result<TlsStream<Wire>, (Option<Reason>, Option<TcpStream>)> {
        let mut first = [0];
        match stream.peek(&mut first).await {
            Ok(1) => {}
            _ => return Err((None, None)),
        }
        if first[0] != TLS_FIRST_BYTE {
            if !first[0].is_ascii_uppercase() {
                return Err((Some(Reason::NotTls), None));
            }
            let _gone = stream.write_all(PLAIN_HTTP_ANSWER).await;
            return Err((Some(Reason::PlainHttp), Some(stream)));
        }
        let acceptor = self.shared.material().acceptor.clone();
        let accepted = acceptor.accept(Wire::new(stream)).into_fallible().await;
        accepted.map_err(|(error, wire)| (Reason::of_handshake(&error), Some(wire.into_stream())))
    }

    /// Who the peer is.
    fn acquaint(&self, stream: &TlsStream<Wire>) -> Result<Acquaintance, Reason> {
        let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let certificate = chain.first().ok_or(Reason::NoCertificate)?;
        let client = self.shared.clients.meet(certificate)?;
        self.place.acquaint();
        let identity = Arc::clone(&client.identity);
        Ok(Acquaintance { client, peer: Arc::new(Peer { address: self.address, identity }) })
    }
}

/// What a connection ended with that the peer is to blame for.
fn why(error: &hyper::Error) -> Option<Reason> {
    if error.is_parse_too_large() {
        Some(Reason::HeadersTooLarge)
    } else if error.is_parse() {
        Some(Reason::MalformedRequest)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_plain_http_says_its_own_length() {
        let text = std::str::from_utf8(PLAIN_HTTP_ANSWER).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{}", body.len());
    }
}
