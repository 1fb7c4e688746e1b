//! `curbside line run` and `line resume`.

use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use clap::Args;
use line::{
    Control, Line, LineMode, StopReason,
    event::{Event, Listeners, Totals},
};

use super::{job_file::JobFile, open, words};
use crate::{
    commands::hsm::StopSignals,
    exit::Exit,
    failure::Failure,
    pin::PinArgs,
    terminal::{self, Output},
};

/// Take boards in until the job is done
///
/// Each slot takes a board, reads what is on it, gives it keys, a signature and a page, reads it back, proves both keys, and
/// records it for the control log. What was begun in an earlier run goes on where it was, as soon as its board is there.
/// On a terminal: space pauses and resumes, Esc or Ctrl-C finishes the boards in hand and ends, again Ctrl-C leaves them.
///
/// It ends with 0 when every board passed, with 12 when some did not, with 11 where an HSM signed wrongly.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    job: JobFile,
    #[command(flatten)]
    pin: PinArgs,
    #[command(flatten)]
    view: View,
}

/// Finish what an earlier run left, and take no new board in
///
/// It ends when nothing is unfinished any more.
#[derive(Args, Debug)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    job: JobFile,
    #[command(flatten)]
    pin: PinArgs,
    #[command(flatten)]
    view: View,
}

/// How events are shown.
#[derive(Args, Clone, Copy, Debug)]
struct View {
    /// Print each event as a JSON object a line
    #[arg(long)]
    json: bool,
    /// Say every step
    #[arg(short, long)]
    verbose: bool,
    /// Write plain lines on a terminal too
    #[arg(long)]
    plain: bool,
}

pub(super) fn run(args: &RunArgs) -> Result<ExitCode, Failure> {
    work(&args.job, &args.pin, args.view, LineMode::Run)
}

pub(super) fn resume(args: &ResumeArgs) -> Result<ExitCode, Failure> {
    work(&args.job, &args.pin, args.view, LineMode::Resume)
}

fn work(job: &JobFile, pin: &PinArgs, view: View, mode: LineMode) -> Result<ExitCode, Failure> {
    let job = job.read()?;
    let credentials = open::read_credentials(&job, pin)?;
    let control = Arc::new(Control::default());
    listen_for_signals(&control)?;
    let listeners = view.listeners();
    let parts = open::parts_of(job, credentials, mode, Arc::clone(&control), listeners)?;
    let journal = Arc::clone(&parts.journal);
    let totals = Line::prepare(parts)?.run()?;
    if let Some(journal) = Arc::into_inner(journal) {
        journal.close()?;
    }
    verdict(&totals, control.reason())
}

/// How a run ends.
fn verdict(totals: &Totals, reason: Option<StopReason>) -> Result<ExitCode, Failure> {
    if let Some(StopReason::Fault { what, hint, is_alarm }) = reason {
        let (exit, alarm) = if is_alarm { (Exit::Alarm, "ALARM: ") } else { (Exit::Io, "") };
        return Err(Failure::new(exit, format!("the line stopped: {alarm}{what}")).hint(hint));
    }
    if totals.failed > 0 || totals.refused > 0 {
        return Ok(Exit::Partial.into());
    }
    Ok(ExitCode::SUCCESS)
}

/// The first signal finishes the boards in hand, the second leaves them.
pub(crate) fn listen_for_signals(control: &Arc<Control>) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    let control = Arc::clone(control);
    let listener = thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if signals.next().is_ok() {
            control.stop(StopReason::Asked);
            if signals.next().is_ok() {
                control.abort(StopReason::Asked);
            }
        }
    });
    listener
        .map(drop)
        .map_err(|error| Failure::new(Exit::Io, format!("failed to listen for signals: {error}")))
}

impl View {
    fn listeners(self) -> Listeners {
        if self.json {
            let output = Mutex::new(Output::new());
            return Listeners::new(vec![Box::new(move |event: &Event| {
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                // A reader that went away must not stop a line.
                let _lost = output.print_json_line(event).and_then(|()| output.flush());
            })]);
        }
        let is_verbose = self.verbose;
        Listeners::new(vec![Box::new(move |event: &Event| {
            if let Some(sentence) = words::sentence(event, is_verbose) {
                terminal::note(&sentence);
            }
        })])
    }
}
