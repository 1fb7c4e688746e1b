//! Runs the program in a directory of its own.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

/// The program with these words, in this directory.
pub(crate) fn curbside(directory: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_curbside"));
    command.args(words).current_dir(directory);
    command
}

/// Runs it to its end; it must do what it was asked.
pub(crate) fn done(directory: &Path, words: &[&str]) -> String {
    let Output { status, stdout, stderr } = curbside(directory, words).output().unwrap();
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "curbside {} ends with {status}: {stderr}", words.join(" "));
    String::from_utf8(stdout).unwrap()
}

/// A command that serves until it is dropped.
pub(crate) struct Served {
    child: Child,
    /// The line with which it says where.
    pub(crate) started: Value,
}

impl Served {
    pub(crate) fn start(directory: &Path, words: &[&str]) -> Self {
        let mut command = curbside(directory, words);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, started: serde_json::from_str(&line).unwrap() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Ctrl-C.
pub(crate) fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(sent.success());
}
