//! Every step of a device, and what a restart finds after it.

use std::time::Duration;

use journal::{
    Counts, Journal, JournalError, ReserveError, State, Step, StepTimes, Unfinished, UnixMillis,
};
use sidewalk::Curve;

use crate::support::{
    AT, World, dsn, job_record, keys, keys_on_board, outcome, private_bytes, reservation, smsn,
    world,
};

fn resumed(world: &World, n: u32) -> Unfinished {
    world.journal.resume(world.record(n).id).unwrap().unwrap()
}

fn assert_private_keys(request: &journal::Request, n: u32) {
    for curve in Curve::ALL {
        let key = request.private_key(curve).expect("the journal has the private keys");
        assert_eq!(*key.expose_bytes(), private_bytes(curve, n));
    }
}

#[test]
fn a_device_passes_every_single_step() {
    let world = world();
    let journal = &world.journal;
    let at = |offset| UnixMillis(AT.0 + offset);
    let reserved = journal.reserve(reservation(world.job, 1)).unwrap();
    assert_eq!(reserved.dsn(), dsn(1));
    assert_eq!(world.record(1).state, State::Reserved);

    let mut intended = journal.intend(reserved.keyed(keys(1)), at(1)).unwrap();
    let messages = *intended.messages();
    assert_eq!(messages.ed25519[32..], *smsn(1).as_bytes());
    assert_eq!(messages.p256r1[64..], *smsn(1).as_bytes());
    assert_eq!(messages.ed25519[..32], *keys(1).public_key(Curve::Ed25519).as_bytes());
    assert_eq!(messages.p256r1[..64], *keys(1).public_key(Curve::P256r1).as_bytes());
    assert_eq!(intended.asked(), 1);
    journal.ask_again(&mut intended, at(2)).unwrap();
    assert_eq!(intended.asked(), 2);

    let signed = journal.signed(intended, outcome(1), at(3)).unwrap();
    assert_eq!(*signed.outcome(), outcome(1));
    let paged = journal.paged(signed, Some([9; 32]), at(4)).unwrap();
    assert_eq!(paged.page_sha256(), Some(&[9; 32]));
    let flashed = journal.flashed(paged, Some("CHIP-1"), at(5)).unwrap();
    assert_eq!(flashed.chip(), Some("CHIP-1"));
    assert_private_keys(flashed.request(), 1);
    let mut times = StepTimes::default();
    times.set(Step::Sign, Duration::from_micros(1234));
    let verified = journal.verified(flashed, &times, at(6)).unwrap();
    assert!(verified.request().private_key(Curve::Ed25519).is_none());
    assert!(verified.request().private_key(Curve::P256r1).is_none());
    assert_eq!(*verified.messages(), messages);

    let record = world.record(1);
    assert_eq!(record.state, State::Verified);
    assert_eq!((record.asked, record.attempts), (2, 0));
    assert_eq!(record.chip.as_deref(), Some("CHIP-1"));
    assert_eq!(record.ed25519_public_key.as_ref(), Some(keys(1).public_key(Curve::Ed25519)));
    assert_eq!(record.p256r1_public_key.as_ref(), Some(keys(1).public_key(Curve::P256r1)));
    assert_eq!(record.ed25519_signature, Some(outcome(1).ed25519));
    assert_eq!(record.p256r1_signature, Some(outcome(1).p256r1));
    assert_eq!(record.hsm_serial, Some(12_345_678));
    assert_eq!(record.page_sha256, Some([9; 32]));
    assert_eq!(record.step_times, Some(times));
    let stamps = [record.at.reserved, record.at.intended, record.at.signed, record.at.paged];
    assert_eq!(stamps, [Some(AT), Some(at(1)), Some(at(3)), Some(at(4))]);
    assert_eq!([record.at.flashed, record.at.verified], [Some(at(5)), Some(at(6))]);
    assert_eq!(record.at.logged, None);
}

