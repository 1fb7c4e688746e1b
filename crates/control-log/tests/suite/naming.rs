//! File names never collide: threads and processes in one directory in one second get a file each.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Stdio},
};

use control_log::{ControlLogName, name::candidates};
use durable::{NewFile, Visibility};

const NOW: u64 = 1_774_276_671;

fn commit_log(directory: &Path, content: &str) -> String {
    let now = ControlLogName::from_unix_seconds(NOW).unwrap();
    let mut file = NewFile::create_in(directory, Visibility::Shared).unwrap();
    std::io::Write::write_all(&mut file, content.as_bytes()).unwrap();
    let names = candidates(now).map(|name| directory.join(name.to_string()));
    let path = file.commit_first_free(names).unwrap();
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The names in a directory, which must all be control logs of consecutive seconds.
fn assert_consecutive(directory: &Path, count: u64) {
    let names: BTreeSet<ControlLogName> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap())
        .collect();
    let seconds: Vec<_> = names.iter().map(|name| name.unix_seconds()).collect();
    assert_eq!(seconds, (NOW..NOW + count).collect::<Vec<_>>());
}

#[test]
fn eight_threads_in_one_second_get_their_own_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for file in 0..10 {
                    let content = format!("{thread} {file}");
                    let name = commit_log(path, &content);
                    let read = durable::read_bounded(path.join(name), 100).unwrap();
                    assert_eq!(read, content.as_bytes());
                }
            });
        }
    });
    assert_consecutive(path, 80);
}

#[test]
fn four_processes_in_one_second_get_their_own_files() {
    let directory = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..4)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "naming::child_commits_ten_logs_here", "--ignored"])
                .current_dir(directory.path())
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_consecutive(directory.path(), 40);
}

#[test]
#[ignore = "run as a child process, in a directory of its own"]
fn child_commits_ten_logs_here() {
    for file in 0..10 {
        commit_log(Path::new("."), &file.to_string());
    }
}
