//! From a request to its answer: who asks is judged, then the handler is asked.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use http_body_util::{Either, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Body, Bytes, Incoming},
    header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
};

use super::{
    AccessEntry, AnswerBody, FrontEvent, Peer, Reason, Refusal, clients::Client,
    connections::Activity, limits::PATH_SHOWN_LEN_MAX, server::Shared,
};

/// Who is at the other end of a connection, and what it is doing.
pub(super) struct Session {
    pub(super) shared: Arc<Shared>,
    pub(super) address: SocketAddr,
    pub(super) activity: Arc<Activity>,
    /// Or why nobody is.
    pub(super) client: Result<Acquaintance, Reason>,
}

/// A client, and from where it is here.
pub(super) struct Acquaintance {
    pub(super) client: Arc<Client>,
    pub(super) peer: Arc<Peer>,
}

impl Session {
    /// Answers one request.
    pub(super) async fn answer<H, F, B>(
        &self,
        request: Request<Incoming>,
        handler: &H,
    ) -> Response<AnswerBody<B>>
    where
        H: Fn(Arc<Peer>, Request<Incoming>) -> F,
        F: Future<Output = Response<B>>,
        B: Body<Data = Bytes>,
    {
        self.activity.request_begins();
        let mut turn = Turn::new(self, &request);
        match self.judge(&request) {
            Ok(peer) => {
                turn.client = Some(Arc::clone(peer));
                let answer = handler(Arc::clone(peer), request).await;
                // A handler refuses by leaving the reason with its answer.
                let (mut parts, body) = answer.into_parts();
                turn.status = parts.status;
                turn.reason = parts.extensions.remove();
                Response::from_parts(parts, AnswerBody::new(Either::Right(body), turn))
            }
            Err(reason) => {
                turn.client = self.client.as_ref().ok().map(|client| Arc::clone(&client.peer));
                let (status, body) = refusal(&reason);
                turn.status = status;
                turn.reason = Some(reason.clone());
                let mut answer = Response::new(AnswerBody::new(Either::Left(body), turn));
                *answer.status_mut() = status;
                let headers = answer.headers_mut();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
                if status == StatusCode::TOO_MANY_REQUESTS {
                    headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
                } else if Self::is_final(&reason) {
                    headers.insert(CONNECTION, HeaderValue::from_static("close"));
                }
                answer
            }
        }
    }

    /// Whether the refusal ends the connection. The header says so in HTTP/1; HTTP/2 forbids it, and hyper takes it
    /// away there.
    fn is_final(reason: &Reason) -> bool {
        !matches!(reason, Reason::WrongRole { .. })
    }

    /// Whether the request may go to the handler.
    fn judge(&self, request: &Request<Incoming>) -> Result<&Arc<Peer>, Reason> {
        let Acquaintance { client, peer } = self.client.as_ref().map_err(Clone::clone)?;
        let (shared, identity) = (&self.shared, &client.identity);
        client.judge(&shared.material(), shared.clock.unix_millis())?;
        if !shared.settings.roles.contains(&identity.role) {
            return Err(Reason::WrongRole { role: identity.role });
        }
        if !shared.rates.take(&identity.fingerprint_sha256, Instant::now()) {
            return Err(Reason::TooManyRequests);
        }
        let announced = request.body().size_hint().exact();
        if announced.is_some_and(|len| len > shared.settings.limits.body_len_bytes) {
            return Err(Reason::BodyTooLarge);
        }
        Ok(peer)
    }
}

/// The front's own answer to a refused request.
fn refusal(reason: &Reason) -> (StatusCode, Full<Bytes>) {
    let status = match reason {
        Reason::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Reason::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::FORBIDDEN,
    };
    let advice = match reason {
        Reason::NoCertificate => "; show one that this server's authority has issued",
        Reason::TooManyRequests => "; wait a second",
        _ => "",
    };
    let words = status.canonical_reason().unwrap_or_default();
    (status, Full::from(format!("{} {words}: {reason}{advice}\n", status.as_u16())))
}

/// One request from its head to the end of its answer. When it is dropped, it is reported.
pub(super) struct Turn {
    shared: Arc<Shared>,
    activity: Arc<Activity>,
    address: SocketAddr,
    client: Option<Arc<Peer>>,
    method: Method,
    path: String,
    status: StatusCode,
    reason: Option<Reason>,
    len_bytes: u64,
    began: Instant,
}

impl Turn {
    fn new(session: &Session, request: &Request<Incoming>) -> Self {
        Self {
            shared: Arc::clone(&session.shared),
            activity: Arc::clone(&session.activity),
            address: session.address,
            client: None,
            method: request.method().clone(),
            path: request.uri().path().chars().take(PATH_SHOWN_LEN_MAX).collect(),
            // What an access log shows for a client that left before its answer; nginx does the same.
            status: StatusCode::from_u16(499).unwrap_or(StatusCode::REQUEST_TIMEOUT),
            reason: None,
            len_bytes: 0,
            began: Instant::now(),
        }
    }

    pub(super) fn sent(&mut self, len_bytes: usize) {
        self.len_bytes += len_bytes as u64;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.activity.request_ends();
        let unix_millis = self.shared.clock.unix_millis();
        let (method, path) = (self.method.clone(), std::mem::take(&mut self.path));
        let event = match (self.client.take(), self.reason.take()) {
            (Some(peer), None) => FrontEvent::Answered(AccessEntry {
                unix_millis,
                peer,
                method,
                path,
                status: self.status.as_u16(),
                len_bytes: self.len_bytes,
                duration: self.began.elapsed(),
            }),
            // A stranger who left before the refusal was said.
            (None, None) => return,
            (client, Some(reason)) => FrontEvent::Refused(Refusal {
                unix_millis,
                address: self.address,
                client: client.map(|peer| peer.identity.name.clone()),
                reason,
                request: Some((method, path)),
                status: Some(self.status.as_u16()),
            }),
        };
        self.shared.events.send(event);
    }
}
