//! From the control log to the cloud's answer.

use journal::{DeviceId, DeviceKey, JournalError, LogId, PendingLog, State, Unfinished, Verdict};

use crate::support::{AT, World, failure, smsn, world};

fn log(name: &str) -> PendingLog {
    PendingLog { file: name.into(), sha256: [3; 32] }
}

fn verified(world: &World, numbers: std::ops::Range<u32>) -> Vec<DeviceId> {
    numbers.map(|n| world.verified(n).id()).collect()
}

#[test]
fn a_device_goes_from_its_log_to_the_clouds_answer() {
    let world = world();
    let devices = verified(&world, 0..3);
    let id = world.journal.logging(&log("a.json"), &devices).unwrap();
    let world = world.reopened();
    assert_eq!(world.journal.pending_logs().unwrap(), [(id, log("a.json"))]);
    let Some(Unfinished::Verified(device)) = world.journal.resume(devices[0]).unwrap() else {
        panic!("verified")
    };
    assert_eq!(device.pending_log(), Some(id));

    world.journal.logged(id, AT).unwrap();
    assert!(world.journal.pending_logs().unwrap().is_empty());
    assert!(world.journal.unfinished().unwrap().is_empty());
    assert_eq!(world.record(0).control_log.as_deref(), Some("a.json"));
    world.journal.batched(id, "batch-1", AT).unwrap();
    world.journal.batched(id, "batch-1", AT).unwrap();
    assert_eq!(world.record(1).state, State::Batched);
    world.journal.uploaded("batch-1", AT).unwrap();
    world.journal.uploaded("batch-1", AT).unwrap();
    let rejected = Verdict::Rejected { reason: "duplicate".into() };
    world.journal.answered(&smsn(0), Verdict::Accepted, AT).unwrap();
    world.journal.answered(&smsn(1), rejected.clone(), AT).unwrap();
    let world = world.reopened();
    assert_eq!(world.record(0).verdict, Some(Verdict::Accepted));
    assert_eq!(world.record(1).verdict, Some(rejected.clone()));
    assert_eq!(world.record(2).state, State::Uploaded);
    let counts = world.journal.counts(None).unwrap();
    let found = [State::Accepted, State::Rejected, State::Uploaded].map(|s| counts.in_state(s));
    assert_eq!((found, counts.devices()), ([1, 1, 1], 3));
    let of_batch = world.journal.find(&DeviceKey::Batch("batch-1")).unwrap();
    assert_eq!(of_batch.len(), 3);
    assert_eq!(world.journal.find(&DeviceKey::Log("a.json")).unwrap(), of_batch);

    // The cloud may take what it refused, not the other way round.
    world.journal.answered(&smsn(1), Verdict::Accepted, AT).unwrap();
    world.journal.answered(&smsn(1), Verdict::Accepted, AT).unwrap();
    let refused = world.journal.answered(&smsn(0), rejected, AT).unwrap_err();
    assert!(matches!(refused, JournalError::WrongState { found: State::Accepted, .. }));
    assert_eq!(world.journal.counts(None).unwrap().in_state(State::Accepted), 2);
}

#[test]
fn an_abandoned_log_leaves_its_devices_verified_and_its_name_free() {
    let world = world();
    let devices = verified(&world, 0..2);
    let id = world.journal.logging(&log("a.json"), &devices).unwrap();
    world.journal.abandon_log(id).unwrap();
    assert_eq!(world.record(0).state, State::Verified);
    assert_eq!(world.record(0).control_log, None);
    assert_eq!(world.journal.logged(id, AT), Err(JournalError::UnknownLog(id)));
    let again = world.journal.logging(&log("a.json"), &devices).unwrap();
    world.journal.logged(again, AT).unwrap();
}

