//! Goal: every generation of firmware reads golden pages as its sources say, defects included. Method: pages of the
//! public tools on boards of every dialect, compared with the strict decoder.

use device::{Board, BootOutcome, Firmware, Refusal};
use page::{Catalogue, Mandatory, Page, PageVersion, ValueId};
use sidewalk::Curve;

use crate::support::{
    EXPANSION, NORDIC, NORDIC_V7, SILABS, ST, ST_V7, TI, TI_V7, board, install, programmed,
};

fn decoded(layout: &str, image: &[u8]) -> Page {
    let layout = Catalogue::built_in().layout(layout).unwrap();
    layout.decode_strict(image, Mandatory::Complete).unwrap()
}

/// Every value, without the version, which a rewrite changes.
fn values(page: &Page) -> Vec<(ValueId, Vec<u8>)> {
    page.iter().map(|(id, value)| (id, value.to_vec())).collect()
}

fn ids(board: &Board) -> Vec<u16> {
    board.identity().page().unwrap().iter().map(|(id, _)| id.number()).collect()
}

#[test]
fn every_dialect_reads_the_golden_pages_of_its_platform() {
    for (chip, generation, layout, image) in [
        ("nrf52840", Some("tool"), "nordic-v8", NORDIC),
        ("nrf52840", Some("ncs-2.6"), "nordic-v8", NORDIC),
        ("nrf52840", Some("ncs-2.6"), "nordic-v7", NORDIC_V7),
        ("nrf52840", Some("ncs"), "nordic-v7", NORDIC_V7),
        ("tl323x-1m", None, "nordic-v8", NORDIC),
        ("tl323x-1m", None, "nordic-v7", NORDIC_V7),
        ("WBA55xG", None, "st-v8", ST),
        ("WBA55xG", None, "st-v7", ST_V7),
        ("P7", None, "ti-v8", TI),
        ("P7", None, "ti-v7", TI_V7),
        ("generic", None, "nordic-v8", NORDIC),
    ] {
        let mut board = programmed(chip, generation, image);
        let expected = values(&decoded(layout, image));
        assert_eq!(values(board.identity().page().unwrap()), expected, "{chip} before the boot");
        assert!(board.boot().outcome.is_ready(), "{chip} {generation:?} {layout}");
        assert_eq!(values(board.identity().page().unwrap()), expected, "{chip} after the boot");
    }
}

#[test]
fn silicon_labs_reads_objects() {
    let mut board = programmed("xg24", None, SILABS);
    assert_eq!(board.boot().outcome, BootOutcome::Ready);
    let expected = page::nvm3::parse_strict(SILABS, Mandatory::Complete).unwrap();
    assert_eq!(board.identity().page(), Some(&expected));
}

#[test]
fn the_identity_is_that_of_the_page() {
    let board = programmed("nrf52840", Some("ncs-2.6"), NORDIC);
    let identity = board.identity();
    let page = decoded("nordic-v8", NORDIC);
    assert_eq!(&identity.smsn().unwrap().as_bytes()[..], page.value(ValueId::SMSN).unwrap());
    assert_eq!(identity.apid().map(str::as_bytes), page.value(ValueId::APID));
    assert_eq!(identity.app_server_key().map(|key| &key[..]), page.value(ValueId::APP_PUB_ED25519));
    let public = identity.public_key(Curve::P256r1).unwrap();
    assert_eq!(public.as_bytes(), page.value(ValueId::DEVICE_PUB_P256R1).unwrap());
    assert_eq!(board.device_key(Curve::Ed25519).unwrap().expose_bytes(), &[0x11; 32]);
}

#[test]
fn nordics_current_reader_derails_at_an_extended_serial_and_the_older_one_does_not() {
    // The record of the DAK's serial, 5 bytes and 3 of fill, is the last that survives.
    let mut current = programmed("nrf52840", Some("ncs"), EXPANSION);
    let surviving: Vec<u16> = (4..=14).collect();
    assert_eq!(ids(&current), surviving);
    assert_eq!(current.boot().outcome, BootOutcome::ReadyAfterRewrite);
    assert_eq!(ids(&current), surviving);

    let older = programmed("nrf52840", Some("ncs-2.6"), EXPANSION);
    assert_eq!(ids(&older), (4..=38).collect::<Vec<u16>>());
}

