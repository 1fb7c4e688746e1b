//! Who is refused because of what it does. Each: refused, reported with address and reason, a good client served on.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use mtls::front::{Rate, Reason};

use crate::{
    good_client::GoodClient,
    openssl::s_client,
    stand::{PATIENCE, Stand},
};

/// Short limits, so that a test need not wait for long ones.
const SOON: Duration = Duration::from_millis(300);

fn tcp(stand: &Stand) -> (TcpStream, SocketAddr) {
    let stream = TcpStream::connect(stand.address).expect("part of the stand");
    stream.set_read_timeout(Some(PATIENCE)).expect("part of the stand");
    let local = stream.local_addr().expect("part of the stand");
    (stream, local)
}

/// What comes until the gateway closes.
fn all_of(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _reset = stream.read_to_end(&mut bytes);
    bytes
}

#[test]
fn tls_1_1_is_refused() {
    let stand = Stand::new();
    let good = GoodClient::start(&stand);
    let ended = s_client(&stand, None, &["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], "");
    assert!(ended.contains("SSL alert number"), "{ended}");
    assert!(ended.contains("Cipher is (NONE)"), "{ended}");
    let refusal = stand.refusal(|refusal| refusal.reason == Reason::TlsTooOld);
    assert!(refusal.address.ip().is_loopback());
    good.finish();
}

#[test]
fn renegotiation_is_refused() {
    let stand = Stand::new();
    let good = GoodClient::start(&stand);
    let pair = stand.pki.line("line1", 7);
    let ended = s_client(&stand, Some(&pair), &["-tls1_2"], "R\n");
    assert!(ended.contains("RENEGOTIATING"), "{ended}");
    let refusal = stand.refusal(|refusal| refusal.reason == Reason::Renegotiation);
    assert_eq!(refusal.client.as_deref(), Some("line1"));
    good.finish();
}

#[test]
fn plain_http_is_answered_in_plain_http_and_refused() {
    let stand = Stand::new();
    let good = GoodClient::start(&stand);
    let (mut stream, local) = tcp(&stand);
    stream
        .write_all(b"GET /connector/status HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("part of the stand");
    let answer = String::from_utf8(all_of(stream)).expect("part of the stand");
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    assert!(answer.ends_with("this port speaks HTTPS, with a client certificate\n"), "{answer}");
    stand.refused(local, &Reason::PlainHttp);
    good.finish();
}

#[test]
fn what_is_neither_tls_nor_http_is_refused() {
    let stand = Stand::new();
    let good = GoodClient::start(&stand);
    let (mut stream, local) = tcp(&stand);
    stream.write_all(&[0, 1, 2, 3]).expect("part of the stand");
    assert_eq!(all_of(stream), b"");
    stand.refused(local, &Reason::NotTls);
    good.finish();
}

#[test]
fn a_handshake_that_does_not_end_is_refused() {
    let stand = Stand::limited(|limits| limits.handshake = SOON);
    let good = GoodClient::start(&stand);
    let (silent, silent_at) = tcp(&stand);
    let (mut begun, begun_at) = tcp(&stand);
    // The head of a record whose rest never comes.
    begun.write_all(&[22, 3, 1, 2, 0, 1]).expect("part of the stand");
    for (stream, at) in [(silent, silent_at), (begun, begun_at)] {
        stand.refused(at, &Reason::HandshakeTimedOut);
        assert_eq!(all_of(stream), b"");
    }
    good.finish();
}

#[test]
fn oversized_headers_are_refused() {
    let stand = Stand::new();
    let good = GoodClient::start(&stand);
    let long = format!("X-Long: {}\r\n", "x".repeat(64 << 10));
    let many = "X-Many: 1\r\n".repeat(1000);
    for headers in [long, many] {
        let mut client =
            stand.connect(Some(&stand.pki.line("line1", 7))).expect("part of the stand");
        let head = format!("GET /connector/status HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        // The gateway may answer and close before it has all.
        let _cut = client.send(head.as_bytes());
        if let Ok(answer) = client.answer() {
            assert_eq!(answer.status, 431);
        }
        let refusal = stand.refused(client.local, &Reason::HeadersTooLarge);
        assert_eq!(refusal.client.as_deref(), Some("line1"));
    }
    good.finish();
}

#[test]
fn a_slow_loris_is_refused() {
    let stand = Stand::limited(|limits| limits.head = SOON);
    let good = GoodClient::start(&stand);
    let mut client = stand.connect(Some(&stand.pki.line("line1", 7))).expect("part of the stand");
    client.send(b"GET /connector/status HTTP/1.1\r\n").expect("part of the stand");
    let trickle = b"X-Slow: 1\r\n".iter().cycle().take(10_000);
    for byte in trickle {
        if client.send(&[*byte]).is_err() {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    assert!(client.is_closed());
    let refusal = stand.refused(client.local, &Reason::HeadersTooSlow);
    assert_eq!(refusal.client.as_deref(), Some("line1"));
    good.finish();
}

#[test]
fn a_body_that_does_not_come_is_refused_and_never_reaches_the_connector() {
    let stand = Stand::limited(|limits| limits.body = SOON);
    let mut client = stand.connect(Some(&stand.pki.line("line1", 7))).expect("part of the stand");
    let head = b"POST /connector/api HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\x01";
    assert_eq!(client.ask(head).expect("part of the stand").status, 408);
    stand.refused(client.local, &Reason::BodyTooSlow);
    assert_eq!(stand.served(), 0);
}

#[test]
fn a_body_that_is_too_long_is_refused_announced_or_not() {
    let stand = Stand::new();
    let good = GoodClient::start(&stand);
    let pair = stand.pki.line("line1", 7);
    let mut announced = stand.connect(Some(&pair)).expect("part of the stand");
    let head = b"POST /connector/api HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
    assert_eq!(announced.ask(head).expect("part of the stand").status, 413);
    stand.refused(announced.local, &Reason::BodyTooLarge);
    let mut chunked = stand.connect(Some(&pair)).expect("part of the stand");
    let head = b"POST /connector/api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = [&b"11170\r\n"[..], &[7; 70_000], b"\r\n0\r\n\r\n"].concat();
    let _cut = chunked.send(&[&head[..], &chunk].concat());
    assert_eq!(chunked.answer().expect("part of the stand").status, 413);
    stand.refused(chunked.local, &Reason::BodyTooLarge);
    good.finish();
}

#[test]
fn a_client_that_asks_too_often_is_told_to_wait() {
    let stand = Stand::limited(|limits| limits.rate = Some(Rate { per_second: 1, burst: 5 }));
    let pair = stand.pki.line("eager", 7);
    let mut client = stand.connect(Some(&pair)).expect("part of the stand");
    let statuses: Vec<u16> = (0..8)
        .map(|_| client.get("/connector/status").expect("part of the stand").status)
        .collect();
    assert_eq!(statuses[..5], [200; 5]);
    assert!(statuses.contains(&429), "{statuses:?}");
    let refusal = stand.refused(client.local, &Reason::TooManyRequests);
    assert_eq!(refusal.client.as_deref(), Some("eager"));
    let mut other = stand.connect(Some(&stand.pki.line("calm", 8))).expect("part of the stand");
    assert_eq!(other.get("/connector/status").expect("part of the stand").status, 200);
}

#[test]
fn an_idle_connection_is_closed_in_the_end() {
    let stand = Stand::limited(|limits| (limits.idle, limits.head) = (SOON, SOON));
    let mut client = stand.connect(Some(&stand.pki.line("line1", 7))).expect("part of the stand");
    assert_eq!(client.get("/connector/status").expect("part of the stand").status, 200);
    assert!(client.is_closed());
}

/// The idle connections are held by processes of their own: one process may not open enough files for all.
#[test]
fn ten_thousand_idle_connections_keep_no_good_client_out() {
    let stand = Stand::new();
    let good = GoodClient::start(&stand);
    // Each address may have 512 connections; from 20 addresses the limit on all is reached too.
    let holders: Vec<Child> = (2..22).map(|host| hold(&stand, host, 500)).collect();
    let refusal = stand.refusal(|refusal| refusal.reason == Reason::TooManyConnections);
    assert!(refusal.address.ip().is_loopback());
    let mut held = 0;
    let mut children = Vec::new();
    for mut holder in holders {
        let mut line = String::new();
        let stdout = holder.stdout.take().expect("part of the stand");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line)
            .expect("part of the stand");
        held += line.trim().parse::<usize>().expect("part of the stand");
        children.push(holder);
    }
    assert_eq!(held, 10_000);
    good.is_served();
    assert!(stand.running().connections() <= 4096);
    let mut late = stand.connect(Some(&stand.pki.line("late", 9))).expect("part of the stand");
    assert_eq!(late.get("/connector/status").expect("part of the stand").status, 200);
    good.finish();
    for mut child in children {
        child.kill().expect("part of the stand");
        child.wait().expect("part of the stand");
    }
}

#[test]
fn an_address_that_opens_too_many_connections_loses_its_own() {
    let stand = Stand::limited(|limits| limits.connections_per_address = 20);
    let good = GoodClient::start(&stand);
    let idle: Vec<TcpStream> = (0..40).map(|_| tcp(&stand).0).collect();
    let oldest = idle[0].local_addr().expect("part of the stand");
    stand.refused(oldest, &Reason::TooManyConnectionsFromAddress);
    good.finish();
}

/// A process with so many idle connections from 127.0.0.`host`. It prints how many it has had.
fn hold(stand: &Stand, host: u8, count: usize) -> Child {
    let program = "import socket, sys, time\n\
        address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])\n\
        held = [socket.create_connection(('127.0.0.1', port), 30, (address, 0)) for _ in range(count)]\n\
        print(len(held), flush=True)\n\
        time.sleep(600)";
    Command::new("python3")
        .args(["-c", program, &format!("127.0.0.{host}")])
        .args([stand.address.port().to_string(), count.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs")
}
