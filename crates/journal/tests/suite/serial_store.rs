//! Serial numbers that several lines share.

use std::{collections::HashSet, fs, thread};

use journal::{SerialReservation, SerialState, SerialStore, SerialStoreError};
use rusqlite::Connection;

fn store() -> (tempfile::TempDir, SerialStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = SerialStore::open(directory.path().join("serials")).unwrap();
    (directory, store)
}

#[test]
fn a_serial_number_goes_to_one_line() {
    let (directory, store) = store();
    let other = SerialStore::open(directory.path().join("serials")).unwrap();
    assert_eq!(store.reserve("G1", "line-a").unwrap(), SerialReservation::Reserved);
    let taken = |state| SerialReservation::TakenBy { owner: "line-a".into(), state };
    assert_eq!(other.reserve("G1", "line-b").unwrap(), taken(SerialState::Reserved));
    assert_eq!(store.owned_by("line-a").unwrap(), ["G1"]);
    store.confirm("G1").unwrap();
    store.confirm("G1").unwrap();
    assert_eq!(other.reserve("G1", "line-b").unwrap(), taken(SerialState::Confirmed));
    assert!(store.owned_by("line-a").unwrap().is_empty());
    let stays = SerialStoreError::Confirmed { dsn: "G1".into() };
    assert_eq!(store.give_back("G1"), Err(stays));
}

#[test]
fn a_number_that_was_given_back_is_free() {
    let (_directory, store) = store();
    store.reserve("G1", "line-a").unwrap();
    store.give_back("G1").unwrap();
    store.give_back("G1").unwrap();
    assert_eq!(store.reserve("G1", "line-b").unwrap(), SerialReservation::Reserved);
    let unknown = SerialStoreError::NotReserved { dsn: "G2".into() };
    assert_eq!(store.confirm("G2"), Err(unknown));
}

#[test]
fn blocks_of_many_lines_never_overlap_and_cover_the_range() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("serials");
    let all: Vec<u64> = thread::scope(|scope| {
        let lines: Vec<_> = (0..8)
            .map(|line| {
                let path = &path;
                scope.spawn(move || {
                    // Each opens it by itself, as processes do, and some make it at the same time.
                    let store = SerialStore::open(path).unwrap();
                    let owner = format!("line-{line}");
                    let mut numbers = Vec::new();
                    loop {
                        let block = store.reserve_next_range("G", 10, 309, 7, &owner).unwrap();
                        if block.is_empty() {
                            break;
                        }
                        numbers.extend(block);
                    }
                    let kept: Vec<u64> = store
                        .blocks_of(&owner)
                        .unwrap()
                        .iter()
                        .flat_map(|block| block.first..=block.last)
                        .collect();
                    assert_eq!(kept, numbers);
                    numbers
                })
            })
            .collect();
        lines.into_iter().flat_map(|line| line.join().unwrap()).collect()
    });
    assert_eq!(all.len(), 300);
    assert_eq!(all.into_iter().collect::<HashSet<_>>(), (10..=309).collect());
}

#[test]
fn each_pattern_counts_for_itself() {
    let (_directory, store) = store();
    assert_eq!(store.reserve_next_range("A", 1, 9, 2, "a").unwrap(), [1, 2]);
    assert_eq!(store.reserve_next_range("B", 1, 9, 2, "a").unwrap(), [1, 2]);
    assert_eq!(store.reserve_next_range("A", 1, 9, 2, "b").unwrap(), [3, 4]);
    // A range that begins later goes on from its own beginning, one that ends earlier is at its end.
    assert_eq!(store.reserve_next_range("A", 8, 9, 5, "b").unwrap(), [8, 9]);
    assert!(store.reserve_next_range("A", 1, 7, 1, "b").unwrap().is_empty());
}

#[test]
fn what_cannot_be_handed_out_is_refused() {
    let (_directory, store) = store();
    for (from, to, count) in [(2, 1, 1), (1, 2, 0), (1, 2, 100_001), (1, u64::MAX, 1)] {
        let refused = SerialStoreError::Range { from, to, count };
        assert_eq!(store.reserve_next_range("A", from, to, count, "a"), Err(refused));
    }
    let last = i64::MAX as u64;
    assert!(store.reserve_next_range("A", 0, last, 1, "a").is_err());
    assert_eq!(store.reserve_next_range("A", last - 1, last - 1, 9, "a").unwrap(), [last - 1]);
    assert_eq!(store.reserve("", "a"), Err(SerialStoreError::Dsn));
    assert_eq!(store.reserve("G1", ""), Err(SerialStoreError::Name { found_len_bytes: 0 }));
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("serials");
    let other = SerialStoreError::NotASerialStore { path: path.clone() };
    fs::write(&path, b"G1,G2,G3").unwrap();
    assert_eq!(SerialStore::open(&path).err(), Some(other.clone()));
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE other (x)").unwrap();
    let before = fs::read(&path).unwrap();
    assert_eq!(SerialStore::open(&path).err(), Some(other));
    assert_eq!(fs::read(&path).unwrap(), before);
    fs::remove_file(&path).unwrap();
    drop(SerialStore::open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let newer = SerialStoreError::NewerFormat { path: path.clone(), found: 7, known: 1 };
    assert_eq!(SerialStore::open(&path).err(), Some(newer));
}

#[test]
fn a_process_that_hangs_is_waited_for_and_then_told() {
    let (directory, store) = store();
    let path = directory.path().join("serials");
    let hanging = Connection::open(&path).unwrap();
    hanging.execute_batch("BEGIN IMMEDIATE").unwrap();
    let busy = SerialStoreError::Busy { path, waited_s: 5 };
    assert_eq!(store.reserve("G1", "a"), Err(busy));
    drop(hanging);
    assert_eq!(store.reserve("G1", "a").unwrap(), SerialReservation::Reserved);
}
