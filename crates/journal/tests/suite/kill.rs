//! A line of its own process that is killed again and again.

use std::{
    collections::HashMap,
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use journal::{DeviceKey, DeviceRecord, Filter, JournalView, PendingLog, State, StepTimes};

use crate::support::{AT, dsn, failure, fill_random, job_record, keys, open, outcome, reservation};

/// The variables that tell the child where to write and which numbers are its own.
const PATH: &str = "CURBSIDE_JOURNAL_KILL_PATH";
const FIRST: &str = "CURBSIDE_JOURNAL_KILL_FIRST";

const THREADS: u32 = 8;

/// More devices than a thread makes in its life.
const DEVICES_PER_THREAD: u32 = 10_000;

/// The longest that a child lives, in milliseconds, after it has opened the journal.
const LIFE_MS_MAX: u8 = 120;

#[test]
fn thirty_kills_lose_nothing_that_was_acknowledged() {
    kill_again_and_again(30);
}

#[test]
#[ignore = "takes five minutes"]
fn three_hundred_kills_lose_nothing_that_was_acknowledged() {
    kill_again_and_again(300);
}

fn kill_again_and_again(kills: u32) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("line.journal");
    let mut acknowledged = HashMap::new();
    for kill in 0..kills {
        let mut draw = [0];
        fill_random(&mut draw);
        let life = Duration::from_millis(u64::from(draw[0] % LIFE_MS_MAX));
        let first = kill * THREADS * DEVICES_PER_THREAD;
        acknowledged.extend(live_and_die(&path, first, life));
        check(&path, &acknowledged);
    }
    println!("{kills} kills, {} devices acknowledged", acknowledged.len());
    assert!(!acknowledged.is_empty(), "some child must have lived long enough to write");
}

/// Runs a child for a while and kills it. Returns what it has acknowledged.
fn live_and_die(path: &Path, first: u32, life: Duration) -> HashMap<u32, State> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "kill::a_child_that_makes_devices_until_it_is_killed"])
        .args(["--ignored", "--nocapture"])
        .env(PATH, path)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The child's life begins when it says so.
    let begun = lines.by_ref().map_while(Result::ok).any(|line| line.ends_with("begun"));
    assert!(begun, "the child has opened the journal");
    let reader = thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    thread::sleep(life);
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledgements(reader.join().unwrap())
}

/// The last acknowledged state of each device.
pub(crate) fn acknowledgements(lines: Vec<String>) -> HashMap<u32, State> {
    let mut acknowledged = HashMap::new();
    for line in lines {
        let Some((n, name)) = line.strip_prefix("ok ").and_then(|line| line.split_once(' ')) else {
            continue;
        };
        let state = State::ALL.into_iter().find(|state| state.name() == name);
        if let (Ok(n), Some(state)) = (n.parse(), state) {
            acknowledged.insert(n, state);
        }
    }
    acknowledged
}

/// Whatever was acknowledged is there, nothing is half there, and the counts are those of the rows.
pub(crate) fn check(path: &Path, acknowledged: &HashMap<u32, State>) {
    let journal = open(path);
    for (&n, &state) in acknowledged {
        let found = journal.find(&DeviceKey::Dsn(&dsn(n))).unwrap();
        let [record] = &found[..] else { panic!("device {n} was acknowledged as {state}") };
        assert!(record.state >= state, "device {n}: {} instead of {state}", record.state);
    }
    // Unsealing checks that the private keys are there and belong to the public ones.
    let unfinished = journal.unfinished().unwrap().len() as u64;
    let counts = journal.counts(None).unwrap();
    assert_eq!(counts.unfinished(), unfinished);
    let view = JournalView::open(path).unwrap();
    let mut seen: HashMap<State, u64> = HashMap::new();
    let mut retired = 0;
    let mut failed = 0;
    view.for_each(&Filter::default(), |record| {
        assert_whole(record);
        if record.retired {
            retired += 1;
        } else {
            *seen.entry(record.state).or_default() += 1;
            failed += u64::from(record.failure.is_some());
        }
    })
    .unwrap();
    for state in State::ALL {
        assert_eq!(counts.in_state(state), seen.get(&state).copied().unwrap_or(0), "{state}");
    }
    assert_eq!((counts.retired, counts.failed_now), (retired, failed));
    drop(view);
    journal.close().unwrap();
}

/// A row has everything that its state promises.
fn assert_whole(record: &DeviceRecord) {
    let has = |state| record.state >= state;
    assert_eq!(record.ed25519_public_key.is_some(), has(State::Intended), "{record:?}");
    assert_eq!(record.p256r1_public_key.is_some(), has(State::Intended), "{record:?}");
    assert_eq!(record.ed25519_signature.is_some(), has(State::Signed), "{record:?}");
    assert_eq!(record.p256r1_signature.is_some(), has(State::Signed), "{record:?}");
    assert_eq!(record.hsm_serial.is_some(), has(State::Signed), "{record:?}");
    assert_eq!(record.page_sha256.is_some(), has(State::Paged), "{record:?}");
    assert_eq!(record.step_times.is_some(), has(State::Verified), "{record:?}");
    assert_eq!(record.at.logged.is_some(), has(State::Logged), "{record:?}");
    assert!(!has(State::Logged) || record.control_log.is_some(), "{record:?}");
}

#[test]
#[ignore = "the child of the tests above; it never ends by itself"]
fn a_child_that_makes_devices_until_it_is_killed() {
    let (Some(path), Some(first)) = (env::var_os(PATH), env::var_os(FIRST)) else {
        return;
    };
    let first: u32 = first.to_str().unwrap().parse().unwrap();
    let journal = open(Path::new(&path));
    let job = journal.job(&job_record("job")).unwrap();
    println!("begun");
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let journal = &journal;
            let first = first + thread * DEVICES_PER_THREAD;
            scope.spawn(move || {
                (first..first + DEVICES_PER_THREAD).for_each(|n| make(journal, job, n));
            });
        }
    });
}

/// Makes one device and says each state after it is durable. Every so often something else happens.
pub(crate) fn make(journal: &journal::Journal, job: journal::JobId, n: u32) {
    let say = |state: State| println!("ok {n} {state}");
    let device = if n.is_multiple_of(2) {
        journal.reserve_and_intend(reservation(job, n), keys(n), AT).unwrap()
    } else {
        let device = journal.reserve(reservation(job, n)).unwrap();
        say(State::Reserved);
        journal.intend(device.keyed(keys(n)), AT).unwrap()
    };
    say(State::Intended);
    let id = device.id();
    if n % 5 == 1 {
        journal.fail(id, &failure(), AT).unwrap();
    }
    if n % 11 == 3 {
        journal.retire(id, "", AT).unwrap();
        return;
    }
    let paged = journal.signed_and_paged(device, outcome(n), Some([1; 32]), AT).unwrap();
    say(State::Paged);
    let flashed = journal.flashed(paged, Some("CHIP"), AT).unwrap();
    say(State::Flashed);
    if n % 7 == 2 {
        return;
    }
    journal.verified(flashed, &StepTimes::default(), AT).unwrap();
    say(State::Verified);
    let log = PendingLog { file: format!("{n}.json"), sha256: [0; 32] };
    let log = journal.logging(&log, &[id]).unwrap();
    journal.logged(log, AT).unwrap();
    say(State::Logged);
}
