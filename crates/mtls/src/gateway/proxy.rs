//! From a client's request to the connector and back.

use std::{sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Either, Full, LengthLimitError, Limited};
use hyper::{
    HeaderMap, Method, Request, StatusCode, Version,
    body::{Body as _, Bytes, Incoming},
    header::{
        CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, HeaderValue, PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
    },
};
use tokio::time::timeout;
use yubihsm2::connector::{API_PATH, STATUS_PATH};

use super::{
    UpstreamUrl,
    answer::{Answer, Streamed, refused, unanswered, wrong_method},
    upstream::Upstream,
};
use crate::{
    front::{FrontLimits, Peer, Reason},
    identity::Role,
};

/// Headers that speak of one connection and not of the request (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// What stands between a [`Front`](crate::front::Front) and a connector.
pub struct Gateway {
    upstream: Upstream,
    body_len_bytes_max: usize,
    body_timeout: Duration,
}

impl Gateway {
    /// Who may come to a gateway at all: lines and operators, and monitors for the status page.
    pub const ROLES: [Role; 3] = [Role::Line, Role::Operator, Role::Monitor];

    /// A gateway before this connector. Nothing is connected yet; the connector may come and go.
    pub fn new(upstream: UpstreamUrl, limits: &FrontLimits) -> Self {
        Self {
            upstream: Upstream::new(upstream),
            body_len_bytes_max: usize::try_from(limits.body_len_bytes).unwrap_or(usize::MAX),
            body_timeout: limits.body,
        }
    }

    /// Answers one request of a verified client.
    pub async fn answer(
        self: Arc<Self>,
        peer: Arc<Peer>,
        request: Request<Incoming>,
    ) -> hyper::Response<
        impl hyper::body::Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>>
        + Send
        + Unpin
        + 'static,
    > {
        match check(&peer, &request) {
            Ok(()) => self.forward(request).await,
            Err(answer) => *answer,
        }
    }

    async fn forward(&self, request: Request<Incoming>) -> Answer {
        let (mut parts, body) = request.into_parts();
        let body = match self.collected(body).await {
            Ok(body) => body,
            Err(answer) => return *answer,
        };
        remove_hop_by_hop(&mut parts.headers);
        // The front has answered an expectation already.
        parts.headers.remove(EXPECT);
        parts.headers.remove(CONTENT_LENGTH);
        parts.headers.insert(HOST, self.upstream.url().authority());
        if parts.method == Method::POST {
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        }
        parts.version = Version::HTTP_11;
        parts.uri = origin_form(&parts.uri);
        parts.extensions.clear();
        match self.upstream.send(Request::from_parts(parts, Full::from(body))).await {
            Ok((mut answer, lease)) => {
                remove_hop_by_hop(answer.headers_mut());
                *answer.version_mut() = Version::HTTP_11;
                answer.map(|body| {
                    if body.is_end_stream() {
                        drop(lease);
                        return Either::Left(Full::default());
                    }
                    Either::Right(Streamed { body, _lease: lease })
                })
            }
            Err(error) => unanswered(&error),
        }
    }

    /// The whole body, within its limits.
    async fn collected(&self, body: Incoming) -> Result<Bytes, Box<Answer>> {
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        let collect = Limited::new(body, self.body_len_bytes_max).collect();
        match timeout(self.body_timeout, collect).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                Err(Box::new(refused(StatusCode::PAYLOAD_TOO_LARGE, Reason::BodyTooLarge)))
            }
            // The client is gone, or speaks no HTTP.
            Ok(Err(_)) => Err(Box::new(refused(StatusCode::BAD_REQUEST, Reason::MalformedRequest))),
            Err(_) => Err(Box::new(refused(StatusCode::REQUEST_TIMEOUT, Reason::BodyTooSlow))),
        }
    }
}

/// Whether this client may send this request.
fn check(peer: &Peer, request: &Request<Incoming>) -> Result<(), Box<Answer>> {
    let role = peer.identity.role;
    let is_monitor = role == Role::Monitor;
    let refusal = match (request.uri().path(), request.method()) {
        (STATUS_PATH, &Method::GET) => return Ok(()),
        (API_PATH, _) if is_monitor => refused(StatusCode::FORBIDDEN, Reason::WrongRole { role }),
        (API_PATH, &Method::POST) => return Ok(()),
        (STATUS_PATH, _) => wrong_method("GET"),
        (API_PATH, _) => wrong_method("POST"),
        _ => refused(StatusCode::NOT_FOUND, Reason::UnknownPath),
    };
    Err(Box::new(refusal))
}

/// Takes away what speaks of the connection, and what the `Connection` header names.
fn remove_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        let named: Vec<HeaderName> = headers
            .get_all(CONNECTION)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(|name| name.trim().parse().ok())
            .collect();
        for name in named {
            headers.remove(name);
        }
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

/// Path and query alone, as a server is asked.
fn origin_form(uri: &hyper::Uri) -> hyper::Uri {
    let mut parts = hyper::http::uri::Parts::default();
    parts.path_and_query = uri.path_and_query().cloned();
    hyper::Uri::from_parts(parts).unwrap_or_else(|_| hyper::Uri::from_static(STATUS_PATH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_of_a_connection_does_not_pass() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "keep-alive, X-Private"),
            ("keep-alive", "timeout=5"),
            ("x-private", "1"),
            ("transfer-encoding", "chunked"),
            ("x-request-id", "7"),
            ("content-type", "application/octet-stream"),
        ] {
            headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_static(value));
        }
        remove_hop_by_hop(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["content-type", "x-request-id"]);
    }

    #[test]
    fn a_target_with_a_host_is_asked_for_its_path() {
        let uri = hyper::Uri::from_static("https://gateway:8081/connector/status?x=1");
        assert_eq!(origin_form(&uri), "/connector/status?x=1");
    }
}
