//! `cargo xtask docs`: what the program says about itself, written where people read it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::Fallible;
use crate::command::output;
use crate::readme;
use crate::repository::Repository;
use crate::tally::Report;

/// One folder for each kind of output, all of them made from the one definition of the options.
const MAN: &str = "docs/man";
const COMPLETIONS: &str = "docs/completions";
/// The reference of all commands on one page.
const REFERENCE: &str = "docs/cli.md";
/// Shell and the name under which its completions are looked up.
const SHELLS: [(&str, &str); 5] = [
    ("bash", "curbside.bash"),
    ("elvish", "curbside.elv"),
    ("fish", "curbside.fish"),
    ("powershell", "_curbside.ps1"),
    ("zsh", "_curbside"),
];

const ADVICE: &str = "not what the program says today; run `cargo xtask docs`";

/// Whether to write.
#[derive(Args)]
pub(crate) struct DocsArgs {
    /// Change nothing; fail when a committed file differs from what would be written.
    #[arg(long)]
    pub(crate) check: bool,
}

/// Writes the generated files, or compares them with the committed ones.
pub(crate) fn run(repository: &Repository, args: &DocsArgs) -> Fallible<Report> {
    let mut report = Report::default();
    let curbside = repository.curbside()?;
    let scratch = repository.target()?.join("docs");
    let fresh = BTreeMap::from([
        (MAN, man_pages(&curbside, &scratch)?),
        (COMPLETIONS, completions(&curbside)?),
    ]);
    for (folder, files) in fresh {
        let directory = repository.path(folder);
        if !args.check {
            replace(&directory, &files)?;
        }
        report.check(folder, compare(&directory, &files));
    }
    let reference = printed(&curbside, &["man", "--markdown"])?;
    let path = repository.path(REFERENCE);
    if !args.check {
        fs::write(&path, &reference)?;
    }
    let is_fresh = fs::read(path).is_ok_and(|committed| committed == reference);
    report.check(REFERENCE, if is_fresh { Ok(()) } else { Err(ADVICE.to_owned()) });
    let first_command = readme::check(repository).map_err(|error| error.to_string());
    report.check("the README's first command", first_command);
    Ok(report)
}

/// File name and content.
type Files = BTreeMap<PathBuf, Vec<u8>>;

fn man_pages(curbside: &Path, scratch: &Path) -> Fallible<Files> {
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    fs::create_dir_all(scratch)?;
    let mut command = Command::new(curbside);
    command.args(["man", "--dir"]).arg(scratch);
    output(command)?;
    read(scratch)
}

fn completions(curbside: &Path) -> Fallible<Files> {
    let mut files = Files::new();
    for (shell, name) in SHELLS {
        files.insert(name.into(), printed(curbside, &["completions", shell])?);
    }
    Ok(files)
}

fn printed(curbside: &Path, arguments: &[&str]) -> Fallible<Vec<u8>> {
    let mut command = Command::new(curbside);
    command.args(arguments);
    Ok(output(command)?.into_bytes())
}

fn replace(directory: &Path, files: &Files) -> Fallible<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)?;
    for (name, content) in files {
        fs::write(directory.join(name), content)?;
    }
    Ok(())
}

fn compare(directory: &Path, fresh: &Files) -> Result<(), String> {
    let committed = read(directory).unwrap_or_default();
    let stale = fresh
        .iter()
        .filter(|(name, content)| committed.get(*name) != Some(*content))
        .map(|(name, _)| name);
    let left_over = committed.keys().filter(|name| !fresh.contains_key(*name));
    let names: Vec<String> =
        stale.chain(left_over).map(|name| name.display().to_string()).collect();
    if names.is_empty() { Ok(()) } else { Err(format!("{}: {ADVICE}", names.join(", "))) }
}

fn read(directory: &Path) -> Fallible<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        files.insert(entry.file_name().into(), fs::read(entry.path())?);
    }
    Ok(files)
}
