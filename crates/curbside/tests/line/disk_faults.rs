//! On a disk that fails at any one call, a line says so, keeps what it has recorded, and goes on at the next start.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use journal::{JournalView, State};

use crate::{
    invariants::{self, records},
    line_place::{LinePlace, LineSettings},
    plant::{PROGRAM, Plant},
    process::{Ended, Running},
};

/// How many faults a test tries outside of the long run.
const FAULTS: usize = 14;

/// Every so many calls one fails outside of the long run, where a line makes more than a hundred.
const STRIDE: usize = 8;

/// What is more than a line of three boards needs, and less than anybody would wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// The trace of a run has a few hundred lines.
const TRACE_LEN_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// How a line ends that nothing has stopped: every board passed, or some did not.
const WENT_ON: [i32; 2] = [0, 12];

/// What fails, and how.
#[derive(Clone, Copy, Debug)]
struct Fault {
    /// System calls. `rename` is not among them: only the rehearsal's tray moves files so.
    calls: &'static str,
    error: &'static str,
    /// Only those for the directory of control logs itself.
    is_of_logs: bool,
}

const SYNC: Fault = Fault { calls: "fsync,fdatasync", error: "EIO", is_of_logs: false };
const NAME: Fault = Fault { calls: "renameat2,link,linkat", error: "EIO", is_of_logs: false };
const WRITE_AT: Fault = Fault { calls: "pwrite64", error: "EIO", is_of_logs: false };
const WRITE: Fault = Fault { calls: "write", error: "EIO", is_of_logs: false };

/// Which line it happens to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// It makes its files first.
    New,
    /// It has made a device before.
    Begun,
    /// It makes a device a second, and a control log for each: more of them than files when it starts.
    Slow,
}

impl Kind {
    fn settings(self) -> LineSettings {
        let settings = LineSettings { number: 1, slots: 2, boards: 3, flash_ms: 0 };
        match self {
            Self::New | Self::Begun => settings,
            Self::Slow => LineSettings { slots: 1, boards: 5, flash_ms: 1050, ..settings },
        }
    }
}

#[test]
fn a_failed_sync_loses_no_device() {
    fail_each(SYNC, Kind::New, 1..=FAULTS);
    fail_each(SYNC, Kind::Begun, 1..=FAULTS);
}

#[test]
fn a_file_that_gets_no_name_loses_no_device() {
    fail_each(NAME, Kind::New, 1..=FAULTS);
    fail_each(NAME, Kind::Begun, 1..=FAULTS);
}

/// The file has its name by then: another one with the same devices would register them twice.
#[test]
fn a_failed_sync_of_the_directory_of_control_logs_puts_no_device_into_two() {
    fail_each(Fault { is_of_logs: true, ..SYNC }, Kind::New, 1..);
}

#[test]
fn a_control_log_that_cannot_be_put_in_place_is_written_later() {
    // Its start puts three files in place.
    fail_each(NAME, Kind::Slow, 4..=4);
}

#[test]
fn a_failed_write_into_the_journal_loses_no_device() {
    fail_each(WRITE_AT, Kind::Begun, (1..).step_by(STRIDE).take(FAULTS));
}

#[test]
fn a_failed_write_of_a_new_file_loses_no_device() {
    fail_each(WRITE, Kind::New, 1..=FAULTS);
    fail_each(WRITE, Kind::Begun, 1..=FAULTS);
}

#[test]
fn a_full_disk_loses_no_device() {
    fail_each(
        Fault { error: "ENOSPC", ..WRITE_AT },
        Kind::Begun,
        (2..).step_by(STRIDE).take(FAULTS),
    );
}

#[test]
#[ignore = "takes minutes"]
fn no_fault_of_the_disk_at_any_call_loses_a_device() {
    for fault in [SYNC, NAME, WRITE_AT, WRITE] {
        for error in ["EIO", "ENOSPC"] {
            for kind in [Kind::New, Kind::Begun] {
                fail_each(Fault { error, ..fault }, kind, 1..);
            }
        }
    }
}

