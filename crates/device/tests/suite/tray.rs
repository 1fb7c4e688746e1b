//! Goal: a board is in one slot at a time, and none is lost when a process is killed. Method: both kinds of tray; a
//! kill is a tray that is dropped with boards in its slots.

use std::{collections::BTreeSet, path::Path, sync::Arc, thread};

use device::{Board, Firmware, SeededRandomness, Tray, TrayCount, TrayError};
use durable::Cause;
use page::Catalogue;
use sidewalk::Curve;

use crate::support::{NORDIC, WITH_STORE, model};

fn open(path: &Path) -> Arc<Tray> {
    Tray::directory(path, Catalogue::built_in()).unwrap()
}

fn filled(count: u64, firmware: Firmware) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let model = model("nrf52840", Some("tool"));
    let mut randomness = SeededRandomness::new(3);
    Tray::make(directory.path().join("tray"), count, &model, firmware, &mut randomness).unwrap();
    directory
}

#[test]
fn two_slots_never_get_the_same_board() {
    let tray = Tray::in_memory(model("nrf52840", None), Some(40), 1);
    let slots = (0..4).map(|slot| {
        let tray = Arc::clone(&tray);
        thread::spawn(move || {
            let mut ids = Vec::new();
            while let Some(board) = tray.next(slot).unwrap() {
                ids.push(board.chip_id().to_owned());
                tray.put_out(board).unwrap();
            }
            ids
        })
    });
    let slots: Vec<_> = slots.collect();
    let ids: Vec<String> = slots.into_iter().flat_map(|slot| slot.join().unwrap()).collect();
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (40, 40));
    assert!(ids.iter().all(|id| id.len() == 16));
    assert_eq!(tray.count(), TrayCount { waiting: Some(0), lent: 0, out: 40 });
    assert_eq!(tray.take_out().len(), 40);
}

