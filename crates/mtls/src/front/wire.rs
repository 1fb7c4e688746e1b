//! The network below and above TLS, watched for what the libraries do not tell.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::connections::Activity;

/// The content type of a TLS record that carries a handshake (RFC 5246, section 6.2.1).
const HANDSHAKE: u8 = 22;

/// The head of a TLS record, in bytes: content type, version, length.
const RECORD_HEAD_LEN_BYTES: usize = 5;

/// The network below TLS. Once told so, it refuses handshakes.
///
/// In TLS 1.2 a client may ask for another handshake at any time, in a record whose head is not encrypted. The TLS library
/// declines politely and says nothing; here the connection ends, and the reason is known. TLS 1.3 has no such thing, and
/// hides its handshake records.
pub(super) struct Wire {
    stream: TcpStream,
    guard: Option<Guard>,
}

struct Guard {
    records: Records,
    has_struck: Arc<AtomicBool>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, guard: None }
    }

    /// From here on, at the boundary of a record, no handshake is taken. What is returned says whether one was tried.
    pub(super) fn refuse_handshakes(&mut self, has_struck: Arc<AtomicBool>) {
        self.guard = Some(Guard { records: Records::default(), has_struck });
    }

    pub(super) fn into_stream(self) -> TcpStream {
        self.stream
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(guard) = &mut self.guard
            && guard.records.has_handshake(&buffer.filled()[before..])
        {
            guard.has_struck.store(true, Ordering::Relaxed);
            buffer.set_filled(before);
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Follows the records in a stream of bytes.
#[derive(Default)]
struct Records {
    /// What is here of a record's head.
    head: [u8; RECORD_HEAD_LEN_BYTES],
    head_len_bytes: usize,
    /// What is still to come of the record.
    body_len_bytes: usize,
}

impl Records {
    /// Whether a handshake's record begins in these bytes.
    fn has_handshake(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((first, rest)) = bytes.split_first() {
            if self.body_len_bytes > 0 {
                let len = self.body_len_bytes.min(bytes.len());
                self.body_len_bytes -= len;
                bytes = &bytes[len..];
                continue;
            }
            if self.head_len_bytes == 0 && *first == HANDSHAKE {
                return true;
            }
            self.head[self.head_len_bytes] = *first;
            self.head_len_bytes += 1;
            bytes = rest;
            if self.head_len_bytes == RECORD_HEAD_LEN_BYTES {
                self.head_len_bytes = 0;
                self.body_len_bytes = usize::from(u16::from_be_bytes([self.head[3], self.head[4]]));
            }
        }
        false
    }
}

/// The network above TLS. It notes when a request begins to come, and whether an answer is on its way.
pub(super) struct Watched<S> {
    stream: S,
    activity: Arc<Activity>,
    /// What was read already, and is read again first.
    ahead: Vec<u8>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, activity, ahead: Vec::new() }
    }

    /// Puts back what was read too far.
    pub(super) fn put_back(&mut self, bytes: &[u8]) {
        self.ahead.splice(0..0, bytes.iter().copied());
    }
}

impl<S: AsyncRead + Unpin> Watched<S> {
    /// Waits for bytes of the peer without taking them; false where none come any more.
    pub(super) async fn comes(&mut self) -> bool {
        let mut first = [0];
        let came = poll_fn(|context| {
            let mut buffer = ReadBuf::new(&mut first);
            let polled = Pin::new(&mut self.stream).poll_read(context, &mut buffer);
            polled.map_ok(|()| !buffer.filled().is_empty())
        });
        let has_come = came.await.unwrap_or(false);
        if has_come {
            self.activity.bytes_came();
            self.ahead.extend(first);
        }
        has_come
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.ahead.is_empty() {
            let len = self.ahead.len().min(buffer.remaining());
            buffer.put_slice(&self.ahead[..len]);
            self.ahead.drain(..len);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.bytes_came();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.activity.write_begins();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.activity.write_begins();
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        if polled.is_ready() {
            self.activity.write_ends();
        }
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.activity.shuts();
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(content_type: u8, len_bytes: u16) -> Vec<u8> {
        let [high, low] = len_bytes.to_be_bytes();
        let mut record = vec![content_type, 3, 3, high, low];
        record.extend(vec![HANDSHAKE; usize::from(len_bytes)]);
        record
    }

    #[test]
    fn a_handshake_is_found_however_the_bytes_are_cut() {
        let quiet = [record(23, 300), record(21, 2), record(23, 0), record(23, 7)].concat();
        let loud = [quiet.clone(), record(HANDSHAKE, 40)].concat();
        for size in [1, 2, 3, 5, 7, 64, 1000] {
            let mut records = Records::default();
            assert!(!quiet.chunks(size).any(|bytes| records.has_handshake(bytes)), "{size}");
            let mut records = Records::default();
            assert!(loud.chunks(size).any(|bytes| records.has_handshake(bytes)), "{size}");
        }
    }
}
