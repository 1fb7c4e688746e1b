//! What is on the disk before what.

use std::sync::{Arc, Mutex};

use journal::{DeviceKey, JournalView, State};
use line::driver::DriverError;
use sidewalk::Curve;

use super::{
    rig::{Call, REGION_LEN, Rig, TestBoard},
    scene::{Scene, files_in, smsn_of},
};

#[test]
fn a_board_becomes_a_device_that_stands_in_exactly_one_control_log() {
    let scene = Scene::new();
    let rig = Rig::of([TestBoard::new("chip-1"), TestBoard::new("chip-2")]);
    let ran = scene.run(std::slice::from_ref(&rig));
    assert_eq!((ran.totals.passed, ran.totals.passed_first_time, ran.totals.failed), (2, 2, 0));
    let smsns: Vec<String> = rig.out().iter().map(|board| smsn_of(board).unwrap()).collect();
    assert_ne!(smsns[0], smsns[1]);
    let logged = scene.logged();
    assert_eq!(logged.len(), 2);
    assert!(smsns.iter().all(|smsn| logged[smsn] == 1));
    for (dsn, chip) in [("T0001", "chip-1"), ("T0002", "chip-2")] {
        let record = scene.record(dsn);
        assert_eq!((record.state, record.chip.as_deref()), (State::Logged, Some(chip)));
        assert_eq!((record.asked, record.attempts), (1, 0));
    }
}

#[test]
fn the_intent_is_on_the_disk_before_the_hsm_is_asked() {
    let seen: Arc<Mutex<Vec<State>>> = Arc::default();
    let scene = Scene::new();
    let (journal, noted) = (scene.path("journal"), Arc::clone(&seen));
    let scene = scene.before_signing(move |request| {
        let view = JournalView::open(&journal).unwrap();
        let found = view.find(&DeviceKey::Smsn(&request.smsn())).unwrap();
        let [record] = found.as_slice() else { panic!("the HSM is asked without an intent") };
        assert_eq!(record.ed25519_public_key.as_ref(), Some(request.public_key(Curve::Ed25519)));
        assert_eq!(record.p256r1_public_key.as_ref(), Some(request.public_key(Curve::P256r1)));
        assert!(record.asked > 0);
        noted.lock().unwrap().push(record.state);
        Ok(())
    });
    let ran = scene.run(&[Rig::of((0..3).map(|number| TestBoard::new(&format!("chip-{number}"))))]);
    assert_eq!(ran.totals.passed, 3);
    assert_eq!(*seen.lock().unwrap(), [State::Intended; 3]);
}

#[test]
fn signature_and_page_are_on_the_disk_before_the_page_leaves() {
    let scene = Scene::new();
    let journal = scene.path("journal");
    let seen: Arc<Mutex<Vec<(State, bool)>>> = Arc::default();
    let noted = Arc::clone(&seen);
    let rig = Rig::of([TestBoard::new("chip-1")]).meddling(move |call, _| {
        if call == Call::Install {
            let view = JournalView::open(&journal).unwrap();
            let record = view.find(&DeviceKey::Chip("chip-1")).unwrap().remove(0);
            let is_whole = record.p256r1_signature.is_some() && record.page_sha256.is_some();
            noted.lock().unwrap().push((record.state, is_whole));
        }
        Ok(())
    });
    assert_eq!(scene.run(&[rig]).totals.passed, 1);
    assert_eq!(*seen.lock().unwrap(), [(State::Paged, true)]);
}

#[test]
fn private_keys_are_in_no_file_of_the_line_before_and_after_a_board_is_verified() {
    let scene = Scene::new();
    let directory = scene.directory.path().to_owned();
    let keys: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let (found, place) = (Arc::clone(&keys), directory.clone());
    let rig = Rig::of([TestBoard::new("chip-1")]).meddling(move |call, fixture| {
        let board = fixture.board.as_ref();
        let is_written = board.is_some_and(|board| smsn_of(board).is_some());
        if call == Call::Read && is_written {
            // The page is on the board, and the board is not verified yet.
            let secrets = private_keys(board.unwrap());
            assert_eq!(secrets.len(), 2);
            assert_none_holds(&place, &secrets);
            *found.lock().unwrap() = secrets;
        }
        Ok(())
    });
    assert_eq!(scene.run(&[rig]).totals.passed, 1);
    let keys = keys.lock().unwrap();
    assert_eq!(keys.len(), 2);
    assert_none_holds(&directory, &keys);
}

