//! Every row of the vendor connector's HTTP API.

use std::{process, sync::atomic::Ordering, thread};

use soft_hsm::connector::{Connector, ConnectorOptions, HostPolicy, ListenAddress};
use yubihsm2::connector::ConnectorStatus;

use crate::{
    client::{Answer, Client, get, post, request},
    scripted::{Echo, Scene},
};

const ECHO: &[u8] = &[0x01, 0x00, 0x02, 0xAA, 0xBB];

/// What all errors have in common.
fn check_error(answer: &Answer, status: u16, body: &str) {
    assert_eq!((answer.status, answer.text()), (status, body), "{answer:?}");
    assert_eq!(answer.header("Content-Type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
}

#[test]
fn the_status_page_is_six_lines() {
    let scene = Scene::new();
    let answer = Client::connect(scene.address).ask(get("/connector/status"));
    let (pid, port) = (process::id(), scene.address.port());
    let expected =
        format!("status=OK\nserial=*\nversion=3.0.7\npid={pid}\naddress=127.0.0.1\nport={port}\n");
    assert_eq!((answer.status, answer.text()), (200, expected.as_str()));
    assert_eq!(answer.header("Content-Type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("X-Content-Type-Options"), None);
    assert!(ConnectorStatus::parse(&answer.body).is_ok());
}

#[test]
fn a_pinned_serial_is_shown_with_ten_digits() {
    let options = ConnectorOptions { pinned_serial: Some(7_550_054), ..Default::default() };
    let scene = Scene::with(options);
    let answer = Client::connect(scene.address).ask(get("/connector/status"));
    assert!(answer.text().contains("\nserial=0007550054\n"), "{}", answer.text());
}

#[test]
fn an_absent_device_shows_on_the_status_page_and_makes_the_api_fail() {
    let scene = Scene::new();
    scene.echo.is_absent.store(true, Ordering::Relaxed);
    let mut client = Client::connect(scene.address);
    let answer = client.ask(get("/connector/status"));
    assert_eq!(answer.status, 200);
    assert!(answer.text().starts_with("status=NO_DEVICE\n"), "{}", answer.text());
    check_error(&client.exchange(ECHO), 500, "Internal Server Error\n");
    scene.echo.is_absent.store(false, Ordering::Relaxed);
    assert_eq!(client.exchange(ECHO).status, 200);
}

#[test]
fn a_frame_goes_to_the_device_and_its_answer_comes_back() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    for _ in 0..3 {
        let answer = client.exchange(ECHO);
        assert_eq!((answer.status, answer.body.as_slice()), (200, &[0x81, 0, 2, 0xAA, 0xBB][..]));
        assert_eq!(answer.header("Content-Type"), Some("application/octet-stream"));
        assert_eq!(answer.header("Content-Length"), Some("5"));
        assert_eq!(answer.header("Connection"), None);
    }
    assert_eq!(*scene.echo.frames.lock().unwrap(), [ECHO; 3]);
}

#[test]
fn the_content_type_of_a_frame_is_not_checked() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    for headers in [
        "Content-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Type: text/html\r\nYubiHSM-Session: 0123456789abcdef\r\n",
    ] {
        let head = request("POST", "/connector/api", headers);
        assert_eq!(client.ask(head + "\x01\x00\x00").status, 200);
    }
}

#[test]
fn other_methods_are_told_which_one_is_allowed() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    for (path, allowed, methods) in [
        ("/connector/status", "GET", ["POST", "PUT", "DELETE", "OPTIONS", "X"]),
        ("/connector/api", "POST", ["GET", "PUT", "DELETE", "OPTIONS", "X"]),
    ] {
        for method in methods {
            let answer = client.ask(request(method, path, "Content-Length: 0\r\n"));
            check_error(&answer, 405, "Method Not Allowed\n");
            assert_eq!(answer.header("Allow"), Some(allowed), "{method} {path}");
        }
    }
}

#[test]
fn head_is_another_method_too_and_has_no_body() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    client.send(request("HEAD", "/connector/status", "Connection: close\r\n"));
    client.finish_sending();
    let mut text = String::new();
    std::io::Read::read_to_string(client.stream_mut(), &mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 405 ") && text.ends_with("\r\n\r\n"), "{text}");
}

#[test]
fn bodies_of_3_to_3139_bytes_are_carried_and_others_refused() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    for len in [0, 1, 2, 3140, 4096, 100_000] {
        check_error(&client.exchange(&vec![1; len]), 400, "Bad Request\n");
    }
    for len in [3, 4, 3138, 3139] {
        let answer = client.exchange(&vec![1; len]);
        assert_eq!((answer.status, answer.body.len()), (200, len));
    }
    assert_eq!(scene.echo.frames.lock().unwrap().len(), 4);
}

