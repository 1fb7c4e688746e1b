//! Goal: the first boot keeps every value, keys go where the build keeps them, and a power cut on the way leaves what
//! it leaves on a real board. Method: golden pages, both builds, a cut before every step.

use device::{BootOutcome, Fault, FaultPlan, Firmware, KeyStorage, Power, Refusal};
use page::{Catalogue, Mandatory, PageVersion, ValueId, diff};
use sidewalk::Curve;

use crate::support::{NORDIC, NORDIC_V7, WITH_STORE, install, programmed, strict};

const PRIVATE: [ValueId; 2] = [ValueId::DEVICE_PRIV_ED25519, ValueId::DEVICE_PRIV_P256R1];

#[test]
fn a_page_written_anew_has_the_same_values_and_the_flags() {
    let mut board = programmed("nrf52840", Some("ncs"), NORDIC);
    let before = strict(&board, Mandatory::Complete).unwrap();
    let log = board.boot();
    assert_eq!(log.outcome, BootOutcome::ReadyAfterRewrite);
    let mut after = strict(&board, Mandatory::Complete).unwrap();
    assert_eq!(after.value(ValueId::NORDIC_FLAGS), Some(&[0x80, 0, 0, 0][..]));
    after.remove(ValueId::NORDIC_FLAGS);
    assert_eq!(diff(&before, &after), []);
    // The second boot has nothing to do.
    let region = board.flash().region().to_vec();
    assert_eq!(board.boot().outcome, BootOutcome::Ready);
    assert_eq!(board.flash().region(), region);
}

#[test]
fn with_a_key_store_the_keys_leave_the_page() {
    let mut board = programmed("nrf54l15", None, NORDIC);
    board.install_firmware(WITH_STORE).unwrap();
    let log = board.boot();
    assert_eq!(
        log.lines[..4],
        [
            "sid_mfg: Need to parse mfg data",
            "MFG_ED25519 import success",
            "MFG_SECP_256R1 import success",
            "sid_mfg: Successfully parsed mfg data",
        ]
    );
    let page = strict(&board, Mandatory::KeysInStore).unwrap();
    assert!(PRIVATE.iter().all(|id| page.value(*id).is_none()));
    assert_eq!(page.value(ValueId::NORDIC_FLAGS), Some(&[0xC0, 0, 0, 0][..]));
    assert_eq!(board.device_key(Curve::Ed25519).unwrap().expose_bytes(), &[0x11; 32]);
    assert_eq!(board.device_key(Curve::P256r1).unwrap().expose_bytes(), &[0x22; 32]);
}

#[test]
fn older_firmware_leaves_zeros_where_the_keys_were() {
    let mut board = programmed("nrf52840", Some("ncs-2.6"), NORDIC);
    board.install_firmware(WITH_STORE).unwrap();
    assert_eq!(board.boot().outcome, BootOutcome::Ready);
    let identity = board.identity();
    assert!(PRIVATE.iter().all(|id| identity.value(*id) == Some(&[0; 32][..])));
    assert_eq!(board.device_key(Curve::Ed25519).unwrap().expose_bytes(), &[0x11; 32]);
    assert_eq!(board.boot().outcome, BootOutcome::Ready);
}

#[test]
fn a_build_without_a_store_refuses_a_page_whose_keys_are_in_one() {
    for (first, second, outcome) in [
        (KeyStorage::Page, KeyStorage::Page, BootOutcome::Ready),
        (KeyStorage::Page, KeyStorage::Store, BootOutcome::ReadyAfterRewrite),
        (KeyStorage::Store, KeyStorage::Store, BootOutcome::Ready),
        (KeyStorage::Store, KeyStorage::Page, BootOutcome::Refused(Refusal::KeysInStore)),
    ] {
        let mut board = programmed("nrf52840", Some("ncs"), NORDIC);
        let firmware = |key_storage| Firmware { key_storage, ..Firmware::default() };
        board.install_firmware(firmware(first)).unwrap();
        assert_eq!(board.boot().outcome, BootOutcome::ReadyAfterRewrite);
        board.install_firmware(firmware(second)).unwrap();
        assert_eq!(board.boot().outcome, outcome, "{first:?} then {second:?}");
        if outcome.is_ready() {
            assert!(board.device_key(Curve::P256r1).is_some());
        } else {
            // The page again makes such a board work.
            install(&mut board, NORDIC);
            assert_eq!(board.boot().outcome, BootOutcome::ReadyAfterRewrite);
        }
    }
}

