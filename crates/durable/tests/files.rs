//! Files are whole or absent, whatever fails.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its part fails the test")]

use std::{
    ffi::OsString,
    fs,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use durable::{
    Cause, DurableError, LockFile, NewFile, Operation, SyncedFile, TEMPORARY_PREFIX,
    TEMPORARY_SUFFIX, Visibility, open_read, private_directory, read_bounded, read_bounded_from,
    refuse_open_to_others, remove_leftovers, sha256_of, write_new, write_replace,
};
use tempfile::{TempDir, tempdir};

fn names(directory: &Path) -> Vec<OsString> {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

fn cause(result: Result<impl Sized, DurableError>) -> Cause {
    result.err().expect("it fails").cause
}

#[test]
fn a_file_is_absent_until_it_is_committed_and_whole_afterwards() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("log.txt");
    let mut file = NewFile::create_for(&path, Visibility::Shared).unwrap();
    file.write_all(b"hello").unwrap();
    assert!(!path.exists());
    file.commit_new(&path).unwrap();
    assert_eq!(read_bounded(&path, 5).unwrap(), b"hello");
    assert_eq!(names(directory.path()), ["log.txt"]);
}

#[test]
fn an_uncommitted_file_has_the_documented_name_and_vanishes_when_dropped() {
    let directory = tempdir().unwrap();
    let file = NewFile::create_in(directory.path(), Visibility::Shared).unwrap();
    let name = names(directory.path())[0].clone().into_string().unwrap();
    assert!(name.starts_with(TEMPORARY_PREFIX) && name.ends_with(TEMPORARY_SUFFIX), "{name}");
    drop(file);
    assert!(names(directory.path()).is_empty());
}

#[test]
fn what_was_written_can_be_read_back_before_the_commit() {
    let directory = tempdir().unwrap();
    let mut file = NewFile::create_in(directory.path(), Visibility::Shared).unwrap();
    file.write_all(b"0123456789").unwrap();
    file.seek(SeekFrom::Start(3)).unwrap();
    let mut middle = [0; 4];
    file.read_exact(&mut middle).unwrap();
    assert_eq!(&middle, b"3456");
}

#[test]
fn a_new_file_never_overwrites() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("log.txt");
    write_new(&path, Visibility::Shared, b"first").unwrap();
    let error = write_new(&path, Visibility::Shared, b"second").unwrap_err();
    let expected = DurableError {
        operation: Operation::Place,
        path: path.clone(),
        cause: Cause::AlreadyExists,
    };
    assert_eq!(error, expected);
    assert_eq!(read_bounded(&path, 100).unwrap(), b"first");
    assert_eq!(names(directory.path()), ["log.txt"]);
}

#[test]
fn a_replacement_puts_the_new_content_in_place() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("log.txt");
    write_replace(&path, Visibility::Shared, b"first, and longer").unwrap();
    write_replace(&path, Visibility::Shared, b"second").unwrap();
    assert_eq!(read_bounded(&path, 100).unwrap(), b"second");
    assert_eq!(names(directory.path()), ["log.txt"]);
}

#[test]
fn a_directory_is_never_replaced() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("taken");
    fs::create_dir(&path).unwrap();
    assert_eq!(cause(write_new(&path, Visibility::Shared, b"")), Cause::AlreadyExists);
    let error = write_replace(&path, Visibility::Shared, b"").unwrap_err();
    assert_eq!(error.operation, Operation::Place);
    assert_eq!(names(directory.path()), ["taken"]);
}

#[test]
fn the_first_free_name_is_taken() {
    let directory = tempdir().unwrap();
    let paths: Vec<PathBuf> = ["a", "b", "c"].map(|name| directory.path().join(name)).into();
    write_new(&paths[0], Visibility::Shared, b"").unwrap();
    write_new(&paths[1], Visibility::Shared, b"").unwrap();
    let file = NewFile::create_in(directory.path(), Visibility::Shared).unwrap();
    assert_eq!(file.commit_first_free(paths.clone()), Ok(paths[2].clone()));
    let file = NewFile::create_in(directory.path(), Visibility::Shared).unwrap();
    let error = file.commit_first_free(paths.clone()).unwrap_err();
    assert_eq!((error.path, error.cause), (paths[2].clone(), Cause::AlreadyExists));
    assert_eq!(names(directory.path()), ["a", "b", "c"]);
}

#[test]
fn a_missing_directory_is_told_with_a_hint() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("no/such/log.txt");
    let error = write_new(&path, Visibility::Shared, b"").unwrap_err();
    assert_eq!((error.operation, &error.cause), (Operation::Create, &Cause::NotFound));
    assert!(error.hint().unwrap().starts_with("create the directory"));
}

