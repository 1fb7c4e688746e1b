//! Where private keys are, and where they are not.

use std::{fs, path::Path};

use journal::{Keys, StepTimes, Unfinished};
use rusqlite::{Connection, OpenFlags};
use sidewalk::Curve;

use crate::support::{AT, failure, private_bytes, world};

/// Every file of a journal, the key file aside.
fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| !name.ends_with(".key"))
        .map(|(name, path)| (name, fs::read(path).unwrap()))
        .collect()
}

fn assert_absent(directory: &Path, needles: &[Vec<u8>]) {
    for (name, bytes) in files(directory) {
        for needle in needles {
            let found = bytes.windows(needle.len()).position(|window| window == needle);
            assert_eq!(found, None, "{name} holds a secret");
        }
    }
}

fn plain(numbers: std::ops::Range<u32>) -> Vec<Vec<u8>> {
    // Half of a key is enough to be one too many.
    numbers.flat_map(|n| Curve::ALL.map(|curve| private_bytes(curve, n)[..16].to_vec())).collect()
}

/// What stands sealed in the file, as another process reads it.
fn sealed(path: &Path) -> Vec<Vec<u8>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = connection.prepare("SELECT bytes FROM sealed_key").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    rows.map(Result::unwrap).filter(|bytes| bytes.iter().any(|&byte| byte != 0)).collect()
}

#[test]
fn private_keys_never_stand_in_a_file_unsealed() {
    let world = world();
    for n in 0..4 {
        world.paged(n);
    }
    world.journal.fail(world.record(1).id, &failure(), AT).unwrap();
    assert_eq!(sealed(&world.path()).len(), 4);
    assert_absent(world.directory.path(), &plain(0..4));
    let world = world.reopened();
    assert_absent(world.directory.path(), &plain(0..4));
}

#[test]
fn once_verified_and_closed_nothing_of_the_keys_is_left_sealed_or_not() {
    // Enough that rows move about between pages.
    const DEVICES: u32 = 150;
    let world = world();
    let mut needles = Vec::new();
    for n in 0..DEVICES {
        world.paged(n);
    }
    needles.extend(sealed(&world.path()));
    let mut world = world.reopened();
    // In an order that leaves holes, some with the device retired, some new ones in between.
    for step in [3, 2, 1] {
        for n in (0..DEVICES).filter(|n| n % step == 0) {
            let id = world.record(n).id;
            match world.journal.resume(id).unwrap() {
                Some(Unfinished::Paged(_)) if n % 10 == 7 => {
                    world.journal.retire(id, "", AT).unwrap();
                }
                Some(Unfinished::Paged(device)) => {
                    let times = StepTimes::default();
                    world.journal.flashed_and_verified(device, None, &times, AT).unwrap();
                }
                _ => {}
            }
        }
        world = world.reopened();
        for n in 0..10 {
            let n = DEVICES * (step + 1) + n;
            let device = world.intended(n);
            needles.extend(sealed(&world.path()));
            world.journal.retire(device.id(), "", AT).unwrap();
        }
    }
    assert!(needles.len() > DEVICES as usize);
    needles.sort();
    needles.dedup();
    let needles: Vec<Vec<u8>> = needles.into_iter().map(|sealed| sealed[..24].to_vec()).collect();
    assert!(sealed(&world.path()).is_empty());
    let directory = world.directory;
    world.journal.close().unwrap();
    assert!(!directory.path().join("line.journal-wal").exists());
    // By their first bytes, which are the nonce: those never repeat.
    let haystack = fs::read(directory.path().join("line.journal")).unwrap();
    let heads: std::collections::HashSet<&[u8]> =
        needles.iter().map(|needle| &needle[..]).collect();
    let found = haystack.windows(24).filter(|window| heads.contains(window)).count();
    assert_eq!(found, 0, "sealed keys are left in the file");
    assert_absent(directory.path(), &plain(0..DEVICES));
}

#[test]
fn an_idle_journal_cuts_its_log_by_itself() {
    let world = world();
    let device = world.paged(1);
    let sealed = sealed(&world.path());
    world.journal.flashed_and_verified(device, None, &StepTimes::default(), AT).unwrap();
    let log = world.directory.path().join("line.journal-wal");
    while fs::metadata(&log).unwrap().len() > 0 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_absent(world.directory.path(), &sealed);
}

#[test]
fn what_is_printed_for_a_person_holds_no_key() {
    let world = world();
    let device = world.intended(1);
    let Keys::OnHost { ed25519, .. } = crate::support::keys(1) else { panic!("on the host") };
    let texts = [
        format!("{device:?}"),
        format!("{:?}", crate::support::keys(1)),
        format!("{:?}", world.journal),
    ];
    let secret = ed25519.expose_bytes();
    let as_hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let as_list = format!("{:?}", &secret[4..]);
    for text in texts {
        assert!(!text.contains(&as_hex[8..24]) && !text.contains(as_list.trim_matches(['[', ']'])));
    }
}
