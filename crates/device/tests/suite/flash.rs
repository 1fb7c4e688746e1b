//! Goal: flash is flash. Method: random programs and erases against a model of bits, and each rule by an example.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use device::{BoardError, FaultPlan, Flash, FlashError, FlashTime};
use proptest::prelude::*;

use crate::support::{NORDIC, board, model};

#[derive(Clone, Debug)]
enum Act {
    Erase(u32),
    Program(u32, Vec<u8>),
}

fn act() -> impl Strategy<Value = Act> {
    // The page's sector of an nRF52840 and its neighbours.
    let address = 0x000F_C000_u32..0x000F_F000;
    prop_oneof![
        1 => address.clone().prop_map(Act::Erase),
        4 => (address, proptest::collection::vec(any::<u8>(), 0..=64))
            .prop_map(|(address, bytes)| Act::Program(address, bytes)),
    ]
}

proptest! {
    #[test]
    fn programming_only_clears_bits_and_erasing_takes_whole_sectors(
        acts in proptest::collection::vec(act(), 0..60)
    ) {
        const START: u32 = 0x000F_C000;
        let mut flash = Flash::blank(model("nrf52840", Some("tool")).geometry());
        let mut expected = vec![0xFF_u8; 0x4000];
        for act in acts {
            match act {
                Act::Erase(address) => {
                    flash.erase_sector(address).unwrap();
                    let sector = (address - START) as usize / 4096 * 4096;
                    expected[sector..sector + 4096].fill(0xFF);
                }
                Act::Program(address, bytes) => {
                    flash.program_step(address, &bytes).unwrap();
                    for (index, byte) in bytes.iter().enumerate() {
                        expected[(address - START) as usize + index] &= byte;
                    }
                }
            }
            let found = flash.read(START, expected.len()).unwrap();
            prop_assert!(found[..] == expected[..]);
        }
    }
}

#[test]
fn only_sectors_that_the_range_touches_are_erased() {
    let mut board = board("nrf52840", Some("tool"));
    for address in [0x000F_C000, 0x000F_D000, 0x000F_E000] {
        board.program(address, &[0; 4]).unwrap();
    }
    board.erase_sectors(0x000F_D010..0x000F_D011).unwrap();
    let first = |address| board.read(address, 4).unwrap().to_vec();
    assert_eq!(first(0x000F_C000), [0; 4]);
    assert_eq!(first(0x000F_D000), [0xFF; 4]);
    assert_eq!(first(0x000F_E000), [0; 4]);
    assert_eq!(board.flash().application_sectors().collect::<Vec<_>>(), [0x000F_C000, 0x000F_E000]);
}

#[test]
fn a_mass_erase_takes_page_and_application() {
    let mut board = board("nrf52840", Some("tool"));
    board.program(0x1000, b"application").unwrap();
    board.program(0x000F_D000, NORDIC).unwrap();
    board.mass_erase().unwrap();
    assert_eq!(board.flash().application_sectors().count(), 0);
    assert!(board.flash().region().iter().all(|byte| *byte == 0xFF));
}

#[test]
fn there_is_no_flash_far_from_the_page() {
    let mut board = board("WBA55xG", None);
    let out = BoardError::Flash(FlashError::OutOfRange { address: 0, len: 4 });
    assert_eq!(board.program(0, &[0; 4]), Err(out.clone()));
    assert_eq!(board.read(0, 4), Err(out));
    assert!(board.read(u32::MAX, 4).is_err());
    assert!(board.read(0x080E_A000, usize::MAX).is_err());
}

#[test]
fn a_power_cut_leaves_what_was_programmed_before_it() {
    for steps in 0..24 {
        let mut board = board("nrf52840", Some("tool"));
        board.set_faults(FaultPlan::new(
            vec![format!("power-cut after {steps} steps").parse().unwrap()],
            0,
        ));
        assert_eq!(board.program(0x000F_D000, NORDIC), Err(BoardError::PowerLost));
        assert_eq!(board.read(0x000F_D000, 4), Err(BoardError::PoweredOff));
        board.power_on();
        let region = board.flash().region();
        let done = (steps as usize * 64).min(NORDIC.len());
        assert_eq!(region[..done], NORDIC[..done]);
        assert!(region[done..].iter().all(|byte| *byte == 0xFF), "{steps}");
    }
}

#[test]
fn a_bad_cell_reads_back_wrong() {
    let mut board = board("nrf52840", Some("tool"));
    let faults = ["bad-cell 0xFD008 high 0x01", "bad-cell 0xFC000 low 0x80"];
    let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
    board.set_faults(FaultPlan::new(faults, 0));
    board.program(0x000F_D000, NORDIC).unwrap();
    assert_eq!(board.read(0x000F_D008, 1).unwrap()[..], [NORDIC[8] | 1]);
    assert_eq!(board.read(0x000F_C000, 2).unwrap()[..], [0x7F, 0xFF]);
}

#[test]
fn time_is_slept_by_the_callers_clock() {
    let slept = Arc::new(Mutex::new(Duration::ZERO));
    let clock = Arc::clone(&slept);
    let time = FlashTime {
        erase: Duration::from_millis(85),
        write: Duration::from_millis(1),
        read: Duration::from_micros(100),
    };
    let mut board = board("nrf52840", Some("tool"));
    board.set_time(time, Arc::new(move |time| *clock.lock().unwrap() += time));
    board.erase_sectors(0x000F_D000..0x000F_E000).unwrap();
    board.program(0x000F_D000, NORDIC).unwrap();
    board.read(0x000F_D000, NORDIC.len()).unwrap();
    // 1528 bytes are 24 steps, and two KiB begun.
    assert_eq!(*slept.lock().unwrap(), Duration::from_micros(85_000 + 24_000 + 200));
}
