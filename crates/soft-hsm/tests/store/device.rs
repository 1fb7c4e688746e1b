//! A device on a store: what it acknowledged survives, and a failing disk is told to the client.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use soft_hsm::{
    OsRandomness, SoftHsm, SoftHsmEvent,
    connector::Backend as _,
    device::{Settings, State},
    store::{DeviceStore, Opened, StoreKey},
};
use yubihsm2::{
    AuditMode, Command, CommandAudit, ErrorCode, Frame, ObjectHandle, ObjectId, ObjectType,
    OptionTag, OptionValue,
    connector::DevicePresence,
    operation::{DeleteObject, Echo, GetOpaque, LogEntries, ResetDevice, SetLogIndex, SetOption},
};

use crate::{
    session::{Session, try_exchange},
    simulated_disk::{SimulatedDisk, Trouble},
    support::{KEY, seed},
};

fn opened(disk: &SimulatedDisk) -> Opened {
    DeviceStore::open_on(Box::new(disk.clone()), &StoreKey::new(KEY)).unwrap()
}

fn start(disk: &SimulatedDisk) -> SoftHsm {
    let random = Box::new(OsRandomness::open().unwrap());
    SoftHsm::start(opened(disk), Settings::default(), random).unwrap()
}

/// What a store holds, without starting the device.
fn stored(disk: &SimulatedDisk) -> State {
    opened(disk).state.expect("a store")
}

/// The whole state as bytes, to compare.
fn bytes(state: &State) -> Vec<u8> {
    postcard::to_stdvec(state).unwrap()
}

fn audit_everything(session: &mut Session, hsm: &mut SoftHsm) {
    let audits = [Command::PUT_OPAQUE, Command::DELETE_OBJECT, Command::ECHO]
        .map(|command| CommandAudit { command, mode: AuditMode::ON });
    let option = OptionValue::CommandAudit(audits.to_vec());
    let set = SetOption { tag: OptionTag::COMMAND_AUDIT, value: option.encode() };
    session.call(hsm, &set).unwrap();
}

#[test]
fn replaying_the_changes_of_many_commands_gives_the_state_in_memory() {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut hsm = start(&disk);
    let mut session = Session::open(&mut hsm);
    audit_everything(&mut session, &mut hsm);
    for id in 1..=40 {
        session.put(&mut hsm, id, &vec![id as u8; usize::from(id) * 40]).unwrap();
        assert_eq!(bytes(&stored(&disk)), bytes(hsm.state().unwrap()), "after object {id}");
    }
    let log = session.call(&mut hsm, &LogEntries {}).unwrap();
    session.call(&mut hsm, &SetLogIndex { number: log.entries[9].record.number }).unwrap();
    let object = ObjectHandle { id: ObjectId(7), object_type: ObjectType::OPAQUE };
    session.call(&mut hsm, &DeleteObject { object }).unwrap();
    session.call(&mut hsm, &Echo { data: vec![1] }).unwrap();
    assert_eq!(bytes(&stored(&disk)), bytes(hsm.state().unwrap()));
    session.call(&mut hsm, &ResetDevice {}).unwrap();
    assert_eq!(bytes(&stored(&disk)), bytes(hsm.state().unwrap()));
}

#[test]
fn a_start_counts_a_boot_and_keeps_everything_else() {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut hsm = start(&disk);
    let mut session = Session::open(&mut hsm);
    session.put(&mut hsm, 1, b"kept").unwrap();
    let before = session.call(&mut hsm, &LogEntries {}).unwrap();
    hsm.close().unwrap();

    let mut hsm = start(&disk);
    let mut session = Session::open(&mut hsm);
    assert_eq!(session.call(&mut hsm, &GetOpaque { id: ObjectId(1) }), Ok(b"kept".to_vec()));
    let after = session.call(&mut hsm, &LogEntries {}).unwrap();
    assert_eq!(after.entries.len(), before.entries.len() + 1);
    assert_eq!(after.entries[..before.entries.len()], before.entries);
}

#[test]
fn sessions_end_with_the_process_and_the_old_ones_are_refused() {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut hsm = start(&disk);
    let mut session = Session::open(&mut hsm);
    drop(hsm);
    let mut hsm = start(&disk);
    assert_eq!(session.put(&mut hsm, 1, b"x"), Err(ErrorCode::INVALID_SESSION));
}

