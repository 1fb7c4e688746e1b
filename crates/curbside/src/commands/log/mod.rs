//! `curbside log`: control logs.

mod check;
mod consolidate;
mod show;
mod split;

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
};

pub(crate) use self::consolidate::consolidate_files;

use clap::Subcommand;
use control_log::{ControlLogName, check::Position, name};
use durable::{DurableError, NewFile, Operation, Visibility};

use crate::{exit::Exit, failure::Failure, input, terminal, words};

/// Consolidate, check, show and split control logs
#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    Consolidate(consolidate::ConsolidateArgs),
    Check(check::CheckArgs),
    Show(show::ShowArgs),
    Split(split::SplitArgs),
}

pub(crate) fn run(command: LogCommand) -> Result<(), Failure> {
    match command {
        LogCommand::Consolidate(args) => consolidate::run(&args),
        LogCommand::Check(args) => check::run(&args),
        LogCommand::Show(args) => show::run(&args),
        LogCommand::Split(args) => split::run(&args),
    }
}

/// The files that arguments name, in their order. A directory stands for the control logs in it, by name, because
/// a day's logs are more than a command line holds.
fn paths(arguments: &[OsString]) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for argument in input::expand(arguments)? {
        let path = PathBuf::from(argument);
        // A hundred thousand files are not worth a look each at whether they are directories.
        if !is_log_name(path.file_name()) && path.is_dir() {
            paths.append(&mut logs_in(&path)?);
        } else {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn logs_in(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let explain = |error: io::Error| DurableError::new(Operation::Read, directory, &error);
    let mut paths = Vec::new();
    let mut passed_over = Vec::new();
    for entry in directory.read_dir().map_err(explain)? {
        let file_name = entry.map_err(explain)?.file_name();
        match file_name.to_str() {
            // A stamp that no clock shows is no reason to lose a log.
            Some(text) if text.starts_with(name::PREFIX) && text.ends_with(name::SUFFIX) => {
                paths.push(directory.join(file_name));
            }
            Some(text) if text.starts_with('.') => {}
            _ => passed_over.push(file_name),
        }
    }
    passed_over.sort_unstable();
    if let Some(first) = passed_over.first() {
        terminal::note(&format!(
            "note: {} in {} passed over, `{}` first: only {}*{} are taken",
            words::counted(passed_over.len() as u64, "other file", "other files"),
            directory.display(),
            first.display(),
            name::PREFIX,
            name::SUFFIX,
        ));
    }
    if paths.is_empty() {
        let message = format!("there is no control log in {}", directory.display());
        return Err(Failure::new(Exit::Io, message).hint(
            "their names are C_CONTROL_LOG_YYYYMMDDHHMMSS.txt; name other files one by one"
                .to_owned(),
        ));
    }
    paths.sort_unstable();
    Ok(paths)
}

fn is_log_name(name: Option<&OsStr>) -> bool {
    name.and_then(OsStr::to_str).is_some_and(|name| name.parse::<ControlLogName>().is_ok())
}

/// A store for what does not fit into memory, gone with the process: it never gets a name.
pub(crate) fn open_spill(directory: &Path) -> io::Result<NewFile> {
    NewFile::create_in(directory, Visibility::OwnerOnly).map_err(io::Error::other)
}

/// The place of an entry, in words.
pub(crate) fn place_of(position: Position) -> String {
    format!("record {} at byte {}", position.record, position.offset_bytes)
}
