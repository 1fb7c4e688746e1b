//! Answers of HTTP.

use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    body::Bytes,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
};
use serde::Serialize;
use signer::service::{JSON_CONTENT_TYPE, Refusal, RefusalCode};

pub(super) type Answer = Response<Full<Bytes>>;

/// Bytes of a kind.
pub(super) fn content(content_type: &'static str, bytes: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(bytes.into()));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Answer {
    // What is answered consists of texts and numbers, which always have a form in JSON.
    content(JSON_CONTENT_TYPE, serde_json::to_vec(value).unwrap_or_default())
}

/// A text.
pub(super) fn text(text: String) -> Answer {
    content("text/plain; charset=utf-8", text)
}

/// What never changes and may be kept.
pub(super) fn immutable(mut answer: Answer) -> Answer {
    let forever = HeaderValue::from_static("max-age=31536000, immutable");
    answer.headers_mut().insert(CACHE_CONTROL, forever);
    answer
}

/// A refusal.
pub(super) fn refused(refusal: &Refusal) -> Answer {
    let mut answer = json(refusal);
    let status = StatusCode::from_u16(refusal.code.status());
    *answer.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(ms) = refusal.retry_after_ms {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
    }
    answer
}

pub(super) fn not_found(path: &str) -> Answer {
    let shown: String = path.chars().take(PATH_SHOWN_LEN_CHARS_MAX).collect();
    refused(
        &Refusal::new(RefusalCode::NotFound, format!("there is no {shown} here"))
            .hint("GET /v1/openapi.json describes what there is".to_owned()),
    )
}

/// How much of a path that does not exist is repeated, in characters.
const PATH_SHOWN_LEN_CHARS_MAX: usize = 100;

pub(super) fn wrong_method(allowed: &'static str) -> Answer {
    let refusal = Refusal::new(RefusalCode::Malformed, format!("this path takes {allowed} only"));
    let mut answer = refused(&refusal);
    *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}
