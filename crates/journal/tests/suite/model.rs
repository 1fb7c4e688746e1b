//! Random sequences of operations against a map.

use std::collections::BTreeMap;

use journal::{
    DeviceKey, LogId, NoteKind, PendingLog, ReserveError, State, StepTimes, Unfinished, Verdict,
};
use proptest::prelude::{Just, Strategy, prop_assert_eq, prop_oneof, proptest};

use crate::support::{AT, World, dsn, failure, keys, outcome, reservation, smsn, world};

/// So few that operations meet.
const DEVICES: u32 = 5;

#[derive(Clone, Copy, Debug)]
enum Operation {
    Reserve(u32),
    ReserveAndIntend(u32),
    GoOn(u32),
    AskAgain(u32),
    Fail(u32),
    Drop(u32),
    Retire(u32),
    Note(u32),
    Log(u32),
    Logged(bool),
    Batch,
    Upload,
    Answer(u32, bool),
    Reopen,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Model {
    state: State,
    retired: bool,
    failed: bool,
    attempts: u32,
    asked: u32,
    log: Option<LogId>,
}

#[derive(Default)]
struct Models {
    devices: BTreeMap<u32, Model>,
    pending: Vec<LogId>,
    logged: Vec<LogId>,
    dropped: u64,
    failures: u64,
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let n = || 0..DEVICES;
    let operation = prop_oneof![
        2 => n().prop_map(Operation::Reserve),
        3 => n().prop_map(Operation::ReserveAndIntend),
        8 => n().prop_map(Operation::GoOn),
        1 => n().prop_map(Operation::AskAgain),
        2 => n().prop_map(Operation::Fail),
        1 => n().prop_map(Operation::Drop),
        1 => n().prop_map(Operation::Retire),
        1 => n().prop_map(Operation::Note),
        2 => n().prop_map(Operation::Log),
        3 => proptest::bool::weighted(0.8).prop_map(Operation::Logged),
        2 => Just(Operation::Batch),
        2 => Just(Operation::Upload),
        2 => (n(), proptest::bool::ANY).prop_map(|(n, taken)| Operation::Answer(n, taken)),
        1 => Just(Operation::Reopen),
    ];
    proptest::collection::vec(operation, 1..60)
}

fn reserve(world: &World, models: &mut Models, n: u32, with_keys: bool) {
    let reservation = reservation(world.job, n);
    let result = if with_keys {
        world.journal.reserve_and_intend(reservation, keys(n), AT).map(drop)
    } else {
        world.journal.reserve(reservation).map(drop)
    };
    if models.devices.contains_key(&n) {
        assert!(matches!(result, Err(ReserveError::DsnTaken { .. })));
        return;
    }
    result.unwrap();
    let state = if with_keys { State::Intended } else { State::Reserved };
    let asked = u32::from(with_keys);
    let new = Model { state, retired: false, failed: false, attempts: 0, asked, log: None };
    models.devices.insert(n, new);
}

/// The next step of the line, whichever it is.
fn go_on(world: &World, model: &mut Model, n: u32) {
    let journal = &world.journal;
    let id = world.record(n).id;
    let resumed = journal.resume(id).unwrap();
    let is_open = model.state.is_unfinished() && !model.retired;
    assert_eq!(resumed.as_ref().map(Unfinished::state), is_open.then_some(model.state));
    let next = match resumed {
        None | Some(Unfinished::Verified(_)) => return,
        Some(Unfinished::Reserved(device)) => {
            journal.intend(device.keyed(keys(n)), AT).unwrap();
            model.asked = 1;
            State::Intended
        }
        Some(Unfinished::Intended(device)) => {
            journal.signed(device, outcome(n), AT).unwrap();
            State::Signed
        }
        Some(Unfinished::Signed(device)) => {
            journal.paged(device, None, AT).unwrap();
            State::Paged
        }
        Some(Unfinished::Paged(device)) => {
            journal.flashed(device, None, AT).unwrap();
            State::Flashed
        }
        Some(Unfinished::Flashed(device)) => {
            journal.verified(device, &StepTimes::default(), AT).unwrap();
            State::Verified
        }
    };
    (model.state, model.failed) = (next, false);
}

fn apply(world: &World, models: &mut Models, operation: Operation, turn: usize) {
    let journal = &world.journal;
    let n = match operation {
        Operation::Reserve(n) => return reserve(world, models, n, false),
        Operation::ReserveAndIntend(n) => return reserve(world, models, n, true),
        Operation::Logged(finish) => return logged(world, models, finish),
        Operation::Batch => {
            for &log in &models.logged {
                journal.batched(log, "batch", AT).unwrap();
            }
            return move_all(models, State::Logged, State::Batched);
        }
        Operation::Upload => {
            let any = !models.logged.is_empty()
                && !journal.find(&DeviceKey::Batch("batch")).unwrap().is_empty();
            assert!(journal.uploaded("batch", AT).is_ok() || !any);
            return move_all(models, State::Batched, State::Uploaded);
        }
        Operation::Reopen => return,
        Operation::GoOn(n)
        | Operation::AskAgain(n)
        | Operation::Fail(n)
        | Operation::Drop(n)
        | Operation::Retire(n)
        | Operation::Note(n)
        | Operation::Log(n)
        | Operation::Answer(n, _) => n,
    };
    let Some(model) = models.devices.get_mut(&n) else { return };
    let id = world.record(n).id;
    match operation {
        Operation::GoOn(_) => go_on(world, model, n),
        Operation::AskAgain(_) => {
            if let Some(Unfinished::Intended(mut device)) = journal.resume(id).unwrap() {
                journal.ask_again(&mut device, AT).unwrap();
                model.asked += 1;
                assert_eq!(device.asked(), model.asked);
            }
        }
        Operation::Fail(_) => {
            journal.fail(id, &failure(), AT).unwrap();
            model.failed = true;
            model.attempts += 1;
            models.failures += 1;
        }
        Operation::Drop(_) => {
            let may = model.state == State::Reserved && !model.retired;
            assert_eq!(journal.drop_reservation(id, "", AT).is_ok(), may);
            if may {
                models.devices.remove(&n);
                models.dropped += 1;
            }
        }
        Operation::Retire(_) => {
            journal.retire(id, "", AT).unwrap();
            model.retired = true;
        }
        Operation::Note(_) => journal.note(id, NoteKind::Remark, "", AT).unwrap(),
        Operation::Log(_) => {
            let log = PendingLog { file: format!("{turn}.json"), sha256: [0; 32] };
            let may = model.state == State::Verified && !model.retired && model.log.is_none();
            match journal.logging(&log, &[id]) {
                Ok(log) => {
                    assert!(may);
                    model.log = Some(log);
                    models.pending.push(log);
                }
                Err(_) => assert!(!may),
            }
        }
        Operation::Answer(_, taken) => {
            let verdict = match taken {
                true => Verdict::Accepted,
                false => Verdict::Rejected { reason: "no".into() },
            };
            let to = if taken { State::Accepted } else { State::Rejected };
            let may = model.state >= State::Logged && (taken || model.state != State::Accepted);
            assert_eq!(journal.answered(&smsn(n), verdict, AT).is_ok(), may);
            if may && model.state != State::Accepted {
                model.state = to;
                model.failed &= model.retired;
            }
        }
        _ => {}
    }
}

fn logged(world: &World, models: &mut Models, finish: bool) {
    let Some(log) = models.pending.pop() else { return };
    for model in models.devices.values_mut().filter(|model| model.log == Some(log)) {
        if finish {
            model.state = State::Logged;
            model.failed &= model.retired;
        } else {
            model.log = None;
        }
    }
    if finish {
        world.journal.logged(log, AT).unwrap();
        models.logged.push(log);
    } else {
        world.journal.abandon_log(log).unwrap();
    }
}

fn move_all(models: &mut Models, from: State, to: State) {
    for model in models.devices.values_mut().filter(|model| model.state == from) {
        model.state = to;
        model.failed &= model.retired;
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn the_journal_and_a_map_agree_after_every_operation(operations in operations()) {
        let mut world = world();
        let mut models = Models::default();
        for (turn, operation) in operations.into_iter().enumerate() {
            apply(&world, &mut models, operation, turn);
            if matches!(operation, Operation::Reopen) {
                world = world.reopened();
            }
            let counts = world.journal.counts(None).unwrap();
            for state in State::ALL {
                let alive = models.devices.values().filter(|m| m.state == state && !m.retired);
                prop_assert_eq!(counts.in_state(state), alive.count() as u64);
            }
            let failed = models.devices.values().filter(|m| m.failed && !m.retired);
            prop_assert_eq!(counts.failed_now, failed.count() as u64);
            prop_assert_eq!(counts.failures, models.failures);
            prop_assert_eq!(counts.dropped, models.dropped);
            for n in 0..DEVICES {
                let found = world.journal.find(&DeviceKey::Dsn(&dsn(n))).unwrap();
                let found: Vec<Model> = found
                    .iter()
                    .map(|record| Model {
                        state: record.state,
                        retired: record.retired,
                        failed: record.failure.is_some(),
                        attempts: record.attempts,
                        asked: record.asked,
                        log: models.devices.get(&n).and_then(|model| model.log),
                    })
                    .collect();
                let expected: Vec<Model> = models.devices.get(&n).copied().into_iter().collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
