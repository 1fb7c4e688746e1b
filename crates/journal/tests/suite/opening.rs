//! What stands at a path, and who may have it.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};

use durable::{Cause, DurableError};
use journal::{Journal, JournalError, JournalView, StorageFault};
use rusqlite::Connection;

use crate::support::{World, open, options, world};

/// The variable that tells a child which journal to open.
const PATH: &str = "CURBSIDE_JOURNAL_OPEN_PATH";

fn refusal(path: &Path) -> JournalError {
    Journal::open(options(path)).expect_err("the journal is refused")
}

/// A closed journal of one device in intent, or of none.
fn closed(with_device: bool) -> tempfile::TempDir {
    let World { directory, journal, job } = world();
    if with_device {
        let reservation = crate::support::reservation(job, 1);
        let keys = crate::support::keys(1);
        journal.reserve_and_intend(reservation, keys, crate::support::AT).unwrap();
    }
    journal.close().unwrap();
    directory
}

fn set_number(path: &Path, pragma: &str, number: i64) {
    Connection::open(path).unwrap().pragma_update(None, pragma, number).unwrap();
}

#[test]
fn all_files_are_their_owners_only() {
    let world = world();
    world.intended(1);
    for ending in ["", "-wal", "-shm", ".key", ".lock"] {
        let path = format!("{}{ending}", world.path().display());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
    }
}

#[test]
fn a_second_opening_is_refused_with_the_process_id() {
    let world = world();
    let refused = refusal(&world.path());
    let pid = Some(std::process::id());
    assert_eq!(refused, JournalError::InUse { path: world.path(), pid });
    assert!(refused.hint().unwrap().contains(&std::process::id().to_string()));
}

#[test]
fn another_process_keeps_the_journal_until_it_ends_and_may_be_looked_over_the_shoulder() {
    let directory = closed(true);
    let path = directory.path().join("line.journal");
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "opening::a_child_that_holds_the_journal"])
        .args(["--ignored", "--nocapture"])
        .env(PATH, &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.by_ref().map_while(Result::ok).any(|line| line.ends_with("begun")));
    let pid = Some(child.id());
    assert_eq!(refusal(&path), JournalError::InUse { path: path.clone(), pid });
    let view = JournalView::open(&path).unwrap();
    assert_eq!(view.unfinished_records().unwrap().len(), 1);
    drop(view);
    drop(child.stdin.take());
    child.wait().unwrap();
    open(&path).close().unwrap();
}

#[test]
#[ignore = "the child of the test above"]
fn a_child_that_holds_the_journal() {
    let Some(path) = env::var_os(PATH) else {
        return;
    };
    let _journal = open(Path::new(&path));
    writeln!(std::io::stdout(), "begun").unwrap();
    let _end = std::io::stdin().read(&mut [0]);
}

#[test]
fn a_newer_journal_is_refused_unchanged_and_may_be_read() {
    let directory = closed(true);
    let path = directory.path().join("line.journal");
    set_number(&path, "user_version", 9);
    let before = fs::read(&path).unwrap();
    let refused = refusal(&path);
    let newer = JournalError::NewerFormat { path: path.clone(), found: 9, known: 1 };
    assert_eq!(refused, newer);
    let view = JournalView::open(&path).unwrap();
    assert!(view.is_newer() && view.format() == 9);
    assert_eq!(view.unfinished_records().unwrap().len(), 1);
    drop(view);
    assert_eq!(fs::read(&path).unwrap(), before);

    // A column that this program needs has gone.
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("ALTER TABLE device RENAME COLUMN slot TO place").unwrap();
    drop(connection);
    let view = JournalView::open(&path).unwrap();
    assert_eq!(view.unfinished_records(), Err(newer));
}

#[test]
fn what_is_no_journal_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("line.journal");
    for garbage in [b"x".to_vec(), b"DSN,SMSN\n".repeat(1000)] {
        fs::write(&path, &garbage).unwrap();
        assert_eq!(refusal(&path), JournalError::NotAJournal { path: path.clone() });
        let view = JournalView::open(&path).err();
        assert_eq!(view, Some(JournalError::NotAJournal { path: path.clone() }));
        assert_eq!(fs::read(&path).unwrap(), garbage);
    }
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE other (x)").unwrap();
    let before = fs::read(&path).unwrap();
    assert_eq!(refusal(&path), JournalError::NotAJournal { path: path.clone() });
    assert_eq!(fs::read(&path).unwrap(), before);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(
        refusal(&path),
        JournalError::File(DurableError { cause: Cause::IsADirectory, .. })
    ));
}

#[test]
fn a_journal_that_is_not_there_cannot_be_viewed_and_is_not_made() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("line.journal");
    assert_eq!(JournalView::open(&path).err(), Some(JournalError::Missing { path: path.clone() }));
    assert!(!path.exists());
    let lost = directory.path().join("no/such/line.journal");
    let refused = refusal(&lost);
    assert!(matches!(refused, JournalError::File(DurableError { cause: Cause::NotFound, .. })));
}

