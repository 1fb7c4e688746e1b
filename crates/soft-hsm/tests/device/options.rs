//! Options: audit settings, the algorithm toggle, and what devices without FIPS answer.

use yubihsm2::{
    Algorithm, AlgorithmToggle, AuditMode, Command, CommandAudit, ErrorCode, FirmwareVersion,
    OptionTag, OptionValue,
    channel::HostChannel,
    operation::{
        DeriveEcdh, EncryptCbc, GenerateAsymmetricKey, GetOption, PutOpaque, PutSymmetricKey,
        ResetDevice, SetOption, SignEcdsa,
    },
};

use crate::support::{Bench, object};

fn get(bench: &mut Bench, session: &mut HostChannel, tag: OptionTag) -> OptionValue {
    let value = bench.run(session, &GetOption { tag }).unwrap();
    OptionValue::decode(tag, &value).unwrap()
}

fn set(bench: &mut Bench, session: &mut HostChannel, value: OptionValue) -> Result<(), ErrorCode> {
    bench.run(session, &SetOption { tag: value.tag(), value: value.encode() })
}

fn audit(command: Command, mode: AuditMode) -> CommandAudit {
    CommandAudit { command, mode }
}

fn toggle(algorithm: Algorithm, is_enabled: bool) -> OptionValue {
    OptionValue::AlgorithmToggle(vec![AlgorithmToggle { algorithm, is_enabled }])
}

#[test]
fn audit_settings_are_listed_as_hardware_lists_them() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let OptionValue::CommandAudit(audits) = get(&mut bench, &mut session, OptionTag::COMMAND_AUDIT)
    else {
        panic!("another option")
    };
    let expected: Vec<_> =
        Command::AUDITED.iter().map(|command| audit(*command, AuditMode::OFF)).collect();
    assert_eq!(audits, expected);
}

#[test]
fn a_fixed_setting_stays_until_the_device_is_reset() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let fixed = |mode| OptionValue::CommandAudit(vec![audit(Command::ECHO, mode)]);
    assert_eq!(set(&mut bench, &mut session, fixed(AuditMode::FIXED)), Ok(()));
    for mode in [AuditMode::OFF, AuditMode::ON] {
        let answer = set(&mut bench, &mut session, fixed(mode));
        assert_eq!(answer, Err(ErrorCode::INVALID_DATA));
    }
    let force = OptionValue::ForceAudit;
    assert_eq!(set(&mut bench, &mut session, force(AuditMode::ON)), Ok(()));
    assert_eq!(set(&mut bench, &mut session, force(AuditMode::OFF)), Ok(()));
    assert_eq!(set(&mut bench, &mut session, force(AuditMode::FIXED)), Ok(()));
    let answer = set(&mut bench, &mut session, force(AuditMode::OFF));
    assert_eq!(answer, Err(ErrorCode::INVALID_DATA));
    bench.run(&mut session, &ResetDevice {}).unwrap();
    let mut session = bench.login();
    let value = get(&mut bench, &mut session, OptionTag::FORCE_AUDIT);
    assert_eq!(value, force(AuditMode::OFF));
    assert_eq!(set(&mut bench, &mut session, fixed(AuditMode::ON)), Ok(()));
}

#[test]
fn a_setting_that_is_refused_in_part_changes_nothing() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let before = get(&mut bench, &mut session, OptionTag::COMMAND_AUDIT);
    for refused in [Command::SESSION_MESSAGE, Command(0x3F), Command::ERROR] {
        let audits = vec![audit(Command::ECHO, AuditMode::ON), audit(refused, AuditMode::ON)];
        let answer = set(&mut bench, &mut session, OptionValue::CommandAudit(audits));
        assert_eq!(answer, Err(ErrorCode::INVALID_DATA), "{refused}");
    }
    assert_eq!(get(&mut bench, &mut session, OptionTag::COMMAND_AUDIT), before);
}

#[test]
fn an_algorithm_that_is_off_is_neither_made_nor_used() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    let off = |algorithm| AlgorithmToggle { algorithm, is_enabled: false };
    let off_now = [Algorithm::EC_P256, Algorithm::ECDH, Algorithm::AES_CBC, Algorithm::ECDSA_SHA1];
    let toggles = off_now.map(off).to_vec();
    let answer = set(&mut bench, &mut session, OptionValue::AlgorithmToggle(toggles));
    assert_eq!(answer, Ok(()));
    let disabled = ErrorCode::ALGORITHM_DISABLED;
    let generate = GenerateAsymmetricKey { object: object(2, Algorithm::EC_P256) };
    assert_eq!(bench.run(&mut session, &generate), Err(disabled));
    let key = bench.generate(&mut session, 3, Algorithm::EC_P384);
    let derive = DeriveEcdh { key, point: vec![4; 97] };
    assert_eq!(bench.run(&mut session, &derive), Err(disabled));
    let sign = |len| SignEcdsa { key, digest: vec![1; len] };
    assert_eq!(bench.run(&mut session, &sign(20)), Err(disabled));
    assert!(bench.run(&mut session, &sign(32)).is_ok());
    let put = PutSymmetricKey { object: object(4, Algorithm::AES128), key: vec![1; 16].into() };
    let key = bench.run(&mut session, &put).unwrap();
    let encrypt = EncryptCbc { key, initial_vector: [0; 16], blocks: vec![0; 16] };
    assert_eq!(bench.run(&mut session, &encrypt), Err(disabled));
}

#[test]
fn algorithms_are_toggled_only_on_a_device_with_nothing_but_its_default_key() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    assert_eq!(set(&mut bench, &mut session, toggle(Algorithm::ED25519, false)), Ok(()));
    assert_eq!(set(&mut bench, &mut session, toggle(Algorithm::ED25519, true)), Ok(()));
    let unknown = set(&mut bench, &mut session, toggle(Algorithm(99), true));
    assert_eq!(unknown, Err(ErrorCode::INVALID_DATA));
    let put = PutOpaque { object: object(2, Algorithm::OPAQUE_DATA), data: vec![1] };
    bench.run(&mut session, &put).unwrap();
    let late = set(&mut bench, &mut session, toggle(Algorithm::ED25519, false));
    assert_eq!(late, Err(ErrorCode::INVALID_DATA));
}

#[test]
fn the_toggle_lists_every_algorithm_of_the_firmware() {
    for (firmware, count) in [(FirmwareVersion::V2_4_1, 55), (FirmwareVersion::V2_2_0, 48)] {
        let mut bench = Bench::with_firmware(firmware);
        let mut session = bench.login();
        let OptionValue::AlgorithmToggle(toggles) =
            get(&mut bench, &mut session, OptionTag::ALGORITHM_TOGGLE)
        else {
            panic!("another option")
        };
        assert_eq!(toggles.len(), count, "{firmware}");
        assert!(toggles.iter().all(|toggle| toggle.is_enabled));
    }
}

#[test]
fn a_device_without_fips_says_invalid_data() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for tag in [OptionTag::FIPS_MODE, OptionTag(0), OptionTag(2)] {
        let answer = bench.run(&mut session, &GetOption { tag });
        assert_eq!(answer, Err(ErrorCode::INVALID_DATA), "{tag}");
    }
    let answer = set(&mut bench, &mut session, OptionValue::FipsMode(1));
    assert_eq!(answer, Err(ErrorCode::INVALID_DATA));
}
