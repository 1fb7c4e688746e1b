//! HSMs that fail, slots that are slow, people who stop the line.

use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicU32, Ordering},
};

use journal::State;
use line::{
    StopReason,
    driver::DriverError,
    event::{Event, SlotEvent},
    signing::{FailureKind, SigningFailure},
};

use super::{
    rig::{Call, Rig, TestBoard},
    scene::Scene,
};

/// A scene whose HSM fails the first so many times, then signs.
fn failing(times: u32, kind: FailureKind) -> Scene {
    let left = AtomicU32::new(times);
    Scene::new().before_signing(move |_| {
        let was_left =
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        match was_left {
            Ok(_) => Err(SigningFailure { what: "the HSM is gone".to_owned(), hint: None, kind }),
            Err(_) => Ok(()),
        }
    })
}

#[test]
fn an_hsm_that_comes_back_in_time_costs_a_retry_and_every_asking_is_counted() {
    let scene = failing(2, FailureKind::Passing);
    let ran = scene.run(&[Rig::of([TestBoard::new("chip-1")])]);
    assert_eq!((ran.totals.passed, ran.totals.passed_first_time), (1, 0));
    assert_eq!(scene.record("T0001").asked, 3);
}

#[test]
fn a_board_that_was_not_signed_keeps_its_keys_and_is_signed_when_it_comes_again() {
    let scene = failing(3, FailureKind::Passing);
    let rig = Rig::of([TestBoard::new("chip-1")]);
    let ran = scene.run(std::slice::from_ref(&rig));
    assert_eq!(ran.totals.failed, 1);
    let before = scene.record("T0001");
    assert_eq!((before.state, before.asked), (State::Intended, 3));
    let ran = scene.run(&[Rig::of(rig.out())]);
    assert_eq!(ran.totals.passed, 1);
    let after = scene.record("T0001");
    assert_eq!(after.ed25519_public_key, before.ed25519_public_key);
    assert_eq!(after.asked, 4);
}

#[test]
fn a_signature_that_does_not_verify_stops_the_line_as_an_alarm() {
    let scene = failing(1, FailureKind::Alarm);
    let rig = Rig::of([TestBoard::new("chip-1"), TestBoard::new("chip-2")]);
    let ran = scene.run(std::slice::from_ref(&rig));
    assert!(matches!(ran.control.reason(), Some(StopReason::Fault { is_alarm: true, .. })));
    // The second board was not touched.
    assert_eq!(rig.fixture().waiting.len(), 1);
    assert_eq!(scene.view().counts(None).unwrap().devices(), 1);
}

#[test]
fn a_slot_that_hangs_delays_no_other() {
    let scene = Scene::new();
    let gate = Arc::new((Mutex::new(0_u32), Condvar::new()));
    let (waiting, counting) = (Arc::clone(&gate), Arc::clone(&gate));
    // The first slot writes its page only after the second has finished five boards.
    let slow = Rig::of([TestBoard::new("slow")]).meddling(move |call, _| {
        if call == Call::Install {
            let done = waiting.0.lock().unwrap();
            drop(waiting.1.wait_while(done, |done| *done < 5).unwrap());
        }
        Ok(())
    });
    let quick = Rig::of((0..6).map(|number| TestBoard::new(&format!("chip-{number}")))).meddling(
        move |call, fixture| {
            if call == Call::Look {
                *counting.0.lock().unwrap() = u32::try_from(fixture.out.len()).unwrap();
                counting.1.notify_all();
            }
            Ok(())
        },
    );
    let ran = scene.run(&[slow, quick]);
    assert_eq!((ran.totals.passed, ran.totals.failed), (7, 0));
}

#[test]
fn every_device_that_passed_was_announced_once() {
    let scene = Scene::new();
    let ran = scene.run(&[Rig::of((0..5).map(|number| TestBoard::new(&format!("chip-{number}"))))]);
    let mut dsns: Vec<&str> = ran
        .slot_events()
        .filter_map(|(_, what)| match what {
            SlotEvent::Passed { dsn, is_resumed: false, .. } => Some(dsn.as_str()),
            _ => None,
        })
        .collect();
    dsns.sort_unstable();
    assert_eq!(dsns, ["T0001", "T0002", "T0003", "T0004", "T0005"]);
    let ended = ran.events.iter().filter(|event| matches!(event, Event::Ended(_))).count();
    assert_eq!(ended, 1);
}

#[test]
fn a_board_that_lost_its_own_keys_is_new_when_it_comes_again_and_its_old_identity_is_gone() {
    let scene = Scene::new();
    let mut is_first = true;
    let rig = Rig::of([TestBoard::new("chip-1")]).meddling(move |call, _| {
        if call == Call::Install && std::mem::take(&mut is_first) {
            return Err(DriverError::KeysLost { command: "cert store".to_owned(), code: -40 });
        }
        Ok(())
    });
    assert_eq!(scene.run(std::slice::from_ref(&rig)).totals.failed, 1);
    assert!(scene.record("T0001").retired);
    assert_eq!(scene.run(&[Rig::of(rig.out())]).totals.passed, 1);
    assert_eq!(scene.record("T0002").chip.as_deref(), Some("chip-1"));
    // What was signed for lost keys is in no control log.
    assert_eq!(scene.logged().len(), 1);
}
