//! `curbside log consolidate`.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::Args;
use control_log::{
    ConsolidateError,
    consolidate::{Event, Options, Origin, Summary, consolidate},
    name::candidates,
};
use durable::{DurableError, NewFile, Visibility};

use crate::{
    block::Block, clock, commands::Format, exit::Exit, failure::Failure, files::within,
    progress::Progress, terminal, words::counted,
};

/// How many dropped duplicates are named one by one; the rest are counted.
const DUPLICATES_NAMED_MAX: u64 = 5;

/// Make one control log of many
///
/// Any number of files, in the order given, in constant memory. Entries of one device that are the same are
/// written once; entries that differ are refused. The file is named after the UTC second,
/// `C_CONTROL_LOG_YYYYMMDDHHMMSS.txt`, or the next one that is free, and never replaces another.
#[derive(Args, Debug)]
pub(crate) struct ConsolidateArgs {
    /// Control logs; a directory stands for those in it
    #[arg(value_name = "FILE", required = true)]
    files: Vec<OsString>,
    /// Where the new file goes
    #[arg(long, value_name = "DIR", default_value = ".")]
    out_dir: PathBuf,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &ConsolidateArgs) -> Result<(), Failure> {
    let paths = super::paths(&args.files)?;
    let mut output = NewFile::create_in(&args.out_dir, Visibility::Shared)?;
    let progress = Progress::of_bytes("consolidating", None);
    let mut duplicates = Duplicates { paths: &paths, count: 0 };
    let ended = consolidate(
        paths.iter().map(|path| durable::open_read(path).map(|file| progress.reading(file))),
        output.file_mut(),
        || super::open_spill(&args.out_dir),
        &Options::default(),
        |event| duplicates.take(event),
    );
    progress.finish();
    duplicates.finish();
    let summary = ended.map_err(|error| explain(error, &paths, &output))?;
    if summary.records_read == 0 {
        return Err(Failure::new(Exit::Malformed, "the control logs have no entries")
            .hint("nothing was written; are these the files you meant?".to_owned()));
    }
    let names = candidates(clock::control_log_name()?);
    let path =
        output.commit_first_free(names.map(|name| within(&args.out_dir, &name.to_string())))?;
    report(args.format, &path, &summary)
}

fn report(format: Format, path: &Path, summary: &Summary) -> Result<(), Failure> {
    if summary.serials_lowered > 0 {
        terminal::note(&format!(
            "note: {} serial numbers were written in lower case, as Amazon's check wants them",
            summary.serials_lowered
        ));
    }
    if !format.json {
        let devices = counted(summary.records_written(), "device", "devices");
        let files = counted(summary.sources, "file", "files");
        terminal::note(&format!("{devices} from {files}"));
        return terminal::print(&format!("{}\n", path.display()));
    }
    terminal::print_json(
        &Block::new("")
            .text("file", path.display())
            .number("devices", summary.records_written())
            .number("files_read", summary.sources)
            .number("duplicates_dropped", summary.duplicates_dropped)
            .number("serials_lowered", summary.serials_lowered)
            .number("members_ignored", summary.members_ignored)
            .number("len_bytes", summary.len_bytes),
    )
}

struct Duplicates<'p> {
    paths: &'p [PathBuf],
    count: u64,
}

impl Duplicates<'_> {
    fn take(&mut self, event: Event) {
        let Event::DuplicateDropped { smsn, kept, dropped } = event else { return };
        self.count += 1;
        if self.count <= DUPLICATES_NAMED_MAX {
            let (kept, dropped) = (at(self.paths, kept), at(self.paths, dropped));
            terminal::note(&format!(
                "note: {smsn} stands in {kept} and the same again in {dropped}, which was left out"
            ));
        }
    }

    fn finish(&self) {
        let unnamed = self.count.saturating_sub(DUPLICATES_NAMED_MAX);
        if unnamed > 0 {
            terminal::note(&format!("note: {unnamed} more duplicates were left out"));
        }
    }
}

fn explain(error: ConsolidateError<DurableError>, paths: &[PathBuf], output: &NewFile) -> Failure {
    let hint = error.hint();
    match error {
        ConsolidateError::Open { error, .. } => error.into(),
        ConsolidateError::Source { source_number, error } => {
            super::read_failure(path_of(paths, source_number).display(), &error)
        }
        ConsolidateError::Conflict { smsn, first, second } => {
            let (first, second) = (at(paths, first), at(paths, second));
            let message = format!("{smsn} has two different entries: {first}, and {second}");
            Failure::new(Exit::Refused, message).hint(hint)
        }
        ConsolidateError::Output(failure) | ConsolidateError::Spill(failure) => {
            output.write_error(&(&failure).into()).into()
        }
    }
}

fn path_of(paths: &[PathBuf], source: u64) -> &Path {
    let index = usize::try_from(source).unwrap_or(usize::MAX);
    // Sources are numbered as the paths are.
    paths.get(index).map_or(Path::new("?"), PathBuf::as_path)
}

fn at(paths: &[PathBuf], origin: Origin) -> String {
    format!("record {} of {}", origin.record, path_of(paths, origin.source).display())
}
