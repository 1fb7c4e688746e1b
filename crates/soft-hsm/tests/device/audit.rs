//! The audit log: what is in it, what its digests are, and what happens when it is full.

use std::time::Duration;

use soft_hsm::device::Change;
use yubihsm2::{
    Algorithm, AuditMode, Capabilities, Command, CommandAudit, ErrorCode, LogEntry, LogPage,
    LogRecord, LogTrust, ObjectHandle, ObjectId, ObjectType, OptionValue, Wire as _,
    channel::HostChannel,
    operation::{
        CloseSession, DeleteObject, Echo, ExportWrapped, ImportWrapped, LogEntries, PublicKey,
        ResetDevice, SetLogIndex, SetOption, SignEcdsa,
    },
};

use crate::support::{Bench, default_keys};

fn set(value: OptionValue) -> SetOption {
    SetOption { tag: value.tag(), value: value.encode() }
}

/// Logs these commands from now on.
fn audit(bench: &mut Bench, session: &mut HostChannel, commands: &[Command]) {
    let on = |command: &Command| CommandAudit { command: *command, mode: AuditMode::ON };
    let audits = commands.iter().map(on).collect();
    bench.run(session, &set(OptionValue::CommandAudit(audits))).unwrap();
}

fn log(bench: &mut Bench, session: &mut HostChannel) -> LogPage {
    bench.run(session, &LogEntries {}).unwrap()
}

fn last(bench: &mut Bench, session: &mut HostChannel) -> LogRecord {
    log(bench, session).entries.last().unwrap().record
}

#[test]
fn a_new_log_has_the_reset_and_the_boot() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let page = log(&mut bench, &mut session);
    let records: Vec<LogRecord> = page.entries.iter().map(|entry| entry.record).collect();
    assert_eq!(records, [LogRecord::RESET, LogRecord::boot(2)]);
    assert_eq!((page.unlogged_boots, page.unlogged_authentications), (0, 0));
    let boot = hex::decode("000200 0000 ffff 0000 0000 00 00000000".replace(' ', "")).unwrap();
    assert_eq!(records[1].to_bytes().as_bytes(), boot);
    let digests = LogTrust::on_first_use(&page.entries[0]).verify(&page.entries);
    assert_eq!(digests, Ok(LogTrust::on_first_use(&page.entries[1])));
}

/// Printed by hardware: entry 51, and the digest of entry 50. A device in the same state is asked to do the
/// same thing. What else entry 50 says has no part in it.
#[test]
fn a_device_makes_the_published_digest_of_a_published_entry() {
    let hex = |text: &str| hex::decode(text).unwrap();
    let before = [hex("00324f00040001ffffffffcf000002b8"), hex("ebfae425c319ac7a0afbb8b92597de7c")];
    let before = LogEntry::from_bytes(&before.concat()).unwrap();
    let mut bench = Bench::new();
    let on = CommandAudit { command: Command::SET_LOG_INDEX, mode: AuditMode::ON };
    bench.change(Change::CommandAudit(vec![on]));
    bench.change(Change::ForceAudit(AuditMode::ON));
    for _ in 0..LogEntry::COUNT_MAX {
        bench.change(Change::Log(before));
    }
    // Full and forced, so that the boot is not logged.
    bench.power_cycle();
    let mut session = bench.login();
    bench.now = Duration::from_millis(0x2B9);
    bench.run(&mut session, &SetLogIndex { number: 50 }).unwrap();
    let bytes = log(&mut bench, &mut session).entries.last().unwrap().to_bytes();
    assert_eq!(hex::encode(&bytes[..16]), "00336700020001ffffffffe7000002b9");
    assert_eq!(hex::encode(&bytes[16..]), "2e395d1b706668737e1d2215813db47e");
}

#[test]
fn sessions_are_logged_with_their_keys() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    audit(&mut bench, &mut session, &[Command::CREATE_SESSION, Command::AUTHENTICATE_SESSION]);
    bench.now = Duration::from_millis(1234);
    bench.login();
    let entries = log(&mut bench, &mut session).entries;
    let expected = |command, len_bytes, number| LogRecord {
        number,
        command,
        len_bytes,
        session_key: ObjectId::UNUSED,
        target_key: ObjectId(1),
        second_key: ObjectId::UNUSED,
        result: command.answer().0,
        tick: 1234,
    };
    assert_eq!(entries[2].record, expected(Command::CREATE_SESSION, 10, 3));
    assert_eq!(entries[3].record, expected(Command::AUTHENTICATE_SESSION, 17, 4));
}

#[test]
fn a_command_is_logged_with_what_it_used_and_how_it_ended() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 9, Algorithm::EC_P256);
    audit(&mut bench, &mut session, &[Command::SIGN_ECDSA, Command::PUBLIC_KEY]);
    bench.run(&mut session, &SignEcdsa { key, digest: vec![1; 32] }).unwrap();
    let record = last(&mut bench, &mut session);
    assert_eq!((record.session_key, record.target_key), (ObjectId(1), ObjectId(9)));
    assert_eq!((record.second_key, record.len_bytes), (ObjectId::UNUSED, 34));
    assert_eq!(record.result, 0xD6);
    let missing = SignEcdsa { key: ObjectId(10), digest: vec![1; 32] };
    bench.run(&mut session, &missing).unwrap_err();
    assert_eq!(last(&mut bench, &mut session).result, ErrorCode::OBJECT_NOT_FOUND.0);
    // What is not audited leaves no trace.
    let before = log(&mut bench, &mut session).entries.len();
    bench.run(&mut session, &Echo { data: vec![] }).unwrap();
    assert_eq!(log(&mut bench, &mut session).entries.len(), before);
}

