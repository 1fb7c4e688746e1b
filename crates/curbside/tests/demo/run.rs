//! Runs the program in a directory of its own.

use std::{
    path::Path,
    process::{Command, Output},
};

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
