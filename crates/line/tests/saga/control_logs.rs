//! Control logs: every finished device in exactly one, whatever the disk and the clock do.

use std::{
    fs,
    sync::{Arc, atomic::Ordering},
    thread,
    time::Duration,
};

use journal::{PendingLog, State};
use line::{
    Control, Line, LineMode, StopReason,
    driver::Driver,
    event::{Event, Listeners},
};
use sha2::{Digest as _, Sha256};

use super::{
    rig::{Rig, TestBoard},
    scene::{NOW, Scene},
};

#[test]
fn a_line_whose_control_logs_cannot_be_written_waits_and_loses_nothing() {
    let scene = Scene::new();
    fs::remove_dir(scene.path("logs")).unwrap();
    let rig = Rig::of([TestBoard::new("chip-1"), TestBoard::new("chip-2")]);
    let control = Arc::new(Control::default());
    let (stop, logs) = (Arc::clone(&control), scene.path("logs"));
    let listener = move |event: &Event| match event {
        // Somebody repairs the disk.
        Event::ControlLogFailed { .. } => fs::create_dir_all(&logs).unwrap(),
        Event::ControlLog { .. } => {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(1500));
                stop.stop(StopReason::Asked);
            });
        }
        _ => {}
    };
    let drivers = vec![Box::new(rig) as Box<dyn Driver>];
    let listeners = Listeners::new(vec![Box::new(listener)]);
    let parts = scene.parts(drivers, LineMode::Run, &control, listeners);
    let totals = Line::prepare(parts).unwrap().run().unwrap();
    assert_eq!((totals.passed, totals.logged), (2, 2));
    assert_eq!(scene.logged().values().copied().collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn devices_that_could_not_be_logged_are_logged_by_the_next_start() {
    let scene = Scene::new();
    fs::remove_dir(scene.path("logs")).unwrap();
    let ran = scene.run(&[Rig::of([TestBoard::new("chip-1")])]);
    assert_eq!((ran.totals.passed, ran.totals.logged), (1, 0));
    assert_eq!(scene.record("T0001").state, State::Verified);
    fs::create_dir(scene.path("logs")).unwrap();
    // Any start will do, also one with another board.
    scene.run(&[Rig::of([TestBoard::new("chip-2")])]);
    assert_eq!(scene.record("T0001").state, State::Logged);
    assert_eq!(scene.logged().len(), 2);
    assert!(scene.logged().values().all(|count| *count == 1));
}

/// A device that is finished and in no control log, with a log about to get its name: what a kill leaves between the
/// desk's second and fourth step.
fn pending(scene: &Scene, content: Option<&str>) -> std::path::PathBuf {
    fs::remove_dir(scene.path("logs")).unwrap();
    scene.run(&[Rig::of([TestBoard::new("chip-1")])]);
    fs::create_dir(scene.path("logs")).unwrap();
    let file = scene.path("logs").join("C_CONTROL_LOG_20300101000000.txt");
    let sha256 = Sha256::digest(content.unwrap_or_default()).into();
    let journal = scene.journal();
    let log = PendingLog { file: file.to_string_lossy().into_owned(), sha256 };
    journal.logging(&log, &[scene.record("T0001").id]).unwrap();
    journal.close().unwrap();
    if let Some(content) = content {
        fs::write(&file, content).unwrap();
    }
    file
}

#[test]
fn a_log_that_got_no_name_before_the_kill_is_written_by_the_next_start() {
    let scene = Scene::new();
    let file = pending(&scene, None);
    scene.run(&[Rig::of([TestBoard::new("chip-2")])]);
    assert!(!file.exists());
    assert_eq!(scene.record("T0001").state, State::Logged);
    assert_eq!(scene.logged().len(), 2);
}

#[test]
fn a_log_that_had_its_name_before_the_kill_is_not_written_again() {
    let scene = Scene::new();
    let content = "{\"controlLogs\": []}";
    let file = pending(&scene, Some(content));
    scene.run(&[Rig::of([TestBoard::new("chip-2")])]);
    let record = scene.record("T0001");
    assert_eq!(record.state, State::Logged);
    assert_eq!(record.control_log, Some(file.to_string_lossy().into_owned()));
    assert_eq!(scene.logged().len(), 1);
}

#[test]
fn a_clock_that_jumps_neither_doubles_nor_loses_a_device() {
    let scene = Scene::new();
    let hour = 3_600_000;
    let start = NOW.load(Ordering::Relaxed);
    for (run, now) in
        [start, start - hour, start + hour, 0, -5 * hour, start].into_iter().enumerate()
    {
        NOW.store(now, Ordering::Relaxed);
        let rig = Rig::of([TestBoard::new(&format!("chip-{run}"))]);
        assert_eq!(scene.run(&[rig]).totals.passed, 1);
    }
    NOW.store(start, Ordering::Relaxed);
    let logged = scene.logged();
    assert_eq!(logged.len(), 6);
    assert!(logged.values().all(|count| *count == 1));
}