#[test]
fn a_chunked_body_and_no_body_are_refused() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    let chunked = request("POST", "/connector/api", "Transfer-Encoding: chunked\r\n");
    check_error(&client.ask(chunked + "3\r\n\x01\x00\x00\r\n0\r\n\r\n"), 400, "Bad Request\n");
    check_error(&client.ask(request("POST", "/connector/api", "")), 400, "Bad Request\n");
    assert!(scene.echo.frames.lock().unwrap().is_empty());
}

#[test]
fn other_paths_are_not_found_whatever_the_host() {
    let options = ConnectorOptions { hosts: HostPolicy::Allow(vec![]), ..Default::default() };
    let scene = Scene::with(options);
    let mut client = Client::connect(scene.address);
    for path in
        ["/", "/connector", "/connector/status/", "/connector/apis", "/CONNECTOR/STATUS", "*"]
    {
        let answer = client.ask(get(path));
        check_error(&answer, 404, "404 page not found\n");
        assert_eq!(answer.header("X-Request-Id"), None);
    }
}

#[test]
fn a_query_changes_nothing() {
    let scene = Scene::new();
    assert_eq!(Client::connect(scene.address).ask(get("/connector/status?a=b")).status, 200);
}

#[test]
fn hosts_that_are_not_on_the_list_are_refused() {
    let scene =
        Scene::with(ConnectorOptions { hosts: HostPolicy::this_machine(), ..Default::default() });
    let mut client = Client::connect(scene.address);
    let with_host = |host: &str| format!("GET /connector/status HTTP/1.1\r\nHost: {host}\r\n\r\n");
    for host in ["localhost", "localhost:1", "localhost.:12345", "127.0.0.1", "[::1]:12345"] {
        assert_eq!(client.ask(with_host(host)).status, 200, "{host}");
    }
    for host in ["evil.example", "127.0.0.2:12345", "localhost.evil.example"] {
        let answer = client.ask(with_host(host));
        check_error(&answer, 403, "Forbidden\n");
        assert_eq!(answer.header("X-Request-Id"), None);
    }
    let absolute = "GET http://evil.example/connector/status HTTP/1.1\r\nHost: localhost\r\n\r\n";
    check_error(&client.ask(absolute), 403, "Forbidden\n");
    let post = "POST /connector/api HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 3\r\n\r\n\x01\x00\x00";
    check_error(&client.ask(post), 403, "Forbidden\n");
    assert!(scene.echo.frames.lock().unwrap().is_empty());
}

#[test]
fn http_1_1_needs_one_host_and_http_1_0_none() {
    let scene = Scene::new();
    for headers in ["", "Host: a\r\nHost: b\r\n"] {
        let mut client = Client::connect(scene.address);
        let answer = client.ask(format!("GET /connector/status HTTP/1.1\r\n{headers}\r\n"));
        assert_eq!(answer.status, 400);
        assert!(client.is_closed());
    }
    let mut client = Client::connect(scene.address);
    assert_eq!(client.ask("GET /connector/status HTTP/1.0\r\n\r\n").status, 200);
    assert!(client.is_closed());
}

