//! What a request is answered with.

use std::time::Instant;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode, Version,
    body::{Body, Bytes, Incoming},
    header::{
        ALLOW, CONNECTION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS,
    },
};
use thiserror::Error;
use tokio::{sync::oneshot, time};
use yubihsm2::connector::{
    API_BODY_LEN_BYTES_MAX, API_BODY_LEN_BYTES_MIN, API_PATH, ConnectorStatus, DevicePresence,
    FRAME_CONTENT_TYPE, READ_TIMEOUT, STATUS_PATH, TEXT_CONTENT_TYPE,
};

use super::{
    backend::Reply,
    connections::Place,
    host::HostPolicy,
    limits::REFUSED_BODY_LEN_BYTES_MAX,
    worker::{Job, Jobs},
};
use crate::randomness::{OsRandomness, random_bytes};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(super) type Answer = Response<Full<Bytes>>;

/// The connection is to be closed without an answer.
#[derive(Clone, Copy, Debug, Error)]
#[error("the connection is dropped on purpose")]
pub(super) struct HungUp;

/// What all connections have in common.
pub(super) struct Front {
    pub(super) hosts: HostPolicy,
    pub(super) jobs: Jobs,
    pub(super) random: OsRandomness,
    /// The status page, but for the device's presence.
    pub(super) status: ConnectorStatus,
}

impl Front {
    /// Answers one request.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        place: &Place,
    ) -> Result<Answer, HungUp> {
        let Some(host) = host(&request) else {
            let mut answer =
                text(StatusCode::BAD_REQUEST, "400 Bad Request: no single Host header");
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return Ok(answer);
        };
        let path = request.uri().path();
        // A path that nobody serves is so whatever the host.
        if path != STATUS_PATH && path != API_PATH {
            return Ok(error(StatusCode::NOT_FOUND, "404 page not found"));
        }
        if !self.hosts.allows(&host) {
            return Ok(refusal(StatusCode::FORBIDDEN));
        }
        let id = self.request_id(&request);
        let mut answer = if path == STATUS_PATH {
            self.status(&request, place).await
        } else {
            self.api(request, place).await?
        };
        answer.headers_mut().insert(REQUEST_ID, id);
        Ok(answer)
    }

    async fn status(&self, request: &Request<Incoming>, place: &Place) -> Answer {
        if request.method() != Method::GET {
            return not_allowed("GET");
        }
        let presence = self.ask(place, |reply| Job::Presence { reply }).await;
        let presence = presence.unwrap_or(DevicePresence::Absent);
        let page = ConnectorStatus { presence, ..self.status.clone() };
        text(StatusCode::OK, page.to_string())
    }

    async fn api(&self, request: Request<Incoming>, place: &Place) -> Result<Answer, HungUp> {
        if request.method() != Method::POST {
            return Ok(drained(not_allowed("POST"), request.into_body()).await);
        }
        let body = request.into_body();
        // Absent for a chunked body, which the vendor's connector refuses too.
        let len_bytes = body.size_hint().exact().and_then(|len| usize::try_from(len).ok());
        let fits = len_bytes
            .is_some_and(|len| (API_BODY_LEN_BYTES_MIN..=API_BODY_LEN_BYTES_MAX).contains(&len));
        if !fits {
            return Ok(drained(refusal(StatusCode::BAD_REQUEST), body).await);
        }
        let Some(frame) = collected(body, API_BODY_LEN_BYTES_MAX).await else {
            return Ok(closing(refusal(StatusCode::INTERNAL_SERVER_ERROR)));
        };
        let (frame, arrived) = (frame.to_vec(), Instant::now());
        let reply = self.ask(place, |reply| Job::Exchange { frame, arrived, reply }).await;
        match reply.unwrap_or(Reply::NoDevice) {
            Reply::Answer(frame) => Ok(content(StatusCode::OK, FRAME_CONTENT_TYPE, frame)),
            Reply::NoDevice => Ok(refusal(StatusCode::INTERNAL_SERVER_ERROR)),
            Reply::HangUp => Err(HungUp),
        }
    }

    /// Asks the thread that owns the device; `None` where it is gone.
    async fn ask<T>(
        &self,
        place: &Place,
        job: impl FnOnce(oneshot::Sender<T>) -> Job,
    ) -> Option<T> {
        let _busy = place.busy();
        let (reply, answer) = oneshot::channel();
        self.jobs.try_send(job(reply)).ok()?;
        answer.await.ok()
    }

    /// The request's own id, or a new one: a random UUID.
    fn request_id(&self, request: &Request<Incoming>) -> HeaderValue {
        match request.headers().get(REQUEST_ID) {
            Some(id) if !id.is_empty() => id.clone(),
            _ => uuid(random_bytes(&mut self.random.clone())),
        }
    }
}

/// The host that a request is for: of its target where that names one, else of its header. HTTP/1.1 demands
/// exactly one header, earlier versions none.
fn host(request: &Request<Incoming>) -> Option<String> {
    let mut headers = request.headers().get_all(HOST).iter();
    let header = match (headers.next(), headers.next()) {
        (Some(host), None) => host.to_str().ok()?,
        (None, None) if request.version() < Version::HTTP_11 => "",
        _ => return None,
    };
    let target = request.uri().authority().map(|authority| authority.as_str());
    Some(target.unwrap_or(header).to_owned())
}

/// A body of at most so many bytes, or `None` where it is longer, breaks off or takes too long.
async fn collected(body: Incoming, limit_bytes: usize) -> Option<Bytes> {
    let collect = Limited::new(body, limit_bytes).collect();
    Some(time::timeout(READ_TIMEOUT, collect).await.ok()?.ok()?.to_bytes())
}

/// An answer that does not depend on the body. The body is read all the same, so that the connection can go
/// on; unless it is too long.
async fn drained(answer: Answer, mut body: Incoming) -> Answer {
    let drain = async {
        let mut len_bytes = 0;
        while let Some(frame) = body.frame().await {
            len_bytes += frame.ok()?.data_ref().map_or(0, Bytes::len);
            (len_bytes <= REFUSED_BODY_LEN_BYTES_MAX).then_some(())?;
        }
        Some(())
    };
    match time::timeout(READ_TIMEOUT, drain).await {
        Ok(Some(())) => answer,
        _ => closing(answer),
    }
}

fn closing(mut answer: Answer) -> Answer {
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

fn not_allowed(method: &'static str) -> Answer {
    let mut answer = refusal(StatusCode::METHOD_NOT_ALLOWED);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(method));
    answer
}

/// An error whose body is its status.
fn refusal(status: StatusCode) -> Answer {
    error(status, status.canonical_reason().unwrap_or_default())
}

fn error(status: StatusCode, line: &str) -> Answer {
    let mut answer = text(status, format!("{line}\n"));
    answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    content(status, TEXT_CONTENT_TYPE, body)
}

fn content(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// A UUID of version 4 from random bytes (RFC 9562, section 5.4).
fn uuid(mut bytes: [u8; 16]) -> HeaderValue {
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let mut text = [0; 36];
    let mut at = 0;
    for (index, byte) in bytes.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text[at] = b'-';
            at += 1;
        }
        for digit in [byte >> 4, byte & 0x0F] {
            text[at] = b"0123456789abcdef"[usize::from(digit)];
            at += 1;
        }
    }
    HeaderValue::from_bytes(&text).expect("digits and dashes may stand in a header")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid([0xFF; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