#[test]
fn an_import_is_logged_with_the_wrap_key_and_the_new_object() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let wrap_key = bench.put_wrap_key(&mut session, 3, Capabilities::ALL);
    let id = bench.generate(&mut session, 9, Algorithm::EC_P256);
    audit(&mut bench, &mut session, &[Command::EXPORT_WRAPPED, Command::IMPORT_WRAPPED]);
    let object_type = ObjectType::ASYMMETRIC_KEY;
    let export = ExportWrapped { wrap_key, object_type, id, format: None };
    let wrapped = bench.run(&mut session, &export).unwrap();
    let record = last(&mut bench, &mut session);
    assert_eq!((record.target_key, record.second_key), (wrap_key, id));
    let object = ObjectHandle { id, object_type };
    bench.run(&mut session, &DeleteObject { object }).unwrap();
    bench.run(&mut session, &ImportWrapped { wrap_key, wrapped }).unwrap();
    let record = last(&mut bench, &mut session);
    assert_eq!((record.target_key, record.second_key), (wrap_key, id));
}

#[test]
fn advancing_the_log_drops_entries_and_is_logged_itself() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    audit(&mut bench, &mut session, &[Command::SET_LOG_INDEX]);
    let trust = LogTrust::on_first_use(&log(&mut bench, &mut session).entries[1]);
    bench.run(&mut session, &SetLogIndex { number: 2 }).unwrap();
    let entries = log(&mut bench, &mut session).entries;
    let record = entries[0].record;
    assert_eq!((entries.len(), record.command, record.number), (1, Command::SET_LOG_INDEX, 3));
    assert_eq!((record.target_key, record.second_key), (ObjectId::UNUSED, ObjectId::UNUSED));
    assert!(trust.verify(&entries).is_ok());
    let unknown = SetLogIndex { number: 99 };
    assert_eq!(bench.run(&mut session, &unknown), Err(ErrorCode::INVALID_DATA));
}

#[test]
fn a_log_that_is_not_forced_loses_its_oldest_entries() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    audit(&mut bench, &mut session, &[Command::ECHO]);
    for _ in 0..100 {
        bench.run(&mut session, &Echo { data: vec![] }).unwrap();
    }
    let entries = log(&mut bench, &mut session).entries;
    assert_eq!(entries.len(), LogEntry::COUNT_MAX);
    assert_eq!(entries[0].record.number, 102 - 61);
    assert!(LogTrust::on_first_use(&entries[0]).verify(&entries).is_ok());
}

#[test]
fn a_full_log_that_is_forced_refuses_what_it_should_log() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let logged = [
        Command::ECHO,
        Command::LOG_ENTRIES,
        Command::SET_LOG_INDEX,
        Command::CLOSE_SESSION,
        Command::CREATE_SESSION,
        Command::AUTHENTICATE_SESSION,
    ];
    audit(&mut bench, &mut session, &logged);
    bench.run(&mut session, &set(OptionValue::ForceAudit(AuditMode::ON))).unwrap();
    let echo = Echo { data: vec![] };
    for _ in 0..LogEntry::COUNT_MAX - 2 {
        bench.run(&mut session, &echo).unwrap();
    }
    assert_eq!(bench.run(&mut session, &echo), Err(ErrorCode::LOG_FULL));
    assert_eq!(bench.clear(&echo), Err(ErrorCode::LOG_FULL));
    // What is not logged works, and so does what makes room.
    let unlogged = PublicKey { id: ObjectId(0), object_type: None };
    assert!(bench.run(&mut session, &unlogged).is_ok());
    let mut second = bench.login();
    let page = log(&mut bench, &mut session);
    assert_eq!(page.unlogged_authentications, 1);
    assert_eq!(page.entries.len(), LogEntry::COUNT_MAX);
    bench.run(&mut second, &CloseSession {}).unwrap();
    let number = page.entries.last().unwrap().record.number;
    bench.run(&mut session, &SetLogIndex { number }).unwrap();
    assert!(bench.run(&mut session, &echo).is_ok());
    let trust = LogTrust::on_first_use(page.entries.last().unwrap());
    assert!(trust.verify(&log(&mut bench, &mut session).entries).is_ok());
}

#[test]
fn a_boot_onto_a_full_forced_log_is_only_counted() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    audit(&mut bench, &mut session, &[Command::ECHO]);
    bench.run(&mut session, &set(OptionValue::ForceAudit(AuditMode::ON))).unwrap();
    for _ in 0..LogEntry::COUNT_MAX - 2 {
        bench.run(&mut session, &Echo { data: vec![] }).unwrap();
    }
    let last = last(&mut bench, &mut session);
    bench.power_cycle();
    bench.power_cycle();
    let mut session = bench.open(ObjectId(1), default_keys()).unwrap();
    let page = log(&mut bench, &mut session);
    assert_eq!(page.unlogged_boots, 2);
    assert_eq!(page.entries.last().unwrap().record, last);
}

#[test]
fn a_reset_starts_the_log_anew_and_the_clock_too() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let before = log(&mut bench, &mut session).entries;
    audit(&mut bench, &mut session, &[Command::RESET_DEVICE, Command::ECHO]);
    bench.now = Duration::from_secs(5);
    bench.run(&mut session, &ResetDevice {}).unwrap();
    let mut session = bench.login();
    let after = log(&mut bench, &mut session).entries;
    assert_eq!(after.len(), 2);
    assert_eq!(after[0].record, LogRecord::RESET);
    assert_ne!(after[0].digest, before[0].digest);
    audit(&mut bench, &mut session, &[Command::ECHO]);
    bench.now = Duration::from_secs(6);
    bench.run(&mut session, &Echo { data: vec![] }).unwrap();
    assert_eq!(last(&mut bench, &mut session).tick, 1000);
}
