//! Serial numbers and the quota.

use std::collections::HashSet;

use journal::State;

use super::{
    rig::{Call, Rig, TestBoard},
    scene::Scene,
};

fn boards(from: u32, count: u32) -> impl Iterator<Item = TestBoard> {
    (from..from + count).map(|number| TestBoard::new(&format!("chip-{number}")))
}

#[test]
fn a_job_makes_as_many_devices_as_it_may_and_not_one_more() {
    let scene = Scene::new().with("line", "count", "5");
    let rigs = [Rig::of(boards(0, 4)), Rig::of(boards(10, 4)), Rig::of(boards(20, 4))];
    let ran = scene.run(&rigs);
    assert_eq!(ran.totals.passed, 5);
    // The same job again makes none.
    let ran = scene.run(&[Rig::of(boards(30, 1))]);
    assert_eq!(ran.totals.passed, 0);
    assert_eq!(scene.view().counts(None).unwrap().devices(), 5);
}

#[test]
fn a_board_that_fails_before_its_identity_gives_its_number_back() {
    let scene = Scene::new().with("serials", "last", "1");
    // Reading fails: no number was taken yet, and the only one goes to the next board.
    let mut is_first = true;
    let rig = Rig::of(boards(0, 2)).meddling(move |call, _| {
        let fails = call == Call::Read && std::mem::take(&mut is_first);
        if fails { Err(line::driver::DriverError::Unsupported { what: "reading" }) } else { Ok(()) }
    });
    let ran = scene.run(&[rig]);
    assert_eq!((ran.totals.passed, ran.totals.failed), (1, 1));
    assert_eq!(scene.record("T0001").chip.as_deref(), Some("chip-1"));
}

#[test]
fn a_board_that_fails_after_its_identity_keeps_its_number() {
    let scene = Scene::new();
    let mut is_first = true;
    let rig = Rig::of(boards(0, 2)).meddling(move |call, fixture| {
        if call == Call::Install && std::mem::take(&mut is_first) {
            fixture.board = None;
            return Err(line::driver::DriverError::Unsupported { what: "writing" });
        }
        Ok(())
    });
    let ran = scene.run(&[rig]);
    assert_eq!((ran.totals.passed, ran.totals.failed), (1, 1));
    assert_eq!(scene.record("T0001").state, State::Paged);
    assert_eq!(scene.record("T0002").state, State::Logged);
}

#[test]
fn two_lines_that_share_a_store_never_use_one_number_twice() {
    let directory = tempfile::tempdir().unwrap();
    let store = format!("{:?}", directory.path().join("serials"));
    let scenes = ["line-a", "line-b"].map(|name| {
        Scene::new().with("serials", "shared", &store).with("line", "name", &format!("{name:?}"))
    });
    std::thread::scope(|scope| {
        for scene in &scenes {
            scope.spawn(|| {
                let ran = scene.run(&[Rig::of(boards(0, 20)), Rig::of(boards(50, 20))]);
                assert_eq!(ran.totals.passed, 40);
            });
        }
    });
    let mut dsns = HashSet::new();
    for scene in &scenes {
        scene
            .view()
            .for_each(&journal::Filter::default(), |record| {
                assert!(dsns.insert(record.dsn.clone()), "{} twice", record.dsn);
            })
            .unwrap();
    }
    assert_eq!(dsns.len(), 80);
}

#[test]
fn numbers_of_a_list_are_used_once_over_all_runs() {
    let scene = Scene::new()
        .with("serials", "source", "\"list\"")
        .with("serials", "pattern", "")
        .with("serials", "last", "")
        .with("serials", "path", "\"list.csv\"");
    std::fs::write(scene.path("list.csv"), "dsn\nA-1\nA-2\nA-3\n").unwrap();
    assert_eq!(scene.run(&[Rig::of(boards(0, 2))]).totals.passed, 2);
    let ran = scene.run(&[Rig::of(boards(10, 2))]);
    assert_eq!(ran.totals.passed, 1);
    assert_eq!(scene.record("A-3").chip.as_deref(), Some("chip-10"));
}

#[test]
fn a_range_goes_on_where_an_earlier_run_stopped() {
    let scene = Scene::new();
    for run in 0..3 {
        assert_eq!(scene.run(&[Rig::of(boards(run * 10, 2))]).totals.passed, 2);
    }
    assert_eq!(scene.record("T0006").chip.as_deref(), Some("chip-21"));
}

fn scanned(scan: fn(u16) -> Vec<String>) -> Scene {
    let mut scene = Scene::new()
        .with("serials", "source", "\"scanner\"")
        .with("serials", "pattern", "")
        .with("serials", "last", "")
        .with("serials", "twice", "true");
    scene.scan = scan;
    scene
}

#[test]
fn a_scan_goes_to_the_board_that_it_was_asked_for() {
    let scene = scanned(|slot| vec![format!("SLOT-{slot}"); 2]);
    let ran = scene.run(&[Rig::of(boards(0, 1)), Rig::of(boards(10, 1)), Rig::of(boards(20, 1))]);
    assert_eq!(ran.totals.passed, 3);
    for (dsn, chip) in [("SLOT-1", "chip-0"), ("SLOT-2", "chip-10"), ("SLOT-3", "chip-20")] {
        assert_eq!(scene.record(dsn).chip.as_deref(), Some(chip));
    }
}

#[test]
fn a_label_that_another_board_has_already_is_refused_and_nothing_is_lost() {
    let scene = scanned(|_| vec!["SAME".to_owned(); 2]);
    let ran = scene.run(&[Rig::of(boards(0, 2))]);
    assert_eq!((ran.totals.passed, ran.totals.failed), (1, 1));
    assert!(ran.failures()[0].contains("SAME belongs to another board"), "{:?}", ran.failures());
    assert_eq!(scene.record("SAME").chip.as_deref(), Some("chip-0"));
}

#[test]
fn numbers_that_the_journal_knows_are_left_out_where_their_store_was_lost() {
    let scene = Scene::new();
    assert_eq!(scene.run(&[Rig::of(boards(0, 3))]).totals.passed, 3);
    for ending in ["", "-wal", "-shm"] {
        let _absent = std::fs::remove_file(scene.path(&format!("journal.serials{ending}")));
    }
    let ran = scene.run(&[Rig::of(boards(10, 1))]);
    assert_eq!((ran.totals.passed, ran.totals.failed), (1, 0));
    assert_eq!(scene.record("T0004").chip.as_deref(), Some("chip-10"));
}
