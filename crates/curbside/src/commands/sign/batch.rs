//! Many devices.

use std::{
    io::{BufWriter, Write as _},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::ExitCode,
};

use durable::{Cause, DurableError, NewFile, Operation, Visibility};
use hsm::{Fleet, FleetOptions, Observer};
use sidewalk::Stage;
use signer::{
    Signer,
    batch::{
        BatchError, Event, Journal, JournalFile, OpenError, PlannedKeys, PlannedRow, RecordFailure,
        RowsForm, Summary, finished, plan, read_rows, sign_all,
    },
};

use super::{SignArgs, batch_log, device};
use crate::{
    block::Block, exit::Exit, failure::Failure, files::in_the_way, hsm_events, input::Input,
    progress::Progress, terminal, words::counted,
};

/// The largest batch file, in bytes: more than the most rows with requests need.
const BATCH_LEN_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The fewest callers: what keeps one HSM busy while outcomes are recorded.
const CALLERS_MIN: usize = 8;

/// How many callers each HSM gets: two sessions, and one device waiting for each.
const CALLERS_PER_HSM: usize = 4;

/// What is done in a batch.
struct Batch<'a> {
    args: &'a SignArgs,
    input: Input,
    output: &'a Path,
    stage: Stage,
    app_server_key: Option<[u8; 32]>,
    rows: Vec<PlannedRow>,
}

pub(super) fn run(args: &SignArgs, path: &Path) -> Result<ExitCode, Failure> {
    let Some(output) = &args.output else {
        return Err(Failure::new(Exit::Usage, "a batch needs --output"));
    };
    let selection = args.selection()?;
    let input = Input::of_file(path.to_owned());
    let batch = Batch {
        rows: planned(args, &input, selection.stage())?,
        args,
        input,
        output,
        stage: selection.stage(),
        app_server_key: args.device.app_server_key()?,
    };
    let journal_path = journal_path(output);
    check_places(args, output, &journal_path)?;
    let callers = args.callers.unwrap_or_else(|| {
        let hsms = args.hsm.count();
        NonZeroUsize::new(CALLERS_MIN.max(CALLERS_PER_HSM * hsms)).unwrap_or(NonZeroUsize::MIN)
    });
    let options =
        FleetOptions { observer: Observer::new(hsm_events::tell), ..FleetOptions::default() };
    let signer = args.open_signer(selection, options)?;
    let mut journal = JournalFile::open(&journal_path, signer.who_signs()).map_err(open_failed)?;
    let summary = batch.sign(&signer, &mut journal, callers)?;
    // A device that was made and never reported can never register: the log goes first.
    let log = match &args.control_log_dir {
        Some(directory) => batch_log::write(directory, &signer, batch.stage, &mut journal)?,
        None => None,
    };
    let unfinished = batch.write_output(&signer, &journal)?;
    batch.report(summary, unfinished, log)
}