#[test]
fn a_request_keeps_its_id_or_gets_a_new_one() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    let answer = client.ask(request("GET", "/connector/status", "X-Request-ID: mine 7\r\n"));
    assert_eq!(answer.header("X-Request-Id"), Some("mine 7"));
    let made: Vec<String> = ["", "X-Request-ID: \r\n"]
        .map(|headers| client.ask(request("GET", "/connector/status", headers)))
        .map(|answer| answer.header("X-Request-Id").unwrap().to_owned())
        .to_vec();
    assert_ne!(made[0], made[1]);
    for id in made {
        let dashes: Vec<usize> = id.match_indices('-').map(|(at, _)| at).collect();
        assert_eq!((id.len(), dashes, &id[14..15]), (36, vec![8, 13, 18, 23], "4"), "{id}");
    }
    let refused = client.ask(request("GET", "/connector/api", "X-Request-ID: r\r\n"));
    assert_eq!((refused.status, refused.header("X-Request-Id")), (405, Some("r")));
}

#[test]
fn a_client_may_ask_to_close() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    let answer = client.ask(request("GET", "/connector/status", "Connection: close\r\n"));
    assert_eq!((answer.status, answer.header("Connection")), (200, Some("close")));
    assert!(client.is_closed());
}

#[test]
fn a_client_that_has_finished_sending_still_gets_its_answer() {
    let scene = Scene::new();
    let mut client = Client::connect(scene.address);
    client.send(post(ECHO));
    client.finish_sending();
    assert_eq!(client.answer().unwrap().status, 200);
}

#[test]
fn a_dropped_frame_closes_the_connection_without_an_answer() {
    let scene = Scene::new();
    scene.echo.hangs_up.store(true, Ordering::Relaxed);
    let mut client = Client::connect(scene.address);
    client.send(post(ECHO));
    assert!(client.answer().is_none());
    scene.echo.hangs_up.store(false, Ordering::Relaxed);
    assert_eq!(Client::connect(scene.address).exchange(ECHO).status, 200);
}

#[test]
fn an_idle_connection_is_closed_after_five_seconds() {
    let scene = Scene::new();
    let mut used = Client::connect(scene.address);
    assert_eq!(used.exchange(ECHO).status, 200);
    let mut never_used = Client::connect(scene.address);
    assert!(used.is_closed() && never_used.is_closed());
}

#[test]
fn frames_of_many_clients_reach_the_device_one_at_a_time_and_whole() {
    let scene = Scene::new();
    let clients: Vec<_> = (0..16_u8)
        .map(|number| {
            let address = scene.address;
            thread::spawn(move || {
                let mut client = Client::connect(address);
                for round in 0..50 {
                    let frame = [0x01, 0, 2, number, round];
                    assert_eq!(client.exchange(&frame).body, [0x81, 0, 2, number, round]);
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    let mut frames = scene.echo.frames.lock().unwrap().clone();
    frames.sort();
    frames.dedup();
    assert_eq!(frames.len(), 16 * 50);
}

#[test]
fn a_shutdown_lets_the_request_under_way_finish_and_gives_the_backend_back() {
    let scene = Scene::new();
    let gate = scene.echo.gate.clone();
    let held = gate.lock().unwrap();
    let mut client = Client::connect(scene.address);
    client.send(post(ECHO));
    while scene.echo.arrived.load(Ordering::Relaxed) == 0 {
        thread::yield_now();
    }
    let (address, serving) = (scene.address, scene.serving);
    let shutdown = thread::spawn(move || serving.shutdown());
    // Nobody is let in any more once the listener is gone.
    while std::net::TcpStream::connect(address).is_ok() {
        thread::yield_now();
    }
    drop(held);
    assert_eq!(client.answer().unwrap().status, 200);
    assert!(client.is_closed());
    assert!(shutdown.join().unwrap().is_some());
}

#[test]
fn a_port_in_use_is_told_with_advice() {
    let scene = Scene::new();
    let listen: ListenAddress = scene.address.to_string().parse().unwrap();
    let refused = Connector::bind(&listen, ConnectorOptions::default(), Echo::default());
    let error = refused.err().expect("the port is taken");
    assert!(error.to_string().starts_with(&format!("failed to listen on {listen}: ")), "{error}");
    assert!(error.hint().unwrap().contains("another connector"));
}
