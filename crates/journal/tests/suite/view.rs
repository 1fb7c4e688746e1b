//! Looking at a journal while the line works.

use journal::{DeviceKey, FIND_MAX, Filter, JournalView, NoteKind, PendingLog, State, measure};

use crate::support::{AT, dsn, fill_random, job_record, reservation, world};

fn dsns(view: &JournalView, filter: &Filter<'_>) -> Vec<String> {
    let mut found = Vec::new();
    view.for_each(filter, |record| found.push(record.dsn.clone())).unwrap();
    found
}

#[test]
fn a_view_sees_what_was_acknowledged_and_nothing_is_in_the_way() {
    let world = world();
    let view = JournalView::open(world.path()).unwrap();
    assert!(view.unfinished_records().unwrap().is_empty());
    let id = world.intended(1).id();
    world.journal.note(id, NoteKind::Test, "4.2 V", AT).unwrap();
    assert_eq!(view.unfinished_records().unwrap(), [world.record(1)]);
    assert_eq!(view.find(&DeviceKey::Id(id)).unwrap(), [world.record(1)]);
    assert_eq!(view.notes(id).unwrap(), world.journal.notes(id).unwrap());
    assert_eq!(view.counts(None).unwrap(), world.journal.counts(None).unwrap());
    assert_eq!(view.jobs().unwrap(), [(world.job, job_record("job"))]);
    assert!(!view.is_newer());
}

#[test]
fn a_filter_shows_what_it_says_in_the_order_of_the_devices() {
    let world = world();
    let other = world.journal.job(&job_record("other")).unwrap();
    let devices: Vec<_> = (0..4).map(|n| world.verified(n).id()).collect();
    world.journal.reserve(reservation(other, 4)).unwrap();
    for (file, devices) in [("a", &devices[..2]), ("b", &devices[2..3])] {
        let log = PendingLog { file: file.into(), sha256: [0; 32] };
        let log = world.journal.logging(&log, devices).unwrap();
        world.journal.logged(log, AT).unwrap();
        world.journal.batched(log, "batch", AT).unwrap();
    }
    let view = JournalView::open(world.path()).unwrap();
    let all = Filter::default();
    assert_eq!(dsns(&view, &all), (0..5).map(dsn).collect::<Vec<_>>());
    assert_eq!(dsns(&view, &Filter { job: Some(other), ..all }), [dsn(4)]);
    assert_eq!(dsns(&view, &Filter { state: Some(State::Verified), ..all }), [dsn(3)]);
    assert_eq!(dsns(&view, &Filter { log: Some("a"), ..all }), [dsn(0), dsn(1)]);
    let batch = Filter { batch: Some("batch"), ..all };
    assert_eq!(dsns(&view, &batch), [dsn(0), dsn(1), dsn(2)]);
    assert_eq!(dsns(&view, &Filter { log: Some("b"), ..batch }), [dsn(2)]);
    let of_other = Filter { job: Some(other), ..batch };
    assert!(dsns(&view, &of_other).is_empty());
    assert!(dsns(&view, &Filter { log: Some("c"), ..all }).is_empty());
    let logs = view.logs().unwrap();
    assert_eq!(logs.len(), 2);
    assert!(logs.iter().all(|log| log.is_logged && log.batch.as_deref() == Some("batch")));
}

#[test]
fn a_look_up_is_bounded_and_a_walk_is_not() {
    const DEVICES: u32 = 2500;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("line.journal");
    measure::fill(&path, DEVICES, fill_random).unwrap();
    let view = JournalView::open(&path).unwrap();
    let found = view.find(&DeviceKey::Batch(measure::BATCH)).unwrap();
    assert_eq!(found.len(), FIND_MAX);
    assert_eq!(dsns(&view, &Filter::default()).len(), DEVICES as usize);
    let of_batch = Filter { batch: Some(measure::BATCH), ..Filter::default() };
    let finished = DEVICES as usize - measure::UNFINISHED as usize;
    assert_eq!(dsns(&view, &of_batch).len(), finished);
}
