//! The directory of a store: who may read it, who has it open, and what opens it.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{self, Command, Stdio},
};

use durable::{Cause, DurableError};
use soft_hsm::{
    OsRandomness, SoftHsm,
    device::Settings,
    store::{DeviceStore, KeySource, Origin, Passphrase, StoreError, StoreFault},
};
use tempfile::{TempDir, tempdir};

use crate::session::Session;

/// The variable that tells the child which store to hold.
const DIRECTORY: &str = "CURBSIDE_HOLDER_TEST_DIRECTORY";

fn start(directory: &Path, key: &KeySource) -> Result<SoftHsm, StoreError> {
    let opened = DeviceStore::open(directory, key)?;
    SoftHsm::start(opened, Settings::default(), Box::new(OsRandomness::open().unwrap()))
}

/// A store with a key file and a device in it, in `hsm`.
fn store() -> TempDir {
    let scene = tempdir().unwrap();
    start(&scene.path().join("hsm"), &KeySource::KeyFile).unwrap().close().unwrap();
    scene
}

fn fault(directory: &Path, key: &KeySource) -> StoreFault {
    let error = DeviceStore::open(directory, key).expect_err("it is refused");
    assert_eq!(error.directory, directory);
    error.fault
}

fn passphrase(text: &str) -> KeySource {
    KeySource::Passphrase(Passphrase::from_file_content(text.as_bytes()).unwrap())
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_new_store_is_made_in_a_directory_that_is_absent_or_empty() {
    let scene = tempdir().unwrap();
    for directory in [scene.path().join("hsm"), tempdir().unwrap().path().to_owned()] {
        let opened = DeviceStore::open(&directory, &KeySource::KeyFile).unwrap();
        assert_eq!((opened.origin, opened.state.is_none()), (Origin::New, true));
        drop(opened);
        start(&directory, &KeySource::KeyFile).unwrap();
        assert_eq!(names(&directory), ["key", "lock", "state"]);
        let opened = DeviceStore::open(&directory, &KeySource::KeyFile).unwrap();
        assert_eq!((opened.origin, opened.state.is_none()), (Origin::Existing, false));
    }
}

#[test]
fn a_directory_with_other_things_is_left_alone() {
    let scene = tempdir().unwrap();
    fs::create_dir(scene.path().join("photos")).unwrap();
    assert_eq!(fault(scene.path(), &KeySource::KeyFile), StoreFault::NotAStore);
    assert_eq!(names(scene.path()), ["photos"]);
}

#[test]
fn a_directory_whose_parent_is_missing_is_not_made() {
    let scene = tempdir().unwrap();
    let refused = fault(&scene.path().join("a/b"), &KeySource::KeyFile);
    assert!(matches!(refused, StoreFault::Disk(DurableError { cause: Cause::NotFound, .. })));
}

#[test]
fn a_store_in_use_names_the_process_that_has_it() {
    let scene = store();
    let directory = scene.path().join("hsm");
    let _hsm = start(&directory, &KeySource::KeyFile).unwrap();
    let in_use = StoreFault::InUse { pid: Some(process::id()) };
    assert_eq!(fault(&directory, &KeySource::KeyFile), in_use);
}

#[test]
fn of_two_processes_one_has_the_store_and_its_death_sets_it_free() {
    let scene = store();
    let directory = scene.path().join("hsm");
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "directory::a_child_that_holds_a_store", "--ignored", "--nocapture"])
        .env(DIRECTORY, &directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.ends_with("held")));
    let in_use = StoreFault::InUse { pid: Some(child.id()) };
    assert_eq!(fault(&directory, &KeySource::KeyFile), in_use);
    child.kill().unwrap();
    child.wait().unwrap();
    start(&directory, &KeySource::KeyFile).unwrap();
}

