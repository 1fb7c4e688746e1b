//! A connector for the bench, plain or under TLS, which can be told to misbehave.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use yubihsm2::{Command, Frame, MessageLimit};

use crate::support::Bench;

/// How the front answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Manner {
    /// As a connector does.
    Good,
    /// In chunks, as a proxy may.
    Chunked,
    /// Byte by byte.
    Slowly,
    /// Good, and after a session's message it hangs up without having said so.
    HangsUp,
    /// With these bytes, whatever is asked.
    Says(&'static str),
}

/// A connector on loopback. Stops taking connections when it is dropped.
pub(crate) struct Front {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    is_stopped: Arc<AtomicBool>,
    is_away: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Front {
    /// A connector without TLS.
    pub(crate) fn plain(bench: &Bench, manner: Manner) -> Self {
        Self::start(bench, manner, None)
    }

    /// A connector under TLS.
    pub(crate) fn tls(bench: &Bench, config: ServerConfig) -> Self {
        Self::start(bench, Manner::Good, Some(Arc::new(config)))
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Cuts all connections and takes no others until it is back.
    pub(crate) fn go_away(&self) {
        self.is_away.store(true, Ordering::Relaxed);
        for tcp in self.open.lock().unwrap().drain(..) {
            // One that its peer has closed already cannot be cut.
            let _closed = tcp.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn come_back(&self) {
        self.is_away.store(false, Ordering::Relaxed);
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn start(bench: &Bench, manner: Manner, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let front = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            is_stopped: Arc::default(),
            is_away: Arc::default(),
            open: Arc::default(),
        };
        let bench = bench.clone();
        let (connections, is_stopped) =
            (Arc::clone(&front.connections), Arc::clone(&front.is_stopped));
        let (is_away, open) = (Arc::clone(&front.is_away), Arc::clone(&front.open));
        thread::spawn(move || {
            for tcp in listener.incoming() {
                if is_stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(tcp) = tcp else { return };
                if is_away.load(Ordering::Relaxed) {
                    continue;
                }
                let handle = tcp.try_clone().unwrap();
                open.lock().unwrap().push(tcp.try_clone().unwrap());
                connections.fetch_add(1, Ordering::Relaxed);
                let (bench, tls) = (bench.clone(), tls.clone());
                thread::spawn(move || {
                    // A client that hangs up ends its thread, and nothing else.
                    let _hung_up = match tls {
                        None => serve(tcp, &bench, manner),
                        Some(config) => {
                            let connection = ServerConnection::new(config).unwrap();
                            serve(StreamOwned::new(connection, tcp), &bench, manner)
                        }
                    };
                    linger(handle);
                });
            }
        });
        front
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        // Wakes the listener so that it sees the flag.
        let _woken = TcpStream::connect(self.address);
    }
}

fn serve(mut stream: impl Read + Write, bench: &Bench, manner: Manner) -> io::Result<()> {
    let mut received = Vec::new();
    if let Manner::Says(text) = manner {
        let _whatever_is_asked = stream.read(&mut [0; 4096])?;
        stream.write_all(text.as_bytes())?;
        return stream.flush();
    }
    loop {
        let Some((is_status, body)) = read_request(&mut stream, &mut received)? else {
            return Ok(());
        };
        let answer = if is_status {
            let page = "status=OK\nserial=*\nversion=3.0.7\npid=1\naddress=localhost\nport=1\n";
            respond("200 OK", "text/plain; charset=utf-8", page.as_bytes())
        } else {
            let frame = Frame::decode(&body, MessageLimit::FROM_2_4).unwrap();
            match bench.exchange(&frame) {
                Ok(answer) => respond("200 OK", "application/octet-stream", &answer.encode()),
                Err(_) => respond("500 Internal Server Error", "text/plain", b"no\n"),
            }
        };
        match manner {
            Manner::Good | Manner::Says(_) => stream.write_all(&answer)?,
            Manner::HangsUp => {
                stream.write_all(&answer)?;
                if body.first() == Some(&Command::SESSION_MESSAGE.0) {
                    return stream.flush();
                }
            }
            Manner::Chunked => stream.write_all(&chunked(&answer))?,
            Manner::Slowly => {
                for byte in answer {
                    stream.write_all(&[byte])?;
                    stream.flush()?;
                }
            }
        }
        stream.flush()?;
    }
}

/// Closes a connection so that the last bytes sent on it arrive: bytes that nobody has read make the system
/// break it off.
fn linger(mut tcp: TcpStream) {
    let _closed = tcp.shutdown(Shutdown::Write);
    let _read = tcp.set_read_timeout(Some(Duration::from_secs(1)));
    let _rest = io::copy(&mut tcp, &mut io::sink());
}

/// Whether the status page is asked for, and the body. `None` at the end.
fn read_request(
    stream: &mut impl Read,
    received: &mut Vec<u8>,
) -> io::Result<Option<(bool, Vec<u8>)>> {
    loop {
        if let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
            let len = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |len| len.parse::<usize>().unwrap());
            if received.len() >= end + 4 + len {
                let body = received[end + 4..end + 4 + len].to_vec();
                received.drain(..end + 4 + len);
                assert!(head.contains("\r\nhost: "), "{head}");
                return Ok(Some((head.starts_with("get /connector/status "), body)));
            }
        }
        let mut piece = [0; 4096];
        let len = stream.read(&mut piece)?;
        if len == 0 {
            return Ok(None);
        }
        received.extend_from_slice(&piece[..len]);
    }
}

fn respond(status: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let len = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn chunked(answer: &[u8]) -> Vec<u8> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let (head, body) = (String::from_utf8_lossy(&answer[..end]), &answer[end + 4..]);
    let head: Vec<_> = head.lines().filter(|line| !line.starts_with("Content-Length")).collect();
    let mut out = format!("{}\r\nTransfer-Encoding: chunked\r\n\r\n", head.join("\r\n"));
    for chunk in body.chunks(7) {
        out += &format!("{:x}\r\n", chunk.len());
        // Bytes that are no text are carried one to one below.
        out.extend(chunk.iter().map(|byte| char::from(*byte)));
        out += "\r\n";
    }
    out += "0\r\n\r\n";
    out.chars().map(|character| character as u8).collect()
}
