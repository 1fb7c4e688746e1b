//! Bytes from strangers: nothing panics, and the sessions of others go on.

use std::time::Duration;

use proptest::{collection::vec, prelude::*};
use yubihsm2::{
    AesKey, Algorithm, Capabilities, Command, Frame, MessageLimit, ObjectRecord, ObjectType,
    Wire as _, WrapKey,
    channel::HostChannel,
    operation::{Echo, ImportWrapped, Operation as _},
};

use crate::support::{Bench, frame};

fn is_frame(bytes: &[u8]) -> bool {
    Frame::decode(bytes, MessageLimit::FROM_2_4).is_ok()
}

fn still_serves(bench: &mut Bench, session: &mut HostChannel) {
    let echo = Echo { data: b"still here".to_vec() };
    assert_eq!(bench.run(session, &echo), Ok(echo.data));
}

/// The bytes of a frame: its command, and a length field that is right.
fn framed(command: u8, payload: &[u8]) -> Vec<u8> {
    frame(Command(command), payload).encode().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_answered_and_leave_other_sessions_alone(
        messages in vec(vec(any::<u8>(), 0..80), 1..20),
    ) {
        let mut bench = Bench::new();
        let mut session = bench.login();
        for message in messages {
            let answer = bench.handle(&message).answer;
            prop_assert!(is_frame(&answer));
        }
        still_serves(&mut bench, &mut session);
    }

    #[test]
    fn any_clear_command_is_answered_and_leaves_other_sessions_alone(
        messages in vec((0_u8..12, vec(any::<u8>(), 0..80)), 1..20),
    ) {
        let mut bench = Bench::new();
        let mut session = bench.login();
        for (command, payload) in messages {
            let answer = bench.handle(&framed(command, &payload)).answer;
            prop_assert!(is_frame(&answer));
        }
        still_serves(&mut bench, &mut session);
    }

    #[test]
    fn messages_and_proofs_with_the_numbers_of_sessions_leave_them_alone(
        messages in vec((4_u8..6, 0_u8..18, vec(any::<u8>(), 24)), 1..20),
    ) {
        let mut bench = Bench::new();
        let mut sessions = [bench.login(), bench.login()];
        for (command, session, mut payload) in messages {
            payload.insert(0, session);
            // The proof is shorter than a message of one block.
            payload.truncate(if command == 4 { 17 } else { 25 });
            let answer = bench.send(&frame(Command(command), &payload));
            prop_assert!(answer.error_code().is_some());
        }
        for session in &mut sessions {
            still_serves(&mut bench, session);
        }
    }

    #[test]
    fn any_inner_command_is_answered_inside_and_the_session_goes_on(
        commands in vec((any::<u8>(), vec(any::<u8>(), 0..120)), 1..30),
    ) {
        let mut bench = Bench::new();
        let mut session = bench.login();
        for (command, payload) in commands {
            if matches!(Command(command), Command::RESET_DEVICE | Command::CLOSE_SESSION) {
                continue;
            }
            let answer = bench.send_in(&mut session, &frame(Command(command), &payload));
            let is_answer = answer.command() == Command(command).answer();
            prop_assert!(is_answer || answer.error_code().is_some());
        }
        still_serves(&mut bench, &mut session);
    }

    #[test]
    fn any_use_of_any_key_is_answered_inside(
        uses in vec((0x42_u8..0x78, 1_u16..8, 0_u16..8, vec(any::<u8>(), 0..600)), 1..30),
    ) {
        let mut bench = Bench::new();
        let mut session = bench.login();
        let algorithms = [
            Algorithm::EC_P256,
            Algorithm::EC_BP512,
            Algorithm::EC_P521,
            Algorithm::ED25519,
        ];
        for (id, algorithm) in (1..).zip(algorithms) {
            bench.generate(&mut session, id, algorithm);
        }
        bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
        for (command, first, second, rest) in uses {
            // Generating RSA keys by accident would take the test's time.
            if matches!(command, 0x46 | 0x5B) {
                continue;
            }
            let payload = [&first.to_be_bytes()[..], &second.to_be_bytes(), &rest].concat();
            let answer = bench.send_in(&mut session, &frame(Command(command), &payload));
            let is_answer = answer.command() == Command(command).answer();
            prop_assert!(is_answer || answer.error_code().is_some());
        }
        still_serves(&mut bench, &mut session);
    }

    #[test]
    fn any_record_under_a_wrap_key_is_imported_whole_or_refused(
        object_type in 0_u8..11,
        algorithm in 0_u8..58,
        header in vec(any::<u8>(), 58),
        body in vec(any::<u8>(), 0..300),
    ) {
        let mut bench = Bench::new();
        let mut session = bench.login();
        let wrap_key = bench.put_wrap_key(&mut session, 1, Capabilities::ALL);
        let record = ObjectRecord::from_bytes(&[header, body].concat()).unwrap();
        let record = ObjectRecord {
            len_bytes: record.body.len() as u16,
            object_type: ObjectType(object_type),
            algorithm: Algorithm(algorithm),
            ..record
        };
        let key = WrapKey::new(AesKey::new(vec![0x77; 32]).unwrap());
        let wrapped = key.seal_object([1; 13], &record).unwrap();
        let imported = bench.run(&mut session, &ImportWrapped { wrap_key, wrapped });
        if let Ok(imported) = imported {
            let info = bench.info(&mut session, imported.object_type, imported.id).unwrap();
            prop_assert_eq!(info.len_bytes, record.len_bytes);
        }
        still_serves(&mut bench, &mut session);
    }

    #[test]
    fn time_that_jumps_never_panics(steps in vec(any::<u32>(), 1..20)) {
        let mut bench = Bench::new();
        for step in steps {
            bench.now = Duration::from_millis(u64::from(step));
            let answer = bench.handle(&framed(1, b"x")).answer;
            prop_assert!(is_frame(&answer));
            bench.login();
        }
    }
}

#[test]
fn every_frame_of_one_byte_of_payload_is_answered() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for command in 0..=u8::MAX {
        for value in [0, 1, 2, 0x7F, 0xFF] {
            let answer = bench.send(&frame(Command(command), &[value]));
            assert!(answer.error_code().is_some() || answer.command().0 & 0x80 != 0);
        }
    }
    still_serves(&mut bench, &mut session);
}

#[test]
fn a_frame_cut_short_anywhere_is_wrong_length() {
    let mut bench = Bench::new();
    let whole = Echo { data: vec![7; 100] }.frame().unwrap().encode();
    for len in 0..whole.len() {
        let answer = bench.handle(&whole[..len]).answer;
        assert_eq!(answer, [0x7F, 0, 1, 8], "{len} bytes");
    }
}
