//! Goal: nothing from outside makes a board panic or grow. Method: random bytes, and random commands of the real
//! grammar.

use std::time::Duration;

use device::{
    Board, Diagnostics, DiagnosticsOptions, FaultPlan, SeededRandomness, Shell, feed_hostile_bytes,
};
use page::{Catalogue, Mandatory};
use proptest::prelude::*;

use crate::support::{board, install, model, strict};

fn command() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        3 => prop::sample::select(vec![
            "init", "deinit", "smsn", "csr", "chain", "app_key", "store", "print", "status", "start",
            "write", "commit", "ed25519", "p256r1", "A17XHX23H06INH", "SN1234567", "pd25",
        ])
        .prop_map(str::to_owned),
        1 => "[A-Za-z0-9+/=\"']{0,40}",
    ];
    proptest::collection::vec(word, 0..5).prop_map(|words| format!("cert {}\r", words.join(" ")))
}

fn session(shell: Shell, bytes: &[u8], steps: u64) -> usize {
    let mut board = board("nrf52840", None);
    let fault = format!("power-cut after {steps} steps").parse().unwrap();
    board.set_faults(FaultPlan::new(vec![fault], 0));
    let mut diagnostics = Diagnostics::new(DiagnosticsOptions::of(shell));
    let mut randomness = SeededRandomness::new(0);
    diagnostics.feed(bytes, Duration::ZERO, &mut board, &mut randomness).len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        feed_hostile_bytes(&bytes);
    }

    #[test]
    fn random_commands_never_panic(
        commands in proptest::collection::vec(command(), 0..30),
        steps in 0_u64..60,
    ) {
        for shell in [Shell::Nordic, Shell::Amazon] {
            session(shell, commands.concat().as_bytes(), steps);
        }
    }

    #[test]
    fn any_flash_can_be_booted(
        head in prop::sample::select(vec![&b"SID0\0\0\0\x08"[..], b"SID0\0\0\0\x07", b"\xFF", b"0x"]),
        body in proptest::collection::vec(any::<u8>(), 0..4000),
        chip in prop::sample::select(vec![
            "nrf52840", "tl323x-1m", "WBA55xG", "P7", "xg24", "generic",
        ]),
    ) {
        let mut board = board(chip, None);
        let image = [head, &body].concat();
        let len = image.len().min(board.flash().region().len());
        install(&mut board, &image[..len]);
        let first = board.boot().outcome;
        let second = board.boot().outcome;
        if first.is_ready() {
            prop_assert!(second.is_ready());
        }
    }

    #[test]
    fn any_small_records_survive_the_first_boot(
        values in proptest::collection::btree_map(
            4001_u16..0x6000,
            // Multiples of four, so that the reader's defect with fill does not show.
            (0_usize..=16, any::<u8>()).prop_map(|(words, byte)| vec![byte; words * 4]),
            0..20,
        ),
    ) {
        let mut page = page::Page::new(page::PageVersion::Tlv);
        for (id, value) in &values {
            page.insert(page::ValueId::new(*id), value);
        }
        let layout = Catalogue::built_in().layout("nordic-v8").unwrap();
        let mut board = board("nrf52840", None);
        install(&mut board, &layout.encode(&page).unwrap());
        prop_assert!(board.boot().outcome.is_ready());
        let read = board.identity();
        prop_assert_eq!(read.page(), Some(&page));
    }
}

#[test]
fn a_line_without_end_is_echoed_to_its_limit_and_no_further() {
    assert_eq!(session(Shell::Nordic, &[b'x'; 100_000], 0), 256);
}

#[test]
fn blank_boards_have_no_page_on_any_chip() {
    for platform in Catalogue::built_in().platforms() {
        let mut board = Board::new(model(platform.name(), None), "0011");
        assert!(!board.boot().outcome.is_ready(), "{}", platform.name());
        if !board.model().is_nvm3() {
            assert!(strict(&board, Mandatory::Complete).is_err());
        }
    }
}
