//! Several HSMs at work.

use std::{slice, sync::Arc, thread, time::Duration};

use hsm::{
    DiscoveryError, Fleet, FleetError, FleetOptions, FleetStart, HsmHealth, SessionError,
    SignError, program::Existing,
};
use sidewalk::{ChainForm, Stage, Verifier};
use yubihsm2::ObjectId;

use crate::support::{
    Bench, Mishap, dummy, is_genuine, members, pin, replicas, request, roots, wait_until,
};

#[test]
fn a_device_costs_exactly_two_commands() {
    let (bench, plan) = dummy();
    let options = FleetOptions { sessions_per_hsm: 1, ..FleetOptions::default() };
    let fleet = Fleet::open(members(slice::from_ref(&bench), &plan), options).unwrap();
    let before = bench.frames();
    let verifier = Verifier::new(roots(&plan));
    for number in 0..25 {
        let signatures = fleet.sign(&request(number)).unwrap();
        assert!(is_genuine(fleet.authority(), &verifier, &request(number), &signatures));
        assert_eq!(signatures.hsm_serial, 7_550_054);
    }
    assert_eq!(bench.frames() - before, 50);
    fleet.close();
    assert_eq!(bench.sessions_open(), 0);
}

#[test]
fn opening_both_sessions_of_an_hsm_and_closing_them_takes_at_most_45_commands() {
    let (bench, plan) = dummy();
    let before = bench.frames();
    let fleet =
        Fleet::open(members(slice::from_ref(&bench), &plan), FleetOptions::default()).unwrap();
    wait_until(|| fleet.statistics().hsms[0].health == HsmHealth::Up { sessions: 2 });
    assert_eq!(fleet.statistics().commands, bench.frames() - before);
    fleet.close();
    assert!(bench.frames() - before <= 45, "{}", bench.frames() - before);
}

#[test]
fn ed25519_signatures_are_the_same_on_every_hsm_and_p256_ones_never() {
    let (benches, plan) = replicas(2);
    let sign = |bench: &Bench| {
        let fleet = Fleet::open(members(slice::from_ref(bench), &plan), FleetOptions::default());
        fleet.unwrap().sign(&request(1)).unwrap()
    };
    let (first, second) = (sign(&benches[0]), sign(&benches[1]));
    assert_eq!(first.ed25519.as_bytes(), second.ed25519.as_bytes());
    assert_ne!(first.p256r1.as_bytes(), second.p256r1.as_bytes());
}

#[test]
fn work_is_shared_by_who_is_free() {
    let (benches, plan) = replicas(3);
    for bench in &benches {
        bench.slow_down(Duration::from_millis(1));
    }
    let fleet = Arc::new(Fleet::open(members(&benches, &plan), FleetOptions::default()).unwrap());
    thread::scope(|scope| {
        for caller in 0..12 {
            let fleet = Arc::clone(&fleet);
            scope.spawn(move || {
                for number in 0..20 {
                    fleet.sign(&request(caller * 100 + number)).unwrap();
                }
            });
        }
    });
    let statistics = fleet.statistics();
    assert_eq!(statistics.signed, 240);
    assert!(statistics.queue_wait_p50 <= statistics.queue_wait_p99);
    let shares: f64 = statistics.hsms.iter().map(|hsm| hsm.share).sum();
    assert!((shares - 1.0).abs() < 1e-9);
    for hsm in &statistics.hsms {
        assert!(hsm.signed > 0, "{statistics:?}");
        assert_eq!(hsm.health, HsmHealth::Up { sessions: 2 });
    }
}

#[test]
fn two_hsms_with_different_keys_are_no_fleet() {
    let (bench, plan) = dummy();
    let other = Bench::fresh(2);
    let other_plan = crate::support::plan(Stage::Production, ChainForm::Long, 1, 99);
    other.program(&other_plan, Existing::Refuse).unwrap();
    let roots = roots(&plan).iter().chain(roots(&other_plan).iter()).copied().collect::<Vec<_>>();
    let mut members = members(&[bench.clone(), other.clone()], &plan);
    members.verifier = Arc::new(Verifier::new(sidewalk::TrustAnchors::new(roots)));
    let error = Fleet::open(members, FleetOptions::default()).unwrap_err();
    assert!(matches!(error, FleetError::Different { .. }), "{error}");
    assert_eq!((bench.sessions_open(), other.sessions_open()), (0, 0));
}

