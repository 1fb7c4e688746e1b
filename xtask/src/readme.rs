//! The README's first command, run as a newcomer runs it.

use std::ffi::OsStr;

use crate::Fallible;
use crate::command::output;
use crate::repository::Repository;

/// What the command begins with, at the prompt.
const COMMAND: &str = "$ cargo run --release -- ";
/// Where the command puts what it makes, away from the repository.
const MADE: &str = "demo";

/// Runs the command at the root, without the wait for an optimised build, and looks at what it made.
pub(crate) fn check(repository: &Repository) -> Fallible<()> {
    let readme = std::fs::read_to_string(repository.path("README.md"))?;
    let line = readme.lines().find_map(|line| line.strip_prefix(COMMAND));
    let line = line.ok_or_else(|| format!("README.md has no line `{COMMAND}…`"))?;
    let made = repository.target()?.join("docs").join(MADE);
    if made.exists() {
        std::fs::remove_dir_all(&made)?;
    }
    let mut command = repository.cargo(&["run", "--quiet", "--"]);
    command.args(line.split_whitespace().map(OsStr::new)).arg("--dir").arg(&made);
    output(command)?;
    let batches = std::fs::read_dir(made.join("batch"))?.count();
    if batches == 1 { Ok(()) } else { Err(format!("it made {batches} batches").into()) }
}
