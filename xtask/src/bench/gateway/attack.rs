//! Strangers of every kind, all at once.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
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
    holders: Vec<Holder>,
}

/// A process with idle connections, ended when dropped.
struct Holder(Child);

impl Drop for Holder {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

impl Attack {
    /// Begins. The stranger is the place under attack, seen by somebody without a certificate.
    pub(super) fn start(stranger: &Place) -> Fallible<Self> {
        let (stop, attempts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut threads = Vec::new();
        for attempt in [plain_http, garbage, half_a_handshake, slow_head, no_certificate] {
            let (stop, attempts) = (Arc::clone(&stop), Arc::clone(&attempts));
            let stranger = stranger.clone();
            threads.push(thread::spawn(move || {
                let mut open = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    // The gateway closes what it likes; that is what is measured.
                    open.extend(attempt(&stranger).ok().flatten());
                    if open.len() > 200 {
                        open.clear();
                    }
                    attempts.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(PAUSE);
                }
            }));
        }
        let holders: Fallible<Vec<Holder>> =
            (2..2 + ADDRESSES).map(|host| hold(stranger.address, host)).collect();
        Ok(Self { stop, attempts, threads, holders: holders? })
    }

    /// Waits until all idle connections were made.
    pub(super) fn wait_for_holders(&mut self) -> Fallible<()> {
        for Holder(holder) in &mut self.holders {
            let mut said = String::new();
            let stdout = holder.stdout.take().ok_or("no standard output")?;
            BufReader::new(stdout).read_line(&mut said)?;
            if said.trim() != "held" {
                return Err("a process could not make its idle connections".into());
            }
        }
        Ok(())
    }

    /// Ends, and says how many attempts there were besides the idle connections.
    pub(super) fn finish(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            let _panicked = thread.join();
        }
        self.attempts.load(Ordering::Relaxed)
    }
}

type Attempted = Fallible<Option<TcpStream>>;

fn plain_http(stranger: &Place) -> Attempted {
    let mut stream = TcpStream::connect(stranger.address)?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")?;
    let mut answer = [0; 512];
    let _read = stream.read(&mut answer)?;
    Ok(None)
}

fn garbage(stranger: &Place) -> Attempted {
    TcpStream::connect(stranger.address)?.write_all(&[0; 1000])?;
    Ok(None)
}

fn half_a_handshake(stranger: &Place) -> Attempted {
    let mut stream = TcpStream::connect(stranger.address)?;
    stream.write_all(&[22, 3, 1, 2, 0, 1, 0, 1])?;
    Ok(Some(stream))
}

fn slow_head(stranger: &Place) -> Attempted {
    let mut stream = TcpStream::connect(stranger.address)?;
    for byte in [22, 3, 1] {
        stream.write_all(&[byte])?;
        thread::sleep(Duration::from_millis(5));
    }
    Ok(Some(stream))
}

/// A whole handshake, and a request that is refused.
fn no_certificate(stranger: &Place) -> Attempted {
    let _refused = stranger.connect()?.status();
    Ok(None)
}

/// A process with idle connections: one process may not open enough files for all. Strangers are on other machines where
/// there is a plant; here they take from this one only what nobody else wants.
fn hold(address: SocketAddr, host: u8) -> Fallible<Holder> {
    let program = "import socket, sys, time\n\
        address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])\n\
        held = [socket.create_connection(('127.0.0.1', port), 30, (address, 0)) for _ in range(count)]\n\
        print('held', flush=True); time.sleep(600)";
    let child = Command::new("nice")
        .args([
            "-n",
            "19",
            "python3",
            "-c",
            program,
            &format!("127.0.0.{host}"),
            &address.port().to_string(),
        ])
        .arg(IDLE_EACH.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(Holder(child))
}
