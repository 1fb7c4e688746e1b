//! `curbside line run` and `line resume`.

use std::{
    io::{self, IsTerminal as _},
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use clap::Args;
use journal::State;
use line::{
    Control, Line, LineMode, LineParts, StopReason,
    event::{Event, Listeners, Tell, Totals},
    job::SerialSettings,
    metrics::Metrics,
    serials::ScannerPort,
};

use super::{job_file::JobFile, open, words};
use crate::{
    commands::hsm::StopSignals,
    exit::Exit,
    failure::Failure,
    pin::PinArgs,
    screen::{Reach, Screen},
    terminal::{self, Output},
};

/// Take boards in until the job is done
///
/// Each slot takes a board, reads what is on it, gives it keys, a signature and a page, reads it back, proves both keys, and
/// records it for the control log. What was begun in an earlier run goes on where it was, as soon as its board is there.
/// On a terminal: F2 (or space, where nothing is scanned) pauses and resumes, Esc or Ctrl-C finishes the boards in hand and
/// ends, the same once more leaves them, Tab shows why a slot fails.
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
    let mut screen = view
        .is_screen()
        .then(|| Screen::new(&job.line.name, |event| words::sentence(event, false)));
    let mut listeners = vec![view.listener(screen.as_ref())];
    let metrics = job.plant.metrics.map(|address| (Metrics::new(&job.line.name), address));
    let serving = metrics.as_ref().map(|(metrics, address)| metrics.serve(*address));
    let serving = serving.transpose()?;
    if let Some((metrics, _)) = metrics.clone() {
        listeners.push(Box::new(move |event| metrics.tell(event)));
    }
    let listeners = Listeners::new(listeners);
    listen_for_signals(&control, listeners.clone())?;
    let parts = open::parts_of(job, credentials, mode, Arc::clone(&control), listeners)?;
    if let Some(screen) = &mut screen {
        screen.show(Reach {
            control: Arc::clone(&control),
            serials: Arc::clone(&parts.serials),
            listeners: parts.listeners.clone(),
        })?;
    }
    let scanner = scan(&parts, screen.is_some())?;
    if let (Some((metrics, _)), Some(plant)) = (&metrics, &parts.plant) {
        metrics.watch_plant(plant.health());
    }
    let journal = Arc::clone(&parts.journal);
    let totals = Line::prepare(parts)?.run()?;
    drop((screen, serving, scanner));
    // A journal that cannot say fails below.
    let unlogged = journal.counts(None).map_or(0, |counts| counts.in_state(State::Verified));
    if let Some(journal) = Arc::into_inner(journal) {
        journal.close()?;
    }
    verdict(&totals, unlogged, control.reason())
}

/// How a run ends.
fn verdict(
    totals: &Totals,
    unlogged: u64,
    reason: Option<StopReason>,
) -> Result<ExitCode, Failure> {
    if let Some(StopReason::Fault { what, hint, is_alarm }) = reason {
        let (exit, alarm) = if is_alarm { (Exit::Alarm, "ALARM: ") } else { (Exit::Io, "") };
        return Err(Failure::new(exit, format!("the line stopped: {alarm}{what}")).hint(hint));
    }
    if unlogged > 0 {
        let what = format!("finished devices that are in no control log yet: {unlogged}");
        return Err(Failure::new(Exit::Io, what)
            .hint("see above what failed; the next start of the line writes them".to_owned()));
    }
    if totals.failed > 0 || totals.refused > 0 {
        return Ok(Exit::Partial.into());
    }
    Ok(ExitCode::SUCCESS)
}

/// The first signal finishes the boards in hand, the second leaves them.
pub(crate) fn listen_for_signals(
    control: &Arc<Control>,
    listeners: Listeners,
) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    let control = Arc::clone(control);
    let listener = thread::Builder::new().name("signals".to_owned()).spawn(move || {
        if signals.next().is_ok() {
            if control.stop(StopReason::Asked) {
                let why = "somebody asked for it; once more leaves them".to_owned();
                listeners.tell(&Event::Stopping { why });
            }
            if signals.next().is_ok() {
                control.abort(StopReason::Asked);
            }
        }
    });
    listener
        .map(drop)
        .map_err(|error| Failure::new(Exit::Io, format!("failed to listen for signals: {error}")))
}

/// Takes scans from where the job says: a serial port, or lines on standard input where no screen has the keyboard.
fn scan(parts: &LineParts, has_screen: bool) -> Result<Option<ScannerPort>, Failure> {
    let SerialSettings::Scanner { port, baud, .. } = &parts.job.serials else { return Ok(None) };
    let (serials, listeners) = (Arc::clone(&parts.serials), parts.listeners.clone());
    if let Some(port) = port {
        let tell = move |scanned| listeners.tell(&Event::of_scan(&scanned));
        let opened = ScannerPort::open(Path::new(port), *baud, serials, tell);
        let failed =
            |error| Failure::new(Exit::Io, format!("failed to open scanner {port}: {error}"));
        return opened.map(Some).map_err(failed);
    }
    if !has_screen {
        // It ends with the process: nobody can break off a read of standard input.
        thread::spawn(move || {
            for line in io::stdin().lines().map_while(Result::ok) {
                listeners.tell(&Event::of_scan(&serials.scanned(&line)));
            }
        });
    }
    Ok(None)
}

impl View {
    /// Whether a person looks at a terminal and wants no lines.
    fn is_screen(self) -> bool {
        !self.json && !self.plain && !self.verbose && io::stderr().is_terminal()
    }

    fn listener(self, screen: Option<&Screen>) -> Box<Tell> {
        if let Some(screen) = screen {
            return Box::new(screen.listener());
        }
        if self.json {
            let output = Mutex::new(Output::new());
            return Box::new(move |event: &Event| {
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                // A reader that went away must not stop a line.
                let _lost = output.print_json_line(event).and_then(|()| output.pass_on());
            });
        }
        let is_verbose = self.verbose;
        Box::new(move |event: &Event| {
            if let Some(sentence) = words::sentence(event, is_verbose) {
                terminal::note(&sentence);
            }
        })
    }
}