#[test]
fn the_number_of_a_key_is_not_imported_as_a_key() {
    let mut image = NORDIC.to_vec();
    // Tag 6 at 0x50: its value becomes key number 1.
    image[0x54..0x74].fill(0);
    image[0x54] = 1;
    let mut board = programmed("nrf52840", Some("ncs"), &image);
    board.install_firmware(WITH_STORE).unwrap();
    assert_eq!(board.boot().outcome, BootOutcome::Refused(Refusal::KeyReference));
    assert_eq!(&board.flash().region()[..image.len()], image);
}

#[test]
fn a_version_7_page_is_written_anew_as_records() {
    let mut board = programmed("nrf52840", Some("ncs"), NORDIC_V7);
    assert_eq!(board.boot().outcome, BootOutcome::ReadyAfterRewrite);
    let layout = Catalogue::built_in().layout("nordic-v7").unwrap();
    let mut before = layout.decode_strict(NORDIC_V7, Mandatory::Complete).unwrap();
    before.set_version(PageVersion::Tlv);
    let mut after = strict(&board, Mandatory::Complete).unwrap();
    after.remove(ValueId::NORDIC_FLAGS);
    assert_eq!(diff(&before, &after), []);
}

#[test]
fn a_power_cut_before_any_step_of_the_rewrite_loses_values_and_never_a_stored_key() {
    let mut cuts = 0;
    for steps in 0.. {
        let mut board = programmed("nrf52840", Some("ncs"), NORDIC);
        board.install_firmware(WITH_STORE).unwrap();
        board.set_faults(FaultPlan::new(vec![Fault::PowerCut { steps }], 0));
        let outcome = board.boot().outcome;
        if outcome == BootOutcome::ReadyAfterRewrite {
            break;
        }
        cuts += 1;
        assert_eq!((outcome, board.power()), (BootOutcome::PowerLost, Power::Off));
        board.power_on();
        let region_before = board.flash().region().to_vec();
        let second = board.boot().outcome;
        match steps {
            // Nothing was erased yet: the second boot does it all.
            0 => assert_eq!(second, BootOutcome::ReadyAfterRewrite),
            // The head was not complete: there is no page any more.
            1 | 2 => assert!(!second.is_ready(), "{steps}"),
            // What was written is all that the device knows from now on, and its strict reading fails.
            _ => {
                assert_eq!(second, BootOutcome::ReadyAfterRewrite, "{steps}");
                assert!(region_before.starts_with(b"SID0\0\0\0\x08"));
            }
        }
        assert!(board.holds_key(Curve::Ed25519) && board.holds_key(Curve::P256r1), "{steps}");
        install(&mut board, NORDIC);
        assert!(board.boot().outcome.is_ready(), "a page again repairs the board");
    }
    // One sector, the head's two fields, and at least one step for every record.
    assert!(cuts > 35, "{cuts}");
}

#[test]
fn a_cut_in_the_middle_leaves_a_head_without_all_values() {
    let mut board = programmed("nrf52840", Some("ncs"), NORDIC);
    board.set_faults(FaultPlan::new(vec![Fault::PowerCut { steps: 20 }], 0));
    assert_eq!(board.boot().outcome, BootOutcome::PowerLost);
    board.power_on();
    let fault = strict(&board, Mandatory::Complete).unwrap_err();
    assert!(matches!(fault.kind, page::FaultKind::Missing { .. }), "{fault}");
}

#[test]
fn a_flash_that_does_not_take_the_page_is_told_apart() {
    let mut board = programmed("nrf52840", Some("ncs"), NORDIC);
    // The flags' own byte, which is blank until the firmware writes it.
    let fault = "bad-cell 0xFF5FC low 0x80".parse().unwrap();
    board.set_faults(FaultPlan::new(vec![fault], 0));
    assert_eq!(board.boot().outcome, BootOutcome::Refused(Refusal::Flash));
}
