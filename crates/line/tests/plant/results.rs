//! Results: kept on the disk, delivered in order, at least once.

use std::{
    collections::BTreeSet,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use journal::UnixMillis;
use line::{
    event::{Event, Listeners},
    job::{AwayPolicy, HookTarget, PlantSettings},
    plant::{Plant, ResultReport, WAITING_MAX},
};

use crate::receiver::{Receiver, answer};

/// Which outbox a child works on, and where it delivers.
const CHILD_OUTBOX: &str = "CURBSIDE_TEST_OUTBOX";
const CHILD_URL: &str = "CURBSIDE_TEST_URL";

/// Long enough for any machine; only a failing test waits so long.
const LONG: Duration = Duration::from_secs(60);

fn settings(target: HookTarget, away: AwayPolicy) -> PlantSettings {
    PlantSettings { result: Some(target), away, patience_ms: 60_000, ..PlantSettings::default() }
}

fn open(url: &str, outbox: &Path) -> Plant {
    let settings = settings(HookTarget::Http(url.to_owned()), AwayPolicy::Wait);
    Plant::new(&settings, outbox, Listeners::default()).unwrap()
}

fn passed(dsn: &str) -> ResultReport<'_> {
    ResultReport {
        line: "A",
        slot: 1,
        dsn: Some(dsn),
        smsn: None,
        chip: None,
        passed: true,
        step: None,
        why: None,
        took_ms: 1,
        at: UnixMillis(0),
    }
}

fn put(plant: &Plant, numbers: std::ops::Range<u32>) -> Vec<String> {
    let serials: Vec<String> = numbers.map(|number| format!("G{number}")).collect();
    serials.iter().for_each(|dsn| plant.result(&passed(dsn)).unwrap());
    serials
}

fn files(outbox: &Path) -> usize {
    let names = outbox.read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_str().unwrap().ends_with(".json")).count()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("{what} did not happen");
}

fn ids(receiver: &Receiver) -> BTreeSet<String> {
    let received = receiver.received();
    received.iter().map(|(_, body)| body["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn results_are_delivered_in_order_and_leave_the_outbox() {
    let directory = tempfile::tempdir().unwrap();
    let outbox = directory.path().join("outbox");
    let receiver = Receiver::start(Box::new(|_| answer("200 OK", "thanks")));
    let plant = open(&receiver.url(), &outbox);
    let serials = put(&plant, 0..20);
    assert_eq!(plant.close(LONG), 0);
    assert_eq!(receiver.serials(), serials);
    assert_eq!(ids(&receiver).len(), 20);
    assert_eq!(files(&outbox), 0);
}

#[test]
fn a_receiver_that_fails_gets_everything_in_order_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let asks = Arc::new(AtomicUsize::new(0));
    let receiver = {
        let asks = Arc::clone(&asks);
        Receiver::start(Box::new(move |_| match asks.fetch_add(1, Ordering::SeqCst) {
            1 => answer("500 Oops", ""),
            3 => Vec::new(),
            _ => answer("200 OK", ""),
        }))
    };
    let plant = open(&receiver.url(), &directory.path().join("outbox"));
    let serials = put(&plant, 0..4);
    wait_until("delivery", || plant.health().results_waiting() == 0);
    // The second and third were sent twice: the receiver failed after it had read them.
    assert_eq!(receiver.serials(), ["G0", "G1", "G1", "G2", "G2", "G3"]);
    assert_eq!(ids(&receiver).len(), serials.len());
    assert_eq!(plant.health().result_is_away(), Some(false));
}

#[test]
fn what_waits_at_the_end_is_delivered_after_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let outbox = directory.path().join("outbox");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let plant = open(&url, &outbox);
    let mut serials = put(&plant, 0..3);
    assert_eq!(plant.close(LONG), 3);
    let plant = open(&url, &outbox);
    serials.extend(put(&plant, 3..5));
    drop(plant);
    assert_eq!(files(&outbox), 5);
    let receiver = Receiver::start(Box::new(|_| answer("200 OK", "")));
    assert_eq!(open(&receiver.url(), &outbox).close(LONG), 0);
    assert_eq!(receiver.serials(), serials);
}

#[test]
fn a_result_that_is_not_wanted_holds_up_no_other_and_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let outbox = directory.path().join("outbox");
    let receiver = Receiver::start(Box::new(|body| match body["dsn"].as_str() {
        Some("G1") => answer("422 Unprocessable", "no such order"),
        _ => answer("200 OK", ""),
    }));
    let events = Arc::<Mutex<Vec<Event>>>::default();
    let listener = {
        let events = Arc::clone(&events);
        move |event: &Event| events.lock().unwrap().push(event.clone())
    };
    let settings = settings(HookTarget::Http(receiver.url()), AwayPolicy::Wait);
    let plant = Plant::new(&settings, &outbox, Listeners::new(vec![Box::new(listener)])).unwrap();
    put(&plant, 0..3);
    assert_eq!(plant.close(LONG), 1);
    assert_eq!(receiver.serials(), ["G0", "G1", "G2"]);
    assert_eq!(files(&outbox), 1);
    let events = events.lock().unwrap().clone();
    let [Event::PlantAway { why, .. }] = &events[..] else { panic!("{events:?}") };
    assert!(why.contains("no such order") && why.contains(".json"), "{why}");
    // The next start tries it again.
    let receiver = Receiver::start(Box::new(|_| answer("200 OK", "")));
    assert_eq!(open(&receiver.url(), &outbox).close(LONG), 0);
    assert_eq!(receiver.serials(), ["G1"]);
}

