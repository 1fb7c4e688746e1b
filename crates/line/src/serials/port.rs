//! A scanner on a serial port.

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use serial2::SerialPort;

use super::{Scan, ScanError, Serials, scan::SCAN_LEN_MAX};

/// How long a read waits before it looks whether the line has ended.
const READ_WAIT: Duration = Duration::from_millis(200);

/// How long it waits before it opens a port again that was pulled out.
const REOPEN_WAIT: Duration = Duration::from_secs(1);

/// Reads a scanner until it is dropped. A scan ends with CR or LF, as scanners are set when they are new.
#[derive(Debug)]
pub struct ScannerPort {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ScannerPort {
    /// Opens the port. `tell` hears what came of each scan.
    ///
    /// # Errors
    ///
    /// The port cannot be opened. One that is pulled out later is opened again when it is back.
    pub fn open(
        path: &Path,
        baud: u32,
        serials: Arc<Serials>,
        tell: impl Fn(Result<Scan, ScanError>) + Send + 'static,
    ) -> io::Result<Self> {
        let mut port = Some(open(path, baud)?);
        let is_over = Arc::new(AtomicBool::new(false));
        let (over, path) = (Arc::clone(&is_over), path.to_owned());
        let thread = thread::Builder::new().name("scanner".to_owned()).spawn(move || {
            let mut line = ScanLine::default();
            while !over.load(Ordering::Relaxed) {
                let Some(open_port) = &port else {
                    thread::sleep(REOPEN_WAIT);
                    port = open(&path, baud).ok();
                    continue;
                };
                let mut buffer = [0; 256];
                match open_port.read(&mut buffer) {
                    Ok(0) => port = None,
                    Ok(len) => {
                        for scan in line.feed(&buffer[..len]) {
                            tell(serials.scanned(&scan));
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
                    Err(_) => port = None,
                }
            }
        })?;
        Ok(Self { is_over, thread: Some(thread) })
    }
}

impl Drop for ScannerPort {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn open(path: &Path, baud: u32) -> io::Result<SerialPort> {
    let mut port = SerialPort::open(path, baud)?;
    port.set_read_timeout(READ_WAIT)?;
    Ok(port)
}

/// Cuts what comes from a scanner into scans.
#[derive(Debug, Default)]
struct ScanLine {
    bytes: Vec<u8>,
}

impl ScanLine {
    fn feed(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut scans = Vec::new();
        for byte in bytes {
            if !matches!(byte, b'\r' | b'\n') {
                // What is longer than any scan is kept one byte too long, so that it is refused as a whole.
                if self.bytes.len() <= SCAN_LEN_MAX {
                    self.bytes.push(*byte);
                }
            } else if !self.bytes.is_empty() {
                scans.push(String::from_utf8_lossy(&self.bytes).into_owned());
                self.bytes.clear();
            }
        }
        scans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_end_with_either_line_end_however_they_are_cut() {
        let mut line = ScanLine::default();
        assert_eq!(line.feed(b"A1\r\nA"), ["A1"]);
        assert_eq!(line.feed(b"2"), Vec::<String>::new());
        assert_eq!(line.feed(b"\n\n\r"), ["A2"]);
    }

    #[test]
    fn a_scanner_that_never_ends_a_line_fills_no_memory() {
        let mut line = ScanLine::default();
        for _ in 0..100 {
            assert!(line.feed(&[b'A'; 256]).is_empty());
        }
        assert!(line.bytes.len() <= SCAN_LEN_MAX + 1);
        assert_eq!(line.feed(b"\r").len(), 1);
    }
}
