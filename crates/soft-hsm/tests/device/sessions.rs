//! Sessions: how many, for how long, and what ends them.

use std::time::Duration;

use yubihsm2::{
    AuthenticationKey, Capabilities, Command, Domains, ErrorCode, FirmwareVersion, Frame, Label,
    MessageLimit, ObjectId, P256SecretKey, Wire as _,
    channel::{HostHandshake, HostKeyAgreement, SESSION_IDLE_MAX, SessionId},
    operation::{
        AuthenticateSession, ChangeAuthenticationKey, CloseSession, CreateSession, DeviceInfo,
        DevicePublicKey, Echo, Operation as _, PutAuthenticationKey, ResetDevice,
    },
};

use crate::support::{Bench, default_keys, frame, other_keys};

const SECOND: Duration = Duration::from_secs(1);

fn echo() -> Echo {
    Echo { data: b"still here".to_vec() }
}

fn create_session(key: u16) -> CreateSession {
    CreateSession { key: ObjectId(key), host_challenge: [1; 8] }
}

#[test]
fn sixteen_sessions_fit_and_the_lowest_free_number_is_given() {
    let mut bench = Bench::new();
    let mut sessions: Vec<_> = (0..16).map(|_| bench.login()).collect();
    let numbers: Vec<u8> = sessions.iter().map(|session| session.session().0).collect();
    assert_eq!(numbers, (0..16).collect::<Vec<u8>>());
    assert_eq!(bench.clear(&create_session(1)), Err(ErrorCode::SESSIONS_FULL));
    for number in [11, 3] {
        assert_eq!(bench.run(&mut sessions[number], &CloseSession {}), Ok(()));
    }
    assert_eq!(bench.login().session(), SessionId(3));
    assert_eq!(bench.login().session(), SessionId(11));
    assert_eq!(bench.run(&mut sessions[15], &echo()), Ok(echo().data));
}

#[test]
fn a_session_that_was_idle_for_30_s_lives_and_for_longer_is_gone() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for _ in 0..3 {
        bench.now += SESSION_IDLE_MAX;
        assert_eq!(bench.run(&mut session, &echo()), Ok(echo().data));
    }
    bench.now += SESSION_IDLE_MAX + Duration::from_millis(1);
    let sealed = session.seal(&echo().frame().unwrap()).unwrap();
    assert_eq!(bench.send(&sealed).error_code(), Some(ErrorCode::INVALID_SESSION));
}

#[test]
fn half_open_sessions_take_slots_for_30_s() {
    let mut bench = Bench::new();
    for number in 0..16 {
        let created = bench.clear(&create_session(1)).unwrap();
        assert_eq!(created.session, SessionId(number));
    }
    assert_eq!(bench.clear(&create_session(1)), Err(ErrorCode::SESSIONS_FULL));
    bench.now += SESSION_IDLE_MAX;
    assert_eq!(bench.clear(&create_session(1)), Err(ErrorCode::SESSIONS_FULL));
    bench.now += SECOND;
    assert!(bench.clear(&create_session(1)).is_ok());
    assert_eq!(bench.device.sessions_open(), 1);
}

#[test]
fn a_half_open_session_carries_no_messages() {
    let mut bench = Bench::new();
    let created = bench.clear(&create_session(1)).unwrap();
    let message = [&[created.session.0][..], &[0; 24]].concat();
    let answer = bench.send(&frame(Command::SESSION_MESSAGE, &message));
    assert_eq!(answer.error_code(), Some(ErrorCode::INVALID_SESSION));
}

#[test]
fn a_wrong_password_fails_and_frees_the_slot() {
    let mut bench = Bench::new();
    let (request, _) = HostHandshake::start(ObjectId(1), [1; 8], bench_limit());
    let created = bench.clear(&request).unwrap();
    let guess =
        AuthenticateSession { session: created.session, host_cryptogram: [0; 8], mac: [0; 8] };
    assert_eq!(bench.clear(&guess), Err(ErrorCode::AUTHENTICATION_FAILED));
    assert_eq!(bench.clear(&guess), Err(ErrorCode::INVALID_SESSION));
    assert_eq!(bench.device.sessions_open(), 0);
}

