//! Parties that share a fleet: turns, shares, estimates, and one answer for each device.

use std::{
    slice,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use hsm::{Fleet, FleetOptions, HsmHealth, SignError};
use sidewalk::Verifier;

use crate::support::{
    Bench, Mishap, dummy, is_genuine, members, replicas, request, roots, wait_until,
};

/// Options with one session, so that a fleet of one HSM has one device in hand.
fn one_session() -> FleetOptions {
    FleetOptions { sessions_per_hsm: 1, ..FleetOptions::default() }
}

fn open(bench: &Bench, plan: &hsm::program::Plan, options: FleetOptions) -> Fleet {
    Fleet::open(members(slice::from_ref(bench), plan), options).unwrap()
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(120)
}

#[test]
fn a_line_with_fifty_waiting_does_not_hold_up_one_that_comes_with_one() {
    let (bench, plan) = dummy();
    let fleet = open(&bench, &plan, one_session());
    let (gate, order) = (bench.gate(), Arc::new(Mutex::new(Vec::new())));
    let submit = |party: &'static str, number| {
        let order = Arc::clone(&order);
        let on_done = move |answer: Result<_, SignError>| {
            answer.unwrap();
            order.lock().unwrap().push(party);
        };
        fleet.submit(party, &request(number), far(), on_done).unwrap();
    };
    let closed = gate.lock().unwrap();
    submit("A", 0);
    wait_until(|| fleet.statistics().in_hand == 1);
    (1..=50).for_each(|number| submit("A", number));
    submit("B", 100);
    let queued: Vec<_> =
        fleet.statistics().parties.into_iter().map(|of| (of.party, of.queued, of.signed)).collect();
    assert_eq!(queued, [("A".to_owned(), 50, 0), ("B".to_owned(), 1, 0)]);
    drop(closed);
    wait_until(|| order.lock().unwrap().len() == 52);
    // One was in hand, one more of A had its turn.
    assert_eq!(order.lock().unwrap()[..4], ["A", "A", "B", "A"]);
    let statistics = fleet.statistics();
    let signed: Vec<_> = statistics.parties.iter().map(|of| (of.queued, of.signed)).collect();
    assert_eq!(signed, [(0, 51), (0, 1)]);
    assert!(statistics.hsms[0].sign_p50 > Duration::ZERO);
    assert!(statistics.hsms[0].sign_p50 <= statistics.hsms[0].sign_p99);
    assert!(statistics.hsms[0].devices_per_second > 0.0);
}

#[test]
fn no_party_takes_more_than_its_share_of_the_queue_nor_all_more_than_there_is() {
    let (bench, plan) = dummy();
    let options = FleetOptions { queue_len_max: 5, party_len_max: 3, ..one_session() };
    let fleet = open(&bench, &plan, options);
    let gate = bench.gate();
    let closed = gate.lock().unwrap();
    let submit = |party: &str, number| fleet.submit(party, &request(number), far(), |_| {});
    submit("A", 0).unwrap();
    wait_until(|| fleet.statistics().in_hand == 1);
    (1..=3).for_each(|number| submit("A", number).unwrap());
    let busy = submit("A", 4).unwrap_err();
    assert!(matches!(busy, SignError::Busy { queued: 3, .. }), "{busy:?}");
    submit("B", 5).unwrap();
    submit("C", 6).unwrap();
    let busy = submit("D", 7).unwrap_err();
    assert!(matches!(busy, SignError::Busy { queued: 5, .. }), "{busy:?}");
    assert!(busy.to_string().contains("expected wait about"), "{busy}");
    drop(closed);
    wait_until(|| fleet.statistics().signed == 6);
}

#[test]
fn a_caller_who_finds_no_place_waits_for_one_and_then_is_told() {
    let (bench, plan) = dummy();
    let wait_max = Duration::from_millis(150);
    let fleet = open(&bench, &plan, FleetOptions { queue_len_max: 1, wait_max, ..one_session() });
    let gate = bench.gate();
    let closed = gate.lock().unwrap();
    fleet.submit("A", &request(0), far(), |_| {}).unwrap();
    wait_until(|| fleet.statistics().in_hand == 1);
    fleet.submit("A", &request(1), far(), |_| {}).unwrap();
    let busy = fleet.sign(&request(2)).unwrap_err();
    assert!(matches!(busy, SignError::Busy { queued: 1, .. }), "{busy:?}");
    drop(closed);
    wait_until(|| fleet.sign(&request(2)).is_ok());
}

#[test]
fn the_estimate_grows_with_those_ahead_and_knows_the_turns() {
    let (bench, plan) = dummy();
    let fleet = open(&bench, &plan, one_session());
    assert_eq!(fleet.wait_estimate("A"), Duration::ZERO);
    fleet.try_sign_for("A", &request(0), Duration::ZERO).unwrap();
    let gate = bench.gate();
    let closed = gate.lock().unwrap();
    for number in 0..41 {
        fleet.submit("A", &request(number), far(), |_| {}).unwrap();
        wait_until(|| fleet.statistics().in_hand == 1);
    }
    let (long, short) = (fleet.wait_estimate("A"), fleet.wait_estimate("B"));
    // 40 ahead and its own turn, against one ahead.
    let ratio = long.as_secs_f64() / short.as_secs_f64();
    assert!((ratio - 41.0 / 2.0).abs() < 0.01, "{long:?} {short:?}");
    let busy = fleet.try_sign_for("A", &request(50), short).unwrap_err();
    assert_eq!(busy, SignError::Busy { queued: 40, estimate: long });
    drop(closed);
    wait_until(|| fleet.statistics().signed == 42);
    bench.unplug();
    assert!(fleet.submit("A", &request(60), far(), |_| {}).is_ok());
    wait_until(|| fleet.wait_estimate("A") == Duration::MAX);
    let busy = fleet.try_sign_for("A", &request(61), Duration::from_secs(60)).unwrap_err();
    assert!(busy.to_string().contains("no HSM signs now"), "{busy}");
    bench.replug();
}

