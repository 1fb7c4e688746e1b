//! Many callers at once.

use std::{sync::Barrier, thread, time::Instant};

use journal::{DeviceKey, PendingLog, ReserveError, State, StepTimes};

use crate::support::{AT, World, dsn, keys, keys_on_board, outcome, reservation, smsn, world};

/// As many as a large line has slots.
const CALLERS: u32 = 64;

#[test]
fn sixty_four_callers_get_all_their_devices_through() {
    let world = world();
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let world = &world;
            scope.spawn(move || {
                for n in [caller, caller + CALLERS] {
                    let id = world.verified(n).id();
                    let log = PendingLog { file: format!("{n}.json"), sha256: [0; 32] };
                    let log = world.journal.logging(&log, &[id]).unwrap();
                    world.journal.logged(log, AT).unwrap();
                }
            });
        }
    });
    let world = world.reopened();
    let counts = world.journal.counts(None).unwrap();
    assert_eq!(counts.in_state(State::Logged), u64::from(2 * CALLERS));
    assert_eq!(counts.devices(), u64::from(2 * CALLERS));
    for n in 0..2 * CALLERS {
        assert_eq!(world.record(n).control_log, Some(format!("{n}.json")));
    }
}

#[test]
fn of_many_who_want_one_dsn_one_gets_it_and_the_others_do_no_harm() {
    let world = world();
    let start = Barrier::new(CALLERS as usize);
    let winners: usize = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (world, start) = (&world, &start);
                scope.spawn(move || {
                    let mut wanted = reservation(world.job, 1000);
                    wanted.smsn = smsn(5000 + caller);
                    start.wait();
                    // One of its own in the same groups, which must not suffer.
                    match world.journal.reserve_and_intend(wanted, keys(caller), AT) {
                        Ok(_) => 1,
                        Err(ReserveError::DsnTaken { existing }) => {
                            assert_eq!(existing.dsn, dsn(1000));
                            world.intended(caller);
                            0
                        }
                        Err(error) => panic!("{error}"),
                    }
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    });
    assert_eq!(winners, 1);
    let counts = world.journal.counts(None).unwrap();
    assert_eq!(counts.in_state(State::Intended), u64::from(CALLERS));
    assert_eq!(world.journal.find(&DeviceKey::Dsn(&dsn(1000))).unwrap().len(), 1);
}

#[test]
#[ignore = "a measurement: run it alone and in release"]
fn transitions_per_second_of_sixty_four_callers() {
    const DEVICES: u32 = 500;
    let world = world();
    let all: Vec<Vec<_>> = (0..CALLERS)
        .map(|caller| {
            (0..DEVICES).map(|n| (caller * DEVICES + n, keys(caller * DEVICES + n))).collect()
        })
        .collect();
    let start = Instant::now();
    thread::scope(|scope| {
        for devices in all {
            let world = &world;
            scope.spawn(move || devices.into_iter().for_each(|(n, keys)| make(world, n, keys)));
        }
    });
    let elapsed = start.elapsed().as_secs_f64();
    let calls = f64::from(CALLERS * DEVICES * 3);
    println!(
        "{CALLERS} callers: {:.0} durable calls/s, {:.0} transitions/s (reserved, intended, signed, \
         paged, flashed, verified), {:.0} devices/s",
        calls / elapsed,
        2.0 * calls / elapsed,
        calls / 3.0 / elapsed
    );
    // One caller pays the whole flush.
    let start = Instant::now();
    let alone = 200_000..200_000 + DEVICES;
    alone.for_each(|n| make(&world, n, keys_on_board(n)));
    let micros = start.elapsed().as_micros() / u128::from(3 * DEVICES);
    println!("1 caller: {micros} us a durable call");
}

fn make(world: &World, n: u32, keys: journal::Keys) {
    let journal = &world.journal;
    let intended = journal.reserve_and_intend(reservation(world.job, n), keys, AT).unwrap();
    let paged = journal.signed_and_paged(intended, outcome(n), Some([1; 32]), AT).unwrap();
    journal.flashed_and_verified(paged, Some("CHIP"), &StepTimes::default(), AT).unwrap();
}