#[test]
fn a_wrong_pin_ends_the_start_even_where_any_hsm_will_do() {
    let (benches, plan) = replicas(2);
    let mut members = members(&benches, &plan);
    members.credentials = pin("0000").into();
    let options = FleetOptions { start: FleetStart::Any, ..FleetOptions::default() };
    let error = Fleet::open(members, options).unwrap_err();
    let wrong = SessionError::WrongCredentials { slot: ObjectId(5) };
    let expected =
        FleetError::Hsm { place: "bench 1".to_owned(), fault: DiscoveryError::Session(wrong) };
    assert_eq!(error, expected);
}

#[test]
fn an_hsm_that_is_absent_at_the_start_joins_when_it_comes() {
    let (benches, plan) = replicas(2);
    benches[0].unplug();
    let error = Fleet::open(members(&benches, &plan), FleetOptions::default()).unwrap_err();
    assert!(matches!(&error, FleetError::Hsm { place, .. } if place == "bench 1"), "{error}");
    let options = FleetOptions { start: FleetStart::Any, ..FleetOptions::default() };
    let fleet = Fleet::open(members(&benches, &plan), options).unwrap();
    fleet.sign(&request(1)).unwrap();
    let health = |index: usize| fleet.statistics().hsms[index].health.clone();
    assert!(matches!(health(0), HsmHealth::Down { error: Some(_) }));
    benches[0].replug();
    wait_until(|| matches!(health(0), HsmHealth::Up { sessions: 2 }));
}

#[test]
fn devices_in_hand_go_to_another_hsm_when_one_is_unplugged_and_it_comes_back() {
    let (benches, plan) = replicas(2);
    let fleet = Arc::new(Fleet::open(members(&benches, &plan), FleetOptions::default()).unwrap());
    let verifier = Verifier::new(roots(&plan));
    thread::scope(|scope| {
        for caller in 0..8 {
            let (fleet, verifier) = (Arc::clone(&fleet), &verifier);
            scope.spawn(move || {
                for number in 0..40 {
                    let request = request(caller * 100 + number);
                    let signatures = fleet.sign(&request).unwrap();
                    assert!(is_genuine(fleet.authority(), verifier, &request, &signatures));
                }
            });
        }
        for _ in 0..5 {
            for bench in &benches {
                bench.unplug();
                thread::sleep(Duration::from_millis(5));
                bench.replug();
                thread::sleep(Duration::from_millis(5));
            }
        }
    });
    assert_eq!(fleet.statistics().signed, 320);
    wait_until(|| {
        let hsms = fleet.statistics().hsms;
        hsms.iter().all(|hsm| hsm.health == HsmHealth::Up { sessions: 2 })
    });
    drop(fleet);
    for bench in &benches {
        assert_eq!(bench.sessions_open(), 0);
    }
}

#[test]
fn an_hsm_unplugged_within_a_signature_is_told_to_a_caller_who_waits_in_vain() {
    let (bench, plan) = dummy();
    let wait_max = Duration::from_secs(1);
    let options = FleetOptions { wait_max, ..FleetOptions::default() };
    let fleet = Fleet::open(members(slice::from_ref(&bench), &plan), options).unwrap();
    bench.unplug();
    let error = fleet.sign(&request(1)).unwrap_err();
    let SignError::TimedOut { last: Some(last), .. } = &error else { panic!("{error:?}") };
    assert!(last.to_string().contains("has none"), "{last}");
    bench.replug();
    wait_until(|| fleet.sign(&request(1)).is_ok());
}