#[test]
fn a_record_longer_than_the_buffer_crashes_firmware_that_does_not_check() {
    // An application's value of 65 bytes at the end of a good page.
    let record = [&[0x0F, 0xA1, 0x00, 0x41][..], &[7; 65], &[0xFF; 3]].concat();
    let image = [NORDIC, &record].concat();
    let id = ValueId::new(0x0FA1);
    let mut nordic = programmed("nrf52840", Some("ncs"), &image);
    assert_eq!(nordic.boot().outcome, BootOutcome::Crashed { id, len: 65 });
    // Telink's buffer is four times as large.
    let mut telink = programmed("tl323x-1m", None, &image);
    assert_eq!(telink.boot().outcome, BootOutcome::ReadyAfterRewrite);
    assert_eq!(telink.identity().value(id), Some(&[7; 65][..]));
}

#[test]
fn a_page_at_another_address_is_no_page() {
    let mut board = board("nrf52840", Some("ncs"));
    board.program(0x000F_D000, NORDIC).unwrap();
    let log = board.boot();
    assert_eq!(log.outcome, BootOutcome::NoPage);
    assert_eq!(
        log.lines,
        ["app: The mfg.hex version mismatch, start address 0x000ff000, size 0x1000"]
    );
    assert!(board.identity().page().is_none());
}

#[test]
fn firmware_that_can_certify_itself_asks_for_it() {
    let mut board = board("nrf52840", Some("ncs"));
    let firmware = Firmware { on_device_certificates: true, ..Firmware::default() };
    board.install_firmware(firmware).unwrap();
    assert!(board.boot().lines[0].contains("on-device certification"));
}

#[test]
fn the_magic_matters_to_nordic_and_not_to_stm32() {
    let without_magic = |image: &[u8]| [&[0xFF; 4], &image[4..]].concat();
    let mut nordic = programmed("nrf52840", Some("ncs"), &without_magic(NORDIC));
    assert_eq!(nordic.boot().outcome, BootOutcome::NoPage);
    let mut st = programmed("WBA55xG", None, &without_magic(ST));
    assert_eq!(st.boot().outcome, BootOutcome::Ready);
}

#[test]
fn a_version_that_nobody_knows_is_refused() {
    let mut image = NORDIC.to_vec();
    image[7] = 9;
    let mut board = programmed("nrf52840", Some("ncs"), &image);
    let log = board.boot();
    assert_eq!(log.outcome, BootOutcome::Refused(Refusal::Version(9)));
    assert_eq!(log.lines[0], "sid_mfg: Incompatible mfg data version 9");
}

#[test]
fn a_short_form_page_is_read_where_no_magic_is_wanted() {
    let mut image = vec![0xFF; 2308];
    image[..4].copy_from_slice(&[1, 0, 0, 0]);
    image[2304..].copy_from_slice(b"ABCD");
    let older = programmed("nrf52840", Some("ncs-2.6"), &image);
    let identity = older.identity();
    assert_eq!(identity.apid(), Some("ABCD"));
    assert_eq!(
        identity.page().map(Page::version),
        Some(PageVersion::Short(PageVersion::SHORT_SWAPPED))
    );
    let mut current = programmed("nrf52840", Some("ncs"), &image);
    assert_eq!(current.boot().outcome, BootOutcome::NoPage);
}

#[test]
fn an_smsn_of_zeros_is_only_logged() {
    let mut image = NORDIC.to_vec();
    image[0x0C..0x2C].fill(0);
    let mut board = programmed("nrf52840", Some("ncs"), &image);
    let log = board.boot();
    assert!(log.outcome.is_ready());
    assert_eq!(log.lines.last().unwrap(), "sid_mfg: SMSN is not initialized");
}

#[test]
fn a_board_without_power_does_not_boot() {
    let mut board = programmed("nrf52840", Some("ncs"), NORDIC);
    board.power_off();
    assert_eq!(board.boot().outcome, BootOutcome::NoPower);
    board.power_on();
    assert_eq!(board.boot().outcome, BootOutcome::ReadyAfterRewrite);
}

#[test]
fn a_page_may_be_programmed_again_after_its_first_boot() {
    let mut board = programmed("nrf52840", Some("ncs"), NORDIC);
    board.boot();
    install(&mut board, NORDIC);
    assert_eq!(&board.flash().region()[..NORDIC.len()], NORDIC);
    assert_eq!(board.boot().outcome, BootOutcome::ReadyAfterRewrite);
}
