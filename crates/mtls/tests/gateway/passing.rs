//! Who gets through, and what becomes of a request on its way.

use std::{
    sync::atomic::Ordering,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mtls::front::{FrontEvent, Reason};

use crate::{
    openssl::{follow_the_recipe, s_client},
    pki::Pki,
    stand::{Stand, header},
};

#[test]
fn frames_and_the_status_page_pass_with_the_clients_name_in_the_log() {
    let stand = Stand::new();
    let mut client = stand.connect(Some(&stand.pki.line("line 1", 7))).unwrap();
    let page = client.get("/connector/status").unwrap();
    assert!(page.text().starts_with("status=OK\n"), "{page:?}");
    let frame = client.post(&[1, 0, 2, 8, 9]).unwrap();
    assert_eq!((frame.status, &frame.body[..]), (200, &[1, 0, 2, 8, 9][..]));
    let event = stand.event(
        |event| matches!(event, FrontEvent::Answered(entry) if entry.path == "/connector/api"),
    );
    let FrontEvent::Answered(entry) = event else { unreachable!("it was asked for") };
    assert_eq!(entry.peer.identity.name, "line 1");
    assert_eq!(entry.peer.address, client.local);
    assert_eq!((entry.method.as_str(), entry.status, entry.len_bytes), ("POST", 200, 5));
}

#[test]
fn other_paths_and_methods_do_not_pass() {
    let stand = Stand::new();
    let mut client = stand.connect(Some(&stand.pki.line("line1", 7))).unwrap();
    assert_eq!(client.get("/").unwrap().status, 404);
    assert_eq!(client.get("/connector/../connector/api").unwrap().status, 404);
    let answer = client.get("/connector/api").unwrap();
    assert_eq!((answer.status, header(&answer.head, "allow")), (405, Some("POST")));
    let post = b"POST /connector/status HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(client.ask(post).unwrap().status, 405);
    stand.refused(client.local, &Reason::UnknownPath);
    stand.refused(client.local, &Reason::WrongMethod);
    assert_eq!(stand.served(), 0);
}

#[test]
fn a_requests_id_passes_both_ways_and_hop_by_hop_headers_do_not() {
    let stand = Stand::new();
    let mut client = stand.connect(Some(&stand.pki.line("line1", 7))).unwrap();
    let answer = client
        .ask(
            b"GET /connector/status HTTP/1.1\r\nHost: evil.example\r\nX-Request-Id: 42\r\n\
              Connection: keep-alive, Upgrade\r\nUpgrade: h2c\r\n\r\n",
        )
        .unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(header(&answer.head, "x-request-id"), Some("42"));
}

#[test]
fn a_chunked_body_reaches_the_connector_with_its_length() {
    let stand = Stand::new();
    let mut client = stand.connect(Some(&stand.pki.line("line1", 7))).unwrap();
    let answer = client
        .ask(
            b"POST /connector/api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
              3\r\n\x01\0\x01\r\n1\r\n\x05\r\n0\r\n\r\n",
        )
        .unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, &[1, 0, 1, 5][..]));
}

#[test]
fn a_connector_that_is_gone_is_said_so_and_one_that_is_back_is_used() {
    let mut stand = Stand::new();
    let mut client = stand.connect(Some(&stand.pki.line("line1", 7))).unwrap();
    assert_eq!(client.post(&[1, 0, 0]).unwrap().status, 200);
    stand.end_connector();
    for _ in 0..3 {
        let answer = client.post(&[1, 0, 0]).unwrap();
        assert_eq!(answer.status, 502);
        assert!(answer.text().contains("502 Bad Gateway: the connector"), "{}", answer.text());
    }
    stand.start_connector();
    assert_eq!(client.post(&[1, 0, 0]).unwrap().status, 200);
    assert_eq!(stand.served(), 2);
}

#[test]
fn a_connection_that_the_connector_closed_meanwhile_costs_nobody_a_request() {
    let mut stand = Stand::new();
    let mut client = stand.connect(Some(&stand.pki.line("line1", 7))).unwrap();
    assert_eq!(client.post(&[1, 0, 0]).unwrap().status, 200);
    stand.end_connector();
    stand.start_connector();
    // The pooled connection is closed by now, and the gateway may or may not have heard of it.
    thread::sleep(Duration::from_millis(50));
    assert_eq!(client.post(&[1, 0, 0]).unwrap().status, 200);
    assert_eq!(stand.served(), 2, "sent once");
}

#[test]
fn many_clients_of_a_slow_connector_all_get_their_answer() {
    let stand = Stand::with(Pki::new(), |_| {}, Duration::from_millis(5));
    thread::scope(|scope| {
        for number in 0..100u8 {
            let stand = &stand;
            scope.spawn(move || {
                let pair = stand.pki.line("line", 100 + u64::from(number));
                let mut client = stand.connect(Some(&pair)).unwrap();
                let frame = [1, 0, 1, number];
                assert_eq!(client.post(&frame).unwrap().body, frame);
            });
        }
    });
    assert_eq!(stand.served(), 100);
}

#[test]
fn the_recipes_own_certificates_work() {
    let pki = Pki::new();
    follow_the_recipe(&pki);
    let stand = Stand::with(pki, |_| {}, Duration::ZERO);
    let now = SystemTime::UNIX_EPOCH;
    #[expect(clippy::disallowed_methods, reason = "openssl makes certificates that are valid now")]
    let now = SystemTime::now().duration_since(now).unwrap();
    assert!(UNIX_EPOCH + now > UNIX_EPOCH);
    stand.seconds.store(now.as_secs() + 60, Ordering::Relaxed);
    let client =
        ["-cert", "client.pem", "-key", "client.key"].map(|word| match word.contains('.') {
            true => stand.pki.path(word).display().to_string(),
            false => word.to_owned(),
        });
    let client: Vec<&str> = client.iter().map(String::as_str).collect();
    let asked = "GET /connector/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for version in ["-tls1_2", "-tls1_3"] {
        let options = [&client[..], &[version, "-quiet", "-verify_return_error"]].concat();
        let said = s_client(&stand, None, &options, asked);
        assert!(said.contains("status=OK"), "{said}");
    }
    let event = stand.event(|event| matches!(event, FrontEvent::Answered(_)));
    let FrontEvent::Answered(entry) = event else { unreachable!("it was asked for") };
    assert_eq!(entry.peer.identity.name, "127.0.0.1");
    assert!(!entry.peer.identity.has_role);
}

#[test]
fn a_graceful_stop_finishes_what_is_in_hand_and_takes_no_more() {
    let mut stand = Stand::with(Pki::new(), |_| {}, Duration::from_millis(500));
    let pair = stand.pki.line("line1", 7);
    let mut idle = stand.connect(Some(&pair)).unwrap();
    assert_eq!(idle.get("/connector/status").unwrap().status, 200);
    let mut busy = stand.connect(Some(&pair)).unwrap();
    busy.send(b"POST /connector/api HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n\x01\0\0")
        .unwrap();
    while stand.served() == 0 {
        thread::sleep(Duration::from_millis(2));
    }
    stand.stop();
    let answer = busy.answer().unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, &[1, 0, 0][..]));
    assert!(busy.is_closed() && idle.is_closed());
    assert!(stand.connect(Some(&pair)).is_err(), "nobody listens any more");
}