fn private_keys(board: &TestBoard) -> Vec<Vec<u8>> {
    let layout = page::Catalogue::built_in().layout("nordic-v8").unwrap();
    let page = layout.decode_strict(&board.region, page::Mandatory::Complete).unwrap();
    [page::ValueId::DEVICE_PRIV_ED25519, page::ValueId::DEVICE_PRIV_P256R1]
        .map(|id| page.value(id).unwrap().to_vec())
        .to_vec()
}

fn assert_none_holds(directory: &std::path::Path, secrets: &[Vec<u8>]) {
    for path in files_in(directory).into_iter().filter(|path| path.is_file()) {
        let bytes = std::fs::read(&path).unwrap();
        for secret in secrets {
            let holds = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!holds, "{} holds a private key", path.display());
        }
    }
}

#[test]
fn a_page_that_reads_back_wrong_is_written_again_and_passes() {
    let scene = Scene::new();
    let mut reads = 0;
    let rig = Rig::of([TestBoard::new("chip-1")]).meddling(move |call, fixture| {
        if call == Call::Read {
            reads += 1;
            if reads == 2 {
                fixture.board.as_mut().unwrap().region[100] ^= 1;
            }
        }
        Ok(())
    });
    let ran = scene.run(std::slice::from_ref(&rig));
    assert_eq!((ran.totals.passed, ran.totals.passed_first_time), (1, 0));
    assert_eq!(rig.fixture().installs, 2);
    assert_eq!(scene.record("T0001").asked, 1);
}

#[test]
fn a_board_whose_flash_is_bad_fails_and_gets_its_own_identity_when_it_is_repaired() {
    let scene = Scene::new();
    let bad = Rig::of([TestBoard::new("chip-1")]).meddling(|call, fixture| {
        if call == Call::Read
            && let Some(board) = &mut fixture.board
            && board.region[0] != 0xFF
        {
            board.region[REGION_LEN - 1] = 0;
        }
        Ok(())
    });
    let ran = scene.run(std::slice::from_ref(&bad));
    assert_eq!((ran.totals.passed, ran.totals.failed), (0, 1));
    assert!(scene.logged().is_empty());
    let before = scene.record("T0001");
    assert_eq!(before.state, State::Paged);
    assert_eq!(before.failure.unwrap().step, "verify");

    let mut board = bad.out().remove(0);
    board.region = vec![0xFF; REGION_LEN];
    let repaired = Rig::of([board]);
    let ran = scene.run(std::slice::from_ref(&repaired));
    assert_eq!(ran.totals.passed, 1);
    let after = scene.record("T0001");
    assert_eq!(after.p256r1_signature, before.p256r1_signature);
    assert_eq!((after.asked, after.state, after.failure), (1, State::Logged, None));
    assert_eq!(scene.logged().len(), 1);
}

#[test]
fn a_board_pulled_out_half_way_goes_on_in_another_slot() {
    let scene = Scene::new();
    let pulled = Rig::of([TestBoard::new("chip-1")]).meddling(|call, fixture| match call {
        Call::Install => {
            let board = fixture.board.take();
            fixture.out.extend(board);
            Err(super::rig::gone())
        }
        _ => Ok(()),
    });
    let ran = scene.run(&[pulled.clone(), Rig::default()]);
    assert_eq!((ran.totals.passed, ran.totals.failed), (0, 1));
    let again = Rig::of(pulled.out());
    let ran = scene.run(&[Rig::default(), again.clone()]);
    assert_eq!((ran.totals.passed, ran.totals.failed), (1, 0));
    assert_eq!(smsn_of(&again.out()[0]), Some(scene.record("T0001").smsn.to_string()));
    assert_eq!(scene.view().counts(None).unwrap().devices(), 1);
}

#[test]
fn resume_finishes_what_was_left_and_takes_no_new_board() {
    let scene = Scene::new();
    let failing = Rig::of([TestBoard::new("chip-1")]).meddling(|call, _| match call {
        Call::Install => Err(DriverError::TimedOut {
            what: "the programmer".to_owned(),
            waited: std::time::Duration::from_secs(1),
        }),
        _ => Ok(()),
    });
    scene.run(std::slice::from_ref(&failing));
    let rig = Rig::of([TestBoard::new("chip-new"), failing.out().remove(0)]);
    let ran = scene.resume(std::slice::from_ref(&rig));
    assert_eq!((ran.totals.passed, ran.totals.refused), (1, 1));
    assert_eq!(rig.out()[0], TestBoard::new("chip-new"));
    assert_eq!(scene.view().counts(None).unwrap().devices(), 1);
}