#[test]
fn a_device_is_answered_at_its_deadline_even_if_no_hsm_ever_takes_it() {
    let (bench, plan) = dummy();
    let fleet = open(&bench, &plan, one_session());
    let gate = bench.gate();
    let closed = gate.lock().unwrap();
    let (sender, answers) = mpsc::channel();
    // One that is at the HSM, one that waits, one whose deadline has passed already, one with time.
    for (name, patience_ms) in [("at", 400), ("waits", 100), ("late", 0), ("patient", 60_000)] {
        let sender = sender.clone();
        let deadline = Instant::now() + Duration::from_millis(patience_ms);
        let on_done = move |answer: Result<_, SignError>| sender.send((name, answer)).unwrap();
        fleet.submit(name, &request(1), deadline, on_done).unwrap();
        if name == "at" {
            wait_until(|| fleet.statistics().in_hand == 1);
        }
    }
    for _ in 0..3 {
        let (name, answer) = answers.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_ne!(name, "patient");
        assert!(matches!(answer, Err(SignError::TimedOut { .. })), "{name}: {answer:?}");
    }
    assert_eq!(fleet.statistics().queued, 1);
    drop(closed);
    let (name, answer) = answers.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!((name, answer.is_ok()) == ("patient", true));
    // The signatures of the one at the HSM came too late and are told to nobody.
    drop((sender, fleet));
    assert!(answers.recv().is_err());
}

#[test]
fn every_device_has_one_answer_whatever_fails_and_when_the_fleet_is_closed() {
    const DEVICES: u32 = 400;
    let (benches, plan) = replicas(2);
    let options =
        FleetOptions { queue_len_max: 512, party_len_max: 512, ..FleetOptions::default() };
    let fleet = Fleet::open(members(&benches, &plan), options).unwrap();
    let authority = fleet.authority().clone();
    let verifier = Arc::new(Verifier::new(roots(&plan)));
    for (index, bench) in benches.iter().enumerate() {
        let mut state = 0xFA17_u64 + index as u64;
        bench.slow_down(Duration::from_micros(300));
        bench.break_with(move |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
            match (state >> 33) % 50 {
                0 => Mishap::LostOnTheWay,
                1 => Mishap::AnswerLost,
                2 => Mishap::AnswerDamaged,
                _ => Mishap::None,
            }
        });
    }
    let answered: Arc<Vec<AtomicUsize>> = Arc::new((0..DEVICES).map(|_| 0.into()).collect());
    let (good, closed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    for number in 0..DEVICES {
        let (answered, good, closed) =
            (Arc::clone(&answered), Arc::clone(&good), Arc::clone(&closed));
        let (authority, verifier) = (authority.clone(), Arc::clone(&verifier));
        let on_done = move |answer| {
            answered[number as usize].fetch_add(1, Ordering::Relaxed);
            match answer {
                Ok(signatures) => {
                    let request = request(number);
                    assert!(is_genuine(&authority, &verifier, &request, &signatures));
                    good.fetch_add(1, Ordering::Relaxed);
                }
                Err(SignError::Closed) => {
                    closed.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => panic!("{error}"),
            }
        };
        let party = if number % 3 == 0 { "A" } else { "B" };
        fleet.submit(party, &request(number), far(), on_done).unwrap();
    }
    for bench in benches.iter().cycle().take(6) {
        bench.unplug();
        thread::sleep(Duration::from_millis(5));
        bench.replug();
        thread::sleep(Duration::from_millis(5));
    }
    wait_until(|| good.load(Ordering::Relaxed) >= 100);
    benches.iter().for_each(Bench::mend);
    fleet.close();
    assert!(answered.iter().all(|answers| answers.load(Ordering::Relaxed) == 1));
    let ended = good.load(Ordering::Relaxed) + closed.load(Ordering::Relaxed);
    assert_eq!(ended, DEVICES as usize);
}

#[test]
fn what_an_hsm_failed_on_is_the_next_of_its_party_again() {
    let (bench, plan) = dummy();
    let fleet = open(&bench, &plan, one_session());
    let (gate, order) = (bench.gate(), Arc::new(Mutex::new(Vec::new())));
    let closed = gate.lock().unwrap();
    for number in 0..5 {
        let order = Arc::clone(&order);
        let on_done = move |_| order.lock().unwrap().push(number);
        let party = if number % 2 == 0 { "A" } else { "B" };
        fleet.submit(party, &request(number), far(), on_done).unwrap();
        if number == 0 {
            wait_until(|| fleet.statistics().in_hand == 1);
        }
    }
    // The frame in hand finds no device.
    bench.unplug();
    drop(closed);
    wait_until(|| fleet.statistics().hsms[0].failures > 0);
    bench.replug();
    wait_until(|| order.lock().unwrap().len() == 5);
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
    assert_eq!(fleet.statistics().hsms[0].health, HsmHealth::Up { sessions: 1 });
}
