//! A TCP stream on which nothing takes for ever.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

/// A TCP stream with a deadline. The system's own timeouts limit each read and write; the deadline limits
/// them together, against a peer that sends a byte now and then.
pub(super) struct Timed {
    tcp: TcpStream,
    limit: Duration,
    deadline: Instant,
}

impl Timed {
    /// Everything until the next [`Self::begin`] takes about `limit` at most, and twice that at worst.
    pub(super) fn new(tcp: TcpStream, limit: Duration) -> io::Result<Self> {
        // A frame is a few hundred bytes and waits for its answer: there is nothing to gather.
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(limit))?;
        tcp.set_write_timeout(Some(limit))?;
        Ok(Self { tcp, limit, deadline: Instant::now() + limit })
    }

    /// Starts the time anew.
    pub(super) fn begin(&mut self) {
        self.deadline = Instant::now() + self.limit;
    }

    /// Whether the peer has neither closed the connection nor sent anything that was not asked for.
    pub(super) fn is_quiet(&self) -> bool {
        if self.tcp.set_nonblocking(true).is_err() {
            return false;
        }
        let peeked = self.tcp.peek(&mut [0]);
        let is_waiting = matches!(&peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock);
        self.tcp.set_nonblocking(false).is_ok() && is_waiting
    }

    fn check(&self) -> io::Result<()> {
        if Instant::now() < self.deadline { Ok(()) } else { Err(io::ErrorKind::TimedOut.into()) }
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        self.tcp.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.check()?;
        self.tcp.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    #[test]
    fn a_peer_that_sends_a_byte_now_and_then_does_not_hold_us_for_ever() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tcp = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut peer, _) = listener.accept().unwrap();
        let dripping = thread::spawn(move || {
            while peer.write_all(b".").is_ok() {
                thread::sleep(Duration::from_millis(5));
            }
        });
        let mut timed = Timed::new(tcp, Duration::from_millis(100)).unwrap();
        let ended = io::copy(&mut timed, &mut io::sink()).map_err(|error| error.kind());
        assert_eq!(ended, Err(io::ErrorKind::TimedOut));
        drop(timed);
        dripping.join().unwrap();
    }
}
