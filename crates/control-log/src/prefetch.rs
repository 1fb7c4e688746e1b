//! Reads many sources ahead, in order, on a thread of its own.
//!
//! Opening files is what takes the time when each holds one device; the thread that takes entries apart must
//! not wait for it. Memory is bounded by [`BATCHES_MAX`] batches of [`BATCH_LEN_BYTES`].

use std::{
    io::{self, Read},
    sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    thread::Scope,
};

/// Size of a batch. A batch of usual single-device logs holds about a hundred.
const BATCH_LEN_BYTES: usize = 256 * 1024;

/// How many batches wait at most. One is being filled and one taken apart besides.
const BATCHES_MAX: usize = 4;

/// How many pieces a batch has at most, so that empty files cannot make it grow.
const PIECES_MAX: usize = 1024;

/// Contiguous bytes of one or more sources.
#[derive(Debug)]
pub(crate) struct Batch<E> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) pieces: Vec<Piece<E>>,
}

/// The next bytes of one source.
#[derive(Debug)]
pub(crate) struct Piece<E> {
    /// Counted from 0.
    pub(crate) source: u64,
    /// Its bytes in the batch follow those of the piece before.
    pub(crate) len_bytes: usize,
    pub(crate) then: Then<E>,
}

/// What comes behind a piece.
#[derive(Debug)]
pub(crate) enum Then<E> {
    More,
    SourceEnds,
    OpenFailed(E),
    ReadFailed(io::Error),
}

/// The receiving end.
#[derive(Debug)]
pub(crate) struct Prefetch<E> {
    full: Receiver<Batch<E>>,
    empty: SyncSender<Vec<u8>>,
}

impl<E: Send> Prefetch<E> {
    /// Starts reading. The thread ends when the sources do, after a failure, or when this is dropped.
    pub(crate) fn start<'scope, I, R>(scope: &'scope Scope<'scope, '_>, sources: I) -> Self
    where
        I: Iterator<Item = Result<R, E>> + Send + 'scope,
        R: Read,
        E: 'scope,
    {
        let (full_sender, full) = sync_channel(BATCHES_MAX);
        let (empty, empty_receiver) = sync_channel(BATCHES_MAX);
        scope.spawn(move || {
            let mut filler = Filler::new(full_sender, empty_receiver);
            // A batch that nobody takes means that the receiver has given up: so do we.
            let _gave_up = filler.run(sources);
        });
        Self { full, empty }
    }

    /// The next batch in order; `None` behind the last.
    pub(crate) fn next_batch(&mut self) -> Option<Batch<E>> {
        self.full.recv().ok()
    }

    /// Gives a batch's memory back.
    pub(crate) fn recycle(&mut self, bytes: Vec<u8>) {
        // When there is no room for it, it is freed.
        let _freed = self.empty.try_send(bytes);
    }
}

/// The receiver is gone.
struct GaveUp;

struct Filler<E> {
    full: SyncSender<Batch<E>>,
    empty: Receiver<Vec<u8>>,
    bytes: Vec<u8>,
    filled_len: usize,
    pieces: Vec<Piece<E>>,
}

impl<E> Filler<E> {
    fn new(full: SyncSender<Batch<E>>, empty: Receiver<Vec<u8>>) -> Self {
        Self { full, empty, bytes: vec![0; BATCH_LEN_BYTES], filled_len: 0, pieces: Vec::new() }
    }

    fn run<R: Read>(&mut self, sources: impl Iterator<Item = Result<R, E>>) -> Result<(), GaveUp> {
        for (source, opened) in (0..).zip(sources) {
            match opened {
                Ok(reader) => self.fill_from(source, reader)?,
                Err(error) => self.piece(source, 0, Then::OpenFailed(error))?,
            }
        }
        self.send()
    }

    fn fill_from(&mut self, source: u64, mut reader: impl Read) -> Result<(), GaveUp> {
        let mut start = self.filled_len;
        loop {
            if self.filled_len == self.bytes.len() {
                self.piece(source, self.filled_len - start, Then::More)?;
                self.send()?;
                start = 0;
            }
            match reader.read(&mut self.bytes[self.filled_len..]) {
                Ok(0) => {
                    return self.piece(source, self.filled_len - start, Then::SourceEnds);
                }
                Ok(len) => self.filled_len += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let len_bytes = self.filled_len - start;
                    return self.piece(source, len_bytes, Then::ReadFailed(error));
                }
            }
        }
    }

    fn piece(&mut self, source: u64, len_bytes: usize, then: Then<E>) -> Result<(), GaveUp> {
        self.pieces.push(Piece { source, len_bytes, then });
        if self.pieces.len() == PIECES_MAX { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<(), GaveUp> {
        if self.pieces.is_empty() {
            return Ok(());
        }
        let next = match self.empty.try_recv() {
            Ok(bytes) => bytes,
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => vec![0; BATCH_LEN_BYTES],
        };
        let bytes = std::mem::replace(&mut self.bytes, next);
        let pieces = std::mem::take(&mut self.pieces);
        self.filled_len = 0;
        self.full.send(Batch { bytes, pieces }).map_err(|_| GaveUp)
    }
}
