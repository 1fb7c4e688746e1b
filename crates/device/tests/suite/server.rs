//! Goal: a client finds a board behind each kind of server. Method: one short session over each.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use device::{
    Diagnostics, DiagnosticsOptions, SeededRandomness,
    server::{Bench, serve_stream, serve_tcp},
};

use crate::support::board;

/// Patience of the client. A reply takes microseconds; this only ends a test that fails.
const PATIENCE: Duration = Duration::from_secs(20);

fn bench() -> Bench {
    let diagnostics = Diagnostics::new(DiagnosticsOptions::default());
    Bench::new(board("nrf52840", None), diagnostics, Box::new(SeededRandomness::new(1)))
}

/// Reads until the board has said `{CERT OK}`, or the reader gives up.
fn read_until_ok(mut reader: impl Read) -> String {
    let mut said = Vec::new();
    let mut chunk = [0; 256];
    while !String::from_utf8_lossy(&said).contains("{CERT OK}") {
        match reader.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(len) => said.extend_from_slice(&chunk[..len]),
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn a_pair_of_streams_ends_with_the_input() {
    let mut bench = bench();
    let mut said = Vec::new();
    serve_stream(&mut bench, &b"cert init\r"[..], &mut said, &AtomicBool::new(false)).unwrap();
    assert_eq!(
        String::from_utf8(said).unwrap(),
        "cert init\r\n{CERT BASE64_MTU=32}\r\n{CERT OK}\r\nuart:~$ "
    );
}

#[test]
fn two_clients_one_after_the_other_meet_the_same_board() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let server = {
        let stop = Arc::clone(&stop);
        thread::spawn(move || serve_tcp(&mut bench(), &listener, &stop))
    };
    for command in ["cert init\r", "cert smsn A17XHX23H06INH SN1234567 pd25\r"] {
        let mut client = TcpStream::connect(address).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client.write_all(command.as_bytes()).unwrap();
        let said = read_until_ok(&client);
        assert!(said.contains("{CERT OK}"), "{said}");
    }
    stop.store(true, Ordering::Relaxed);
    server.join().unwrap().unwrap();
}

#[cfg(unix)]
#[test]
fn a_client_opens_a_pseudo_terminal_as_a_serial_port() {
    use device::server::{PseudoTerminal, serve_pty};

    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("board");
    let terminal = PseudoTerminal::open(Some(&link)).unwrap();
    assert_eq!(terminal.path(), link);
    let stop = Arc::new(AtomicBool::new(false));
    let server = {
        let stop = Arc::clone(&stop);
        thread::spawn(move || serve_pty(&mut bench(), &terminal, &stop))
    };
    for _ in 0..2 {
        let mut port = serial2::SerialPort::open(&link, 115_200).unwrap();
        port.set_read_timeout(PATIENCE).unwrap();
        port.write_all(b"cert init\r").unwrap();
        let said = read_until_ok(&mut port);
        assert!(said.contains("{CERT OK}"), "{said}");
    }
    stop.store(true, Ordering::Relaxed);
    server.join().unwrap().unwrap();
    assert!(!link.is_symlink());
}

#[cfg(unix)]
#[test]
fn a_link_does_not_replace_a_file() {
    use device::server::PseudoTerminal;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("precious");
    durable::write_new(&path, durable::Visibility::Shared, b"x").unwrap();
    let error = PseudoTerminal::open(Some(&path)).unwrap_err();
    assert!(error.hint().is_some(), "{error}");
    assert_eq!(durable::read_bounded(&path, 10).unwrap(), b"x");
}
