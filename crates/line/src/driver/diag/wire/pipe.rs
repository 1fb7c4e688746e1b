//! A pipe in memory: boards that are simulated in the same process, and tests.

use std::{
    collections::VecDeque,
    io,
    sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError},
    time::Duration,
};

use super::Wire;

/// Messages on their way in one direction. A conversation has one or two; more mean that nobody listens.
const MESSAGES_MAX: usize = 4096;

/// One end of a pipe. The other sees it close when this is dropped.
#[derive(Debug)]
pub struct PipeEnd {
    to_peer: SyncSender<Vec<u8>>,
    from_peer: Receiver<Vec<u8>>,
    unread: VecDeque<u8>,
}

/// Both ends of a new pipe.
pub fn pipe() -> (PipeEnd, PipeEnd) {
    let (to_second, from_first) = mpsc::sync_channel(MESSAGES_MAX);
    let (to_first, from_second) = mpsc::sync_channel(MESSAGES_MAX);
    let end = |to_peer, from_peer| PipeEnd { to_peer, from_peer, unread: VecDeque::new() };
    (end(to_second, from_second), end(to_first, from_first))
}

impl Wire for PipeEnd {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to_peer.try_send(bytes.to_vec()).map_err(|error| match error {
            TrySendError::Full(_) => io::ErrorKind::TimedOut.into(),
            TrySendError::Disconnected(_) => io::ErrorKind::BrokenPipe.into(),
        })
    }

    fn receive(&mut self, buffer: &mut [u8], patience: Duration) -> io::Result<usize> {
        if self.unread.is_empty() {
            match self.from_peer.recv_timeout(patience) {
                Ok(bytes) => self.unread.extend(bytes),
                Err(RecvTimeoutError::Timeout) => return Ok(0),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        let len = buffer.len().min(self.unread.len());
        for (place, byte) in buffer.iter_mut().zip(self.unread.drain(..len)) {
            *place = byte;
        }
        Ok(len)
    }
}
