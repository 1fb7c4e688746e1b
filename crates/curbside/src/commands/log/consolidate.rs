//! `curbside log consolidate`.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::Args;
use control_log::{
    consolidate::{Event, Options, Summary, consolidate},
    name::candidates,
};
use durable::{NewFile, Visibility};

use crate::{
    block::Block,
    clock,
    commands::Format,
    consolidation::{Sources, note_lowered},
    exit::Exit,
    failure::Failure,
    files::within,
    progress::Progress,
    terminal,
    words::counted,
};

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
    let (path, summary) = consolidate_files(&super::paths(&args.files)?, &args.out_dir)?;
    report(args.format, &path, &summary)
}

/// Makes one control log of these in a directory, under the first name that is free.
pub(crate) fn consolidate_files(
    paths: &[PathBuf],
    out_dir: &Path,
) -> Result<(PathBuf, Summary), Failure> {
    let mut output = NewFile::create_in(out_dir, Visibility::Shared)?;
    let progress = Progress::of_bytes("consolidating", None);
    let mut sources = Sources::new(paths);
    let ended = consolidate(
        paths.iter().map(|path| durable::open_read(path).map(|file| progress.reading(file))),
        output.file_mut(),
        || super::open_spill(out_dir),
        &Options::default(),
        |event| {
            if let Event::DuplicateDropped { smsn, kept, dropped } = event {
                sources.note_duplicate(&smsn, kept, dropped);
            }
        },
    );
    progress.finish();
    sources.note_unnamed();
    let summary = ended.map_err(|error| sources.failure(error, &output))?;
    if summary.records_read == 0 {
        return Err(Failure::new(Exit::Malformed, "the control logs have no entries")
            .hint("nothing was written; are these the files you meant?".to_owned()));
    }
    let names = candidates(clock::control_log_name()?);
    let path = output.commit_first_free(names.map(|name| within(out_dir, &name.to_string())))?;
    Ok((path, summary))
}

fn report(format: Format, path: &Path, summary: &Summary) -> Result<(), Failure> {
    note_lowered(summary);
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