#[test]
fn another_hsm_in_the_place_of_the_first_is_read_anew_and_refused_with_other_keys() {
    let (bench, plan) = dummy();
    let options = FleetOptions { wait_max: Duration::from_secs(2), ..FleetOptions::default() };
    let other = Bench::fresh(2);
    let other_plan = crate::support::plan(Stage::Production, ChainForm::Long, 1, 99);
    other.program(&other_plan, Existing::Refuse).unwrap();
    let place = Arc::new(std::sync::Mutex::new(bench.clone()));
    let plugged = Arc::clone(&place);
    let mut members = members(slice::from_ref(&bench), &plan);
    members.endpoints = vec![hsm::Endpoint::in_process("socket", move |frame| {
        let device = plugged.lock().unwrap().clone();
        device.exchange(frame)
    })];
    let fleet = Fleet::open(members, options).unwrap();
    fleet.sign(&request(1)).unwrap();
    *place.lock().unwrap() = other.clone();
    let error = fleet.sign(&request(2)).unwrap_err();
    assert!(error.to_string().contains("not trusted") || error.hint().is_some(), "{error:?}");
    assert!(
        matches!(
            &error,
            SignError::Hsm(fault) if matches!(
                **fault,
                FleetError::Hsm { fault: DiscoveryError::NotGenuine(_), .. }
            )
        ),
        "{error:?}"
    );
    drop(fleet);
    assert_eq!(other.sessions_open(), 0);
}

#[test]
fn sessions_are_replaced_before_their_keys_have_seen_too_much() {
    let (bench, plan) = dummy();
    let options = FleetOptions {
        sessions_per_hsm: 1,
        exchanges_before_renewal: 50,
        ..FleetOptions::default()
    };
    let fleet = Fleet::open(members(slice::from_ref(&bench), &plan), options).unwrap();
    for number in 0..60 {
        fleet.sign(&request(number)).unwrap();
    }
    let opened = fleet.statistics().hsms[0].sessions_opened;
    assert!((3..=4).contains(&opened), "{opened}");
    assert_eq!(bench.sessions_open(), 1);
}

#[test]
fn every_request_is_answered_once_whatever_happens_to_the_frames() {
    let seed = 0x5EED_u64;
    let (benches, plan) = replicas(2);
    let fleet = Arc::new(Fleet::open(members(&benches, &plan), FleetOptions::default()).unwrap());
    for (index, bench) in benches.iter().enumerate() {
        let mut state = seed + index as u64;
        bench.break_with(move |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
            match (state >> 33) % 40 {
                0 => Mishap::LostOnTheWay,
                1 => Mishap::AnswerLost,
                2 => Mishap::AnswerDamaged,
                _ => Mishap::None,
            }
        });
    }
    let verifier = Verifier::new(roots(&plan));
    thread::scope(|scope| {
        for caller in 0..8 {
            let (fleet, verifier) = (Arc::clone(&fleet), &verifier);
            scope.spawn(move || {
                for number in 0..40 {
                    let request = request(caller * 100 + number);
                    let signatures = fleet.sign(&request).unwrap();
                    assert!(is_genuine(fleet.authority(), verifier, &request, &signatures));
                }
            });
        }
    });
    assert_eq!(fleet.statistics().signed, 320);
    benches.iter().for_each(Bench::mend);
    drop(fleet);
    for bench in &benches {
        // What could not be closed because an answer to the very first frame was lost ends by itself.
        bench.skip(Duration::from_secs(31));
        bench.admin_session();
        assert_eq!(bench.sessions_open(), 0);
    }
}

#[test]
fn closing_a_fleet_answers_those_who_wait() {
    let (bench, plan) = dummy();
    let fleet = Arc::new(
        Fleet::open(members(slice::from_ref(&bench), &plan), FleetOptions::default()).unwrap(),
    );
    bench.unplug();
    let caller = {
        let fleet = Arc::downgrade(&fleet);
        let fleet = fleet.upgrade().unwrap();
        thread::spawn(move || {
            let ended = fleet.sign(&request(1));
            drop(fleet);
            ended
        })
    };
    wait_until(|| fleet.statistics().hsms[0].failures > 0);
    bench.replug();
    assert!(caller.join().unwrap().is_ok());
}
