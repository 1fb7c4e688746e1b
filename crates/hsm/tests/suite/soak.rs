//! Many callers, and HSMs that come and go.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use hsm::{Endpoint, Fleet, FleetOptions, TlsClient, program::Existing};
use sidewalk::{ChainForm, Stage, Verifier};

use crate::{
    front::{Front, Manner},
    support::{Bench, is_genuine, members, plan, request, roots},
};

const CALLERS: u32 = 64;

/// Sixty-four callers sign while connectors are restarted and HSMs unplugged, one after the other, with this
/// much time between two accidents, until every caller has signed this many devices.
fn soak(devices_per_caller: u32, between: Duration) {
    let plan = plan(Stage::Production, ChainForm::Long, 1, 21);
    let benches = [Bench::fresh(1), Bench::fresh(2)];
    for bench in &benches {
        bench.program(&plan, Existing::Refuse).unwrap();
    }
    let fronts: Vec<_> = benches.iter().map(|bench| Front::plain(bench, Manner::Good)).collect();
    let mut members = members(&[], &plan);
    let tls = TlsClient::default();
    members.endpoints =
        fronts.iter().map(|front| Endpoint::parse(&front.url(), &tls).unwrap()).collect();
    let fleet = Arc::new(Fleet::open(members, FleetOptions::default()).unwrap());
    let verifier = Verifier::new(roots(&plan));
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (fleet, verifier) = (Arc::clone(&fleet), &verifier);
                scope.spawn(move || {
                    for number in 0..devices_per_caller {
                        let request = request(caller << 16 | number);
                        let signatures = fleet.sign(&request).unwrap();
                        assert!(is_genuine(fleet.authority(), verifier, &request, &signatures));
                    }
                })
            })
            .collect();
        let (fronts, benches, is_done) = (&fronts, &benches, &is_done);
        scope.spawn(move || {
            let mut turn = 0;
            while !is_done.load(Ordering::Relaxed) {
                let (front, bench) = (&fronts[turn % 2], &benches[turn % 2]);
                if turn % 4 < 2 {
                    front.go_away();
                    thread::sleep(between / 4);
                    front.come_back();
                } else {
                    bench.unplug();
                    thread::sleep(between / 4);
                    bench.replug();
                }
                thread::sleep(between);
                turn += 1;
            }
        });
        let ended: Vec<_> = callers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        is_done.store(true, Ordering::Relaxed);
        assert!(ended.iter().all(Result::is_ok));
    });
    let statistics = fleet.statistics();
    assert_eq!(statistics.signed, u64::from(CALLERS * devices_per_caller));
    let Ok(fleet) = Arc::try_unwrap(fleet) else { panic!("all callers have ended") };
    fleet.close();
    for bench in &benches {
        // Only one whose number was lost together with the answer that names it.
        bench.skip(Duration::from_secs(31));
        bench.admin_session();
        assert_eq!(bench.sessions_open(), 0, "{statistics:?}");
    }
}

#[test]
fn sixty_four_callers_get_every_device_signed_while_hsms_come_and_go() {
    soak(30, Duration::from_millis(20));
}

#[test]
#[ignore = "takes a minute: the same with accidents every few seconds"]
fn the_same_for_a_minute() {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(60) {
        soak(400, Duration::from_secs(2));
    }
}

#[test]
#[ignore = "takes two minutes and needs the machine for itself: throughput at hardware's pace"]
fn throughput_at_the_pace_of_hardware() {
    for hsms in [1_u32, 2, 4, 8] {
        let plan = plan(Stage::Production, ChainForm::Long, 1, 31);
        let benches: Vec<_> = (1..=hsms).map(Bench::fresh).collect();
        for bench in &benches {
            bench.program(&plan, Existing::Refuse).unwrap();
            bench.pace_as_hardware();
        }
        let fleet =
            Arc::new(Fleet::open(members(&benches, &plan), FleetOptions::default()).unwrap());
        let started = Instant::now();
        let seconds = 20;
        let signed: u32 = thread::scope(|scope| {
            let callers: Vec<_> = (0..(8.max(4 * hsms)))
                .map(|caller| {
                    let fleet = Arc::clone(&fleet);
                    scope.spawn(move || {
                        let mut signed = 0;
                        while started.elapsed() < Duration::from_secs(seconds) {
                            fleet.sign(&request(caller << 16 | signed)).unwrap();
                            signed += 1;
                        }
                        signed
                    })
                })
                .collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).sum()
        });
        let took = started.elapsed().as_secs_f64();
        let limit = f64::from(hsms) / 0.194;
        let rate = f64::from(signed) / took;
        let statistics = fleet.statistics();
        println!(
            "{hsms} HSMs: {rate:.2} devices/s, {:.1} % of the limit, queue wait p50 {:?} p99 {:?}",
            100.0 * rate / limit,
            statistics.queue_wait_p50,
            statistics.queue_wait_p99,
        );
    }
}
