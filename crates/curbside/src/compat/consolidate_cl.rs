//! `consolidate_cl.py FILE…`: any number of control logs into one, in the current directory.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use control_log::{
    ConsolidateError, ReadProblem,
    consolidate::{Event, Options, consolidate},
    name::candidates,
};
use durable::{DurableError, NewFile, Operation, Visibility};

use crate::{
    clock,
    compat::tool_error,
    consolidation::{Sources, note_lowered},
    exit::Exit,
    failure::Failure,
    input::PATTERN_RULES,
    terminal,
};

/// How much of the list of files is gathered before it is printed: 100,000 files must not cost as many
/// system calls.
const LISTING_LEN_BYTES: usize = 64 * 1024;

pub(super) fn run(name: &str, args: Vec<OsString>) -> Result<ExitCode, Failure> {
    if args.is_empty() {
        return Ok(tool_error(&format!("Usage: {name} control_log_file [...]")));
    }
    let paths = expand(args)?;
    let mut output = NewFile::create_in(".", Visibility::Shared)?;
    let mut report = Report { sources: Sources::new(&paths), listing: String::new(), lost: None };
    let ended = consolidate(
        paths.iter().map(durable::open_read),
        output.file_mut(),
        || NewFile::create_in(".", Visibility::OwnerOnly).map_err(io::Error::other),
        &Options::default(),
        |event| report.take(event),
    );
    let sources = report.finish()?;
    let summary = match ended {
        Ok(summary) => summary,
        Err(error) => return explain(error, &sources, &output),
    };
    if summary.records_read == 0 {
        return Ok(tool_error("No control logs processed"));
    }
    note_lowered(&summary);
    let names = candidates(clock::control_log_name()?).map(|name| PathBuf::from(name.to_string()));
    let path = output.commit_first_free(names)?;
    terminal::print(&format!("{}\n", path.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// The files that the arguments name, in their order; those of one pattern by name.
fn expand(args: Vec<OsString>) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::with_capacity(args.len());
    for arg in args {
        let pattern = arg.to_str().filter(|text| text.contains(['*', '?', '[']));
        let Some(pattern) = pattern.filter(|text| !Path::new(text).exists()) else {
            paths.push(PathBuf::from(arg));
            continue;
        };
        let found = glob::glob_with(pattern, PATTERN_RULES).map_err(|error| {
            Failure::new(Exit::Usage, format!("the pattern {pattern} is malformed: {}", error.msg))
        })?;
        let known = paths.len();
        for path in found {
            paths.push(path.map_err(|error| {
                DurableError::new(Operation::Read, error.path(), error.error())
            })?);
        }
        if paths.len() == known {
            terminal::note(&format!("note: nothing matches {pattern}"));
        }
    }
    Ok(paths)
}

/// What is said on the way: files on stdout as the public tool lists them, the rest on stderr.
struct Report<'p> {
    sources: Sources<'p>,
    listing: String,
    /// Stdout failed; nothing more is printed, and the run ends with it.
    lost: Option<Failure>,
}

impl<'p> Report<'p> {
    fn take(&mut self, event: Event) {
        match event {
            Event::SourceStarted { source } => {
                let path = self.sources.path(source).display();
                self.listing.push_str(&format!("Processing {path}\n"));
                if self.listing.len() >= LISTING_LEN_BYTES {
                    self.print();
                }
            }
            Event::DuplicateDropped { smsn, kept, dropped } => {
                self.print();
                self.sources.note_duplicate(&smsn, kept, dropped);
            }
        }
    }

    fn print(&mut self) {
        if self.lost.is_none() && !self.listing.is_empty() {
            self.lost = terminal::print(&self.listing).err();
        }
        self.listing.clear();
    }

    fn finish(mut self) -> Result<Sources<'p>, Failure> {
        self.print();
        self.sources.note_unnamed();
        self.lost.map_or(Ok(self.sources), Err)
    }
}

fn explain(
    error: ConsolidateError<DurableError>,
    sources: &Sources<'_>,
    output: &NewFile,
) -> Result<ExitCode, Failure> {
    let hint = error.hint();
    match error {
        ConsolidateError::Source { source_number, error }
            if !matches!(error.problem, ReadProblem::Io(_)) =>
        {
            // The public tool's line, and then what it keeps to itself.
            let path = sources.path(source_number).display();
            let mut lines = format!("Invalid control log file: {path}\nerror: {error}");
            if let Some(hint) = hint {
                lines.push_str(&format!("\nhint: {hint}"));
            }
            Ok(tool_error(&lines))
        }
        error => Err(sources.failure(error, output)),
    }
}
