//! Runs a program without a shell, with a limit on its time and on what it may say.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use zeroize::{Zeroize, Zeroizing};

use super::output::{Tail, quote};
use crate::{
    driver::DriverError,
    process_group::{kill_group, own_group},
};

/// How often a running program is looked at. Programming takes a second; this adds nothing to it that anybody sees.
const POLL: Duration = Duration::from_millis(5);

/// How long the end of the output is waited for after the program has ended. Some programs leave a helper behind that
/// holds their streams open.
const LAST_WORDS_PATIENCE: Duration = Duration::from_millis(500);

/// Bytes read from a stream at once.
const CHUNK_LEN: usize = 4096;

/// Runs a program of the customer's, such as a test step, and returns the lines that it said on both streams.
///
/// # Errors
///
/// [`DriverError::Program`] where it does not start or ends with another code than 0, [`DriverError::TimedOut`].
pub fn run_program(argv: &[String], patience: Duration) -> Result<Vec<String>, DriverError> {
    let ended = run(argv, Path::new("."), patience)?;
    if ended.code == Some(0) {
        return Ok(ended.output.lines().map(str::to_owned).collect());
    }
    let code =
        ended.code.map_or_else(|| "by a signal".to_owned(), |code| format!("with code {code}"));
    Err(DriverError::Program {
        program: argv.first().cloned().unwrap_or_default(),
        how: format!("ends {code}: {}", quote(&ended.output)),
    })
}

/// A program that has ended.
pub(super) struct Ended {
    /// Its exit code; `None` where a signal ended it.
    pub(super) code: Option<i32>,
    /// The end of what it said on both streams.
    pub(super) output: Zeroizing<String>,
}

/// Runs a program to its end in `directory`. One that takes longer than `patience` is killed with its children.
pub(super) fn run(
    argv: &[String],
    directory: &Path,
    patience: Duration,
) -> Result<Ended, DriverError> {
    let program = argv.first().map_or("", String::as_str);
    let fail = |error: &io::Error| DriverError::Program {
        program: program.to_owned(),
        how: format!("does not run: {error}"),
    };
    let mut command = Command::new(located(program));
    command.args(argv.get(1..).unwrap_or_default()).current_dir(directory);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    own_group(&mut command);
    let mut child = command.spawn().map_err(|error| fail(&error))?;
    let tail = Tail::default();
    let (done, all_done) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        listen(stdout, tail.clone(), done.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        listen(stderr, tail.clone(), done.clone());
    }
    drop(done);
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait().map_err(|error| fail(&error))? {
            // The channel closes when both streams have ended.
            match all_done.recv_timeout(LAST_WORDS_PATIENCE) {
                Ok(()) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            return Ok(Ended { code: status.code(), output: tail.text() });
        }
        if Instant::now() >= deadline {
            kill_group(&mut child);
            return Err(DriverError::TimedOut { what: program.to_owned(), waited: patience });
        }
        thread::sleep(POLL);
    }
}

/// A program named by a relative path is meant from where we are, not from where it will run.
fn located(program: &str) -> PathBuf {
    let path = Path::new(program);
    if path.components().count() > 1 {
        std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
    } else {
        path.to_owned()
    }
}

/// Collects a stream to its end. Nothing is ever sent: the sender's end is the message.
fn listen(mut stream: impl Read + Send + 'static, tail: Tail, done: Sender<()>) {
    thread::spawn(move || {
        let mut buffer = Zeroizing::new([0; CHUNK_LEN]);
        while let Ok(len @ 1..) = stream.read(&mut buffer[..]) {
            tail.push(&buffer[..len]);
            buffer.zeroize();
        }
        drop(done);
    });
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str, patience: Duration) -> Result<Ended, DriverError> {
        let argv = ["/bin/sh", "-c", script].map(str::to_owned);
        run(&argv, Path::new("/"), patience)
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn both_streams_and_the_exit_code_are_told() {
        let ended = sh("echo out; echo err >&2; exit 3", LONG).unwrap();
        assert_eq!(ended.code, Some(3));
        assert!(ended.output.contains("out\n") && ended.output.contains("err\n"));
    }

    #[test]
    fn a_program_that_is_not_there_is_told_by_name() {
        let argv = ["curbside-no-such-program".to_owned()];
        let Err(DriverError::Program { program, .. }) = run(&argv, Path::new("/"), LONG) else {
            panic!("it ran");
        };
        assert_eq!(program, "curbside-no-such-program");
    }

    #[test]
    fn a_slow_program_is_killed_with_its_children() {
        let directory = tempfile::tempdir().unwrap();
        let marker = directory.path().join("alive");
        let script = format!("(sleep 1; echo still > '{}') & wait; sleep 60", marker.display());
        let result = sh(&script, Duration::from_millis(200));
        assert!(matches!(result, Err(DriverError::TimedOut { .. })));
        thread::sleep(Duration::from_millis(1500));
        assert!(!marker.exists());
    }

    #[test]
    fn a_child_that_holds_the_streams_open_is_not_waited_for() {
        let ended = sh("sleep 30 & echo done", LONG).unwrap();
        assert_eq!(ended.code, Some(0));
        assert!(ended.output.contains("done"));
    }

    #[test]
    fn endless_output_is_bounded() {
        let ended = sh("yes | head -c 1000000; echo end", LONG).unwrap();
        assert_eq!(ended.output.len(), super::super::output::OUTPUT_LEN_MAX);
        assert!(ended.output.ends_with("end\n"));
    }
}