#[test]
fn a_line_whose_results_nobody_takes_stops_taking_boards() {
    let directory = tempfile::tempdir().unwrap();
    let outbox = directory.path().join("outbox");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = HookTarget::Http(format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    let waiting = settings(target.clone(), AwayPolicy::Wait);
    let plant = Plant::new(&waiting, &outbox, Listeners::default()).unwrap();
    put(&plant, 0..WAITING_MAX as u32);
    assert!(!plant.is_blocked());
    put(&plant, 0..1);
    assert!(plant.is_blocked());
    drop(plant);
    let proceeding = settings(target, AwayPolicy::Proceed);
    let plant = Plant::new(&proceeding, &outbox, Listeners::default()).unwrap();
    assert_eq!(plant.health().results_waiting(), WAITING_MAX + 1);
    assert!(!plant.is_blocked());
}

#[test]
fn a_directory_gets_a_file_for_each_result() {
    let directory = tempfile::tempdir().unwrap();
    let results = directory.path().join("results");
    std::fs::create_dir(&results).unwrap();
    let settings = settings(HookTarget::Directory(results.clone()), AwayPolicy::Wait);
    let outbox = directory.path().join("outbox");
    let plant = Plant::new(&settings, &outbox, Listeners::default()).unwrap();
    put(&plant, 0..2);
    put(&plant, 0..1);
    assert_eq!(plant.close(LONG), 0);
    assert_eq!(files(&results), 3);
}

#[cfg(unix)]
#[test]
fn a_program_gets_each_result_and_one_that_breaks_down_gets_it_again() {
    let directory = tempfile::tempdir().unwrap();
    let taken = directory.path().join("taken");
    // Fails once with the exit code that a broken script has.
    let script = format!(
        "cd '{}'; if [ -e once ]; then cat >> '{}'; echo >> '{}'; else touch once; exit 1; fi",
        directory.path().display(),
        taken.display(),
        taken.display(),
    );
    let argv = ["/bin/sh".to_owned(), "-c".to_owned(), script];
    let settings = settings(HookTarget::Program(argv.to_vec()), AwayPolicy::Wait);
    let outbox = directory.path().join("outbox");
    let plant = Plant::new(&settings, &outbox, Listeners::default()).unwrap();
    put(&plant, 0..3);
    wait_until("delivery", || plant.health().results_waiting() == 0);
    let text = String::from_utf8(durable::read_bounded(&taken, 10_000).unwrap()).unwrap();
    let serials: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|result| result["dsn"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(serials, ["G0", "G1", "G2"]);
}

#[test]
#[ignore = "the child of another test"]
#[expect(clippy::disallowed_methods, reason = "how a test tells its child what to do")]
fn child_that_tells_results_until_it_is_killed() {
    let (Ok(outbox), Ok(url)) = (std::env::var(CHILD_OUTBOX), std::env::var(CHILD_URL)) else {
        return;
    };
    let plant = open(&url, Path::new(&outbox));
    for number in 0.. {
        let dsn = format!("G{number}");
        plant.result(&passed(&dsn)).unwrap();
        // From here on it must arrive, whatever happens to this process.
        println!("kept {dsn}");
    }
}

#[test]
fn a_killed_line_loses_no_result_that_it_kept() {
    for kept_lines in [1, 5, 17, 40] {
        let directory = tempfile::tempdir().unwrap();
        let outbox = directory.path().join("outbox");
        let receiver = Receiver::start(Box::new(|_| answer("200 OK", "")));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", "--test-threads=1"])
            .arg("results::child_that_tells_results_until_it_is_killed")
            .env(CHILD_OUTBOX, &outbox)
            .env(CHILD_URL, receiver.url())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut kept = BTreeSet::new();
        let stdout = std::io::BufReader::new(child.stdout.take().unwrap());
        for text in std::io::BufRead::lines(stdout) {
            if let Some((_, dsn)) = text.unwrap().split_once("kept ") {
                kept.insert(dsn.to_owned());
            }
            if kept.len() >= kept_lines {
                // The rest of what it said is read as well: it counts as kept.
                let _ended = child.kill();
            }
        }
        child.wait().unwrap();
        assert!(kept.len() >= kept_lines, "the child ended by itself");
        assert_eq!(open(&receiver.url(), &outbox).close(LONG), 0);
        let arrived: BTreeSet<String> = receiver.serials().into_iter().collect();
        assert!(kept.is_subset(&arrived), "{:?} are lost", kept.difference(&arrived));
        // Whatever came twice came with the same id.
        assert_eq!(ids(&receiver).len(), arrived.len());
    }
}
