//! The database is killed under two servers with traffic, and started again.

use std::{thread, time::Duration};

use crate::{
    draw::Draw,
    places::{Place as _, PostgresPlace},
    traffic::{Traffic, bring_in_package, check},
};

/// Lines at two servers.
const LINES: u32 = 8;

/// The longest that the database lives.
const LIFE_MS_MAX: u32 = 500;

#[test]
fn eight_kills_of_the_database_lose_no_device_and_pay_none_twice() {
    kill_again_and_again(8);
}

#[test]
#[ignore = "takes minutes"]
fn two_hundred_kills_of_the_database_lose_no_device_and_pay_none_twice() {
    kill_again_and_again(200);
}

fn kill_again_and_again(kills: u32) {
    let Some(mut place) = PostgresPlace::new() else { return };
    let servers = [place.open("a").unwrap(), place.open("b").unwrap()];
    bring_in_package(&servers[0]);
    let seed = std::process::id();
    println!("seed {seed}");
    let mut draw = Draw(seed.into());
    let traffic = Traffic::start(&servers, LINES);
    for kill in 0..kills {
        let life = draw.below(LIFE_MS_MAX);
        thread::sleep(Duration::from_millis(life.into()));
        if kill % 3 == 2 {
            place.0.restart(&[]);
        } else {
            place.0.kill_backends();
        }
    }
    let signed = traffic.stop();
    assert!(servers.iter().all(|server| server.broken().is_none()));
    for server in &servers {
        let counts = check(server, &signed);
        assert_eq!((counts.issued, counts.pending), (signed.len() as u64, 0));
    }
    println!("{kills} kills, {} devices", signed.len());
    assert!(signed.len() as u32 > LINES, "the database lived long enough to sign");
}