#[test]
#[ignore = "the child of the test above"]
fn a_child_that_holds_a_store() {
    let Some(directory) = env::var_os(DIRECTORY) else {
        return;
    };
    let _hsm = start(Path::new(&directory), &KeySource::KeyFile).unwrap();
    writeln!(std::io::stdout(), "held").unwrap();
    let _until_killed = std::io::stdin().read_line(&mut String::new());
}

#[test]
fn a_passphrase_opens_what_it_closed_and_leaves_no_key_behind() {
    let scene = tempdir().unwrap();
    let directory = scene.path().join("hsm");
    let mut hsm = start(&directory, &passphrase("correct horse")).unwrap();
    Session::open(&mut hsm).put(&mut hsm, 1, b"kept").unwrap();
    drop(hsm);
    assert_eq!(names(&directory), ["lock", "state"]);
    assert_eq!(fault(&directory, &passphrase("wrong horse")), StoreFault::WrongPassphrase);
    assert_eq!(fault(&directory, &KeySource::KeyFile), StoreFault::PassphraseNeeded);
    let hsm = start(&directory, &passphrase("correct horse\n")).unwrap();
    assert_eq!(hsm.state().unwrap().objects().count(), 2);
}

#[test]
fn a_missing_short_or_foreign_key_file_is_told_apart_and_never_made_anew() {
    let (scene, other) = (store(), store());
    let directory = scene.path().join("hsm");
    assert_eq!(fault(&directory, &passphrase("x")), StoreFault::PassphraseNotNeeded);
    let (key, foreign) = (directory.join("key"), other.path().join("hsm/key"));
    fs::copy(&foreign, &key).unwrap();
    assert_eq!(fault(&directory, &KeySource::KeyFile), StoreFault::WrongKeyFile);
    fs::File::options().write(true).open(&key).unwrap().set_len(31).unwrap();
    assert_eq!(fault(&directory, &KeySource::KeyFile), StoreFault::KeyFileLength);
    fs::remove_file(&key).unwrap();
    assert_eq!(fault(&directory, &KeySource::KeyFile), StoreFault::KeyFileMissing);
    assert_eq!(names(&directory), ["lock", "state"]);
}

#[test]
fn what_a_killed_process_left_half_written_is_cleared_away() {
    let scene = store();
    let directory = scene.path().join("hsm");
    fs::copy(directory.join("state"), directory.join(".curbside-abc.tmp")).unwrap();
    start(&directory, &KeySource::KeyFile).unwrap();
    assert_eq!(names(&directory), ["key", "lock", "state"]);
}

#[test]
fn a_start_that_was_killed_before_the_state_was_there_is_taken_up() {
    let scene = store();
    let directory = scene.path().join("hsm");
    fs::remove_file(directory.join("state")).unwrap();
    let opened = DeviceStore::open(&directory, &KeySource::KeyFile).unwrap();
    assert_eq!(opened.origin, Origin::New);
}

#[cfg(unix)]
mod unix {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn nobody_but_the_owner_may_read_a_store() {
        let scene = store();
        let directory = scene.path().join("hsm");
        assert_eq!(mode(&directory), 0o700);
        for name in ["key", "lock", "state"] {
            assert_eq!(mode(&directory.join(name)), 0o600, "{name}");
        }
    }

    #[test]
    fn a_store_that_others_may_read_is_refused() {
        for name in ["", "key", "state"] {
            for extra in [0o040, 0o004, 0o020, 0o002] {
                let scene = store();
                let directory = scene.path().join("hsm");
                let path = if name.is_empty() { directory.clone() } else { directory.join(name) };
                let open_mode = mode(&path) | extra;
                fs::set_permissions(&path, Permissions::from_mode(open_mode)).unwrap();
                let StoreFault::Disk(error) = fault(&directory, &KeySource::KeyFile) else {
                    panic!("{name} {extra:o}");
                };
                assert_eq!(error.cause, Cause::OpenToOthers { mode: open_mode });
                assert!(error.hint().unwrap().contains("chmod go-rwx"));
            }
        }
    }
}