#[test]
fn a_file_within_the_limit_is_read_and_one_beyond_it_is_not() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("file");
    write_new(&path, Visibility::Shared, &[7; 100]).unwrap();
    assert_eq!(read_bounded(&path, 100).unwrap(), [7; 100]);
    let too_large = Cause::TooLarge { limit_bytes: 99, len_bytes: Some(100) };
    assert_eq!(cause(read_bounded(&path, 99)), too_large);
}

/// Goal: a file of 2 GB is refused before it is read. Method: a sparse file of that size, which would be read as
/// zeros.
#[test]
fn a_huge_file_is_refused_by_its_length() {
    let directory = tempdir().unwrap();
    let mut file = NewFile::create_in(directory.path(), Visibility::Shared).unwrap();
    let len_bytes = 2 << 30;
    file.file_mut().set_len(len_bytes).unwrap();
    let path = directory.path().join("huge.json");
    file.commit_new(&path).unwrap();
    let too_large = Cause::TooLarge { limit_bytes: 1 << 20, len_bytes: Some(len_bytes) };
    assert_eq!(cause(read_bounded(&path, 1 << 20)), too_large);
}

#[test]
fn a_stream_without_an_end_is_refused_at_the_limit() {
    let too_large = Cause::TooLarge { limit_bytes: 1000, len_bytes: None };
    assert_eq!(cause(read_bounded_from(io::repeat(0), "-", 1000)), too_large);
    assert_eq!(read_bounded_from(io::repeat(9).take(1000), "-", 1000).unwrap(), [9; 1000]);
}

#[test]
fn a_missing_file_and_a_directory_cannot_be_opened() {
    let directory = tempdir().unwrap();
    let missing = open_read(directory.path().join("x")).unwrap_err();
    assert_eq!((missing.operation, missing.cause), (Operation::Open, Cause::NotFound));
    let error = read_bounded(directory.path(), 10).unwrap_err();
    assert_eq!(error.operation, Operation::Open);
    if cfg!(unix) {
        assert_eq!(error.cause, Cause::IsADirectory);
    }
}

/// Goal: of several committers to one name exactly one wins, and its file is whole. Method: threads that start
/// together, many rounds.
#[test]
fn of_eight_threads_exactly_one_commits() {
    let directory = tempdir().unwrap();
    for round in 0..20 {
        let path = directory.path().join(format!("round-{round}"));
        let barrier = std::sync::Barrier::new(8);
        let winners: Vec<u8> = std::thread::scope(|scope| {
            let commit = |thread: u8| {
                let (path, barrier) = (&path, &barrier);
                scope.spawn(move || {
                    let mut file = NewFile::create_for(path, Visibility::Shared).unwrap();
                    file.write_all(&[thread; 10_000]).unwrap();
                    barrier.wait();
                    match file.commit_new(path) {
                        Ok(()) => Some(thread),
                        Err(error) => {
                            assert_eq!(error.cause, Cause::AlreadyExists);
                            None
                        }
                    }
                })
            };
            let threads: Vec<_> = (0..8).map(commit).collect();
            threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
        });
        let [winner] = winners[..] else { panic!("{} threads committed", winners.len()) };
        assert_eq!(read_bounded(&path, 10_000).unwrap(), [winner; 10_000]);
    }
    assert_eq!(names(directory.path()).len(), 20);
}

#[test]
fn of_eight_processes_exactly_one_commits() {
    let directory = tempdir().unwrap();
    let children: Vec<_> = (0..8)
        .map(|_| child("child_commits_contended_here", directory.path()).spawn().unwrap())
        .collect();
    let winners = children
        .into_iter()
        .map(|mut child| child.wait().unwrap())
        .filter(ExitStatus::success)
        .count();
    assert_eq!(winners, 1);
    assert_eq!(names(directory.path()), ["contended"]);
}

