//! Connectors over HTTP, good and bad.

use hsm::{
    ConnectFault, Endpoint, Fleet, FleetOptions, Link, SessionError, TlsClient, TransportError,
};
use yubihsm2::connector::DevicePresence;

use crate::{
    front::{Front, Manner},
    support::{Bench, dummy, members, request},
};

fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(url, &TlsClient::default()).unwrap()
}

fn ask(url: &str) -> Result<u32, TransportError> {
    let mut link = Link::open(&endpoint(url))?;
    link.device_info().map(|info| info.serial).map_err(|error| match error {
        SessionError::Transport(error) => error,
        error => panic!("{error}"),
    })
}

/// What is made of an answer that is always the same.
fn ask_one_that_says(text: &'static str) -> (String, TransportError) {
    let front = Front::plain(&Bench::fresh(1), Manner::Says(text));
    (front.url(), ask(&front.url()).unwrap_err())
}

#[test]
fn one_connection_carries_a_whole_session() {
    let (bench, plan) = dummy();
    for manner in [Manner::Good, Manner::Chunked, Manner::Slowly] {
        let front = Front::plain(&bench, manner);
        let mut members = members(&[], &plan);
        members.endpoints = vec![endpoint(&front.url())];
        let options = FleetOptions { sessions_per_hsm: 1, ..FleetOptions::default() };
        let fleet = Fleet::open(members, options).unwrap();
        for number in 0..5 {
            fleet.sign(&request(number)).unwrap();
        }
        fleet.close();
        assert_eq!(front.connections(), 1, "{manner:?}");
        assert_eq!(bench.sessions_open(), 0);
    }
}

#[test]
fn a_connector_that_hangs_up_after_every_answer_costs_connections_and_nothing_else() {
    let (bench, plan) = dummy();
    let front = Front::plain(&bench, Manner::HangsUp);
    let mut members = members(&[], &plan);
    members.endpoints = vec![endpoint(&front.url())];
    let options = FleetOptions { sessions_per_hsm: 1, ..FleetOptions::default() };
    let fleet = Fleet::open(members, options).unwrap();
    for number in 0..5 {
        fleet.sign(&request(number)).unwrap();
    }
    let statistics = fleet.statistics();
    assert_eq!((statistics.signed, statistics.hsms[0].sessions_opened), (5, 1));
    fleet.close();
    assert!(front.connections() > 10);
    assert_eq!(bench.sessions_open(), 0);
}

#[test]
fn the_status_page_is_read() {
    let front = Front::plain(&Bench::fresh(1), Manner::Good);
    let status = endpoint(&front.url()).connector_status().unwrap().unwrap();
    assert_eq!(status.presence, DevicePresence::Present);
    assert_eq!(Bench::fresh(1).endpoint().connector_status(), Ok(None));
}

#[test]
fn a_connector_without_an_hsm_says_so() {
    let bench = Bench::fresh(1);
    bench.unplug();
    let front = Front::plain(&bench, Manner::Good);
    assert_eq!(ask(&front.url()), Err(TransportError::NoDevice { place: front.url() }));
}

#[test]
fn nobody_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = TransportError::Connect { place: url.clone(), fault: ConnectFault::Refused };
    assert_eq!(ask(&url), Err(error.clone()));
    assert!(error.is_passing() && !error.is_sent());
}

#[test]
fn a_web_page_is_no_connector() {
    let answers = [
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n\n<html>",
        "HTTP/1.0 200 OK\r\n\r\n<!doctype html>",
    ];
    for answer in answers {
        let (place, error) = ask_one_that_says(answer);
        let evidence = "it answered with a web page";
        assert_eq!(error, TransportError::NotAConnector { place, evidence });
        assert!(!error.is_passing());
    }
}

#[test]
fn each_refusal_of_http_is_told_apart() {
    let (place, error) = ask_one_that_says("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(error, TransportError::Forbidden { place });
    let (place, error) = ask_one_that_says("HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(error, TransportError::Status { place, status: 502 });
    assert!(error.is_passing());
    let (place, error) = ask_one_that_says("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(error, TransportError::Status { place, status: 400 });
    let (_, error) = ask_one_that_says("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
    assert!(matches!(error, TransportError::NotAConnector { .. }));
    let (_, error) = ask_one_that_says("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n");
    assert!(matches!(error, TransportError::NotAConnector { .. }));
}

#[test]
fn what_is_no_http_is_no_connector() {
    for text in [
        "SSH-2.0-OpenSSH_9.7\r\n",
        "\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{28}",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n",
    ] {
        let (place, error) = ask_one_that_says(text);
        let evidence = "it does not speak HTTP";
        assert_eq!(error, TransportError::NotAConnector { place, evidence }, "{text:?}");
    }
}

#[test]
fn a_cut_an_oversized_and_a_meaningless_body_are_told_apart() {
    let (place, error) = ask_one_that_says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    assert_eq!(error, TransportError::Truncated { place, expected: 9, found: 3 });
    let (_, error) =
        ask_one_that_says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    assert!(matches!(error, TransportError::Truncated { found: 3, .. }), "{error:?}");
    let (place, error) = ask_one_that_says("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
    assert_eq!(error, TransportError::TooLong { place, limit_bytes: 3136 });
    let (_, error) = ask_one_that_says(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
    );
    assert!(matches!(error, TransportError::TooLong { .. }), "{error:?}");
    let (_, error) = ask_one_that_says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd");
    assert!(matches!(error, TransportError::Frame { .. }), "{error:?}");
    let (_, error) = ask_one_that_says("HTTP/1.1 200 OK\r\nContent-Le");
    assert!(matches!(error, TransportError::Lost { .. }), "{error:?}");
    let (_, error) = ask_one_that_says("");
    assert!(matches!(error, TransportError::Lost { .. }), "{error:?}");
}
