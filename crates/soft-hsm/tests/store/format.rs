//! The format on the disk does not change by accident.

use sha2::{Digest as _, Sha256};
use soft_hsm::store::{Damage, StoreFault};

use crate::{
    simulated_disk::{SimulatedDisk, Trouble},
    support::{change, new_log, numbers, open, snapshot},
};

/// A file of format 1 under the key of 32 times 7: a snapshot of changes 0 and 1, then changes 2 and 3.
const FORMAT_1: &[u8] = include_bytes!("format-1.bin");

/// What this program writes from a seed.
fn written() -> Vec<u8> {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut log = new_log(disk.clone(), 1);
    log.replace(&snapshot(&[0, 1])).unwrap();
    log.append(&change(2)).unwrap();
    log.append(&change(3)).unwrap();
    log.close().unwrap();
    disk.bytes()
}

#[test]
fn a_stored_file_of_format_1_is_read() {
    let (_, contents) = open(SimulatedDisk::holding(FORMAT_1), 2).unwrap().unwrap();
    assert_eq!(numbers(&contents), [0, 1, 2, 3]);
    assert_eq!(contents.changes.len(), 2);
}

#[test]
fn the_same_seed_writes_the_stored_file_of_format_1() {
    assert!(written() == FORMAT_1, "another format must have another number and file");
}

#[test]
fn a_file_of_a_newer_format_is_told_from_a_damaged_one() {
    let mut bytes = FORMAT_1.to_vec();
    bytes[17] = 2;
    let open = |bytes: &[u8]| open(SimulatedDisk::holding(bytes), 2).map(|_| ());
    assert_eq!(open(&bytes), Err(Damage::Header.into()));
    let checksum = Sha256::digest(&bytes[..480]);
    bytes[480..512].copy_from_slice(&checksum);
    assert_eq!(open(&bytes), Err(StoreFault::Newer { version: 2 }));
}

#[test]
fn a_derivation_that_would_take_minutes_is_refused() {
    let mut bytes = FORMAT_1.to_vec();
    bytes[18] = 1;
    bytes[20..24].copy_from_slice(&u32::MAX.to_be_bytes());
    let checksum = Sha256::digest(&bytes[..480]);
    bytes[480..512].copy_from_slice(&checksum);
    let opened = open(SimulatedDisk::holding(&bytes), 2).map(|_| ());
    assert_eq!(opened, Err(StoreFault::DerivationCost));
}