/// Has one call fail, then a later one, until a run needs no more calls. strace counts the calls of every thread by
/// itself: the first one fails in each. A thread that fails first ends the run for the others, which is why a line is
/// also tried that has nothing to do when it starts.
fn fail_each(fault: Fault, kind: Kind, nth_calls: impl Iterator<Item = usize>) {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("NOT TESTED: there is no strace on this machine");
        return;
    }
    let began = Instant::now();
    let mut plant = Plant::new(1);
    let (mut injected, mut stopped) = (0, 0);
    for nth in nth_calls {
        plant.restart_hsms();
        let path = plant.path().join(nth.to_string()).join("line");
        let line = LinePlace::new(&plant, &path, kind.settings());
        if kind == Kind::Begun {
            make_first(&plant, &line);
        }
        let (ended, trace) = run_with_fault(&line, fault, nth);
        let injections = trace.lines().filter(|call| call.ends_with("(INJECTED)")).count();
        println!("{fault:?} {kind:?} {nth}: {injections} injected, {ended:?}");
        if injections == 0 {
            assert_eq!(ended.code, Some(0), "{}", ended.text);
        }
        check_ending(&line, &ended, &trace);
        recover(&line, nth);
        let made = invariants::check(std::slice::from_ref(&line));
        assert_eq!(made.devices, kind.settings().boards);
        if injections == 0 {
            break;
        }
        injected += injections;
        stopped += u32::from(!ended.code.is_some_and(|code| WENT_ON.contains(&code)));
    }
    println!(
        "{fault:?} {kind:?}: {injected} faults, {stopped} stopped the line, {:.1} s",
        began.elapsed().as_secs_f64()
    );
    assert!(injected > 0, "a line that makes devices needs these calls");
}

/// Makes one device, on a disk that works.
fn make_first(plant: &Plant, line: &LinePlace) {
    line.write_job(plant, 1);
    let ended = Running::start(&mut line.command("run")).end_within(PATIENCE);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    line.put_back(|_| true);
    line.connect(plant);
}

/// `line run` whose nth call of each thread fails; how it ended, and the calls.
fn run_with_fault(line: &LinePlace, fault: Fault, nth: usize) -> (Ended, String) {
    let trace = line.path().with_file_name("trace");
    let Fault { calls, error, is_of_logs } = fault;
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .args(if is_of_logs { vec!["-P".into(), line.control_logs()] } else { vec![] })
        .args(["-e", &format!("trace={calls}")])
        .args(["-e", &format!("inject={calls}:error={error}:when={nth}")])
        .arg(PROGRAM)
        .args(line.arguments("run"))
        .current_dir(line.path());
    // A board that failed is out of its fixture, and the line waits until somebody puts it back.
    let ended = Running::start(&mut command).end_or_stop(PATIENCE, || terminate(&trace));
    (ended, read(&trace))
}

/// Asks the traced program to stop: the first word of the trace is its id.
fn terminate(trace: &Path) {
    let trace = read(trace);
    let process = trace.split_whitespace().next().unwrap();
    assert!(Command::new("kill").args(["-TERM", process]).status().unwrap().success());
}

/// A line that the fault stopped says which file and what to do; one that ends with 0 has made everything.
fn check_ending(line: &LinePlace, ended: &Ended, trace: &str) {
    let code = ended.code.unwrap();
    assert!(code != 101 && !ended.text.contains("panicked"), "{}", ended.text);
    if code == 0 {
        let made = records(line);
        let is_made = made.len() as u64 == line.settings().boards
            && made.iter().all(|it| it.state == State::Logged);
        assert!(is_made, "it ends with 0: {}, {made:?}", ended.text);
    }
    let is_message_lost =
        trace.lines().any(|call| call.contains("write(2,") && call.ends_with("(INJECTED)"));
    if !WENT_ON.contains(&code) && !is_message_lost {
        let place = line.path().parent().unwrap().to_str().unwrap();
        assert!(ended.text.contains(place), "{}", ended.text);
        // An unknown failure of a single file names the file, and nobody can say more.
        let is_file = ended.text.contains("os error 5");
        assert!(is_file || ended.text.contains("hint: "), "{}", ended.text);
    }
}

/// A person puts the boards back and starts the line anew, on a disk that works.
fn recover(line: &LinePlace, nth: usize) {
    line.put_back(|_| true);
    // Resuming first must make no difference.
    if nth.is_multiple_of(2) && JournalView::open(line.journal()).is_ok() {
        let resumed = Running::start(&mut line.command("resume")).end_within(PATIENCE);
        assert!(resumed.code.is_some_and(|code| WENT_ON.contains(&code)), "{resumed:?}");
        line.put_back(|_| true);
    }
    let run = Running::start(&mut line.command("run")).end_within(PATIENCE);
    assert_eq!(run.code, Some(0), "{}", run.text);
}

fn read(path: &Path) -> String {
    let bytes = durable::read_bounded(PathBuf::from(path), TRACE_LEN_BYTES_MAX).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}