#[test]
fn an_open_session_cannot_be_authenticated_again() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let again =
        AuthenticateSession { session: session.session(), host_cryptogram: [0; 8], mac: [0; 8] };
    assert_eq!(bench.clear(&again), Err(ErrorCode::INVALID_SESSION));
    assert_eq!(bench.run(&mut session, &echo()), Ok(echo().data));
}

#[test]
fn a_repeated_message_is_refused_and_not_carried_out_twice() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let sealed = session.seal(&echo().frame().unwrap()).unwrap();
    let answer = bench.send(&sealed);
    assert_eq!(bench.send(&sealed).error_code(), Some(ErrorCode::AUTHENTICATION_FAILED));
    session.open(&answer).unwrap();
    assert_eq!(bench.run(&mut session, &echo()), Ok(echo().data));
}

#[test]
fn a_key_that_is_not_there_opens_no_session() {
    let mut bench = Bench::new();
    assert_eq!(bench.clear(&create_session(2)), Err(ErrorCode::OBJECT_NOT_FOUND));
}

#[test]
fn only_six_commands_are_taken_in_the_clear() {
    let mut bench = Bench::new();
    for code in 0..=0x7E {
        let command = Command(code);
        if !command.is_taken_in_clear() {
            let answer = bench.send(&frame(command, &[]));
            assert_eq!(answer.error_code(), Some(ErrorCode::INVALID_COMMAND), "{command}");
        }
    }
    assert_eq!(bench.clear(&echo()), Ok(echo().data));
    assert!(bench.clear(&DeviceInfo {}).is_ok());
}

#[test]
fn a_changed_key_leaves_its_session_alive_and_its_old_password_dead() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = AuthenticationKey::Symmetric(other_keys());
    let change = ChangeAuthenticationKey { id: ObjectId(1), key: key.clone() };
    assert_eq!(bench.run(&mut session, &change), Ok(ObjectId(1)));
    assert_eq!(bench.run(&mut session, &echo()), Ok(echo().data));
    let (request, host) = HostHandshake::start(ObjectId(1), [2; 8], bench_limit());
    let created = bench.clear(&request).unwrap();
    assert!(host.authenticate(default_keys(), &created).is_err());
    assert!(bench.open(ObjectId(1), &other_keys()).is_ok());
    let change = ChangeAuthenticationKey { id: ObjectId(2), key };
    assert_eq!(bench.run(&mut session, &change), Err(ErrorCode::INVALID_ID));
}

#[test]
fn p256_keys_open_a_session_at_once_and_a_wrong_one_carries_nothing() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let ours = P256SecretKey::from_bytes(&[0x11; 32]).unwrap();
    let put = PutAuthenticationKey {
        id: ObjectId(5),
        label: Label::EMPTY,
        domains: Domains::ALL,
        capabilities: Capabilities::GET_PSEUDO_RANDOM,
        delegated: Capabilities::NONE,
        key: AuthenticationKey::P256(ours.public_key()),
    };
    bench.run(&mut session, &put).unwrap();
    let device_key = bench.clear(&DevicePublicKey {}).unwrap().0;
    let ephemeral = P256SecretKey::from_bytes(&[0x33; 32]).unwrap();
    let (request, host) = HostKeyAgreement::start(ObjectId(5), ephemeral, bench_limit());
    let agreed = bench.clear(&request).unwrap();
    let mut session = host.finish(&ours, &device_key, &agreed).unwrap();
    assert_eq!(bench.run(&mut session, &echo()), Ok(echo().data));

    let stranger = P256SecretKey::from_bytes(&[0x12; 32]).unwrap();
    let ephemeral = P256SecretKey::from_bytes(&[0x34; 32]).unwrap();
    let (request, host) = HostKeyAgreement::start(ObjectId(5), ephemeral, bench_limit());
    let agreed = bench.clear(&request).unwrap();
    assert!(host.finish(&stranger, &device_key, &agreed).is_err());
}

