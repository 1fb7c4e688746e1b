//! A process of its own that writes to a real disk and is killed again and again.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use soft_hsm::store::StoreFile;
use tempfile::tempdir;

use crate::support::{Draw, change, new_log, numbers, open, seed, snapshot};

/// The variable that tells the child where to write.
const DIRECTORY: &str = "CURBSIDE_KILL_TEST_DIRECTORY";

/// The longest that a child lives, in microseconds. Starting takes about a millisecond of it.
const LIFE_MICROSECONDS_MAX: usize = 30_000;

#[test]
fn sixty_kills_lose_nothing_that_was_acknowledged() {
    kill_again_and_again(60);
}

#[test]
#[ignore = "takes half a minute"]
fn two_thousand_kills_lose_nothing_that_was_acknowledged() {
    kill_again_and_again(2000);
}

fn kill_again_and_again(kills: usize) {
    let mut draw = Draw::new(seed());
    let directory = tempdir().unwrap();
    drop(new_log(StoreFile::new(directory.path().join("state")), draw.below(1 << 30) as u64));
    let mut acknowledged = 0;
    let mut cuts = 0;
    for kill in 0..kills {
        let life = Duration::from_micros(draw.below(LIFE_MICROSECONDS_MAX) as u64);
        acknowledged = acknowledged.max(live_and_die(directory.path(), life));
        let found = check(directory.path(), &mut cuts);
        assert!(found >= acknowledged, "kill {kill}: {acknowledged} acknowledged, {found} found");
    }
    println!("{kills} kills, {acknowledged} changes acknowledged, {cuts} torn and cut");
    assert!(acknowledged > 0, "some child must have lived long enough to write");
}

/// Runs a child for a while and kills it. Returns how many changes it has acknowledged.
fn live_and_die(directory: &Path, life: Duration) -> u32 {
    let mut child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "kill::a_child_that_writes_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The child's life begins when it says so.
    let begun = lines.by_ref().map_while(Result::ok).any(|line| line.ends_with("begun"));
    assert!(begun, "the child has opened the store");
    thread::sleep(life);
    child.kill().unwrap();
    child.wait().unwrap();
    let numbers = lines.map_while(Result::ok).filter_map(|line| line.parse::<u32>().ok());
    numbers.max().unwrap_or(0)
}

/// How many changes the store holds: all of them, from the first on.
fn check(directory: &Path, cuts: &mut usize) -> u32 {
    let disk = StoreFile::new(directory.join("state"));
    let (_, contents) = open(disk, 1).expect("a store after a kill is whole").unwrap();
    let found = numbers(&contents);
    let count = found.len() as u32;
    assert_eq!(found, (0..count).collect::<Vec<_>>());
    *cuts += usize::from(contents.is_cut);
    count
}

#[test]
#[ignore = "the child of the tests above; it never ends by itself"]
fn a_child_that_writes_until_it_is_killed() {
    let Some(directory) = env::var_os(DIRECTORY) else {
        return;
    };
    let disk = StoreFile::new(Path::new(&directory).join("state"));
    let random = u64::from(std::process::id());
    let (mut log, contents) = open(disk, random).unwrap().unwrap();
    let mut numbers = numbers(&contents);
    let mut stdout = std::io::stdout();
    writeln!(stdout, "begun").unwrap();
    log.replace(&snapshot(&numbers)).unwrap();
    loop {
        let next = numbers.len() as u32;
        log.append(&change(next)).unwrap();
        numbers.push(next);
        writeln!(stdout, "{}", numbers.len()).unwrap();
        if next % 16 == 15 {
            log.replace(&snapshot(&numbers)).unwrap();
        }
    }
}
