//! Route checks.

use std::{
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use line::{
    event::{Event, Listeners},
    job::{AwayPolicy, HookTarget, PlantSettings},
    plant::{Plant, RouteAnswer, RouteQuestion},
};
use serde_json::json;
use tempfile::TempDir;

use crate::receiver::{Receiver, answer};

const QUESTION: RouteQuestion<'static> =
    RouteQuestion { line: "A", slot: 2, chip: Some("C1"), dsn: Some("G1") };

struct Asked {
    plant: Plant,
    events: Arc<Mutex<Vec<Event>>>,
    _directory: TempDir,
}

fn plant(url: &str, away: AwayPolicy, patience_ms: u64) -> Asked {
    let directory = tempfile::tempdir().unwrap();
    let settings = PlantSettings {
        route: Some(HookTarget::Http(url.to_owned())),
        away,
        patience_ms,
        ..PlantSettings::default()
    };
    let events = Arc::<Mutex<Vec<Event>>>::default();
    let listener = {
        let events = Arc::clone(&events);
        move |event: &Event| events.lock().unwrap().push(event.clone())
    };
    let listeners = Listeners::new(vec![Box::new(listener)]);
    let plant = Plant::new(&settings, &directory.path().join("outbox"), listeners).unwrap();
    Asked { plant, events, _directory: directory }
}

fn ask(answer: Vec<u8>) -> RouteAnswer {
    let receiver = Receiver::start(Box::new(move |_| answer.clone()));
    plant(&receiver.url(), AwayPolicy::Refuse, 60_000).plant.route(&QUESTION, &|| false)
}

fn go() -> RouteAnswer {
    RouteAnswer::Go { note: None }
}

fn refused(why: &str) -> RouteAnswer {
    RouteAnswer::Refuse { why: why.to_owned() }
}

/// The reason, where nobody answered.
fn away(answer: Vec<u8>) -> String {
    let RouteAnswer::Refuse { why } = ask(answer) else { panic!("the board went") };
    why.strip_prefix("the plant does not answer: ").unwrap_or_else(|| panic!("{why}")).to_owned()
}

#[test]
fn a_question_is_one_request_with_json() {
    let receiver = Receiver::start(Box::new(|_| answer("200 OK", r#"{"go": true}"#)));
    let asked = plant(&receiver.url(), AwayPolicy::Wait, 60_000);
    assert_eq!(asked.plant.route(&QUESTION, &|| false), go());
    let received = receiver.received();
    let [(head, body)] = &received[..] else { panic!("{received:?}") };
    assert!(head.starts_with("POST /curbside?a=b HTTP/1.1\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/json"));
    let expected = json!({"schema": 1, "line": "A", "slot": 2, "chip": "C1", "dsn": "G1"});
    assert_eq!(*body, expected);
    assert!(asked.events.lock().unwrap().is_empty());
}

#[test]
fn the_status_and_the_body_are_the_answer() {
    assert_eq!(ask(answer("204 No Content", "")), go());
    assert_eq!(ask(answer("200 OK", "")), go());
    assert_eq!(ask(answer("200 OK", r#"{"go": false, "why": "rework"}"#)), refused("rework"));
    assert_eq!(ask(answer("403 Forbidden", "not\x1b here\r\n")), refused("not here"));
    let RouteAnswer::Refuse { why } = ask(answer("404 Not Found", "")) else { panic!("it went") };
    assert!(why.contains("404"), "{why}");
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
        5\r\n{\"go\"\r\n7\r\n: true}\r\n0\r\n\r\n";
    assert_eq!(ask(chunked.to_vec()), go());
    assert_eq!(ask(b"HTTP/1.0 200 OK\r\n\r\n{\"go\": true}".to_vec()), go());
}

#[test]
fn an_answer_that_is_none_is_away() {
    assert!(away(answer("500 Oops", "x")).contains("500"));
    assert!(away(answer("429 Too Many Requests", "later")).contains("429"));
    assert!(away(answer("302 Found", "")).contains("302"));
    assert!(away(answer("200 OK", "<html>login</html>")).contains("login"));
    assert!(away(answer("200 OK", &"x".repeat(70_000))).contains("more than 65536 bytes"));
    away(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec());
    away(Vec::new());
    away(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"go\": true}".to_vec());
}

#[test]
fn endless_headers_are_given_up() {
    let endless = [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'x'; 1 << 20]].concat();
    away(endless);
}

#[test]
fn the_policy_decides_where_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let proceeding = plant(&url, AwayPolicy::Proceed, 60_000);
    let RouteAnswer::Go { note: Some(note) } = proceeding.plant.route(&QUESTION, &|| false) else {
        panic!("no note")
    };
    assert!(note.contains("not asked"), "{note}");
    assert_eq!(proceeding.plant.health().route_is_away(), Some(true));
    let refusing = plant(&url, AwayPolicy::Refuse, 60_000);
    for _ in 0..2 {
        assert!(matches!(refusing.plant.route(&QUESTION, &|| false), RouteAnswer::Refuse { .. }));
    }
    let events = refusing.events.lock().unwrap().clone();
    let [Event::PlantAway { hook, policy, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((hook.as_str(), policy.as_str()), ("route", "refuse"));
}

#[test]
fn a_silent_system_is_away_after_its_patience() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = plant(&url, AwayPolicy::Refuse, 100);
    let RouteAnswer::Refuse { why } = asked.plant.route(&QUESTION, &|| false) else {
        panic!("the board went")
    };
    assert!(why.contains("100ms"), "{why}");
}

#[test]
fn boards_wait_until_the_system_is_back() {
    let asks = Arc::new(AtomicUsize::new(0));
    let receiver = {
        let asks = Arc::clone(&asks);
        Receiver::start(Box::new(move |_| match asks.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => answer("503 Service Unavailable", ""),
            _ => answer("200 OK", ""),
        }))
    };
    let asked = plant(&receiver.url(), AwayPolicy::Wait, 60_000);
    assert_eq!(asked.plant.route(&QUESTION, &|| false), go());
    assert_eq!(asks.load(Ordering::SeqCst), 3);
    assert_eq!(asked.events.lock().unwrap().len(), 1);
    assert_eq!(asked.plant.health().route_is_away(), Some(false));
}

#[test]
fn a_line_that_stops_ends_the_wait_in_the_middle_of_a_question_too() {
    // It accepts and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = plant(&url, AwayPolicy::Wait, 600_000);
    let looks = AtomicUsize::new(0);
    let should_stop = || looks.fetch_add(1, Ordering::SeqCst) > 2;
    let answer = asked.plant.route(&QUESTION, &should_stop);
    assert!(matches!(answer, RouteAnswer::Away { .. }), "{answer:?}");
    assert!(asked.events.lock().unwrap().is_empty());
}
