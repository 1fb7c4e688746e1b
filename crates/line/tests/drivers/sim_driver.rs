//! Simulated boards from a tray.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use device::{
    Board, DiagnosticsOptions, Fault, FlashTime, Randomness, SeededRandomness, Shell, Tray,
};
use line::driver::{
    Driver, DriverError, FoundPage, Presence,
    sim::{SimDriver, SimKeys, SimSettings},
};
use page::Catalogue;

use crate::{
    bench::{flash_of, model, write_application},
    suite::{Harness, Identity, TrueFlash, suite},
};

const SLOT: u32 = 3;

struct Sim {
    tray: Arc<Tray>,
    driver: SimDriver,
    /// Boards that are out of the tray's sight until they are placed.
    in_the_box: Vec<Board>,
}

impl Sim {
    fn new(settings: SimSettings) -> Self {
        let tray = Tray::in_memory(model(), Some(2), 7);
        let in_the_box = [100, 101].map(|slot| tray.next(slot).unwrap().unwrap()).into();
        let driver = SimDriver::new(Arc::clone(&tray), SLOT, settings);
        Self { tray, driver, in_the_box }
    }

    fn host() -> Self {
        Self::new(SimSettings::default())
    }

    fn on_device(shell: Shell) -> Self {
        let options = Box::new(DiagnosticsOptions::of(shell));
        Self::new(SimSettings { keys: SimKeys::Board(options), ..SimSettings::default() })
    }
}

impl Harness for Sim {
    fn driver(&mut self) -> &mut dyn Driver {
        &mut self.driver
    }

    fn place_board(&mut self) {
        let mut board = self.in_the_box.pop().unwrap();
        write_application(&mut board);
        self.tray.put_back(board).unwrap();
    }

    fn remove_board(&mut self) {
        self.driver.let_go().unwrap();
    }

    fn true_flash(&mut self) -> TrueFlash {
        self.driver.let_go().unwrap();
        flash_of(&self.tray.take_out().pop().unwrap())
    }
}

mod host_keys {
    use super::*;
    suite!(Sim::host());
}

mod nordic_keys {
    use super::*;
    suite!(Sim::on_device(Shell::Nordic));
}

mod amazon_keys {
    use super::*;
    suite!(Sim::on_device(Shell::Amazon));
}

#[test]
fn a_power_cut_while_the_page_is_written_is_told_and_the_next_try_succeeds() {
    for steps in 0..70 {
        let faults = vec![Fault::PowerCut { steps }];
        let mut sim = Sim::new(SimSettings { faults, ..SimSettings::default() });
        sim.place_board();
        let chip = sim.driver.look().unwrap();
        let identity = Identity::make(&mut sim.driver).unwrap();
        if let Err(error) = identity.install(&mut sim.driver) {
            assert!(matches!(error, DriverError::NoBoard { .. }), "{error:?}");
            assert_eq!(sim.driver.look().unwrap(), chip);
            identity.install(&mut sim.driver).unwrap();
        } else {
            assert!(steps >= 64, "{steps}");
        }
        assert!(identity.is_in(&sim.true_flash().region));
    }
}

#[test]
fn flash_takes_the_time_that_the_rehearsal_gives_it() {
    let slept_us = Arc::new(AtomicU64::new(0));
    let total = Arc::clone(&slept_us);
    let sleeper = move |time: std::time::Duration| {
        total.fetch_add(u64::try_from(time.as_micros()).unwrap(), Ordering::Relaxed);
    };
    let millisecond = std::time::Duration::from_millis(1);
    let time = FlashTime { erase: 85 * millisecond, write: millisecond, read: millisecond };
    let settings = SimSettings { time: Some((time, Arc::new(sleeper))), ..SimSettings::default() };
    let mut sim = Sim::new(settings);
    sim.place_board();
    sim.driver.look().unwrap();
    Identity::make(&mut sim.driver).unwrap().install(&mut sim.driver).unwrap();
    // One sector, and 64 steps of 64 bytes.
    assert_eq!(slept_us.load(Ordering::Relaxed), 85_000 + 64_000);
}

#[test]
fn a_board_that_was_not_let_go_waits_in_its_directory() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tray");
    let mut randomness = SeededRandomness::new(1);
    let randomness: &mut dyn Randomness = &mut randomness;
    Tray::make(&path, 1, &model(), Default::default(), randomness).unwrap();
    let look = || {
        let tray = Tray::directory(&path, Catalogue::built_in()).unwrap();
        let mut driver = SimDriver::new(tray, SLOT, SimSettings::default());
        let chip = driver.look().unwrap();
        (driver, chip)
    };
    let (mut driver, chip) = look();
    assert!(matches!(chip, Presence::Board(_)));
    let identity = Identity::make(&mut driver).unwrap();
    identity.install(&mut driver).unwrap();
    drop(driver);
    let (mut driver, again) = look();
    assert_eq!(chip, again);
    let FoundPage::Bytes(found) = driver.read_page().unwrap() else { panic!("unread") };
    assert!(identity.is_in(&found));
    driver.let_go().unwrap();
    assert_eq!(driver.look().unwrap(), Presence::Empty);
}
