//! The body of an answer, watched to its end.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body_util::{Either, Full};
use hyper::body::{Body, Bytes, Frame, SizeHint};

use super::service::Turn;

/// The body of an answer: the handler's, or the front's own. When it is dropped, the request is over.
pub struct AnswerBody<B> {
    body: Either<Full<Bytes>, B>,
    turn: Turn,
}

impl<B> AnswerBody<B> {
    pub(super) fn new(body: Either<Full<Bytes>, B>, turn: Turn) -> Self {
        Self { body, turn }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for AnswerBody<B>
where
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.turn.sent(data.len());
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
