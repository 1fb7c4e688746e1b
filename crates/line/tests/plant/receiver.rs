//! An HTTP server that answers as it is told to and keeps what it was sent.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use serde_json::Value;

/// What to answer to a body: all bytes of the answer.
pub(crate) type Answer = dyn Fn(&Value) -> Vec<u8> + Send + Sync;

/// A server of one request a connection.
pub(crate) struct Receiver {
    address: SocketAddr,
    received: Arc<Mutex<Vec<(String, Value)>>>,
    is_closed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    pub(crate) fn start(answer: Box<Answer>) -> Self {
        Self::listen(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    /// Listens at an address that another one had.
    pub(crate) fn listen(listener: TcpListener, answer: Box<Answer>) -> Self {
        let address = listener.local_addr().unwrap();
        let received = Arc::<Mutex<Vec<_>>>::default();
        let is_closed = Arc::new(AtomicBool::new(false));
        let thread = {
            let (received, is_closed) = (Arc::clone(&received), Arc::clone(&is_closed));
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if is_closed.load(Ordering::SeqCst) {
                        return;
                    }
                    let mut stream = stream.unwrap();
                    // A client that breaks off sends nothing that could be kept.
                    let Some((head, body)) = request(&mut stream) else { continue };
                    let answer = answer(&body);
                    received.lock().unwrap().push((head, body));
                    let _gone = stream.write_all(&answer);
                }
            })
        };
        Self { address, received, is_closed, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/curbside?a=b", self.address)
    }

    /// Heads and bodies so far.
    pub(crate) fn received(&self) -> Vec<(String, Value)> {
        self.received.lock().unwrap().clone()
    }

    /// The serial numbers so far.
    pub(crate) fn serials(&self) -> Vec<String> {
        self.received().iter().map(|(_, body)| body["dsn"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::SeqCst);
        let _woken = TcpStream::connect(self.address);
        let _panicked = self.thread.take().unwrap().join();
    }
}

/// An answer with a length.
pub(crate) fn answer(status: &str, body: &str) -> Vec<u8> {
    let len = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {len}\r\n\r\n{body}").into_bytes()
}

fn request(stream: &mut TcpStream) -> Option<(String, Value)> {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let len = stream.read(&mut buffer).ok().filter(|len| *len > 0)?;
        received.extend_from_slice(&buffer[..len]);
        let text = String::from_utf8_lossy(&received).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let len: usize = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok()
        })?;
        if body.len() >= len {
            return Some((head.to_owned(), serde_json::from_str(body).unwrap()));
        }
    }
}