#[test]
fn a_log_of_the_wrong_devices_is_refused_and_changes_nothing() {
    let world = world();
    let good = world.verified(0).id();
    let paged = world.paged(1).id();
    let taken = world.verified(2).id();
    let other = world.journal.logging(&log("other.json"), &[taken]).unwrap();
    let refused = world.journal.logging(&log("a.json"), &[good, paged]).unwrap_err();
    assert!(matches!(refused, JournalError::WrongState { found: State::Paged, .. }));
    let refused = world.journal.logging(&log("a.json"), &[good, taken]).unwrap_err();
    assert_eq!(refused, JournalError::InLog { id: taken, log: other });
    assert_eq!(world.journal.logging(&log("a.json"), &[]), Err(JournalError::EmptyLog));
    let refused = world.journal.logging(&log("other.json"), &[good]).unwrap_err();
    assert_eq!(refused, JournalError::LogStands { file: "other.json".into(), log: other });
    assert_eq!(world.record(0).control_log, None);
    assert_eq!(world.journal.pending_logs().unwrap().len(), 1);
}

#[test]
fn steps_of_a_log_out_of_order_are_refused() {
    let world = world();
    let devices = verified(&world, 0..1);
    let id = world.journal.logging(&log("a.json"), &devices).unwrap();
    let early = JournalError::LogState { log: id, is_logged: false };
    assert_eq!(world.journal.batched(id, "b", AT), Err(early));
    let early = world.journal.answered(&smsn(0), Verdict::Accepted, AT);
    assert!(matches!(early, Err(JournalError::WrongState { .. })));
    world.journal.logged(id, AT).unwrap();
    let late = JournalError::LogState { log: id, is_logged: true };
    assert_eq!(world.journal.logged(id, AT), Err(late.clone()));
    assert_eq!(world.journal.abandon_log(id), Err(late));
    world.journal.batched(id, "b", AT).unwrap();
    let other = JournalError::LogBatched { log: id, batch: "b".into() };
    assert_eq!(world.journal.batched(id, "c", AT), Err(other));
    assert_eq!(world.journal.uploaded("c", AT), Err(JournalError::UnknownBatch("c".into())));
    assert_eq!(world.journal.batched(LogId(99), "b", AT), Err(JournalError::UnknownLog(LogId(99))));
    let unknown = world.journal.answered(&smsn(77), Verdict::Accepted, AT);
    assert_eq!(unknown, Err(JournalError::UnknownSmsn(smsn(77))));
}

#[test]
fn a_device_retired_while_its_log_is_written_stands_in_the_log_and_in_no_count() {
    let world = world();
    let devices = verified(&world, 0..2);
    let id = world.journal.logging(&log("a.json"), &devices).unwrap();
    world.journal.fail(devices[1], &failure(), AT).unwrap();
    world.journal.retire(devices[0], "scrapped", AT).unwrap();
    world.journal.logged(id, AT).unwrap();
    world.journal.batched(id, "b", AT).unwrap();
    world.journal.uploaded("b", AT).unwrap();
    world.journal.answered(&smsn(0), Verdict::Accepted, AT).unwrap();
    assert_eq!((world.record(0).state, world.record(0).retired), (State::Accepted, true));
    let counts = world.journal.counts(None).unwrap();
    assert_eq!((counts.retired, counts.in_state(State::Uploaded)), (1, 1));
    assert_eq!((counts.devices(), counts.failed_now), (2, 0));
}

#[test]
fn a_reworked_chip_lists_its_devices_newest_first() {
    let world = world();
    for n in 0..2 {
        let device = world.paged(n);
        world.journal.flashed(device, Some("CHIP"), AT).unwrap();
    }
    let found = world.journal.find(&DeviceKey::Chip("CHIP")).unwrap();
    let numbers: Vec<_> = found.iter().map(|record| record.smsn).collect();
    assert_eq!(numbers, [smsn(1), smsn(0)]);
    let by_smsn = world.journal.find(&DeviceKey::Smsn(&smsn(1))).unwrap();
    assert_eq!(by_smsn, found[..1]);
}
