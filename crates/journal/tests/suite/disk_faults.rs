//! A disk that fails: each write, flush and cut of a short run, one after the other, in a child under `strace`.

use std::{
    env, fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use journal::{Journal, JournalError, StorageFault};

use crate::{
    kill::{acknowledgements, check, make},
    support::{AT, failure, job_record, options},
};

/// The variable that tells the child where to write.
const PATH: &str = "CURBSIDE_JOURNAL_FAULT_PATH";

/// The system calls that change a file.
const CHANGING: [&str; 5] = ["pwrite64", "write", "fsync", "fdatasync", "ftruncate"];

/// Those of them that need space.
const GROWING: [&str; 2] = ["pwrite64", "write"];

/// More calls of a kind than the child makes; a run that reaches it would never end.
const RUNS_MAX: u32 = 400;

/// How many devices the child makes.
const DEVICES: u32 = 3;

#[test]
fn an_input_output_error_anywhere_loses_nothing_that_was_acknowledged() {
    fail_everywhere("EIO", &CHANGING);
}

#[test]
fn a_full_disk_anywhere_loses_nothing_that_was_acknowledged() {
    fail_everywhere("ENOSPC", &GROWING);
}

fn fail_everywhere(errno: &str, calls: &[&str]) {
    if Command::new("strace").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("SKIPPED: strace is not installed, so no disk fault was injected");
        return;
    }
    let (mut faults, mut poisoned) = (0, 0);
    for call in calls {
        for n in 1..=RUNS_MAX {
            assert!(n < RUNS_MAX, "{call} never ran without a fault");
            let Some(output) = run_with_fault(call, errno, n) else { break };
            faults += 1;
            poisoned += u32::from(output.contains("poisoned"));
        }
    }
    println!("{faults} faults of {errno}, {poisoned} met a commit");
    assert!(poisoned > 0, "no fault met a commit");
}

/// Runs the child with the n-th call failing, and checks what it left. Returns what it said, or `None` where it
/// made fewer calls.
fn run_with_fault(call: &str, errno: &str, n: u32) -> Option<String> {
    // The faults are injected, so memory is as good a disk as any, and its flushes take no time.
    let memory = Path::new("/dev/shm");
    let directory = match memory.is_dir() {
        true => tempfile::tempdir_in(memory).unwrap(),
        false => tempfile::tempdir().unwrap(),
    };
    let path = directory.path().join("line.journal");
    let trace = directory.path().join("trace");
    let mut command = Command::new("strace");
    // Without the filter in the kernel every system call of the child would stop it twice.
    command.args(["-f", "--seccomp-bpf"]).arg("-o").arg(&trace);
    // Only the journal's own files fail, not the child's standard output.
    command.arg("-P").arg(&path);
    for ending in ["-wal", "-shm", ".key", ".lock"] {
        command.arg("-P").arg(format!("{}{ending}", path.display()));
    }
    let output = command
        .args(["-e", &format!("trace={call}")])
        .args(["-e", &format!("inject={call}:error={errno}:when={n}")])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "disk_faults::a_child_that_makes_a_few_devices"])
        .args(["--ignored", "--nocapture"])
        .env(PATH, &path)
        // A failed step panics in the child, and finding the names of the stack takes longer than the run.
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(output.contains("ended"), "{call} {n}: the child ends by itself: {output}");
    let injected = fs::read_to_string(&trace).unwrap().contains("INJECTED");
    assert!(injected || output.contains("complete"), "{call} {n}: {output}");
    let lines = output.lines().map(str::to_owned).collect();
    check(&path, &acknowledgements(lines));
    injected.then_some(output)
}

#[test]
#[ignore = "the child of the tests above"]
fn a_child_that_makes_a_few_devices() {
    let Some(path) = env::var_os(PATH) else {
        return;
    };
    let mut stdout = std::io::stdout();
    // A device whose step fails ends its thread, as it would end its slot.
    let made = std::thread::spawn(move || -> Result<(), JournalError> {
        let journal = Journal::open(options(Path::new(&path)))?;
        let job = journal.job(&job_record("job"))?;
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            (0..DEVICES).for_each(|n| make(&journal, job, n));
        }));
        if made.is_err() {
            // Whatever comes after a failed write is refused, or the disk failed before anything was written.
            let refused = journal.fail(journal::DeviceId(1), &failure(), AT);
            if let Err(JournalError::Poisoned { fault, .. }) = refused {
                assert_ne!(fault, StorageFault::Locked);
                println!("poisoned");
            }
        }
        journal.close()
    })
    .join();
    match made {
        Ok(Ok(())) => writeln!(stdout, "complete").unwrap(),
        Ok(Err(error)) => writeln!(stdout, "error {error}").unwrap(),
        Err(_) => writeln!(stdout, "panicked").unwrap(),
    }
    writeln!(stdout, "ended").unwrap();
}