#[test]
fn a_start_that_was_killed_before_the_tables_were_there_is_taken_up() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("line.journal");
    fs::write(&path, b"").unwrap();
    open(&path).close().unwrap();
    // The key was there, the tables were not.
    fs::write(&path, b"").unwrap();
    let key = fs::read(directory.path().join("line.journal.key")).unwrap();
    open(&path).close().unwrap();
    assert_eq!(fs::read(directory.path().join("line.journal.key")).unwrap(), key);
}

#[test]
fn a_missing_key_file_costs_nothing_where_nothing_is_sealed() {
    let directory = closed(false);
    let path = directory.path().join("line.journal");
    let key = directory.path().join("line.journal.key");
    fs::remove_file(&key).unwrap();
    open(&path).close().unwrap();
    assert_eq!(fs::read(&key).unwrap().len(), 32);
    open(&path).close().unwrap();
}

#[test]
fn a_missing_or_wrong_key_file_is_refused_where_keys_are_sealed() {
    let directory = closed(true);
    let path = directory.path().join("line.journal");
    let key = directory.path().join("line.journal.key");
    let original = fs::read(&key).unwrap();
    let write = |bytes: &[u8]| {
        fs::write(&key, bytes).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    };
    fs::remove_file(&key).unwrap();
    assert_eq!(refusal(&path), JournalError::KeyFileMissing { path: key.clone() });
    assert!(!key.exists(), "no new key takes the place of the lost one");
    write(&[1; 32]);
    assert_eq!(refusal(&path), JournalError::KeyFileOther { path: key.clone() });
    for len in [0, 31, 33] {
        write(&vec![1; len]);
        let found_len_bytes = len as u64;
        let expected = JournalError::KeyFileLength { path: key.clone(), found_len_bytes };
        assert_eq!(refusal(&path), expected);
    }
    write(&original);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(
        refusal(&path),
        JournalError::File(DurableError { cause: Cause::OpenToOthers { mode: 0o640 }, .. })
    ));
    write(&original);
    assert_eq!(open(&path).unfinished().unwrap().len(), 1);
}

#[test]
fn without_randomness_no_journal_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = options(&directory.path().join("line.journal"));
    options.fill_random = |_| false;
    assert_eq!(Journal::open(options).err(), Some(JournalError::NoRandomness));
}

#[test]
fn a_damaged_page_is_told_as_damage() {
    let directory = closed(true);
    let path = directory.path().join("line.journal");
    let mut bytes = fs::read(&path).unwrap();
    // All but the first page, which holds the schema.
    bytes[4096..].fill(0x5A);
    fs::write(&path, &bytes).unwrap();
    let damaged = |error: &JournalError| {
        matches!(error, JournalError::Storage { fault: StorageFault::Damaged { .. }, .. })
    };
    let refused = refusal(&path);
    assert!(damaged(&refused), "{refused:?}");
    let read = JournalView::open(&path).unwrap().counts(None).unwrap_err();
    assert!(damaged(&read), "{read:?}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_file_cut_in_the_middle_is_told_as_damage() {
    let directory = closed(true);
    let path = directory.path().join("line.journal");
    let bytes = fs::read(&path).unwrap();
    for len in [4096, 8192, 5000] {
        fs::write(&path, &bytes[..len]).unwrap();
        let refused = refusal(&path);
        let is_damage =
            matches!(refused, JournalError::Storage { fault: StorageFault::Damaged { .. }, .. });
        assert!(is_damage, "{refused:?}");
    }
}

#[test]
fn sealed_bytes_that_were_changed_name_the_device_to_retire() {
    let directory = closed(true);
    let path = directory.path().join("line.journal");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("UPDATE sealed_key SET bytes = randomblob(104)").unwrap();
    drop(connection);
    let journal = open(&path);
    let id = journal::DeviceId(1);
    assert_eq!(journal.unfinished().err(), Some(JournalError::Unseal { id }));
    journal.retire(id, "keys lost", crate::support::AT).unwrap();
    assert!(journal.unfinished().unwrap().is_empty());
}

#[test]
fn a_directory_that_cannot_be_written_is_told_by_its_name() {
    let directory = closed(false);
    let path = directory.path().join("line.journal");
    fs::remove_file(directory.path().join("line.journal.lock")).unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Root writes anywhere, so the child is somebody else where it can be.
    let mut command = match fs::metadata("/proc/self").unwrap() {
        meta if std::os::unix::fs::MetadataExt::uid(&meta) == 0 => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--clear-groups"]).arg(env::current_exe().unwrap());
            command
        }
        _ => Command::new(env::current_exe().unwrap()),
    };
    let output = command
        .args(["--exact", "opening::a_child_that_opens_and_tells"])
        .args(["--ignored", "--nocapture"])
        .env(PATH, &path)
        .output();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
    match output {
        Ok(output) if output.status.success() => {
            let told = String::from_utf8(output.stdout).unwrap();
            assert!(
                told.contains("refused: lock ") && told.contains("permission denied"),
                "{told}"
            );
        }
        _ => eprintln!("SKIPPED: setpriv cannot run the test as another user"),
    }
}

#[test]
#[ignore = "the child of the test above"]
fn a_child_that_opens_and_tells() {
    let Some(path) = env::var_os(PATH) else {
        return;
    };
    match Journal::open(options(Path::new(&path))) {
        Ok(_) => println!("opened"),
        Err(error) => println!("refused: {error}"),
    }
}
