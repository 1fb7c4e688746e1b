//! A program as a system: JSON on its standard input, the exit code is the answer.

use std::{
    io::{Read, Write as _},
    process::{ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use super::{
    hook::{ANSWER_LEN_BYTES_MAX, Message, Reply},
    words::cleaned,
};
use crate::process_group::{kill_group, own_group};

/// How often a running program is looked at.
const POLL: Duration = Duration::from_millis(5);

/// How long the end of the output is waited for after the program has ended. Some programs leave a helper behind that
/// holds their streams open.
const LAST_WORDS_PATIENCE: Duration = Duration::from_millis(500);

/// Bytes read at once.
const CHUNK_LEN_BYTES: usize = 4096;

/// Runs a program without a shell. Exit code 0 says yes, 1 says no with the first line of the output as the reason.
pub(super) fn run(argv: &[String], message: Message<'_>) -> Reply {
    let Some((program, arguments)) = argv.split_first() else {
        return Reply::Away("no program is named".to_owned());
    };
    let mut command = Command::new(program);
    command.args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    own_group(&mut command);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Reply::Away(format!("{program} does not start: {error}")),
    };
    if let Some(stdin) = child.stdin.take() {
        feed(stdin, message.json);
    }
    let output = child.stdout.take().map(listen);
    let deadline = Instant::now() + message.patience;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) => {}
            Err(error) => {
                kill_group(&mut child);
                return Reply::Away(format!("{program} cannot be waited for: {error}"));
            }
        }
        let is_late = Instant::now() >= deadline;
        if is_late || (message.should_stop)() {
            kill_group(&mut child);
            return Reply::Away(if is_late {
                format!("{program} does not end within {:?}", message.patience)
            } else {
                format!("{program} was still running when the line was stopped")
            });
        }
        thread::sleep(POLL);
    };
    match status.code() {
        Some(0) => Reply::Taken(Vec::new()),
        Some(1) => {
            let said = output.and_then(|output| output.recv_timeout(LAST_WORDS_PATIENCE).ok());
            let first = said.as_deref().unwrap_or_default().split(|byte| *byte == b'\n').next();
            let why = cleaned(first.unwrap_or_default());
            let why = if why.is_empty() { format!("{program} says no") } else { why };
            // A program that breaks down ends with 1 as well.
            Reply::Refused { why, is_final: false }
        }
        Some(code) => Reply::Away(format!("{program} ended with exit code {code}")),
        None => Reply::Away(format!("{program} was ended by a signal")),
    }
}

/// Writes from a thread: a program that reads nothing must not hold the line up.
fn feed(mut stdin: ChildStdin, json: &[u8]) {
    let json = json.to_vec();
    thread::spawn(move || {
        // A program that does not care closes it early.
        let _sent = stdin.write_all(&json);
    });
}

/// Reads to the end and keeps the beginning.
fn listen(mut stdout: ChildStdout) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        let mut buffer = [0; CHUNK_LEN_BYTES];
        while let Ok(len @ 1..) = stdout.read(&mut buffer) {
            let room = ANSWER_LEN_BYTES_MAX - kept.len();
            kept.extend_from_slice(&buffer[..len.min(room)]);
        }
        let _nobody_waits = sender.send(kept);
    });
    receiver
}

#[cfg(all(test, unix))]
mod tests {
    use std::cell::Cell;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn sh(script: &str, json: &[u8], patience: Duration) -> Reply {
        let argv = ["/bin/sh", "-c", script].map(str::to_owned);
        run(&argv, Message { json, patience, should_stop: &|| false })
    }

    fn refused(why: &str) -> Reply {
        Reply::Refused { why: why.to_owned(), is_final: false }
    }

    #[test]
    fn the_exit_code_is_the_answer() {
        assert_eq!(sh("grep -q '\"slot\":1'", b"{\"slot\":1}", LONG), Reply::Taken(Vec::new()));
        assert_eq!(sh("echo wrong; echo more; exit 1", b"{}", LONG), refused("wrong"));
        assert_eq!(sh("exit 1", b"{}", LONG), refused("/bin/sh says no"));
        let Reply::Away(why) = sh("exit 3", b"{}", LONG) else { panic!("it answered") };
        assert!(why.contains("exit code 3"));
        assert!(matches!(sh("kill -9 $$", b"{}", LONG), Reply::Away(_)));
        let none = ["curbside-no-such-program".to_owned()];
        let message = Message { json: b"", patience: LONG, should_stop: &|| false };
        assert!(matches!(run(&none, message), Reply::Away(_)));
    }

    #[test]
    fn neither_endless_output_nor_a_full_pipe_holds_the_line_up() {
        let script = "head -c 1000000 /dev/zero | tr '\\0' x; exit 1";
        let reply = sh(script, &vec![b' '; 1 << 20], LONG);
        let Reply::Refused { why, .. } = reply else { panic!("{reply:?}") };
        assert_eq!(why.len(), super::super::words::WORDS_LEN_CHARS_MAX);
    }

    #[test]
    fn a_slow_program_is_killed_with_its_children() {
        let directory = tempfile::tempdir().unwrap();
        let marker = directory.path().join("alive");
        let script = format!("(sleep 1; echo still > '{}') & wait; sleep 60", marker.display());
        assert!(matches!(sh(&script, b"", Duration::from_millis(200)), Reply::Away(_)));
        thread::sleep(Duration::from_millis(1500));
        assert!(!marker.exists());
    }

    #[test]
    fn a_line_that_stops_does_not_wait_for_a_program() {
        let argv = ["/bin/sh", "-c", "sleep 600"].map(str::to_owned);
        let looks = Cell::new(0);
        let should_stop = || {
            looks.set(looks.get() + 1);
            looks.get() > 3
        };
        let reply = run(&argv, Message { json: b"", patience: LONG, should_stop: &should_stop });
        assert!(matches!(reply, Reply::Away(_)));
    }
}
