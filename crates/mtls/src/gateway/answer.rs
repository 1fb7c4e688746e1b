//! The gateway's own answers, and the connector's on their way through.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body_util::{Either, Full};
use hyper::{
    Response, StatusCode,
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue},
};

use super::{error::UpstreamError, upstream::Lease};
use crate::front::Reason;

pub(super) type Answer = Response<Either<Full<Bytes>, Streamed>>;

/// The connector's body. The connection it comes over is used again once it is through.
pub(super) struct Streamed {
    pub(super) body: Incoming,
    pub(super) _lease: Lease,
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A request that the gateway refuses, with the reason left for the front to report.
pub(super) fn refused(status: StatusCode, reason: Reason) -> Answer {
    let mut answer = said(status, &reason.to_string());
    if matches!(reason, Reason::BodyTooLarge | Reason::BodyTooSlow) {
        // What is left of the body is not read.
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer.extensions_mut().insert(reason);
    answer
}

pub(super) fn wrong_method(allowed: &'static str) -> Answer {
    let mut answer = refused(StatusCode::METHOD_NOT_ALLOWED, Reason::WrongMethod);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}

/// The connector gave no answer.
pub(super) fn unanswered(error: &UpstreamError) -> Answer {
    let status =
        if error.is_late() { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::BAD_GATEWAY };
    said(status, &error.to_string())
}

fn said(status: StatusCode, why: &str) -> Answer {
    let words = status.canonical_reason().unwrap_or_default();
    let text = format!("{} {words}: {why}\n", status.as_u16());
    let mut answer = Response::new(Either::Left(Full::from(text)));
    *answer.status_mut() = status;
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, content_type);
    answer
}
