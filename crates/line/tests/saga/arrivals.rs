//! What boards come in, and what they must never leave with.

use journal::State;

use super::{
    rig::{Call, Rig, TestBoard},
    scene::{Scene, fill_random, smsn_of},
};

/// Makes one device and returns its board.
fn finished(scene: &Scene) -> TestBoard {
    let rig = Rig::of([TestBoard::new("chip-1")]);
    assert_eq!(scene.run(std::slice::from_ref(&rig)).totals.passed, 1);
    rig.out().remove(0)
}

#[test]
fn a_finished_board_is_refused_untouched_and_no_number_is_used() {
    let scene = Scene::new();
    let board = finished(&scene);
    let rig = Rig::of([board.clone()]);
    let ran = scene.run(std::slice::from_ref(&rig));
    assert_eq!(ran.refusals(), ["the board already carries device T0001"]);
    assert_eq!(rig.out(), [board]);
    assert_eq!(scene.view().counts(None).unwrap().devices(), 1);
}

#[test]
fn a_finished_board_is_confirmed_where_the_job_says_so() {
    let scene = Scene::new().with("line", "finished_boards", "\"confirm\"");
    let board = finished(&scene);
    let rig = Rig::of([board.clone()]);
    let ran = scene.run(std::slice::from_ref(&rig));
    assert_eq!((ran.totals.finished_before, ran.totals.refused), (1, 0));
    assert_eq!(rig.out(), [board]);
    assert_eq!(scene.logged().values().sum::<u32>(), 1);
}

#[test]
fn a_finished_board_whose_page_was_changed_is_not_confirmed() {
    let scene = Scene::new().with("line", "finished_boards", "\"confirm\"");
    let mut board = finished(&scene);
    // A bit of the private Ed25519 key.
    let at = board.region.windows(4).position(|bytes| bytes == [0, 6, 0, 32]).unwrap() + 4;
    board.region[at] ^= 1;
    let ran = scene.run(&[Rig::of([board])]);
    assert_eq!((ran.totals.finished_before, ran.totals.refused), (0, 1));
}

#[test]
fn a_copy_of_a_page_on_another_board_is_refused() {
    let scene = Scene::new();
    let mut copy = finished(&scene);
    copy.chip = "chip-2".to_owned();
    let rig = Rig::of([copy.clone()]);
    let ran = scene.run(std::slice::from_ref(&rig));
    assert!(ran.refusals()[0].contains("belongs to board chip-1"), "{:?}", ran.refusals());
    assert_eq!(rig.out(), [copy]);
}

#[test]
fn a_board_of_another_line_is_refused() {
    let elsewhere = Scene::new();
    let board = finished(&elsewhere);
    let scene = Scene::new();
    let rig = Rig::of([board.clone()]);
    let ran = scene.run(std::slice::from_ref(&rig));
    assert!(ran.refusals()[0].contains("which this line did not make"));
    assert_eq!(rig.out(), [board]);
}

#[test]
fn something_that_is_no_page_is_not_written_over() {
    let scene = Scene::new();
    let mut board = TestBoard::new("chip-1");
    board.region[..16].copy_from_slice(b"application code");
    let rig = Rig::of([board.clone()]);
    let ran = scene.run(std::slice::from_ref(&rig));
    assert_eq!(ran.totals.refused, 1);
    assert_eq!(rig.out(), [board]);
}

#[test]
fn a_finished_board_that_was_erased_is_refused_until_somebody_reworks_it() {
    let scene = Scene::new();
    finished(&scene);
    let erased = TestBoard::new("chip-1");
    let ran = scene.run(&[Rig::of([erased.clone()])]);
    assert!(ran.refusals()[0].contains("its page is erased now"), "{:?}", ran.refusals());

    let journal = scene.journal();
    journal.retire(scene.record("T0001").id, "rework", super::scene::clock()).unwrap();
    journal.close().unwrap();
    let rig = Rig::of([erased]);
    assert_eq!(scene.run(std::slice::from_ref(&rig)).totals.passed, 1);
    assert_eq!(smsn_of(&rig.out()[0]), Some(scene.record("T0002").smsn.to_string()));
    assert!(scene.record("T0001").retired);
}

#[test]
fn boards_swapped_between_slots_never_exchange_identities() {
    let scene = Scene::new();
    let second = Rig::default();
    let other = second.clone();
    let mut is_swapped = false;
    let first = Rig::of([TestBoard::new("chip-1")]).meddling(move |call, fixture| {
        // At the moment before the page is written, somebody exchanges the boards.
        if call == Call::Install && !std::mem::replace(&mut is_swapped, true) {
            fixture.board = Some(TestBoard::new("chip-2"));
            other.fixture().waiting.push_back(TestBoard::new("chip-1"));
        }
        Ok(())
    });
    let ran = scene.run(&[first.clone(), second.clone()]);
    // Board 2 has the page of device 1 now, which belongs to board 1: it did not pass, and never will.
    assert!(ran.failures()[0].contains("board chip-2 is in the fixture"), "{:?}", ran.failures());
    let wrong = first.out().into_iter().find(|board| board.chip == "chip-2").unwrap();
    let again = Rig::of([wrong]);
    assert_eq!(scene.run(std::slice::from_ref(&again)).totals.refused, 1);

    let board = second.out().into_iter().next();
    let board = board.unwrap_or_else(|| {
        let rig = Rig::of([TestBoard::new("chip-1")]);
        assert_eq!(scene.run(std::slice::from_ref(&rig)).totals.passed, 1);
        rig.out().remove(0)
    });
    assert_eq!(smsn_of(&board), Some(scene.record("T0001").smsn.to_string()));
    assert_eq!(scene.view().counts(None).unwrap().devices(), 1);
}

