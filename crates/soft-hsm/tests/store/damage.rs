//! Whatever is done to the file: it is refused, or it holds exactly what it held.

use proptest::prelude::*;
use soft_hsm::store::{
    Damage, RecordLog, SECTOR_LEN_BYTES, SNAPSHOT_LEN_BYTES_MAX, StoreFault, StoreKey,
};

use crate::{
    simulated_disk::{SimulatedDisk, Trouble},
    support::{change, new_log, numbers, open, random, snapshot},
};

const RECORDS_AT: usize = 3 * SECTOR_LEN_BYTES;

/// Whether the store was closed properly, so that even its last record is known to be there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ending {
    Killed,
    Closed,
}

/// A file with a snapshot of three changes and five changes since.
fn file(ending: Ending) -> Vec<u8> {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut log = new_log(disk.clone(), 1);
    log.replace(&snapshot(&[0, 1, 2])).unwrap();
    for number in 3..8 {
        log.append(&change(number)).unwrap();
    }
    if ending == Ending::Closed {
        log.close().unwrap();
    }
    disk.bytes()
}

/// Where each record of [`file`] begins, and where the last one ends.
fn edges() -> Vec<usize> {
    let lens = std::iter::once(12).chain((3..8).map(|number| change(number).len()));
    let mut edges = vec![RECORDS_AT];
    for len in lens {
        edges.push(edges[edges.len() - 1] + (56 + len).next_multiple_of(SECTOR_LEN_BYTES));
    }
    edges
}

fn read(bytes: &[u8]) -> Result<(Vec<u32>, bool), StoreFault> {
    let (_, contents) = open(SimulatedDisk::holding(bytes), 2)?.unwrap();
    Ok((numbers(&contents), contents.is_cut))
}

fn all() -> Vec<u32> {
    (0..8).collect()
}

#[test]
fn a_file_gives_back_what_was_written() {
    for ending in [Ending::Killed, Ending::Closed] {
        let bytes = file(ending);
        assert_eq!(edges().last(), Some(&bytes.len()));
        assert_eq!(read(&bytes), Ok((all(), false)));
    }
}

#[test]
fn nothing_of_a_payload_is_in_the_file() {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut log = new_log(disk.clone(), 1);
    let secret = b"a secret that is long enough";
    log.replace(secret).unwrap();
    log.append(secret).unwrap();
    let bytes = disk.bytes();
    assert!(!bytes.windows(8).any(|window| secret.windows(8).any(|piece| piece == window)));
}

#[test]
fn every_changed_byte_is_refused_or_changes_nothing() {
    for ending in [Ending::Killed, Ending::Closed] {
        let whole = file(ending);
        let mut refused = 0;
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= [0x01, 0x80, 0xFF][at % 3];
            match read(&bytes) {
                Ok(found) => assert_eq!(found, (all(), false), "{ending:?}, byte {at}"),
                Err(_) => refused += 1,
            }
        }
        // All but the two marks, either of which is enough.
        assert_eq!(refused, whole.len() - 2 * SECTOR_LEN_BYTES, "{ending:?}");
    }
}

#[test]
fn a_last_record_torn_at_any_length_is_cut_and_a_shorter_file_is_refused() {
    let whole = file(Ending::Killed);
    let edges = edges();
    let last = edges[edges.len() - 2];
    for len in 0..whole.len() {
        let found = read(&whole[..len]);
        match len {
            len if len == last => assert_eq!(found, Ok(((0..7).collect(), false)), "{len}"),
            len if len > last => assert_eq!(found, Ok(((0..7).collect(), true)), "{len}"),
            _ => assert!(matches!(found, Err(StoreFault::Damaged(_))), "{len}: {found:?}"),
        }
    }
}

#[test]
fn after_a_proper_close_even_a_torn_last_record_is_refused() {
    let whole = file(Ending::Closed);
    for len in 0..whole.len() {
        let found = read(&whole[..len]);
        assert!(matches!(found, Err(StoreFault::Damaged(_))), "{len}: {found:?}");
    }
}

#[test]
fn a_sector_of_zeros_is_cut_in_the_last_record_and_refused_everywhere_else() {
    let whole = file(Ending::Killed);
    let edges = edges();
    let last = edges[edges.len() - 2];
    for at in (0..whole.len()).step_by(SECTOR_LEN_BYTES) {
        let mut bytes = whole.clone();
        bytes[at..at + SECTOR_LEN_BYTES].fill(0);
        match read(&bytes) {
            Ok((found, true)) => assert!(at >= last && found == (0..7).collect::<Vec<_>>(), "{at}"),
            Ok((found, false)) => assert!(at < RECORDS_AT && found == all(), "{at}"),
            Err(_) => assert!(at < last, "{at}"),
        }
    }
}

