//! Peers that mean no good, and the others who are served all the same.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use proptest::prelude::*;
use soft_hsm::connector::limits::{CONNECTIONS_MAX, HEAD_LEN_BYTES_MAX, HEADERS_MAX};

use crate::{
    client::{Client, get, post, request},
    scripted::Scene,
};

const ECHO: &[u8] = &[0x01, 0x00, 0x00];

fn check_served(scene: &Scene) {
    assert_eq!(Client::connect(scene.address).exchange(ECHO).status, 200);
}

#[test]
fn a_head_that_never_ends_is_given_up_after_five_seconds() {
    let scene = Scene::new();
    let mut slow = Client::connect(scene.address);
    slow.send("GET /connector/status HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    check_served(&scene);
    assert!(slow.answer().is_none());
}

#[test]
fn a_body_that_never_ends_is_given_up_after_five_seconds() {
    let scene = Scene::new();
    let mut slow = Client::connect(scene.address);
    slow.send(request("POST", "/connector/api", "Content-Length: 10\r\n") + "\x01\x00");
    check_served(&scene);
    assert_eq!(slow.answer().unwrap().status, 500);
    assert!(slow.is_closed());
    assert_eq!(scene.echo.frames.lock().unwrap().len(), 1);
}

#[test]
fn a_body_that_breaks_off_never_reaches_the_device() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    client.send(request("POST", "/connector/api", "Content-Length: 10\r\n") + "\x01\x00\x07");
    client.finish_sending();
    let answer = client.answer();
    assert!(answer.is_none_or(|answer| answer.status == 500 || answer.status == 400));
    check_served(&scene);
    assert_eq!(*scene.echo.frames.lock().unwrap(), [ECHO]);
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    let long = "x".repeat(HEAD_LEN_BYTES_MAX);
    client.try_send(request("GET", "/connector/status", &format!("X-Long: {long}\r\n")));
    assert_eq!(client.answer().map(|answer| answer.status), Some(431));
    let mut client = Client::connect(scene.address);
    let many = "X-Many: 1\r\n".repeat(HEADERS_MAX + 1);
    client.try_send(request("GET", "/connector/status", &many));
    assert_eq!(client.answer().map(|answer| answer.status), Some(431));
    check_served(&scene);
}

#[test]
fn a_long_path_is_refused() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    client.try_send(get(&format!("/{}", "x".repeat(HEAD_LEN_BYTES_MAX))));
    let status = client.answer().map(|answer| answer.status);
    assert!(matches!(status, Some(414 | 431)), "{status:?}");
    check_served(&scene);
}

#[test]
fn an_endless_refused_body_is_not_read_to_its_end() {
    let scene = Scene::new();
    let mut stream = TcpStream::connect(scene.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = request("POST", "/connector/api", "Content-Length: 1000000000000\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    // Sends until the peer has had enough.
    let chunk = [0; 65536];
    let sent = (0..10_000).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    assert!(sent < 10_000, "the connection must be closed at some point");
    let _rest = stream.read(&mut [0; 1024]);
    check_served(&scene);
}

#[test]
fn contradictory_lengths_are_refused_before_the_device() {
    let scene = Scene::new();
    for headers in [
        "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 3x\r\n",
        "Content-Length: 99999999999999999999999\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n",
    ] {
        let mut client = Client::connect(scene.address);
        client.send(request("POST", "/connector/api", headers) + "\x01\x00\x00");
        client.finish_sending();
        let status = client.answer().map(|answer| answer.status);
        assert!(matches!(status, None | Some(400)), "{headers:?}: {status:?}");
    }
    assert!(scene.echo.frames.lock().unwrap().is_empty());
}

#[test]
fn more_connections_than_allowed_cost_the_idle_ones_and_leave_new_ones_served() {
    let scene = Scene::new();
    let mut first = Client::connect(scene.address);
    assert_eq!(first.exchange(ECHO).status, 200);
    let idle: Vec<TcpStream> =
        (0..CONNECTIONS_MAX + 50).map(|_| TcpStream::connect(scene.address).unwrap()).collect();
    check_served(&scene);
    assert!(first.is_closed(), "it was idle for longest");
    drop(idle);
    check_served(&scene);
}

#[test]
fn connections_come_and_go_by_the_thousand() {
    let scene = Scene::new();
    for round in 0..3000 {
        let mut stream = TcpStream::connect(scene.address).unwrap();
        if round % 3 == 0 {
            stream.write_all(b"GET /conn").unwrap();
        }
    }
    check_served(&scene);
}

#[test]
fn a_pipeline_is_answered_in_order() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    let mut requests = Vec::new();
    for number in 0..20 {
        requests.extend_from_slice(&post(&[1, 0, 1, number]));
    }
    client.send(requests);
    for number in 0..20 {
        assert_eq!(client.answer().unwrap().body, [0x81, 0, 1, number]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_leave_others_served(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        thread_local!(static SCENE: Scene = Scene::new());
        SCENE.with(|scene| {
            let mut client = Client::connect(scene.address);
            client.try_send(&bytes);
            let _finished = client.stream_mut().shutdown(std::net::Shutdown::Write);
            check_served(scene);
        });
    }

    #[test]
    fn any_frame_of_any_content_comes_back(frame in proptest::collection::vec(any::<u8>(), 3..3139)) {
        thread_local!(static SCENE: Scene = Scene::new());
        SCENE.with(|scene| {
            let answer = Client::connect(scene.address).exchange(&frame);
            prop_assert_eq!(answer.status, 200);
            prop_assert_eq!(&answer.body[1..], &frame[1..]);
            Ok(())
        })?;
    }
}
