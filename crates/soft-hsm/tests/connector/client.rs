//! An HTTP client that sends exactly what it is told to, and reads one answer.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// No answer takes longer; what would block for ever fails the test instead.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection.
pub(crate) struct Client {
    stream: TcpStream,
    /// What was received behind the last answer.
    rest: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Header lines but the date, as they came.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, rest: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// Sends what a peer may refuse to read.
    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) {
        let _refused = self.stream.write_all(bytes.as_ref());
    }

    /// Says that nothing more will be sent.
    pub(crate) fn finish_sending(&mut self) {
        self.stream.shutdown(std::net::Shutdown::Write).unwrap();
    }

    /// The next answer, or `None` where the connection was closed before one began.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let end = loop {
            if let Some(end) = self.rest.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if !self.receive() {
                assert!(self.rest.is_empty(), "half an answer: {:?}", self.rest);
                return None;
            }
        };
        let head = String::from_utf8(self.rest.drain(..end).collect()).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .filter(|(name, _)| name != "Date")
            .collect();
        let len = headers.iter().find(|(name, _)| name == "Content-Length");
        let len: usize = len.map_or(0, |(_, len)| len.parse().unwrap());
        while self.rest.len() < len {
            assert!(self.receive(), "the body breaks off");
        }
        let body = self.rest.drain(..len).collect();
        Some(Answer { status, headers, body })
    }

    /// Sends a request and reads its answer.
    pub(crate) fn ask(&mut self, bytes: impl AsRef<[u8]>) -> Answer {
        self.send(bytes);
        self.answer().expect("an answer")
    }

    /// Carries a frame.
    pub(crate) fn exchange(&mut self, frame: &[u8]) -> Answer {
        self.ask(post(frame))
    }

    pub(crate) fn stream_mut(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Whether the peer has closed, waiting for it to do so.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.rest.is_empty() && !self.receive()
    }

    /// Receives some bytes; false where there will be no more.
    fn receive(&mut self) -> bool {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(0) => false,
            Ok(len) => {
                self.rest.extend_from_slice(&buffer[..len]);
                true
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
            Err(error) => panic!("no answer and no end: {error}"),
        }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub(crate) fn get(path: &str) -> String {
    request("GET", path, "")
}

pub(crate) fn request(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: localhost:12345\r\n{headers}\r\n")
}

pub(crate) fn post(frame: &[u8]) -> Vec<u8> {
    let headers =
        format!("Content-Type: application/octet-stream\r\nContent-Length: {}\r\n", frame.len());
    let mut bytes = request("POST", "/connector/api", &headers).into_bytes();
    bytes.extend_from_slice(frame);
    bytes
}
