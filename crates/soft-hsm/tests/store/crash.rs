//! Power cuts, kills and errors at every single operation of the disk, one after the other.

use soft_hsm::store::{RecordLog, StoreFault};

use crate::{
    simulated_disk::{SimulatedDisk, Trouble},
    support::{change, new_log, numbers, open, seed, snapshot},
};

/// How many changes a run makes; every seventh is followed by a snapshot.
const CHANGES: u32 = 24;

/// Where a run stands.
#[derive(Debug, Default)]
struct Progress {
    acknowledged: Vec<u32>,
    /// A change that was handed over and not acknowledged.
    in_flight: Option<u32>,
}

impl Progress {
    /// What is found must be everything acknowledged, and at most the change in flight besides.
    fn check(&self, found: &[u32], context: &str) {
        let mut with_in_flight = self.acknowledged.clone();
        with_in_flight.extend(self.in_flight);
        assert!(
            found == self.acknowledged || found == with_in_flight,
            "{context}: found {found:?}, expected {self:?}"
        );
    }

    /// Makes the rest of the changes until something fails.
    fn run(&mut self, log: &mut RecordLog<SimulatedDisk>) -> Result<(), StoreFault> {
        let first = self.acknowledged.last().map_or(0, |last| last + 1);
        for number in first..CHANGES {
            self.in_flight = Some(number);
            log.append(&change(number))?;
            self.acknowledged.push(number);
            self.in_flight = None;
            if number % 7 == 6 {
                log.replace(&snapshot(&self.acknowledged))?;
            }
        }
        Ok(())
    }
}

/// How many operations a run without trouble takes, those that make the log excepted.
fn operations() -> usize {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut log = new_log(disk.clone(), 1);
    Progress::default().run(&mut log).unwrap();
    disk.operations()
}

fn dies_at_every_operation(trouble: fn(usize) -> Trouble) {
    let seed = seed();
    for operation in 0..operations() {
        for round in 0..8 {
            let context = format!("operation {operation}, round {round}");
            let chance = seed.wrapping_add(round);
            let disk = SimulatedDisk::new(trouble(operation), chance);
            let mut progress = Progress::default();
            let mut log = RecordLog::create(
                disk.clone(),
                &soft_hsm::store::StoreKey::new(crate::support::KEY),
                soft_hsm::store::KeyProtection::KeyFile,
                crate::support::random(2),
            );
            let ended = log.replace(&snapshot(&[])).and_then(|()| progress.run(&mut log));
            assert!(ended.is_err() && disk.is_dead(), "{context}");

            let restarted = disk.after_restart(chance);
            let Some((mut log, contents)) = open(restarted.clone(), 3).expect(&context) else {
                assert!(progress.acknowledged.is_empty(), "{context}: no file");
                continue;
            };
            let found = numbers(&contents);
            progress.check(&found, &context);

            // And it goes on from there to the end.
            log.replace(&snapshot(&found)).unwrap();
            let mut progress = Progress { acknowledged: found, in_flight: None };
            progress.run(&mut log).unwrap();
            drop(log);
            let (_, contents) = open(restarted.after_restart(chance), 4).unwrap().unwrap();
            assert_eq!(numbers(&contents), (0..CHANGES).collect::<Vec<_>>(), "{context}");
        }
    }
}

#[test]
fn a_power_cut_at_any_operation_loses_nothing_that_was_acknowledged() {
    dies_at_every_operation(Trouble::PowerCut);
}

#[test]
fn a_kill_within_any_operation_loses_nothing_that_was_acknowledged() {
    dies_at_every_operation(Trouble::Kill);
}

#[test]
fn an_error_of_any_operation_is_survived_by_reading_again_and_writing_anew() {
    let seed = seed();
    // Those before belong to making the log.
    for operation in 2..operations() {
        for round in 0..8 {
            let context = format!("operation {operation}, round {round}");
            let chance = seed.wrapping_add(round);
            let disk = SimulatedDisk::new(Trouble::Error(operation), chance);
            let mut log = new_log(disk.clone(), 2);
            let mut progress = Progress::default();
            let failed = progress.run(&mut log).expect_err(&context);
            assert!(matches!(failed, StoreFault::Disk(_)), "{context}: {failed}");
            assert_eq!(log.append(&change(0)), Err(StoreFault::NotReady), "{context}");

            let found = numbers(&log.reread().expect(&context));
            progress.check(&found, &context);
            log.replace(&snapshot(&found)).unwrap();
            let mut progress = Progress { acknowledged: found, in_flight: None };
            progress.run(&mut log).unwrap();
            drop(log);
            // A power cut afterwards finds everything.
            let (_, contents) = open(disk.after_restart(chance), 4).unwrap().unwrap();
            assert_eq!(numbers(&contents), (0..CHANGES).collect::<Vec<_>>(), "{context}");
        }
    }
}