#[test]
fn records_exchanged_repeated_or_left_out_are_refused() {
    let whole = file(Ending::Killed);
    let edges = edges();
    let records: Vec<&[u8]> = edges.windows(2).map(|edge| &whole[edge[0]..edge[1]]).collect();
    let head = &whole[..RECORDS_AT];
    let assemble = |order: &[usize]| {
        let mut bytes = head.to_vec();
        order.iter().for_each(|record| bytes.extend_from_slice(records[*record]));
        read(&bytes)
    };
    assert_eq!(assemble(&[0, 1, 2, 3, 4, 5]), Ok((all(), false)));
    for order in [
        &[0, 2, 1, 3, 4, 5][..],
        &[0, 1, 1, 2, 3, 4, 5],
        &[0, 1, 3, 4, 5],
        &[1, 2, 3, 4, 5],
        &[0, 1, 2, 3, 4, 5, 5],
        &[0, 1, 2, 3],
        &[0],
    ] {
        let found = assemble(order);
        assert!(matches!(found, Err(StoreFault::Damaged(_))), "{order:?}: {found:?}");
    }
}

#[test]
fn a_record_of_an_earlier_file_of_the_same_store_is_refused() {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut log = new_log(disk.clone(), 1);
    log.append(&change(0)).unwrap();
    let earlier = disk.bytes();
    // The same number once more, as after a failure whose record was not kept.
    let (mut log, _) =
        open(SimulatedDisk::holding(&earlier[..RECORDS_AT + 512]), 5).unwrap().unwrap();
    log.replace(&snapshot(&[])).unwrap();
    let now = log.disk_mut().bytes();
    let mut mixed = now.clone();
    mixed.extend_from_slice(&earlier[RECORDS_AT + 512..]);
    assert_eq!(read(&now), Ok((vec![], false)));
    assert!(matches!(read(&mixed), Err(StoreFault::Damaged(Damage::Record { .. }))));
}

#[test]
fn missing_records_are_told_by_their_numbers() {
    let whole = file(Ending::Closed);
    let edges = edges();
    // Records are numbered from 1, the number of the first, empty snapshot.
    let found = read(&whole[..edges[2]]);
    let truncated = Damage::Truncated { sequence: 4, offset: edges[2], acknowledged: 7 };
    assert_eq!(found, Err(truncated.into()));
}

#[test]
fn with_the_newer_mark_torn_the_older_one_still_tells_what_must_be_there() {
    let mut bytes = file(Ending::Killed);
    // The newer one says 6, the older one 5; the file has records 2 to 7.
    bytes[SECTOR_LEN_BYTES] ^= 1;
    assert_eq!(read(&bytes), Ok((all(), false)));
    let edges = edges();
    assert!(read(&bytes[..edges[4]]).is_ok());
    let truncated = Damage::Truncated { sequence: 5, offset: edges[3], acknowledged: 5 };
    assert_eq!(read(&bytes[..edges[3]]), Err(truncated.into()));
}

#[test]
fn both_marks_damaged_are_refused() {
    let mut bytes = file(Ending::Killed);
    bytes[SECTOR_LEN_BYTES] ^= 1;
    bytes[2 * SECTOR_LEN_BYTES] ^= 1;
    assert_eq!(read(&bytes), Err(Damage::Marks.into()));
}

#[test]
fn another_key_is_told_from_damage() {
    let disk = SimulatedDisk::holding(&file(Ending::Killed));
    let opened = RecordLog::open(disk, random(2), |_| Ok(StoreKey::new([8; 32])));
    assert_eq!(opened.map(|_| ()), Err(StoreFault::WrongKeyFile));
    let mut bytes = file(Ending::Killed);
    bytes[60] ^= 1;
    assert_eq!(read(&bytes), Err(Damage::Header.into()));
}

#[test]
fn a_file_of_something_else_is_told() {
    assert_eq!(read(&[b'x'; 4096]), Err(Damage::Magic.into()));
    assert_eq!(read(b"short"), Err(Damage::Short { len_bytes: 5 }.into()));
}

proptest! {
    #[test]
    fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        prop_assert!(read(&bytes).is_err());
    }

    /// What is appended is no record: the file is refused, or it looks torn and is cut.
    #[test]
    fn any_bytes_behind_the_last_record_add_nothing(
        bytes in proptest::collection::vec(any::<u8>(), 1..2048)
    ) {
        let mut file = file(Ending::Killed);
        file.extend_from_slice(&bytes);
        if let Ok(found) = read(&file) {
            prop_assert_eq!(found, (all(), true));
        }
    }
}

#[test]
fn more_than_fits_is_refused_before_anything_is_written() {
    let disk = SimulatedDisk::new(Trouble::Nothing, 0);
    let mut log = new_log(disk.clone(), 1);
    let found = SNAPSHOT_LEN_BYTES_MAX + 1;
    let before = disk.bytes();
    assert_eq!(log.replace(&vec![0; found]), Err(StoreFault::TooLarge { found }));
    log.replace(&vec![0; SNAPSHOT_LEN_BYTES_MAX]).unwrap();
    assert_ne!(disk.bytes(), before);
}
