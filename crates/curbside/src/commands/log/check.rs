//! `curbside log check`.

use std::{env, ffi::OsString, num::NonZeroUsize, path::Path, thread};

use clap::Args;
use control_log::{
    CheckError, CheckOptions, Fault, check,
    check::{CheckSummary, Finding, Position, Repeat, Repeated, Verdict},
};
use durable::{DurableError, Operation};
use serde::Serialize;
use sidewalk::Verifier;

use crate::{
    commands::Format,
    exit::Exit,
    failure::Failure,
    input::Input,
    progress::Progress,
    terminal::{self, Output},
    trust::TrustArgs,
    words::counted,
};

/// Check whether Amazon would accept control logs
///
/// Every entry: its form, both chains up to a trusted root, one SMSN in all of them, no serial number and no key
/// twice. All cores work, in constant memory. Rejected entries are listed; with --json every entry is, one JSON object
/// a line, and a summary at the end.
#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Control logs; a directory stands for those in it, `-` for stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<OsString>,
    /// How many threads verify; without this one a core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &CheckArgs) -> Result<(), Failure> {
    let verifier = args.trust.verifier()?;
    let threads =
        args.threads.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    let mut report = Report { output: Output::new(), format: args.format, lost: None, worst: None };
    let mut total = CheckSummary::default();
    let mut unreadable = None;
    let paths = super::paths(&args.files)?;
    let is_alone = paths.len() == 1;
    for path in paths {
        let input = Input::of_file(path);
        match check_one(&input, &verifier, threads, &mut report) {
            Ok(summary) => {
                total.records += summary.records;
                total.records_faulty += summary.records_faulty;
                total.repeats += summary.repeats;
            }
            Err(failure) if is_alone => {
                unreadable = Some(failure);
            }
            // The other files still get their verdicts.
            Err(failure) => {
                terminal::note(failure.render().trim_end());
                let exit = unreadable.map_or(failure.exit(), |worse: Failure| worse.exit());
                let exit = exit.max(failure.exit());
                unreadable = Some(Failure::new(exit, "not every control log could be checked"));
            }
        }
    }
    report.finish(&total, unreadable)
}

fn check_one(
    input: &Input,
    verifier: &Verifier,
    threads: NonZeroUsize,
    report: &mut Report,
) -> Result<CheckSummary, Failure> {
    let name = input.to_string();
    let progress = Progress::of_bytes(&name, input.len_bytes());
    let source = progress.reading(input.open()?);
    let spill_directory = env::temp_dir();
    let ended = check(
        source,
        verifier,
        &CheckOptions::with_threads(threads),
        || super::open_spill(&spill_directory),
        |finding| report.take(&name, finding),
    );
    progress.finish();
    let summary = ended.map_err(|error| match error {
        CheckError::Source(error) => Failure::of_log(&name, &error),
        CheckError::Spill(failure) => spill_failure(&spill_directory, &(&failure).into()),
    })?;
    if summary.records == 0 {
        return Err(Failure::new(Exit::Malformed, format!("{name} has no entries")));
    }
    Ok(summary)
}

fn spill_failure(directory: &Path, error: &std::io::Error) -> Failure {
    DurableError::new(Operation::Write, directory, error).into()
}

/// One entry, as a line of JSON.
#[derive(Serialize)]
struct VerdictLine<'a> {
    file: &'a str,
    record: u64,
    offset_bytes: u64,
    smsn: Option<String>,
    apid: Option<String>,
    label: Option<&'static str>,
    accepted: bool,
    faults: Vec<CodedLine>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct CodedLine {
    code: &'static str,
    message: String,
}

/// Two entries that must not stand together.
#[derive(Serialize)]
struct RepeatLine<'a> {
    file: &'a str,
    record: u64,
    offset_bytes: u64,
    first_record: u64,
    accepted: bool,
    faults: [CodedLine; 1],
}

#[derive(Serialize)]
struct SummaryLine {
    summary: SummaryCounts,
}

#[derive(Serialize)]
struct SummaryCounts {
    records: u64,
    records_faulty: u64,
    repeats: u64,
    accepted: bool,
}

