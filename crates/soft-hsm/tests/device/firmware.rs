//! What depends on the firmware's version.

use yubihsm2::{
    Algorithm, AuditMode, Capabilities, Command, ErrorCode, FirmwareVersion, NewDelegatingObject,
    OptionTag,
    operation::{
        DeviceInfo, DevicePartNumber, DevicePublicKey, GenerateWrapKey, GetOption, LogEntries,
        PseudoRandom,
    },
};

use crate::support::{Bench, frame, object};

#[test]
fn algorithms_and_commands_arrive_with_their_firmware() {
    for (firmware, algorithms, commands_missing) in [
        (FirmwareVersion::new(2, 0, 0), 47, vec![0x6C, 0x6D, 0x72, 0x73, 0x77]),
        (FirmwareVersion::new(2, 1, 0), 47, vec![0x6D, 0x72, 0x73, 0x77]),
        (FirmwareVersion::V2_2_0, 48, vec![0x6D, 0x72, 0x73, 0x77]),
        (FirmwareVersion::V2_3_1, 54, vec![0x73, 0x77]),
        (FirmwareVersion::V2_4_0, 55, vec![]),
        (FirmwareVersion::V2_5_0, 55, vec![]),
    ] {
        let mut bench = Bench::with_firmware(firmware);
        let info = bench.clear(&DeviceInfo {}).unwrap();
        assert_eq!((info.version, info.algorithms.len()), (firmware, algorithms));
        let mut session = bench.login();
        for code in [0x6C, 0x6D, 0x72, 0x73, 0x77] {
            let answer = bench.send_in(&mut session, &frame(Command(code), &[]));
            let expected = if commands_missing.contains(&code) {
                ErrorCode::INVALID_COMMAND
            } else {
                ErrorCode::WRONG_LENGTH
            };
            assert_eq!(answer.error_code(), Some(expected), "{firmware} {code:#x}");
        }
        let device_key = bench.clear(&DevicePublicKey {}).is_ok();
        assert_eq!(device_key, firmware >= FirmwareVersion::V2_3_1, "{firmware}");
        let part_number = bench.clear(&DevicePartNumber);
        if firmware >= FirmwareVersion::V2_4_0 {
            assert_eq!(part_number.unwrap().as_str(), "78CLUFX5000P");
        } else {
            assert_eq!(part_number, Err(ErrorCode::WRONG_LENGTH));
        }
        let toggle = bench.run(&mut session, &GetOption { tag: OptionTag::ALGORITHM_TOGGLE });
        assert_eq!(toggle.is_ok(), firmware >= FirmwareVersion::V2_2_0, "{firmware}");
    }
}

#[test]
fn messages_grow_with_firmware_2_4() {
    for (firmware, most) in [(FirmwareVersion::V2_3_1, 2028), (FirmwareVersion::V2_4_0, 3116)] {
        let mut bench = Bench::with_firmware(firmware);
        let mut session = bench.login();
        assert!(bench.run(&mut session, &PseudoRandom { count: most }).is_ok());
        let refused = Err(ErrorCode::INVALID_DATA);
        assert_eq!(bench.run(&mut session, &PseudoRandom { count: most + 1 }), refused);
    }
}

#[test]
fn firmware_before_2_3_1_logs_from_the_start() {
    let mut bench = Bench::with_firmware(FirmwareVersion::V2_2_0);
    let mut session = bench.login();
    let page = bench.run(&mut session, &LogEntries {}).unwrap();
    let commands: Vec<u8> = page.entries.iter().map(|entry| entry.record.command.0).collect();
    assert_eq!(commands, [0xFF, 0x00, 0x03, 0x04]);
    let value = bench.run(&mut session, &GetOption { tag: OptionTag::COMMAND_AUDIT }).unwrap();
    let off = value.chunks(2).filter(|pair| pair[1] == AuditMode::OFF.0).count();
    assert_eq!((value.len(), off), (130, 6));
}

#[test]
fn rsa_wrap_keys_arrive_with_firmware_2_4() {
    let mut bench = Bench::with_firmware(FirmwareVersion::V2_3_1);
    let mut session = bench.login();
    let object = object(3, Algorithm::RSA_2048);
    let object = NewDelegatingObject { object, delegated: Capabilities::NONE };
    let answer = bench.run(&mut session, &GenerateWrapKey { object });
    assert_eq!(answer, Err(ErrorCode::INVALID_DATA));
}

#[test]
fn ssh_certificates_and_the_boot_loader_are_invalid_commands() {
    let mut bench = Bench::new();
    let mut session = bench.login();
    for command in [Command::SIGN_SSH_CERTIFICATE, Command::BSL, Command::RESERVED_09] {
        let answer = bench.send_in(&mut session, &frame(command, &[0; 300]));
        assert_eq!(answer.error_code(), Some(ErrorCode::INVALID_COMMAND), "{command}");
    }
}
