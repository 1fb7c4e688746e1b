//! Each fault has a message, a hint and an exit code of its own.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use crate::bench::{Bench, Ended, nowhere};

fn status(bench: &Bench, options: &str) -> Ended {
    bench.run(&format!("hsm status {options}"))
}

fn assert_failure(ended: &Ended, code: i32, told: &str) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(ended.stderr.contains("error: failed to "), "{ended:?}");
    assert!(ended.stderr.contains(told), "{ended:?}");
    assert!(ended.stderr.contains("\nhint: "), "{ended:?}");
}

/// A server that gives every request the same answer.
fn says(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            // A client that hangs up early needs no answer.
            let _request = stream.read(&mut [0; 4096]);
            let _hung_up = stream.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn a_wrong_pin_is_refused_by_the_hsm() {
    let bench = Bench::with_dummy();
    let ended = status(&bench, "-c URL0 --pin-file wrong-pin");
    assert_failure(&ended, 9, "the PIN or key for authentication key 0x0005 is wrong");
    assert!(!ended.stderr.contains("4321"), "{ended:?}");
    let ended = status(&bench, "-c URL0 --slot 9 --pin-file pin");
    assert_failure(&ended, 9, "no authentication key 9");
}

#[test]
fn a_root_that_nobody_pinned_is_not_genuine() {
    let bench = Bench::with_dummy();
    let ended = status(&bench, "-c URL0 --pin-file pin");
    assert_failure(&ended, 4, "ends at a root that is not trusted");
}

#[test]
fn an_hsm_that_is_not_there_a_web_page_and_tls_are_unreachable_each_in_its_way() {
    let bench = Bench::of_hsms(1);
    let ended = status(&bench, &format!("-c {} --factory-key", nowhere()));
    assert_failure(&ended, 8, "nothing listens there");
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
    let ended = status(&bench, &format!("-c {} --factory-key", says(page)));
    assert_failure(&ended, 8, "it answered with a web page");
    let absent = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
    let ended = status(&bench, &format!("-c {} --factory-key", says(absent)));
    assert_failure(&ended, 8, "has none");
    let url = nowhere().replace("http:", "ftp:");
    let ended = status(&bench, &format!("-c {url} --factory-key"));
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[test]
fn a_pin_that_is_nowhere_is_asked_for_and_without_a_terminal_refused() {
    let bench = Bench::with_dummy();
    let ended = status(&bench, "-c URL0");
    assert_ne!(ended.code, Some(0), "{ended:?}");
    bench.put("empty", "\n");
    let ended = status(&bench, "-c URL0 --pin-file empty");
    assert_eq!(ended.code, Some(3), "{ended:?}");
}
