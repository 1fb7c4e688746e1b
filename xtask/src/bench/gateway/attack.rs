//! Strangers of every kind, all at once.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{Fallible, bench::gateway::client::Place};

/// How long each stranger pauses between attempts: the attack is to occupy the gateway and not the machine.
const PAUSE: Duration = Duration::from_millis(20);

/// Idle connections from as many addresses as this, and each one's share: 10,000 in all.
const ADDRESSES: u8 = 20;
const IDLE_EACH: usize = 500;

/// An attack under way.
pub(super) struct Attack {
    stop: Arc<AtomicBool>,
    attempts: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
    holders: Vec<Child>,
}

impl Attack {
    /// Begins.
    pub(super) fn start(place: &Place) -> Fallible<Self> {
        let (stop, attempts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut threads = Vec::new();
        for attempt in [plain_http, garbage, half_a_handshake, slow_head] {
            let (stop, attempts, address) =
                (Arc::clone(&stop), Arc::clone(&attempts), place.address);
            threads.push(thread::spawn(move || {
                let mut open = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    // The gateway closes what it likes; that is what is measured.
                    open.extend(attempt(address).ok().flatten());
                    if open.len() > 200 {
                        open.clear();
                    }
                    attempts.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(PAUSE);
                }
            }));
        }
        let holders: Fallible<Vec<Child>> =
            (2..2 + ADDRESSES).map(|host| hold(place.address, host)).collect();
        Ok(Self { stop, attempts, threads, holders: holders? })
    }

    /// Ends, and says how many attempts there were besides the idle connections.
    pub(super) fn finish(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            let _panicked = thread.join();
        }
        for mut holder in self.holders {
            let _gone = holder.kill();
            let _gone = holder.wait();
        }
        self.attempts.load(Ordering::Relaxed)
    }
}

type Attempted = std::io::Result<Option<TcpStream>>;

fn plain_http(address: SocketAddr) -> Attempted {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")?;
    let mut answer = [0; 512];
    let _read = stream.read(&mut answer)?;
    Ok(None)
}

fn garbage(address: SocketAddr) -> Attempted {
    TcpStream::connect(address)?.write_all(&[0; 1000])?;
    Ok(None)
}

fn half_a_handshake(address: SocketAddr) -> Attempted {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(&[22, 3, 1, 2, 0, 1, 0, 1])?;
    Ok(Some(stream))
}

fn slow_head(address: SocketAddr) -> Attempted {
    let mut stream = TcpStream::connect(address)?;
    for byte in [22, 3, 1] {
        stream.write_all(&[byte])?;
        thread::sleep(Duration::from_millis(5));
    }
    Ok(Some(stream))
}

/// A process with idle connections: one process may not open enough files for all.
fn hold(address: SocketAddr, host: u8) -> Fallible<Child> {
    let program = "import socket, sys, time\n\
        address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])\n\
        held = [socket.create_connection(('127.0.0.1', port), 30, (address, 0)) for _ in range(count)]\n\
        time.sleep(600)";
    Ok(Command::new("python3")
        .args(["-c", program, &format!("127.0.0.{host}"), &address.port().to_string()])
        .arg(IDLE_EACH.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?)
}