#[test]
fn a_restart_finds_every_state_with_all_that_belongs_to_it() {
    let world = world();
    let journal = &world.journal;
    journal.reserve(reservation(world.job, 0)).unwrap();
    world.intended(1);
    world.signed(2);
    world.paged(3);
    journal.flashed(world.paged(4), None, AT).unwrap();
    world.verified(5);
    let world = world.reopened();

    let states: Vec<State> =
        world.journal.unfinished().unwrap().iter().map(Unfinished::state).collect();
    assert_eq!(states, State::ALL[..6]);
    let Unfinished::Reserved(device) = resumed(&world, 0) else { panic!("reserved") };
    assert_eq!((device.dsn(), device.slot(), device.smsn()), (&*dsn(0), 0, &smsn(0)));
    let Unfinished::Intended(device) = resumed(&world, 1) else { panic!("intended") };
    assert_private_keys(device.request(), 1);
    assert_eq!(device.asked(), 1);
    let Unfinished::Signed(device) = resumed(&world, 2) else { panic!("signed") };
    assert_private_keys(device.request(), 2);
    assert_eq!(*device.outcome(), outcome(2));
    let Unfinished::Paged(device) = resumed(&world, 3) else { panic!("paged") };
    assert_private_keys(device.request(), 3);
    assert_eq!(device.page_sha256(), Some(&[3; 32]));
    let Unfinished::Flashed(device) = resumed(&world, 4) else { panic!("flashed") };
    assert_private_keys(device.request(), 4);
    let Unfinished::Verified(device) = resumed(&world, 5) else { panic!("verified") };
    assert!(device.request().private_key(Curve::Ed25519).is_none());
    assert_eq!((device.outcome(), device.pending_log()), (&outcome(5), None));
}

#[test]
fn a_resumed_device_goes_on_from_each_state() {
    let world = world();
    world.journal.reserve(reservation(world.job, 0)).unwrap();
    let world = world.reopened();
    let Unfinished::Reserved(device) = resumed(&world, 0) else { panic!("reserved") };
    world.journal.intend(device.keyed(keys(0)), AT).unwrap();
    let world = world.reopened();
    let Unfinished::Intended(mut device) = resumed(&world, 0) else { panic!("intended") };
    world.journal.ask_again(&mut device, AT).unwrap();
    world.journal.signed(device, outcome(0), AT).unwrap();
    let world = world.reopened();
    let Unfinished::Signed(device) = resumed(&world, 0) else { panic!("signed") };
    world.journal.paged(device, None, AT).unwrap();
    let world = world.reopened();
    let Unfinished::Paged(device) = resumed(&world, 0) else { panic!("paged") };
    world.journal.flashed(device, None, AT).unwrap();
    let world = world.reopened();
    let Unfinished::Flashed(device) = resumed(&world, 0) else { panic!("flashed") };
    world.journal.verified(device, &StepTimes::default(), AT).unwrap();
    assert_eq!(world.record(0).state, State::Verified);
    assert_eq!(world.record(0).asked, 2);
}

#[test]
fn keys_made_on_the_board_are_resumed_without_private_ones() {
    let world = world();
    let device =
        world.journal.reserve_and_intend(reservation(world.job, 1), keys_on_board(1), AT).unwrap();
    assert!(device.request().private_key(Curve::P256r1).is_none());
    let world = world.reopened();
    assert!(world.record(1).keys_on_board);
    let Unfinished::Intended(device) = resumed(&world, 1) else { panic!("intended") };
    assert!(device.request().private_key(Curve::Ed25519).is_none());
    assert_eq!(device.request().public_key(Curve::P256r1), *keys(1).public_key(Curve::P256r1));
    let paged = world.journal.signed_and_paged(device, outcome(1), None, AT).unwrap();
    assert_eq!(paged.page_sha256(), None);
}

#[test]
fn two_values_of_one_device_take_a_step_once() {
    let world = world();
    let first = world.intended(1);
    let Unfinished::Intended(second) = resumed(&world, 1) else { panic!("intended") };
    let id = first.id();
    world.journal.signed(first, outcome(1), AT).unwrap();
    let refused = world.journal.signed(second, outcome(2), AT).unwrap_err();
    let wrong = JournalError::WrongState {
        id,
        expected: State::Intended,
        found: State::Signed,
        retired: false,
    };
    assert_eq!(refused, wrong);
    assert_eq!(world.record(1).ed25519_signature, Some(outcome(1).ed25519));
}

