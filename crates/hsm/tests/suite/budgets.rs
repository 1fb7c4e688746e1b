//! What an HSM has only so much of: sessions and entries of its audit log.

use std::{
    slice,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use hsm::{
    AuditSink, AuditTrust, Fleet, FleetEvent, FleetOptions, HsmHealth, Observer, SessionError,
    SignError, advance_audit_log, read_audit_log,
};
use yubihsm2::{
    AuditMode, Command, CommandAudit, LogEntry, LogPage, LogRecord, ObjectId, OptionValue,
    operation::SetOption,
};

use crate::support::{Bench, admin, dummy, members, replicas, request, wait_until};

type Events = Arc<Mutex<Vec<FleetEvent>>>;

fn observed() -> (Events, Observer) {
    let events = Events::default();
    let told = Arc::clone(&events);
    (events, Observer::new(move |event| told.lock().unwrap().push(event.clone())))
}

/// Logs signatures, and refuses them when the log is full.
fn insist_on_log(bench: &Bench) {
    let on = |command| CommandAudit { command, mode: AuditMode::ON };
    let mut session = bench.admin_session();
    let signatures = vec![on(Command::SIGN_EDDSA), on(Command::SIGN_ECDSA)];
    for value in [OptionValue::CommandAudit(signatures), OptionValue::ForceAudit(AuditMode::ON)] {
        session.call(&SetOption { tag: value.tag(), value: value.encode() }).unwrap();
    }
}

/// Empties the log as a person does.
fn empty_log(bench: &Bench) -> LogPage {
    let mut session = bench.admin_session();
    let page = read_audit_log(&mut session).unwrap();
    advance_audit_log(&mut session, page.entries.last().unwrap()).unwrap();
    page
}

#[test]
fn an_hsm_whose_log_is_full_rests_until_it_is_emptied_and_the_others_sign() {
    let (benches, plan) = replicas(2);
    insist_on_log(&benches[0]);
    let (events, observer) = observed();
    let fleet =
        Fleet::open(members(&benches, &plan), FleetOptions { observer, ..FleetOptions::default() })
            .unwrap();
    fleet.drain("2").unwrap();
    let health = || fleet.statistics().hsms[0].health.clone();
    let is_full = || matches!(health(), HsmHealth::LogFull { .. });
    let mut number = 0;
    // With the other at rest the log fills, and the device that finds it full waits.
    thread::scope(|scope| {
        while fleet.statistics().signed < 30 {
            fleet.sign(&request(number)).unwrap();
            number += 1;
        }
        let caller = scope
            .spawn(|| (0..4).try_for_each(|number| fleet.sign(&request(1000 + number)).map(drop)));
        wait_until(is_full);
        fleet.resume("2").unwrap();
        caller.join().unwrap().unwrap();
    });
    for number in 0..10 {
        assert_eq!(fleet.sign(&request(2000 + number)).unwrap().hsm_serial, 2);
    }
    wait_until(|| health() == HsmHealth::LogFull { sessions: 2 });
    let error = fleet.statistics().hsms[0].error.clone().unwrap();
    assert!(error.hint().unwrap().contains("hsm audit --advance"), "{error}");
    empty_log(&benches[0]);
    wait_until(|| health() == HsmHealth::Up { sessions: 2 });
    assert_eq!(fleet.statistics().hsms[0].error, None);
    let full = FleetEvent::LogFull { place: "bench 1".to_owned() };
    assert_eq!(events.lock().unwrap().iter().filter(|event| **event == full).count(), 1);
    assert!(!events.lock().unwrap().iter().any(|event| matches!(event, FleetEvent::Down { .. })));
    fleet.drain("2").unwrap();
    assert_eq!(fleet.sign(&request(1)).unwrap().hsm_serial, 1);
}

#[test]
fn a_full_log_of_the_only_hsm_is_told_to_those_who_wait() {
    let (bench, plan) = dummy();
    insist_on_log(&bench);
    let wait_max = Duration::from_millis(500);
    let options = FleetOptions { wait_max, ..FleetOptions::default() };
    let fleet = Fleet::open(members(slice::from_ref(&bench), &plan), options).unwrap();
    let error = (0..40).find_map(|number| fleet.sign(&request(number)).err()).unwrap();
    let SignError::TimedOut { last: Some(last), .. } = &error else { panic!("{error:?}") };
    assert!(last.is_log_full(), "{last}");
    assert_eq!(fleet.wait_estimate(""), Duration::MAX);
    empty_log(&bench);
    wait_until(|| fleet.sign(&request(1)).is_ok());
}

#[test]
fn a_log_that_is_nearly_full_is_told_once_and_again_after_it_was_emptied() {
    let (bench, plan) = dummy();
    insist_on_log(&bench);
    let (events, observer) = observed();
    let options = FleetOptions { observer, log_slots_min: 20, ..FleetOptions::default() };
    let fleet = Fleet::open(members(slice::from_ref(&bench), &plan), options).unwrap();
    let lows = || {
        let events = events.lock().unwrap();
        events.iter().filter(|event| matches!(event, FleetEvent::LogLow { .. })).count()
    };
    for _ in 0..2 {
        let before = lows();
        let full = (0..40).find(|number| {
            fleet.try_sign_for("", &request(*number), Duration::from_secs(60)).is_err() || {
                lows() > before
            }
        });
        assert!(full.is_some());
        assert_eq!(lows(), before + 1);
        empty_log(&bench);
        // The next look finds it emptied: after eight devices at the latest.
        (0..9).try_for_each(|number| fleet.sign(&request(number)).map(drop)).unwrap();
        assert_eq!(lows(), before + 1);
        empty_log(&bench);
    }
}

#[test]
fn who_keeps_the_log_gets_every_signature_and_the_hsm_goes_on_signing() {
    const DEVICES: usize = 150;
    let (bench, plan) = dummy();
    insist_on_log(&bench);
    let kept = Arc::new(Mutex::new((None::<AuditTrust>, Vec::<LogEntry>::new(), 0)));
    let keeper = Arc::clone(&kept);
    let store = move |serial: u32, page: &LogPage| {
        let mut kept = keeper.lock().unwrap();
        kept.2 += 1;
        if kept.2 % 3 == 0 {
            return Err("the disk is full".to_owned());
        }
        let known = kept.0;
        kept.0 = Some(AuditTrust::check(known, serial, page).map_err(|error| error.to_string())?);
        let is_new = |entry: &&LogEntry| match known {
            Some(known) => entry.record.number > known.last.number,
            None => true,
        };
        kept.1.extend(page.entries.iter().filter(is_new));
        Ok(())
    };
    let slots = vec![ObjectId::DEFAULT_AUTHENTICATION_KEY];
    let (events, observer) = observed();
    let options = FleetOptions {
        audit: Some(AuditSink::new(slots, admin(), store)),
        observer,
        ..FleetOptions::default()
    };
    let fleet = Fleet::open(members(slice::from_ref(&bench), &plan), options).unwrap();
    for number in 0..DEVICES {
        fleet.sign(&request(number as u32)).unwrap();
    }
    fleet.close();
    // What could not be stored when the fleet was closed is still there.
    let rest = read_audit_log(&mut bench.admin_session()).unwrap();
    let kept = kept.lock().unwrap();
    let known = kept.0.unwrap();
    AuditTrust::check(Some(known), known.serial, &rest).unwrap();
    let of = |command: Command| {
        let is_it = |record: &&LogRecord| record.command == command && record.result & 0x80 != 0;
        let rest = rest.entries.iter().filter(|entry| entry.record.number > known.last.number);
        kept.1.iter().chain(rest).map(|entry| &entry.record).filter(is_it).count()
    };
    assert_eq!((of(Command::SIGN_EDDSA), of(Command::SIGN_ECDSA)), (DEVICES, DEVICES));
    let is_told = |event: &FleetEvent| matches!(event, FleetEvent::LogNotStored { cause, .. } if cause.contains("disk is full"));
    assert!(events.lock().unwrap().iter().any(is_told));
}

#[test]
fn an_hsm_whose_sessions_a_stranger_takes_signs_with_those_that_are_left() {
    let (bench, plan) = dummy();
    let mut strangers: Vec<_> = (0..15).map(|_| bench.admin_session()).collect();
    let (events, observer) = observed();
    let options = FleetOptions { observer, ..FleetOptions::default() };
    let fleet = Fleet::open(members(slice::from_ref(&bench), &plan), options).unwrap();
    wait_until(|| fleet.statistics().hsms[0].error.is_some());
    let hsm = fleet.statistics().hsms.remove(0);
    assert_eq!((hsm.health, hsm.sessions_wanted), (HsmHealth::Up { sessions: 1 }, 2));
    let error = hsm.error.unwrap();
    assert!(error.to_string().contains("all 16 sessions"), "{error}");
    for number in 0..10 {
        fleet.sign(&request(number)).unwrap();
    }
    let short = |sessions| FleetEvent::Short {
        place: "bench 7550054".to_owned(),
        sessions,
        wanted: 2,
        error: error.clone(),
    };
    let shorts = |events: &Events| {
        let events = events.lock().unwrap();
        events.iter().filter(|event| matches!(event, FleetEvent::Short { .. })).cloned().collect()
    };
    let told: Vec<_> = shorts(&events);
    assert_eq!(told, [short(1)]);
    strangers.pop();
    wait_until(|| fleet.statistics().hsms[0].health == HsmHealth::Up { sessions: 2 });
    assert_eq!(fleet.statistics().hsms[0].error, None);
    assert!(matches!(
        bench.session(5, crate::support::PIN).map(drop),
        Err(SessionError::SessionsFull)
    ));
}