#[test]
#[ignore = "run as a child process, in a directory of its own"]
fn child_commits_contended_here() {
    write_new("contended", Visibility::Shared, &[1; 100_000]).unwrap();
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_secret_is_readable_by_its_owner_alone_from_its_creation() {
        let directory = tempdir().unwrap();
        let file = NewFile::create_in(directory.path(), Visibility::OwnerOnly).unwrap();
        assert_eq!(mode(&directory.path().join(&names(directory.path())[0])), 0o600);
        let path = directory.path().join("key.pem");
        file.commit_new(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_shared_file_has_the_usual_mode_less_the_umask() {
        for (umask, expected) in [("022", 0o644), ("077", 0o600), ("000", 0o644)] {
            let directory = tempdir().unwrap();
            let commit = child("child_commits_contended_here", directory.path());
            assert!(in_shell(&format!("umask {umask}"), &commit).status().unwrap().success());
            assert_eq!(mode(&directory.path().join("contended")), expected);
        }
    }

    #[test]
    fn a_replacement_of_a_shared_file_by_a_secret_is_secret() {
        let directory = tempdir().unwrap();
        let path = directory.path().join("key.pem");
        write_new(&path, Visibility::Shared, b"").unwrap();
        write_replace(&path, Visibility::OwnerOnly, b"").unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    /// Goal: a directory without write permission gives that cause, with a hint. Method: as root permissions mean
    /// nothing, so root runs the child as `nobody`.
    #[test]
    fn an_unwritable_directory_is_told_with_a_hint() {
        let directory = public_directory();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let child = child("unix::child_finds_this_directory_unwritable", directory.path());
        let is_root = NewFile::create_in(directory.path(), Visibility::Shared).is_ok();
        let status = match is_root {
            true => as_nobody(&child).status().unwrap(),
            false => { child }.status().unwrap(),
        };
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(status.success());
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    #[ignore = "run as a child process, in a directory that it may not write to"]
    fn child_finds_this_directory_unwritable() {
        let error = write_new("log.txt", Visibility::Shared, b"").unwrap_err();
        assert_eq!((error.operation, &error.cause), (Operation::Create, &Cause::PermissionDenied));
        assert!(error.hint().unwrap().starts_with("check who may write in"));
    }

    /// Goal: when the system takes no more bytes, the old file stays, and nothing is left behind. Method: a child
    /// under `ulimit -f`, whose signal the shell has set to be ignored, so that the write fails instead.
    #[test]
    fn a_write_that_fails_half_way_leaves_nothing_behind() {
        let directory = tempdir().unwrap();
        fs::create_dir(directory.path().join("empty")).unwrap();
        write_new(directory.path().join("old"), Visibility::Shared, b"old").unwrap();
        let child = child("unix::child_cannot_write_so_much", directory.path());
        assert!(in_shell("trap '' XFSZ; ulimit -f 8", &child).status().unwrap().success());
        assert_eq!(names(directory.path()), ["empty", "old"]);
        assert!(names(&directory.path().join("empty")).is_empty());
        assert_eq!(read_bounded(directory.path().join("old"), 10).unwrap(), b"old");
    }

    #[test]
    #[ignore = "run as a child process, under a limit on the size of files"]
    fn child_cannot_write_so_much() {
        let too_much = [0; 100_000];
        let expected = |path: &str| DurableError {
            operation: Operation::Write,
            path: path.into(),
            cause: Cause::FileSizeLimit,
        };
        let new = write_new("empty/new", Visibility::Shared, &too_much);
        assert_eq!(new, Err(expected("empty/new")));
        let replaced = write_replace("old", Visibility::Shared, &too_much);
        assert_eq!(replaced, Err(expected("old")));
    }

    /// Goal: a full disk is told as one. Method: a file system of 64 KiB in memory, in a mount namespace of the
    /// child's own; where the system allows none, the test says so and proves nothing.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_told_with_a_hint_and_leaves_nothing_behind() {
        let directory = tempdir().unwrap();
        let child = child("unix::child_finds_the_disk_full", directory.path());
        let mount = "mount -t tmpfs -o size=64k tmpfs . && cd \"$PWD\" || exit 77";
        let mut unshare = Command::new("unshare");
        unshare.args(["--map-root-user", "--mount"]);
        unshare.arg("sh").args(shell_arguments(mount, &child)).current_dir(directory.path());
        match unshare.stdout(Stdio::null()).status() {
            Ok(status) if status.success() => {}
            Ok(status) if !matches!(status.code(), Some(1 | 77)) => panic!("child: {status}"),
            other => println!("SKIPPED: no mount namespace here: {other:?}"),
        }
    }

    #[test]
    #[ignore = "run as a child process, on a file system of 64 KiB"]
    #[cfg(target_os = "linux")]
    fn child_finds_the_disk_full() {
        let error = write_new("log.txt", Visibility::Shared, &[0; 200_000]).unwrap_err();
        assert_eq!((error.operation, &error.cause), (Operation::Write, &Cause::StorageFull));
        assert!(error.hint().unwrap().contains("`df .`"));
        assert!(names(Path::new(".")).is_empty());
        write_new("log.txt", Visibility::Shared, &[0; 20_000]).unwrap();
        assert_eq!(names(Path::new(".")), ["log.txt"]);
    }

    /// A directory that another user can enter.
    fn public_directory() -> TempDir {
        let directory = tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        directory
    }

    fn as_nobody(child: &Command) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(child.get_program()).args(child.get_args());
        command.current_dir(child.get_current_dir().unwrap());
        command
    }

    fn in_shell(preparation: &str, child: &Command) -> Command {
        let mut command = Command::new("sh");
        command.args(shell_arguments(preparation, child)).stdout(Stdio::null());
        command.current_dir(child.get_current_dir().unwrap());
        command
    }

    fn shell_arguments(preparation: &str, child: &Command) -> Vec<OsString> {
        let script = format!("{preparation}\nexec \"$0\" \"$@\"");
        let words = ["-c".into(), script.into(), child.get_program().to_owned()];
        words.into_iter().chain(child.get_args().map(ToOwned::to_owned)).collect()
    }
}

/// This test program again, with one of its ignored tests, in another directory.
fn child(test: &str, directory: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored"]).current_dir(directory).stdout(Stdio::null());
    command
}

#[test]
fn a_lock_is_held_by_one_at_a_time_and_names_its_holder() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("lock");
    let lock = LockFile::acquire(&path).unwrap();
    let held = Cause::HeldByProcess { pid: Some(std::process::id()) };
    assert_eq!(cause(LockFile::acquire(&path)), held);
    drop(lock);
    LockFile::acquire(&path).unwrap();
}

#[test]
fn a_synced_file_is_changed_in_place_and_grows() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("log");
    let mut file = NewFile::create_for(&path, Visibility::OwnerOnly).unwrap();
    file.write_all(b"0123456789").unwrap();
    let mut file = file.commit_replace_open(&path).unwrap();
    file.write_at(3, b"abc").unwrap();
    file.write_at(10, b"XY").unwrap();
    file.sync().unwrap();
    assert_eq!(file.read(12).unwrap(), b"012abc6789XY");
    assert_eq!(SyncedFile::open(&path).unwrap().read(12).unwrap(), b"012abc6789XY");
    let too_large = Cause::TooLarge { limit_bytes: 11, len_bytes: Some(12) };
    assert_eq!(cause(file.read(11)), too_large);
    assert_eq!(names(directory.path()), ["log"]);
}

