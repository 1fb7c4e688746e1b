//! One TCP connection, with TLS over it where the target wants it.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream, ToSocketAddrs as _},
    time::Duration,
};

use rustls::{ClientConnection, Error as RustlsError, StreamOwned, pki_types::ServerName};

use super::{
    super::{ConnectFault, EXCHANGE_TIMEOUT, TlsFault, TransportError},
    answer::{Answer, Progress},
    target::HttpTarget,
    timed::Timed,
};

/// How long connecting to one address may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How many addresses of a name are tried.
const ADDRESSES_MAX: usize = 8;

/// How much is read at once: the longest answer with its headers nearly always fits.
const READ_LEN_BYTES: usize = 4096;

/// An open connection.
pub(super) struct Connection {
    stream: Stream,
}

enum Stream {
    Plain(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
}

impl Connection {
    pub(super) fn open(target: &HttpTarget) -> Result<Self, TransportError> {
        let tcp = connect(target)
            .map_err(|fault| TransportError::Connect { place: target.to_string(), fault })?;
        let stream = match target.tls() {
            None => Stream::Plain(tcp),
            Some(tls) => {
                let config = tls
                    .config()
                    .map_err(|error| tls_error(target, TlsFault::Other(error.to_string())))?;
                let name = ServerName::try_from(target.host().to_owned())
                    .map_err(|_| connect_error(target, ConnectFault::UnknownHost))?;
                let client = ClientConnection::new(config, name)
                    .map_err(|error| tls_error(target, TlsFault::of(&error)))?;
                Stream::Tls(Box::new(handshake(target, StreamOwned::new(client, tcp))?))
            }
        };
        Ok(Self { stream })
    }

    /// Whether the server has neither closed it nor said anything that was not asked for. Between two
    /// requests a connector that restarts shows here, before a frame is lost in the connection.
    pub(super) fn is_quiet(&self) -> bool {
        match &self.stream {
            Stream::Plain(tcp) => tcp.is_quiet(),
            Stream::Tls(tls) => tls.sock.is_quiet(),
        }
    }

    /// Sends a whole request.
    pub(super) fn send(
        &mut self,
        target: &HttpTarget,
        request: &[u8],
    ) -> Result<(), TransportError> {
        let sent = match &mut self.stream {
            Stream::Plain(tcp) => {
                tcp.begin();
                tcp.write_all(request)
            }
            Stream::Tls(tls) => {
                tls.sock.begin();
                tls.write_all(request).and_then(|()| tls.flush())
            }
        };
        sent.map_err(|error| io_error(target, &error))
    }

    /// Reads one answer whose body has at most `limit_bytes`.
    pub(super) fn receive(
        &mut self,
        target: &HttpTarget,
        limit_bytes: usize,
    ) -> Result<Answer, TransportError> {
        let mut received = Vec::new();
        loop {
            let mut piece = [0; READ_LEN_BYTES];
            let len = self.read(&mut piece).map_err(|error| io_error(target, &error))?;
            received.extend_from_slice(&piece[..len]);
            if len == 0 && received.is_empty() {
                return Err(TransportError::Lost { place: target.to_string() });
            }
            match Answer::read(target, &received, len == 0, limit_bytes)? {
                Progress::Done(answer) => return Ok(answer),
                Progress::NeedsMore => {}
            }
        }
    }

    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match &mut self.stream {
                Stream::Plain(tcp) => tcp.read(piece),
                Stream::Tls(tls) => tls.read(piece),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A server that closes without saying so in TLS; whether all has come, the lengths tell.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
                read => return read,
            }
        }
    }
}

fn connect(target: &HttpTarget) -> Result<Timed, ConnectFault> {
    let addresses: Vec<SocketAddr> = (target.host(), target.port())
        .to_socket_addrs()
        .map_err(|_| ConnectFault::UnknownHost)?
        .take(ADDRESSES_MAX)
        .collect();
    let mut last = ConnectFault::UnknownHost;
    for address in addresses {
        match connect_to(&address) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => {
                last = match error.kind() {
                    io::ErrorKind::ConnectionRefused => ConnectFault::Refused,
                    io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                        ConnectFault::TimedOut(CONNECT_TIMEOUT)
                    }
                    _ => ConnectFault::Other(error.to_string()),
                };
            }
        }
    }
    Err(last)
}

fn connect_to(address: &SocketAddr) -> io::Result<Timed> {
    Timed::new(TcpStream::connect_timeout(address, CONNECT_TIMEOUT)?, EXCHANGE_TIMEOUT)
}

/// Ends the handshake before anything is sent, so that its faults are known as such.
fn handshake(
    target: &HttpTarget,
    mut stream: StreamOwned<ClientConnection, Timed>,
) -> Result<StreamOwned<ClientConnection, Timed>, TransportError> {
    while stream.conn.is_handshaking() {
        let shaken = stream.conn.complete_io(&mut stream.sock);
        shaken.map_err(|error| match io_error(target, &error) {
            // A server that has chosen a version speaks TLS.
            TransportError::Lost { .. } if stream.conn.protocol_version().is_some() => {
                tls_error(target, TlsFault::HungUp)
            }
            TransportError::Lost { .. } => tls_error(target, TlsFault::NotTls),
            error => error,
        })?;
    }
    Ok(stream)
}

fn io_error(target: &HttpTarget, error: &io::Error) -> TransportError {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<RustlsError>());
    if let Some(error) = tls {
        return tls_error(target, TlsFault::of(error));
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => timed_out(target),
        _ => TransportError::Lost { place: target.to_string() },
    }
}

fn connect_error(target: &HttpTarget, fault: ConnectFault) -> TransportError {
    TransportError::Connect { place: target.to_string(), fault }
}

fn tls_error(target: &HttpTarget, fault: TlsFault) -> TransportError {
    TransportError::Tls { place: target.to_string(), fault }
}

fn timed_out(target: &HttpTarget) -> TransportError {
    TransportError::TimedOut { place: target.to_string(), after: EXCHANGE_TIMEOUT }
}
