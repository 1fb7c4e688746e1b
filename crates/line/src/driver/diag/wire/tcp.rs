//! A TCP connection: terminal servers, J-Link RTT, simulated boards.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use super::{PATIENCE_MIN, SEND_PATIENCE, Wire, WireSource, silence_as_zero};

/// A TCP address. Whoever listens there is trusted as the board is: keep it on the line's own network.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TcpSource(pub SocketAddr);

/// How long a connection is waited for: terminal servers stand on the line's own network.
const CONNECT_PATIENCE: Duration = Duration::from_millis(500);

impl WireSource for TcpSource {
    fn open(&mut self) -> io::Result<Box<dyn Wire>> {
        let stream = TcpStream::connect_timeout(&self.0, CONNECT_PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(SEND_PATIENCE))?;
        Ok(Box::new(TcpWire(stream)))
    }

    fn name(&self) -> String {
        self.0.to_string()
    }
}

struct TcpWire(TcpStream);

impl Wire for TcpWire {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn receive(&mut self, buffer: &mut [u8], patience: Duration) -> io::Result<usize> {
        self.0.set_read_timeout(Some(patience.max(PATIENCE_MIN)))?;
        silence_as_zero(self.0.read(buffer))
    }
}
