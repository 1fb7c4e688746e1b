//! A server of its own process is killed again and again, in either database.

use std::{
    collections::HashMap,
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use signing_server::store::{Issued, PostgresStore, SqliteStore, Store};

use crate::{
    devices::signed,
    places::{Place, PostgresPlace, SqlitePlace, now_ms, runtime, wait},
    traffic::{DEVICES_PER_LINE, bring_in_package, check, sign},
};

/// The variables that tell the child where its database is and which numbers are its own.
const WHERE: &str = "CURBSIDE_STORE_KILL_WHERE";
const FIRST: &str = "CURBSIDE_STORE_KILL_FIRST";

/// Callers in the child.
const CALLERS: u32 = 8;

/// Devices that a caller has for one life: more than it makes.
const DEVICES_PER_LIFE: u32 = 1000;

/// The longest that a child lives after it has opened its database.
const LIFE_MS_MAX: u64 = 120;

#[test]
fn thirty_kills_of_a_server_on_sqlite_lose_nothing() {
    let place = SqlitePlace::new().unwrap();
    kill_again_and_again(&place, &place.path().display().to_string(), 30);
}

#[test]
fn ten_kills_of_a_server_on_postgresql_lose_nothing() {
    let Some(place) = PostgresPlace::new() else { return };
    kill_again_and_again(&place, &place.0.url(), 10);
}

#[test]
#[ignore = "takes minutes"]
fn a_thousand_kills_of_servers_lose_nothing() {
    let place = SqlitePlace::new().unwrap();
    kill_again_and_again(&place, &place.path().display().to_string(), 500);
    let Some(place) = PostgresPlace::new() else { return };
    kill_again_and_again(&place, &place.0.url(), 500);
}

fn kill_again_and_again(place: &dyn Place, address: &str, kills: u32) {
    let store = place.open("a").unwrap();
    bring_in_package(&store);
    store.close();
    let mut acknowledged: HashMap<u32, u64> = HashMap::new();
    for kill in 0..kills {
        let life = u64::from(kill) * 37 % LIFE_MS_MAX;
        acknowledged.extend(live_and_die(
            address,
            kill * DEVICES_PER_LIFE,
            Duration::from_millis(life),
        ));
    }
    let store = place.open("a").unwrap();
    finish_what_was_begun(&store);
    let all: HashMap<u32, Issued> =
        acknowledged.keys().map(|number| (*number, wait(sign(&store, *number)))).collect();
    let counts = check(&store, &all);
    for (number, index) in &acknowledged {
        assert_eq!(all[number].evidence_index, *index, "device {number}");
    }
    assert_eq!(counts.pending, 0);
    println!("{kills} kills, {} devices acknowledged, {counts:?}", acknowledged.len());
    assert!(!acknowledged.is_empty(), "some child must have lived long enough to sign");
}

fn finish_what_was_begun(store: &Store) {
    for taken in wait(store.take_up(1000)).unwrap() {
        wait(store.finish(signed(taken.ticket, 99))).unwrap();
    }
}

/// Runs a child for a while and kills it. Returns the entries of the devices that it has acknowledged.
fn live_and_die(address: &str, first: u32, life: Duration) -> Vec<(u32, u64)> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "server_kills::a_child_that_signs_until_it_is_killed"])
        .args(["--ignored", "--nocapture"])
        .env(WHERE, address)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The child's life begins when it says so.
    let begun = lines.by_ref().map_while(Result::ok).any(|line| line.ends_with("begun"));
    assert!(begun, "the child has opened its database");
    let reader = thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    thread::sleep(life);
    child.kill().unwrap();
    child.wait().unwrap();
    let said = reader.join().unwrap();
    said.iter().filter_map(|line| acknowledgement(line)).collect()
}

/// The line `ok NUMBER INDEX`; its end may have been lost with the child.
fn acknowledgement(line: &str) -> Option<(u32, u64)> {
    let (number, index) = line.strip_prefix("ok ")?.strip_suffix(" .")?.split_once(' ')?;
    Some((number.parse().ok()?, index.parse().ok()?))
}

#[test]
#[ignore = "started by other tests as a process of its own"]
#[expect(clippy::disallowed_methods, reason = "the parent passes its settings in the environment")]
fn a_child_that_signs_until_it_is_killed() {
    let (Ok(address), Ok(first)) = (env::var(WHERE), env::var(FIRST)) else { return };
    let first: u32 = first.parse().unwrap();
    let store = if address.starts_with("postgres://") {
        PostgresStore::open(&address, "a", None).unwrap()
    } else {
        SqliteStore::open(Path::new(&address), "a", now_ms).unwrap()
    };
    println!("begun");
    finish_what_was_begun(&store);
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let store = store.clone();
            runtime().spawn(async move {
                for number in 0..DEVICES_PER_LIFE {
                    let number = caller * DEVICES_PER_LINE + first + number;
                    let issued = sign(&store, number).await;
                    println!("ok {number} {} .", issued.evidence_index);
                }
            })
        })
        .collect();
    callers.into_iter().for_each(|caller| wait(caller).unwrap());
}