#[test]
fn one_board_cannot_be_in_two_slots() {
    let scene = Scene::new();
    let held = std::sync::Arc::new(std::sync::Barrier::new(2));
    let gate = std::sync::Arc::clone(&held);
    let mut is_first = true;
    let first = Rig::of([TestBoard::new("chip-1")]).meddling(move |call, _| {
        if call == Call::Install && std::mem::take(&mut is_first) {
            gate.wait();
        }
        Ok(())
    });
    let mut looks = 0;
    let second = Rig::of([TestBoard::new("chip-1")]).meddling(move |call, _| {
        // Until the first slot has the board in hand, this one sees nothing.
        if call == Call::Look {
            looks += 1;
            if looks == 1 {
                std::thread::sleep(std::time::Duration::from_millis(300));
            }
            if looks == 2 {
                held.wait();
            }
        }
        Ok(())
    });
    let ran = scene.run(&[first, second]);
    assert_eq!(ran.totals.passed, 1);
    assert!(ran.totals.refused >= 1);
    assert_eq!(scene.view().counts(None).unwrap().in_state(State::Logged), 1);
}

#[test]
fn what_a_person_gave_up_is_never_resumed() {
    let scene = Scene::new();
    let failing = Rig::of([TestBoard::new("chip-1")])
        .meddling(|call, _| if call == Call::Install { Err(super::rig::gone()) } else { Ok(()) });
    scene.run(std::slice::from_ref(&failing));
    let journal = scene.job(1).open_journal(fill_random).unwrap();
    journal.retire(scene.record("T0001").id, "lost", super::scene::clock()).unwrap();
    journal.close().unwrap();
    let rig = Rig::of([TestBoard::new("chip-1")]);
    assert_eq!(scene.run(std::slice::from_ref(&rig)).totals.passed, 1);
    assert_eq!(smsn_of(&rig.out()[0]), Some(scene.record("T0002").smsn.to_string()));
}

#[test]
fn an_unfinished_device_waits_for_the_next_board_of_its_slot_where_boards_have_no_names() {
    let scene = Scene::new();
    let failing = Rig::of([TestBoard::new("any")])
        .anonymous()
        .meddling(|call, _| if call == Call::Install { Err(super::rig::gone()) } else { Ok(()) });
    let ran = scene.run(&[Rig::default(), failing]);
    assert_eq!(ran.totals.failed, 1);
    let before = scene.record("T0001");
    assert_eq!((before.slot, before.chip), (2, None));

    // The first slot's board is another one; the second slot's goes on with the same certificates.
    let first = Rig::of([TestBoard::new("any")]).anonymous();
    let second = Rig::of([TestBoard::new("any")]).anonymous();
    assert_eq!(scene.run(&[first.clone(), second.clone()]).totals.passed, 2);
    assert_eq!(smsn_of(&second.out()[0]), Some(before.smsn.to_string()));
    assert_eq!(smsn_of(&first.out()[0]), Some(scene.record("T0002").smsn.to_string()));
    assert_eq!(scene.logged().values().copied().collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn boards_that_make_their_own_keys_become_devices_and_no_key_is_in_the_journal() {
    let scene = Scene::new()
        .with("driver", "on_device", "true")
        .with("driver", "boards", "3")
        .with("line", "count", "3");
    let job = scene.job(2);
    let drivers = job.open_fixtures(&job.page_maker().unwrap()).unwrap();
    let control = std::sync::Arc::new(line::Control::default());
    let parts = scene.parts(drivers, line::LineMode::Run, &control, Default::default());
    let totals = line::Line::prepare(parts).unwrap().run().unwrap();
    assert_eq!((totals.passed, totals.failed, totals.logged), (3, 0, 3));
    for dsn in ["T0001", "T0002", "T0003"] {
        let record = scene.record(dsn);
        assert!(record.keys_on_board && record.page_sha256.is_none());
        assert_eq!(record.state, State::Logged);
    }
}

#[test]
fn a_product_that_the_firmware_would_misread_is_refused_before_anything_is_signed() {
    for (end, on_device, is_refused) in
        [([0x5C, 0, 1], "true", true), ([0x5C, 0, 1], "false", false), ([0, 0, 1], "true", false)]
    {
        let scene = Scene::of_serial(end).with("driver", "on_device", on_device);
        let job = scene.job(1);
        let drivers = job.open_fixtures(&job.page_maker().unwrap()).unwrap();
        let control = std::sync::Arc::new(line::Control::default());
        let parts = scene.parts(drivers, line::LineMode::Run, &control, Default::default());
        let prepared = line::Line::prepare(parts);
        let error = prepared.err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(error.contains("would misread"), is_refused, "{end:?} {on_device}: {error}");
        assert_eq!(scene.view().counts(None).unwrap().devices(), 0);
    }
}