#[test]
fn a_change_that_cannot_be_stored_is_refused_and_the_device_starts_again() {
    let seed = seed();
    let operations = {
        let disk = SimulatedDisk::new(Trouble::Nothing, 0);
        let mut hsm = start(&disk);
        let before = disk.operations();
        Session::open(&mut hsm).put(&mut hsm, 1, b"x").unwrap();
        before..disk.operations()
    };
    assert_eq!(operations.len(), 3, "a mark, a record and a sync");
    for operation in operations {
        let disk = SimulatedDisk::new(Trouble::Error(operation), seed);
        let events = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&events);
        let mut hsm = start(&disk).with_events(move |event| told.lock().unwrap().push(event));
        let mut session = Session::open(&mut hsm);
        assert_eq!(session.put(&mut hsm, 1, b"x"), Err(ErrorCode::STORAGE_FAILED));
        let told = events.lock().unwrap();
        assert!(
            matches!(told[..], [SoftHsmEvent::ChangeRefused(_), SoftHsmEvent::DeviceBack]),
            "operation {operation}: {told:?}"
        );
        // The old session is gone; a new one works, and what it stores is stored.
        assert_eq!(session.put(&mut hsm, 2, b"x"), Err(ErrorCode::INVALID_SESSION));
        let mut session = Session::open(&mut hsm);
        session.put(&mut hsm, 2, b"y").unwrap();
        let restarted = disk.after_restart(seed);
        assert_eq!(bytes(&stored(&restarted)), bytes(hsm.state().unwrap()));
    }
}

#[test]
fn without_a_disk_there_is_no_device_until_it_answers_again() {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut hsm = start(&disk);
    let events = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&events);
    hsm = hsm.with_events(move |event| told.lock().unwrap().push(event));
    let mut session = Session::open(&mut hsm);
    session.put(&mut hsm, 1, b"kept").unwrap();
    disk.set_dead(true);
    assert_eq!(session.put(&mut hsm, 2, b"lost"), Err(ErrorCode::STORAGE_FAILED));
    let echo = Frame::new(Command::ECHO, [1].as_slice()).unwrap();
    for _ in 0..3 {
        assert_eq!(try_exchange(&mut hsm, &echo), None);
        assert_eq!(hsm.presence(Instant::now()), DevicePresence::Absent);
    }
    disk.set_dead(false);
    assert_eq!(hsm.presence(Instant::now()), DevicePresence::Present);
    assert!(try_exchange(&mut hsm, &echo).is_some());
    let told = events.lock().unwrap();
    let [SoftHsmEvent::ChangeRefused(_), SoftHsmEvent::DeviceLost(_), SoftHsmEvent::DeviceBack] =
        told[..]
    else {
        panic!("each is told once: {told:?}");
    };
    let mut session = Session::open(&mut hsm);
    assert_eq!(session.call(&mut hsm, &GetOpaque { id: ObjectId(1) }), Ok(b"kept".to_vec()));
}

#[test]
fn a_snapshot_replaces_the_changes_now_and_then() {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut hsm = start(&disk);
    let mut session = Session::open(&mut hsm);
    let object = ObjectHandle { id: ObjectId(1), object_type: ObjectType::OPAQUE };
    let mut len_max = 0;
    for round in 0..1500 {
        session.put(&mut hsm, 1, &[round as u8; 700]).unwrap();
        session.call(&mut hsm, &DeleteObject { object }).unwrap();
        len_max = len_max.max(disk.bytes().len());
    }
    assert!(disk.bytes().len() < len_max, "it has shrunk at some point");
    assert!((1 << 20..2 << 20).contains(&len_max), "{len_max}");
    assert_eq!(bytes(&stored(&disk)), bytes(hsm.state().unwrap()));
}

#[test]
fn a_power_cut_while_a_new_device_is_made_leaves_none_or_a_whole_one() {
    for operation in 0..2 {
        for chance in 0..4 {
            let disk = SimulatedDisk::new(Trouble::PowerCut(operation), chance);
            let random = Box::new(OsRandomness::open().unwrap());
            let started = SoftHsm::start(opened(&disk), Settings::default(), random);
            assert!(started.is_err());
            let mut hsm = start(&disk.after_restart(chance));
            Session::open(&mut hsm).put(&mut hsm, 1, b"x").unwrap();
        }
    }
}
