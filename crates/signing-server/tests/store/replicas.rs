//! Two servers on one database.

use std::{collections::HashSet, time::Duration};

use signer::service::RefusalCode;
use signing_server::store::{Begin, Begun, Issued, Store};

use crate::{
    devices::{asked, issue, package, signed},
    evidence_log::check_log,
    places::{Place as _, PostgresPlace, runtime, wait},
};

/// Lines that ask both servers for the same devices.
const LINES: u32 = 16;
const DEVICES: u32 = 60;

/// Fewer than there are devices.
const COUNT: u64 = 50;

#[test]
fn two_servers_give_a_device_one_pair_and_share_the_quota() {
    let Some(place) = PostgresPlace::new() else { return };
    let servers = [place.open("a").unwrap(), place.open("b").unwrap()];
    wait(servers[0].bring_in(package("p", COUNT))).unwrap().unwrap();
    let lines: Vec<_> = (0..LINES)
        .map(|line| {
            let server = servers[(line % 2) as usize].clone();
            runtime().spawn(async move {
                let mut got = Vec::new();
                for step in 0..DEVICES {
                    let number = (step + line * 7) % DEVICES;
                    got.push(ask(&server, number, line as u8).await);
                }
                got
            })
        })
        .collect();
    let mut pairs = HashSet::new();
    for line in lines {
        pairs.extend(wait(line).unwrap().into_iter().flatten().map(|issued| {
            (*issued.ed25519.as_bytes(), *issued.p256r1.as_bytes(), issued.evidence_index)
        }));
    }
    let indexes: HashSet<u64> = pairs.iter().map(|(_, _, index)| *index).collect();
    assert_eq!(indexes, (0..COUNT).collect());
    assert_eq!(pairs.len() as u64, COUNT, "a device has two pairs");
    for server in &servers {
        assert_eq!(wait(server.packages()).unwrap()[0].used, COUNT);
        let counts = wait(server.counts()).unwrap();
        assert_eq!((counts.issued, counts.pending, counts.evidence), (COUNT, 0, COUNT));
        assert_eq!(check_log(server).len() as u64, COUNT);
    }
}

#[test]
fn a_server_whose_name_was_taken_while_it_was_cut_off_waits_for_it() {
    let Some(place) = PostgresPlace::new() else { return };
    let first = place.open("a").unwrap();
    wait(issue(&first, asked(1))).unwrap();
    place.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
    let second = place.open("a").unwrap();
    let fault = wait(first.begin(asked(2))).unwrap_err();
    assert!(fault.is_passing(), "{fault}");
    assert!(first.broken().is_none());
    second.close();
    // The next try may be too soon after the one that failed.
    while wait(first.counts()).is_err() {}
    wait(issue(&first, asked(2))).unwrap();
    assert_eq!(check_log(&first).len(), 2);
}

/// Asks for a device until it is signed, or paid by nobody.
async fn ask(server: &Store, number: u32, attempt: u8) -> Option<Issued> {
    loop {
        let asked = Begin { package: Some("p".to_owned()), ..asked(number) };
        match server.begin(asked).await.unwrap() {
            Begun::Sign(ticket) => {
                return Some(server.finish(signed(ticket, attempt)).await.unwrap());
            }
            Begun::Signed(issued) => return Some(issued),
            Begun::Elsewhere { .. } => tokio::time::sleep(Duration::from_millis(5)).await,
            Begun::Refused(refusal) => {
                assert_eq!(refusal.code, RefusalCode::Quota);
                return None;
            }
        }
    }
}
