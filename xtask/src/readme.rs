//! The README's first command, run as a newcomer runs it.

use std::ffi::OsStr;

use crate::Fallible;
use crate::command::output;
use crate::repository::Repository;

/// What the command begins with, at the prompt.
const COMMAND: &str = "$ cargo run --release -- ";
/// The file that the command makes.
const MADE: &str = "page.hex";

/// Runs the command at the root, without the wait for an optimised build, and looks at what it made.
pub(crate) fn check(repository: &Repository) -> Fallible<()> {
    let readme = std::fs::read_to_string(repository.path("README.md"))?;
    let line = readme.lines().find_map(|line| line.strip_prefix(COMMAND));
    let line = line.ok_or_else(|| format!("README.md has no line `{COMMAND}…`"))?;
    let made = repository.target()?.join("docs").join(MADE);
    if made.exists() {
        std::fs::remove_file(&made)?;
    }
    let words = line.split_whitespace().map(OsStr::new);
    let mut command = repository.cargo(&["run", "--quiet", "--"]);
    command.args(words.map(|word| if word == MADE { made.as_os_str() } else { word }));
    output(command)?;
    if made.exists() { Ok(()) } else { Err(format!("it made no {MADE}").into()) }
}