#[test]
fn a_synced_file_must_exist() {
    let directory = tempdir().unwrap();
    assert_eq!(cause(SyncedFile::open(directory.path().join("absent"))), Cause::NotFound);
    assert!(names(directory.path()).is_empty());
}

#[test]
fn leftovers_are_removed_and_nothing_else() {
    let directory = tempdir().unwrap();
    for name in [".curbside-1.tmp", ".curbside-2", "other.tmp"] {
        write_new(directory.path().join(name), Visibility::Shared, b"x").unwrap();
    }
    remove_leftovers(directory.path()).unwrap();
    assert_eq!(names(directory.path()), [".curbside-2", "other.tmp"]);
}

#[cfg(unix)]
#[test]
fn what_others_may_open_is_told_with_its_mode_and_advice() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempdir().unwrap();
    let place = directory.path().join("private");
    private_directory(&place).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&place), 0o700);
    // One that is empty is made private; one that holds something is not touched.
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
    private_directory(&place).unwrap();
    assert_eq!(mode(&place), 0o700);
    write_new(place.join("secret"), Visibility::OwnerOnly, b"x").unwrap();
    refuse_open_to_others(place.join("secret")).unwrap();
    fs::set_permissions(&place, fs::Permissions::from_mode(0o750)).unwrap();
    let error = private_directory(&place).unwrap_err();
    assert_eq!(error.cause, Cause::OpenToOthers { mode: 0o750 });
    let expected = format!("open {}: others may open it (its mode is 0750)", place.display());
    assert_eq!(error.to_string(), expected);
    assert!(error.hint().unwrap().contains("chmod go-rwx"), "{error:?}");
}

#[test]
fn a_file_of_any_size_has_its_hash_and_a_missing_one_has_none() {
    let directory = tempdir().unwrap();
    let path = directory.path().join("file");
    assert_eq!(sha256_of(&path), Ok(None));
    // FIPS 180-2's answer for a million times "a", which is more than one chunk.
    write_new(&path, Visibility::Shared, &vec![b'a'; 1_000_000]).unwrap();
    let known = [
        0xcd, 0xc7, 0x6e, 0x5c, 0x99, 0x14, 0xfb, 0x92, 0x81, 0xa1, 0xc7, 0xe2, 0x84, 0xd7, 0x3e,
        0x67, 0xf1, 0x80, 0x9a, 0x48, 0xa4, 0x97, 0x20, 0x0e, 0x04, 0x6d, 0x39, 0xcc, 0xc7, 0x11,
        0x2c, 0xd0,
    ];
    assert_eq!(sha256_of(&path), Ok(Some(known)));
}