#[test]
fn a_key_of_one_kind_opens_no_session_of_the_other() {
    let mut bench = Bench::new();
    let ephemeral = P256SecretKey::from_bytes(&[0x33; 32]).unwrap();
    let (request, _) = HostKeyAgreement::start(ObjectId(1), ephemeral, bench_limit());
    assert_eq!(bench.clear(&request), Err(ErrorCode::INVALID_DATA));
}

#[test]
fn a_reset_ends_all_sessions_and_makes_another_device_key() {
    let mut bench = Bench::new();
    let (mut first, mut second) = (bench.login(), bench.login());
    let before = bench.clear(&DevicePublicKey {}).unwrap();
    let sealed = first.seal(&ResetDevice {}.frame().unwrap()).unwrap();
    let handled = bench.handle(&sealed.encode());
    assert!(handled.reboots);
    let answer = Frame::decode(&handled.answer, bench_limit()).unwrap();
    assert!(ResetDevice::read_answer_frame(&first.open(&answer).unwrap()).is_ok());
    let sealed = second.seal(&echo().frame().unwrap()).unwrap();
    assert_eq!(bench.send(&sealed).error_code(), Some(ErrorCode::INVALID_SESSION));
    assert_ne!(bench.clear(&DevicePublicKey {}).unwrap(), before);
    bench.login();
}

#[test]
fn the_largest_message_is_echoed_and_a_larger_answer_is_refused() {
    for firmware in [FirmwareVersion::V2_3_1, FirmwareVersion::V2_4_1] {
        let mut bench = Bench::with_firmware(firmware);
        let mut session = bench.login();
        let limit = firmware.message_limit();
        let data = vec![0x5A; limit.inner_payload_len_bytes()];
        assert_eq!(bench.run(&mut session, &Echo { data: data.clone() }), Ok(data));
        let data = vec![0x5A; limit.frame_len_bytes() - Frame::HEADER_LEN_BYTES];
        assert_eq!(bench.clear(&Echo { data: data.clone() }), Ok(data));
        let too_long = frame(Command::ECHO, &vec![0; limit.frame_len_bytes() - 2]);
        assert_eq!(bench.send(&too_long).error_code(), Some(ErrorCode::WRONG_LENGTH));
    }
}

#[test]
fn a_genuine_message_without_frame_is_answered_inside_the_session() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    // A frame inside whose length field is wrong.
    let answer = bench.send_in(&mut session, &frame(Command::CREATE_SESSION, &[]));
    assert_eq!(answer.error_code(), Some(ErrorCode::INVALID_COMMAND));
    let answer = bench.send_in(&mut session, &frame(Command(0x3F), &[1]));
    assert_eq!(answer.error_code(), Some(ErrorCode::INVALID_COMMAND));
    let short = frame(Command::SIGN_ECDSA, &[1]);
    let answer = bench.send_in(&mut session, &short);
    assert_eq!(answer.error_code(), Some(ErrorCode::WRONG_LENGTH));
    assert_eq!(bench.run(&mut session, &echo()), Ok(echo().data));
}

#[test]
fn device_info_is_the_same_in_and_out_of_a_session() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let info = bench.clear(&DeviceInfo {}).unwrap();
    assert_eq!(bench.run(&mut session, &DeviceInfo {}), Ok(info.clone()));
    assert_eq!((info.serial, info.log_total, info.log_used), (12_345_678, 62, 2));
    assert_eq!(info.algorithms.len(), 55);
    assert_eq!(info.to_bytes().len(), 9 + 55);
}

fn bench_limit() -> MessageLimit {
    FirmwareVersion::V2_4_1.message_limit()
}
