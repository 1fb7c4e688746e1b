//! `consolidate_cl.py FILE…`: any number of control logs into one, in the current directory.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use control_log::{
    ConsolidateError, ReadProblem,
    consolidate::{Event, Options, Origin, consolidate},
    name::candidates,
};
use durable::{DurableError, NewFile, Operation, Visibility};
use glob::MatchOptions;

use crate::{clock, compat::tool_error, exit::Exit, failure::Failure, terminal};

/// How many dropped duplicates are named one by one; the rest are counted.
const DUPLICATES_NAMED_MAX: u64 = 5;

/// How much of the list of files is gathered before it is printed: 100,000 files must not cost as many
/// system calls.
const LISTING_LEN_BYTES: usize = 64 * 1024;

/// In a shell's pattern `*` and `?` do not match a slash or a leading dot.
const PATTERN_RULES: MatchOptions = MatchOptions {
    case_sensitive: cfg!(not(windows)),
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

pub(super) fn run(name: &str, args: Vec<OsString>) -> Result<ExitCode, Failure> {
    if args.is_empty() {
        return Ok(tool_error(&format!("Usage: {name} control_log_file [...]")));
    }
    let paths = expand(args)?;
    let mut output = NewFile::create_in(".", Visibility::Shared)?;
    let mut report = Report { paths: &paths, listing: String::new(), duplicates: 0, lost: None };
    let ended = consolidate(
        paths.iter().map(durable::open_read),
        output.file_mut(),
        || NewFile::create_in(".", Visibility::OwnerOnly).map_err(io::Error::other),
        &Options::default(),
        |event| report.take(event),
    );
    report.finish()?;
    let summary = match ended {
        Ok(summary) => summary,
        Err(error) => return explain(error, &paths, &output),
    };
    if summary.records_read == 0 {
        return Ok(tool_error("No control logs processed"));
    }
    if summary.serials_lowered > 0 {
        terminal::note(&format!(
            "note: {} serial numbers were written in lower case, as Amazon's check wants them",
            summary.serials_lowered
        ));
    }
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
    paths: &'p [PathBuf],
    listing: String,
    duplicates: u64,
    /// Stdout failed; nothing more is printed, and the run ends with it.
    lost: Option<Failure>,
}

impl Report<'_> {
    fn take(&mut self, event: Event) {
        match event {
            Event::SourceStarted { source } => {
                let path = place(self.paths, source).display();
                self.listing.push_str(&format!("Processing {path}\n"));
                if self.listing.len() >= LISTING_LEN_BYTES {
                    self.print();
                }
            }
            Event::DuplicateDropped { smsn, kept, dropped } => {
                self.print();
                self.duplicates += 1;
                if self.duplicates <= DUPLICATES_NAMED_MAX {
                    terminal::note(&format!(
                        "note: {smsn} stands in {} and the same again in {}, which was left out",
                        at(self.paths, kept),
                        at(self.paths, dropped),
                    ));
                }
            }
        }
    }

    fn print(&mut self) {
        if self.lost.is_none() && !self.listing.is_empty() {
            self.lost = terminal::print(&self.listing).err();
        }
        self.listing.clear();
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.print();
        let unnamed = self.duplicates.saturating_sub(DUPLICATES_NAMED_MAX);
        if unnamed > 0 {
            terminal::note(&format!("note: {unnamed} more duplicates were left out"));
        }
        self.lost.map_or(Ok(()), Err)
    }
}

fn explain(
    error: ConsolidateError<DurableError>,
    paths: &[PathBuf],
    output: &NewFile,
) -> Result<ExitCode, Failure> {
    let hint = error.hint();
    Err(match error {
        ConsolidateError::Open { error, .. } => error.into(),
        ConsolidateError::Source { source_number, error } => {
            let path = place(paths, source_number);
            if let ReadProblem::Io(failure) = &error.problem {
                return Err(DurableError::new(Operation::Read, path, &failure.into()).into());
            }
            // The public tool's line, and then what it keeps to itself.
            let mut lines = format!("Invalid control log file: {}\nerror: {error}", path.display());
            if let Some(hint) = hint {
                lines.push_str(&format!("\nhint: {hint}"));
            }
            return Ok(tool_error(&lines));
        }
        ConsolidateError::Conflict { smsn, first, second } => {
            let (first, second) = (at(paths, first), at(paths, second));
            Failure::new(
                Exit::Refused,
                format!("{smsn} has two different entries: {first}, and {second}"),
            )
            .hint(hint)
        }
        ConsolidateError::Output(failure) | ConsolidateError::Spill(failure) => {
            output.write_error(&(&failure).into()).into()
        }
    })
}

fn place(paths: &[PathBuf], source: u64) -> &Path {
    let index = usize::try_from(source).unwrap_or(usize::MAX);
    paths.get(index).map_or(Path::new("?"), PathBuf::as_path)
}

fn at(paths: &[PathBuf], origin: Origin) -> String {
    format!("record {} of {}", origin.record, place(paths, origin.source).display())
}
