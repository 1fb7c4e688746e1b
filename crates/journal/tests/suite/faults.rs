//! Failures, dropped reservations, retired identities, notes.

use journal::{JournalError, NoteKind, ReserveError, State, Unfinished};

use crate::support::{AT, dsn, failure, keys, outcome, reservation, world};

#[test]
fn a_failure_stands_until_the_next_step_and_its_count_for_ever() {
    let world = world();
    let device = world.paged(1);
    world.journal.fail(device.id(), &failure(), AT).unwrap();
    world.journal.fail(device.id(), &failure(), AT).unwrap();
    let world = world.reopened();
    let record = world.record(1);
    assert_eq!(record.failure, Some(failure()));
    assert_eq!((record.state, record.attempts), (State::Paged, 2));
    let counts = world.journal.counts(None).unwrap();
    assert_eq!((counts.failed_now, counts.failures), (1, 2));

    let Ok(Some(Unfinished::Paged(device))) = world.journal.resume(device.id()) else {
        panic!("paged")
    };
    let id = device.id();
    world.journal.flashed_and_verified(device, None, &Default::default(), AT).unwrap();
    let record = world.record(1);
    assert_eq!((record.failure, record.attempts), (None, 2));
    let counts = world.journal.counts(None).unwrap();
    assert_eq!((counts.failed_now, counts.failures), (0, 2));
    assert_eq!((counts.verified_ever, counts.verified_at_first), (1, 0));
    let kinds: Vec<NoteKind> =
        world.journal.notes(id).unwrap().into_iter().map(|note| note.kind).collect();
    assert_eq!(kinds, [NoteKind::Failure; 2]);
}

#[test]
fn a_dropped_reservation_frees_its_numbers_and_its_id_is_never_used_again() {
    let world = world();
    let device = world.journal.reserve(reservation(world.job, 1)).unwrap();
    let id = device.id();
    world.journal.fail(id, &failure(), AT).unwrap();
    world.journal.drop_reservation(id, "wrong label", AT).unwrap();
    assert_eq!(world.journal.resume(id).unwrap().map(|_| ()), None);
    let counts = world.journal.counts(None).unwrap();
    assert_eq!((counts.devices(), counts.dropped, counts.failed_now), (0, 1, 0));
    let world = world.reopened();
    let again = world.journal.reserve(reservation(world.job, 1)).unwrap();
    assert!(again.id() > id);
}

#[test]
fn after_the_intent_a_reservation_is_never_dropped() {
    let world = world();
    let device = world.intended(1);
    let id = device.id();
    let refused = world.journal.drop_reservation(id, "", AT).unwrap_err();
    assert_eq!(refused, JournalError::IntentStands { id, found: State::Intended });
    world.journal.signed(device, outcome(1), AT).unwrap();
    let refused = world.journal.drop_reservation(id, "", AT).unwrap_err();
    assert_eq!(refused, JournalError::IntentStands { id, found: State::Signed });
}

#[test]
fn a_retired_identity_goes_nowhere_and_burns_its_dsn() {
    let world = world();
    let device = world.intended(1);
    let id = device.id();
    world.journal.fail(id, &failure(), AT).unwrap();
    world.journal.retire(id, "board lost", AT).unwrap();
    world.journal.retire(id, "board lost", AT).unwrap();
    let refused = world.journal.signed(device, outcome(1), AT).unwrap_err();
    assert!(matches!(refused, JournalError::WrongState { retired: true, .. }));
    let world = world.reopened();
    assert!(world.record(1).retired);
    assert!(world.journal.unfinished().unwrap().is_empty());
    assert!(world.journal.resume(id).unwrap().is_none());
    let again = world.journal.reserve(reservation(world.job, 1));
    assert!(matches!(again, Err(ReserveError::DsnTaken { .. })));
    let counts = world.journal.counts(None).unwrap();
    assert_eq!((counts.retired, counts.in_state(State::Intended), counts.failed_now), (1, 0, 0));
}

#[test]
fn a_retired_reservation_is_not_dropped() {
    let world = world();
    let id = world.journal.reserve(reservation(world.job, 1)).unwrap().id();
    world.journal.retire(id, "label was printed", AT).unwrap();
    let refused = world.journal.drop_reservation(id, "", AT).unwrap_err();
    assert!(matches!(refused, JournalError::WrongState { retired: true, .. }));
}

#[test]
fn a_retired_devices_slot_is_used_again() {
    let world = world();
    for n in 0..20 {
        let device = world.intended(n);
        world.journal.retire(device.id(), "", AT).unwrap();
    }
    world.intended(20);
    let world = world.reopened();
    let unfinished = world.journal.unfinished().unwrap();
    let [Unfinished::Intended(device)] = &unfinished[..] else { panic!("one device") };
    let curve = sidewalk::Curve::Ed25519;
    assert_eq!(
        device.request().private_key(curve).unwrap().expose_bytes(),
        keys(20).private_key(curve).unwrap().expose_bytes()
    );
}

#[test]
fn notes_come_back_in_their_order() {
    let world = world();
    let id = world.intended(1).id();
    world.journal.note(id, NoteKind::Label, "printed", AT).unwrap();
    world.journal.note(id, NoteKind::LabelReprint, "smudged", AT).unwrap();
    let notes = world.journal.notes(id).unwrap();
    let texts: Vec<(NoteKind, &str)> =
        notes.iter().map(|note| (note.kind, note.text.as_str())).collect();
    assert_eq!(texts, [(NoteKind::Label, "printed"), (NoteKind::LabelReprint, "smudged")]);
}

#[test]
fn what_is_unknown_is_said_to_be_so() {
    let world = world();
    let id = journal::DeviceId(99);
    let unknown = JournalError::UnknownDevice(id);
    assert_eq!(world.journal.fail(id, &failure(), AT), Err(unknown.clone()));
    assert_eq!(world.journal.retire(id, "", AT), Err(unknown.clone()));
    assert_eq!(world.journal.note(id, NoteKind::Test, "", AT), Err(unknown));
    assert!(world.journal.find(&journal::DeviceKey::Dsn(&dsn(1))).unwrap().is_empty());
}