#[test]
fn the_same_seed_makes_the_same_boards() {
    let ids = |seed| {
        let tray = Tray::in_memory(model("nrf52840", None), None, seed);
        (0..3)
            .map(|slot| tray.next(slot).unwrap().unwrap().chip_id().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(1), ids(1));
    assert_ne!(ids(1), ids(2));
}

#[test]
fn a_slot_has_one_board() {
    let tray = Tray::in_memory(model("nrf52840", None), None, 0);
    let board = tray.next(7).unwrap().unwrap();
    let chip_id = board.chip_id().to_owned();
    assert_eq!(tray.next(7).unwrap_err(), TrayError::AlreadyLent { slot: 7, chip_id });
    tray.put_back(board).unwrap();
    let foreign = Board::new(model("nrf52840", None), "ffff");
    assert!(matches!(tray.put_out(foreign), Err(TrayError::NotLent { .. })));
}

#[test]
fn a_board_that_was_put_back_comes_next() {
    let tray = Tray::in_memory(model("nrf52840", None), None, 0);
    let board = tray.next(1).unwrap().unwrap();
    let chip_id = board.chip_id().to_owned();
    tray.put_back(board).unwrap();
    assert_eq!(tray.next(2).unwrap().unwrap().chip_id(), chip_id);
}

#[test]
fn a_killed_process_leaves_its_boards_with_what_it_programmed() {
    let directory = filled(3, WITH_STORE);
    let path = directory.path().join("tray");
    let chip_id = {
        let tray = open(&path);
        let mut held = tray.next(1).unwrap().unwrap();
        held.program(0x000F_D000, &NORDIC[..640]).unwrap();
        tray.put_out(tray.next(2).unwrap().unwrap()).unwrap();
        held.chip_id().to_owned()
    };
    let tray = open(&path);
    assert_eq!(tray.count(), TrayCount { waiting: Some(2), lent: 0, out: 1 });
    let board = tray.next(2).unwrap().unwrap();
    assert_eq!(board.chip_id(), chip_id);
    assert_eq!(board.firmware(), WITH_STORE);
    assert_eq!(board.flash().region()[..640], NORDIC[..640]);
    assert!(board.flash().region()[640..].iter().all(|byte| *byte == 0xFF));
}

#[test]
fn a_boards_key_store_is_in_its_file() {
    let directory = filled(1, WITH_STORE);
    let path = directory.path().join("tray");
    {
        let tray = open(&path);
        let mut board = tray.next(1).unwrap().unwrap();
        board.program(0x000F_D000, NORDIC).unwrap();
        assert!(board.boot().outcome.is_ready());
        assert!(board.holds_key(Curve::Ed25519));
        tray.put_out(board).unwrap();
    }
    let board = Board::open(path.join("out/0001.board"), Catalogue::built_in()).unwrap();
    assert_eq!(board.device_key(Curve::Ed25519).unwrap().expose_bytes(), &[0x11; 32]);
    assert_eq!(board.device_key(Curve::P256r1).unwrap().expose_bytes(), &[0x22; 32]);
    assert!(board.identity().smsn().is_some());
}

#[test]
fn boards_made_later_come_after_those_that_are_there() {
    let directory = filled(2, Firmware::default());
    let path = directory.path().join("tray");
    let model = model("WBA55xG", None);
    let mut randomness = SeededRandomness::new(4);
    Tray::make(&path, 1, &model, Firmware::default(), &mut randomness).unwrap();
    let tray = open(&path);
    let chips = [1, 2, 3].map(|slot| tray.next(slot).unwrap().unwrap().model().chip().name.clone());
    assert_eq!(chips, ["nrf52840", "nrf52840", "WBA55xG"]);
    assert!(tray.next(4).unwrap().is_none());
}

#[test]
fn a_tray_is_one_processs() {
    let directory = filled(1, Firmware::default());
    let path = directory.path().join("tray");
    let tray = open(&path);
    match Tray::directory(&path, Catalogue::built_in()) {
        Err(TrayError::Disk(error)) => {
            assert!(matches!(error.cause, Cause::HeldByProcess { .. }), "{error}");
        }
        other => panic!("{other:?}"),
    }
    drop(tray);
    open(&path);
}

#[test]
fn a_file_that_is_no_board_is_named_and_passed_over() {
    let directory = filled(1, Firmware::default());
    let path = directory.path().join("tray");
    let rubbish = path.join("in/0000.board");
    durable::write_new(&rubbish, durable::Visibility::OwnerOnly, b"rubbish").unwrap();
    let tray = open(&path);
    let error = tray.next(1).unwrap_err();
    assert!(error.to_string().contains("0000.board"), "{error}");
    assert!(error.hint().is_some());
    assert!(tray.next(1).unwrap().is_some());
}

#[test]
fn a_damaged_head_is_refused_or_read_and_never_panics() {
    let directory = filled(1, WITH_STORE);
    let path = directory.path().join("tray/in/0001.board");
    let good = durable::read_bounded(&path, 1 << 20).unwrap();
    let damaged = |bytes: &[u8]| {
        durable::write_replace(&path, durable::Visibility::OwnerOnly, bytes).unwrap();
        Board::open(&path, Catalogue::built_in())
    };
    for at in (0..16).chain([16, 80, 144, 208, 300, 512, 528, 529, 561]) {
        let mut bytes = good.clone();
        bytes[at] ^= 0xFF;
        let opened = damaged(&bytes);
        // Bytes that mean nothing, the firmware's bits, and keys that are said not to be there.
        let is_harmless = [300, 512, 529, 561].contains(&at);
        assert_eq!(opened.is_ok(), is_harmless, "{at}: {:?}", opened.err());
    }
    assert!(damaged(&good[..1023]).is_err());
    // A region that was cut reads blank behind the cut.
    assert!(damaged(&good[..2000]).unwrap().flash().region().iter().all(|byte| *byte == 0xFF));
}

#[cfg(unix)]
#[test]
fn a_boards_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let directory = filled(1, Firmware::default());
    let file = directory.path().join("tray/in/0001.board");
    let mode = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
