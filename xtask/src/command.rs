//! Running other programs: shown while they run, and kept for reading.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;

use crate::Fallible;

/// What a program left behind.
pub(crate) struct Finished {
    pub(crate) succeeded: bool,
    /// Its standard output, then its standard error.
    pub(crate) text: String,
}

/// Runs a program, copying all its output to our standard error line by line.
pub(crate) fn teed(mut command: Command) -> Fallible<Finished> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}", shown(&command)))?;
    let stdout = child.stdout.take().ok_or("no standard output")?;
    let stderr = child.stderr.take().ok_or("no standard error")?;
    let errors = thread::spawn(move || copied(stderr));
    let mut text = copied(stdout);
    text.push_str(&errors.join().unwrap_or_default());
    Ok(Finished { succeeded: child.wait()?.success(), text })
}

/// Runs a program quietly for its standard output; anything but success is an error.
pub(crate) fn output(mut command: Command) -> Fallible<String> {
    let finished = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start {}: {error}", shown(&command)))?;
    if !finished.status.success() {
        let words = String::from_utf8_lossy(&finished.stderr);
        return Err(format!("{} failed: {}", shown(&command), words.trim()).into());
    }
    Ok(String::from_utf8(finished.stdout)?)
}

/// Whether a program is there and answers these arguments with success.
pub(crate) fn answers(program: &str, arguments: &[&str]) -> bool {
    let quiet = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    quiet.is_ok_and(|status| status.success())
}

fn copied(stream: impl Read) -> String {
    let mut text = String::new();
    for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        eprintln!("{line}");
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn shown(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