#[test]
fn a_dsn_that_stands_is_refused_with_its_device() {
    let world = world();
    world.signed(1);
    let mut again = reservation(world.job, 2);
    again.dsn = dsn(1);
    let Err(ReserveError::DsnTaken { existing }) = world.journal.reserve(again) else {
        panic!("the DSN is taken")
    };
    assert_eq!(*existing, world.record(1));
}

#[test]
fn an_smsn_that_stands_is_refused_with_its_device() {
    let world = world();
    world.signed(1);
    let mut again = reservation(world.job, 2);
    again.smsn = smsn(1);
    let refused = world.journal.reserve_and_intend(again, keys(2), AT);
    let Err(ReserveError::SmsnTaken { existing }) = refused else { panic!("the SMSN is taken") };
    assert_eq!(existing.dsn, dsn(1));
    assert_eq!(world.journal.counts(None).unwrap().devices(), 1);
}

#[test]
fn what_cannot_be_a_number_is_refused() {
    let world = world();
    for bad in ["", "12345678901234567", "A B", "Ä"] {
        let mut bad_dsn = reservation(world.job, 1);
        bad_dsn.dsn = bad.into();
        assert_eq!(world.journal.reserve(bad_dsn).unwrap_err(), JournalError::Dsn.into());
    }
    let mut bad_chip = reservation(world.job, 1);
    bad_chip.chip = Some(String::new());
    assert_eq!(world.journal.reserve(bad_chip).unwrap_err(), JournalError::Chip.into());
    let refused = world.journal.flashed(world.paged(2), Some("a b"), AT);
    assert_eq!(refused.unwrap_err(), JournalError::Chip);
}

#[test]
fn a_key_in_the_other_curves_place_is_refused() {
    let world = world();
    let journal::Keys::OnHost { ed25519, p256r1 } = keys(1) else { panic!("on the host") };
    let exchanged = journal::Keys::OnHost { ed25519: p256r1, p256r1: ed25519 };
    let refused = world.journal.reserve_and_intend(reservation(world.job, 1), exchanged, AT);
    assert_eq!(refused.unwrap_err(), JournalError::WrongCurve { curve: Curve::Ed25519 }.into());
}

#[test]
fn an_unknown_job_is_refused() {
    let world = world();
    let refused = world.journal.reserve(reservation(journal::JobId(99), 1));
    assert_eq!(refused.unwrap_err(), JournalError::UnknownJob(journal::JobId(99)).into());
}

#[test]
fn an_equal_job_is_found_and_another_one_is_new() {
    let world = world();
    assert_eq!(world.journal.job(&job_record("job")).unwrap(), world.job);
    let mut other = job_record("job");
    other.p256r1_issuers.push(0);
    let other_id = world.journal.job(&other).unwrap();
    assert_ne!(other_id, world.job);
    let world = world.reopened();
    let jobs = world.journal.jobs().unwrap();
    assert_eq!(jobs, [(world.job, job_record("job")), (other_id, other)]);
}

#[test]
fn counts_are_kept_per_job_and_in_sum() {
    let world = world();
    let other = world.journal.job(&job_record("other")).unwrap();
    world.verified(1);
    world.paged(2);
    world.journal.reserve(reservation(other, 3)).unwrap();
    let check = |journal: &Journal| {
        let count = |job| journal.counts(job).unwrap();
        let of_job: Counts = count(Some(world.job));
        assert_eq!((of_job.in_state(State::Verified), of_job.in_state(State::Paged)), (1, 1));
        assert_eq!((of_job.devices(), of_job.unfinished(), of_job.asked), (2, 2, 2));
        assert_eq!((of_job.verified_ever, of_job.verified_at_first), (1, 1));
        assert_eq!(count(Some(other)).in_state(State::Reserved), 1);
        assert_eq!(count(None).devices(), 3);
    };
    check(&world.journal);
}

#[test]
fn a_clock_in_1970_changes_no_order() {
    let world = world();
    for (n, at) in [(1, AT.0), (2, 0), (3, -5)] {
        let mut reservation = reservation(world.job, n);
        reservation.at = UnixMillis(at);
        world.journal.reserve(reservation).unwrap();
    }
    let order: Vec<String> =
        world.journal.unfinished().unwrap().iter().map(|device| device.dsn().into()).collect();
    assert_eq!(order, [dsn(1), dsn(2), dsn(3)]);
}