/// Prints findings as they come.
struct Report {
    output: Output,
    format: Format,
    /// Stdout failed; nothing more is printed, and the command ends with it.
    lost: Option<Failure>,
    worst: Option<Exit>,
}

impl Report {
    fn take(&mut self, file: &str, finding: Finding) {
        let printed = match &finding {
            Finding::Verdict(verdict) => self.verdict(file, verdict),
            Finding::Repeat(repeat) => self.repeat(file, repeat),
        };
        if let Err(failure) = printed {
            self.lost.get_or_insert(failure);
        }
    }

    fn verdict(&mut self, file: &str, verdict: &Verdict) -> Result<(), Failure> {
        for fault in &verdict.faults {
            let exit = match fault {
                Fault::NotGenuine(_) | Fault::OtherDevice { .. } => Exit::NotGenuine,
                _ => Exit::Malformed,
            };
            self.worst = self.worst.max(Some(exit));
        }
        let Position { record, offset_bytes } = verdict.position;
        if self.format.json {
            let faults = verdict.faults.iter();
            return self.output.print_json_line(&VerdictLine {
                file,
                record,
                offset_bytes,
                smsn: verdict.smsn.map(|smsn| smsn.to_string()),
                apid: verdict.apid.map(|apid| apid.to_string()),
                label: verdict.label.map(sidewalk::Stage::label),
                accepted: verdict.faults.is_empty(),
                faults: faults
                    .map(|fault| CodedLine { code: fault.code(), message: fault.to_string() })
                    .collect(),
                notes: verdict.notes.iter().map(ToString::to_string).collect(),
            });
        }
        for fault in &verdict.faults {
            self.output.print(&format!(
                "{file}, record {record} at byte {offset_bytes}: [{}] {fault}\n",
                fault.code()
            ))?;
        }
        Ok(())
    }

    fn repeat(&mut self, file: &str, repeat: &Repeat) -> Result<(), Failure> {
        self.worst = self.worst.max(Some(Exit::NotGenuine));
        let first = repeat.first.record;
        let message = match repeat.what {
            Repeated::SerialNumber(smsn) => {
                format!("serial number {smsn} stands in record {first} already")
            }
            Repeated::Key { curve, first: device, .. } => {
                format!("the {curve} key is that of record {first} already, device {device}")
            }
        };
        let (code, Position { record, offset_bytes }) = (repeat.what.code(), repeat.again);
        if self.format.json {
            return self.output.print_json_line(&RepeatLine {
                file,
                record,
                offset_bytes,
                first_record: first,
                accepted: false,
                faults: [CodedLine { code, message }],
            });
        }
        self.output
            .print(&format!("{file}, record {record} at byte {offset_bytes}: [{code}] {message}\n"))
    }

    fn finish(mut self, total: &CheckSummary, unreadable: Option<Failure>) -> Result<(), Failure> {
        let CheckSummary { records, records_faulty, repeats } = *total;
        if self.format.json {
            let accepted = total.is_acceptable() && unreadable.is_none();
            let summary = SummaryCounts { records, records_faulty, repeats, accepted };
            self.output.print_json_line(&SummaryLine { summary })?;
        } else if total.is_acceptable() {
            self.output
                .print(&format!("{} would be accepted\n", counted(records, "entry", "entries")))?;
        }
        self.output.finish()?;
        if let Some(failure) = self.lost {
            return Err(failure);
        }
        if let Some(failure) = unreadable {
            return Err(failure);
        }
        let Some(exit) = self.worst else { return Ok(()) };
        let of_records = format!("of {}", counted(records, "entry", "entries"));
        let message = match (records_faulty, repeats) {
            (faulty, 0) => format!("{faulty} {of_records} would be rejected"),
            (0, repeats) => format!("{repeats} {of_records} would be rejected: they repeat others"),
            (faulty, repeats) => {
                format!("{faulty} {of_records} would be rejected, and {repeats} that repeat others")
            }
        };
        Err(Failure::new(exit, message))
    }
}
