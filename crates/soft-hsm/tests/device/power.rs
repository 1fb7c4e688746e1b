//! What a device keeps without power, and what it reports for keeping.

use soft_hsm::{
    OsRandomness, Randomness, SeededRandomness,
    device::{Device, Settings, State},
};
use yubihsm2::{
    Algorithm, Command, ErrorCode, Frame, LogRecord, MessageLimit, ObjectId,
    operation::{Echo, LogEntries, Operation as _, PublicKey, PutOpaque, SignEcdsa},
};

use crate::support::{Bench, object, stored};

#[test]
fn objects_and_log_outlive_the_power_and_sessions_do_not() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 9, Algorithm::EC_P256);
    let public = PublicKey { id: key, object_type: None };
    let before = bench.run(&mut session, &public).unwrap();
    bench.power_cycle();
    let sealed = session.seal(&Echo { data: vec![] }.frame().unwrap()).unwrap();
    assert_eq!(bench.send(&sealed).error_code(), Some(ErrorCode::INVALID_SESSION));
    let mut session = bench.login();
    assert_eq!(bench.run(&mut session, &public), Ok(before));
    let request = SignEcdsa { key, digest: vec![1; 32] };
    assert!(bench.run(&mut session, &request).is_ok());
    let entries = bench.run(&mut session, &LogEntries {}).unwrap().entries;
    assert_eq!(entries.last().unwrap().record, LogRecord::boot(3));
}

#[test]
fn a_state_reads_back_from_its_stored_form() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for algorithm in [Algorithm::EC_P521, Algorithm::ED25519, Algorithm::RSA_2048] {
        bench.generate(&mut session, 0, algorithm);
    }
    let bytes = stored(bench.device.state());
    let state: State = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(stored(&state), bytes);
    for len in 0..bytes.len() {
        assert!(postcard::from_bytes::<State>(&bytes[..len]).is_err(), "{len} bytes");
    }
}

#[test]
fn steady_commands_change_nothing_and_writing_ones_a_little() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let key = bench.generate(&mut session, 9, Algorithm::EC_P256);
    let mut changes = |frame| {
        let sealed = session.seal(&frame).unwrap();
        let handled = bench.device.handle(&sealed.encode(), bench.now, &mut bench.random);
        let answer = Frame::decode(&handled.answer, MessageLimit::FROM_2_4);
        session.open(&answer.unwrap()).unwrap();
        (handled.changes.len(), handled.work)
    };
    let sign = SignEcdsa { key, digest: vec![1; 32] }.frame().unwrap();
    let (count, work) = changes(sign);
    assert_eq!(count, 0);
    assert_eq!((work.command, work.algorithm), (Command::SIGN_ECDSA, Some(Algorithm::EC_P256)));
    assert_eq!((work.payload_len_bytes, work.is_refused), (34, false));
    let put = PutOpaque { object: object(3, Algorithm::OPAQUE_DATA), data: vec![1] };
    assert_eq!(changes(put.frame().unwrap()).0, 1);
    let (count, work) = changes(put.frame().unwrap());
    assert_eq!((count, work.is_refused), (0, true));
}

#[test]
fn the_same_seed_makes_the_same_device_and_another_seed_another() {
    let make = |random: &mut dyn Randomness| {
        stored(Device::factory_fresh(Settings::default(), random).state())
    };
    let seeded = |seed| make(&mut SeededRandomness::from_number(seed));
    assert_eq!(seeded(1), seeded(1));
    assert_ne!(seeded(1), seeded(2));
    let mut system = OsRandomness::open().unwrap();
    assert_ne!(make(&mut system), make(&mut system));
}

#[test]
fn debug_of_a_device_shows_no_key() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    bench.generate(&mut session, 9, Algorithm::ED25519);
    let shown = format!("{:?}", bench.device);
    assert!(shown.contains("SecretBytes(128 bytes)"), "{shown}");
    let key = bench.device.state().objects().find(|it| it.record.id == ObjectId(9)).unwrap();
    let scalar = format!("{:?}", &key.record.body[..8]);
    assert!(!shown.contains(scalar.trim_matches(['[', ']'])));
}