impl Batch<'_> {
    fn sign(
        &self,
        signer: &Signer<Fleet>,
        journal: &mut Journal<JournalFile>,
        callers: NonZeroUsize,
    ) -> Result<Summary<hsm::SignError>, Failure> {
        let progress = Progress::of_items("signing", self.rows.len() as u64);
        let ended = sign_all(signer, &self.rows, journal, callers, device::fill_random, |event| {
            progress.advance(1);
            if let Event::Failed { record, failure } = event {
                progress.suspend(|| self.tell(record, failure));
            }
        });
        progress.finish();
        ended.map_err(|error| {
            let exit = match &error {
                BatchError::Journal(_) | BatchError::Key(_) => Exit::Io,
                BatchError::Request(_) | BatchError::CallerGone => Exit::Defect,
            };
            Failure::new(exit, format!("failed to {error}")).hint(
                "what was signed is recorded; run the same command again to continue".to_owned(),
            )
        })
    }

    /// Writes the outputs of all signed devices, in the order of the rows. Returns how many have none.
    fn write_output(
        &self,
        signer: &Signer<Fleet>,
        journal: &Journal<JournalFile>,
    ) -> Result<u64, Failure> {
        let has_keys = self.rows.iter().any(|(_, device)| match device {
            Ok(device) => match &device.keys {
                PlannedKeys::Generate => true,
                PlannedKeys::Given(request) => {
                    let mut curves = sidewalk::Curve::ALL.iter();
                    curves.any(|curve| request.private_key(*curve).is_some())
                }
            },
            Err(_) => false,
        });
        let visibility = if has_keys { Visibility::OwnerOnly } else { Visibility::Shared };
        let mut file = BufWriter::new(NewFile::create_for(self.output, visibility)?);
        let mut unfinished = 0;
        for (record, device) in &self.rows {
            let Ok(device) = device else { continue };
            match finished(signer, self.stage, device, journal) {
                Ok(Some(mut output)) => {
                    output.app_server_key = self.app_server_key;
                    let line = output.to_json_line(device.dsn.as_deref());
                    file.write_all(line.as_bytes()).map_err(|error| {
                        DurableError::new(Operation::Write, self.output, &error)
                    })?;
                }
                Ok(None) => unfinished += 1,
                // What signing has left out is told already.
                Err(RecordFailure::Recorded(error)) => {
                    self.tell(*record, &RecordFailure::Recorded(error));
                    unfinished += 1;
                }
                Err(_) => {}
            }
        }
        let file = file
            .into_inner()
            .map_err(|error| DurableError::new(Operation::Write, self.output, error.error()))?;
        file.commit_replace(self.output)?;
        Ok(unfinished)
    }

    fn tell(&self, record: u64, failure: &RecordFailure) {
        let mut lines = format!("error: record {record} of {}: {failure}", self.input);
        if let Some(hint) = failure.hint() {
            lines.push_str(&format!("\nhint: {hint}"));
        }
        terminal::note(&lines);
    }

    fn report(
        &self,
        summary: Summary<hsm::SignError>,
        unfinished: u64,
        log: Option<PathBuf>,
    ) -> Result<ExitCode, Failure> {
        let block = Block::new("")
            .text("output", self.output.display())
            .number("signed", summary.signed)
            .number("signed_before", summary.reused)
            .number("failed", summary.failed)
            .number("not_signed", unfinished);
        let block = match &log {
            Some(path) => block.text("control_log", path.display()),
            None => block,
        };
        if self.args.json {
            terminal::print_json(&block)?;
        } else {
            let signed = counted(summary.signed, "device", "devices");
            terminal::note(&format!("{signed} signed, {} signed before", summary.reused));
            if let Some(path) = log {
                terminal::note(&format!("control log: {}", path.display()));
            }
        }
        if let Some((record, error)) = summary.stopped {
            terminal::note(&format!("error: record {record} of {} was not signed", self.input));
            return Err(Failure::from(error).hint(
                "what was signed is written; run the same command again to continue".to_owned(),
            ));
        }
        match summary.failed + unfinished {
            0 => Ok(ExitCode::SUCCESS),
            left => {
                let records = counted(left, "record", "records");
                Err(Failure::new(Exit::Partial, format!("{records} of {} not signed", self.input))
                    .hint("the others are; mend these and run the same command again".to_owned()))
            }
        }
    }
}

fn planned(args: &SignArgs, input: &Input, stage: Stage) -> Result<Vec<PlannedRow>, Failure> {
    let bytes = input.read(BATCH_LEN_BYTES_MAX)?;
    let rows = read_rows(&bytes[..], RowsForm::of(&bytes)).map_err(|error| {
        Failure::new(Exit::Malformed, format!("failed to read {input}: {error}")).hint(error.hint())
    })?;
    let defaults = args.device.defaults(stage, args.control_log_dir.is_some());
    plan(rows, &defaults, device::read_key).map_err(|error| {
        Failure::new(Exit::Refused, format!("nothing of {input} is signed: {error}"))
            .hint("which row is right nobody else can tell; remove the other".to_owned())
    })
}

/// The journal stands beside the output and belongs to it.
fn journal_path(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".journal");
    name.into()
}

/// Refuses what would fail after devices were signed, and an output that no batch has written.
fn check_places(args: &SignArgs, output: &Path, journal: &Path) -> Result<(), Failure> {
    if output.exists() && !journal.exists() {
        return Err(in_the_way(output));
    }
    drop(NewFile::create_for(output, Visibility::OwnerOnly)?);
    if let Some(directory) = &args.control_log_dir {
        drop(NewFile::create_in(directory, Visibility::Shared)?);
    }
    Ok(())
}

fn open_failed(error: OpenError) -> Failure {
    match error {
        OpenError::File(error) => {
            let is_held = matches!(error.cause, Cause::HeldByProcess { .. });
            if is_held {
                Failure::new(Exit::Refused, format!("failed to {error}"))
            } else {
                error.into()
            }
        }
        OpenError::Content { path, error } => {
            let message = format!("failed to use {}: {error}", path.display());
            Failure::new(Exit::Refused, message).hint(error.hint())
        }
    }
}
