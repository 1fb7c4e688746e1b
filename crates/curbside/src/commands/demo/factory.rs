//! The lines of a demo: a job file each, run all at once.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Instant,
};

use hsm::Pin;
use journal::Journal;
use line::{
    Control, Line, LineMode,
    event::{Event, Listeners, SlotEvent, Totals},
    job::{JobAnswers, SignedByAnswers, job_text},
};

use super::{
    DemoArgs,
    hsms::{Hsms, TAG, trust_file},
    server::Server,
};
use crate::{
    commands::line::{listen_for_signals, parts_of, read_job, sentence},
    exit::Exit,
    failure::Failure,
    progress::Progress,
    terminal,
};

/// The device type and APID of the dummy product.
const DEVICE_TYPE: &str = "A17XHX23H06INH";
const APID: &str = "dumy";

/// The application server's key of the dummy product: its private half is known to nobody.
const APP_SERVER_KEY: &str = "eb86212a9d416b61ce19dcf0431b9a7ce29cc5d84892e3d5e0ef447269e7b687";

/// The directory's name where none is said, and the most that are tried.
const DIRECTORY: &str = "curbside-demo";
const DIRECTORIES_MAX: u32 = 1000;

/// A journal and its file.
type NamedJournal = (PathBuf, Arc<Journal>);

/// What all lines made together.
pub(super) struct Made {
    pub(super) lines: Vec<Totals>,
    pub(super) took: std::time::Duration,
    pub(super) journals: Vec<NamedJournal>,
}

/// Makes the directory of a demo.
pub(super) fn directory(given: Option<&Path>) -> Result<PathBuf, Failure> {
    let failed = |path: &Path, error: &io::Error| {
        Failure::new(Exit::Io, format!("failed to make {}: {error}", path.display()))
    };
    if let Some(path) = given {
        fs::create_dir_all(path).map_err(|error| failed(path, &error))?;
        let is_empty = fs::read_dir(path).map_err(|error| failed(path, &error))?.next().is_none();
        if !is_empty {
            return Err(Failure::new(Exit::Refused, format!("{} is not empty", path.display()))
                .hint("name a new directory".to_owned()));
        }
        return Ok(path.to_owned());
    }
    for number in 1..=DIRECTORIES_MAX {
        let name = if number == 1 { DIRECTORY.to_owned() } else { format!("{DIRECTORY}-{number}") };
        let path = PathBuf::from(name);
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(&path, &error)),
        }
    }
    Err(Failure::new(Exit::Refused, format!("{DIRECTORY} and its successors all exist"))
        .hint("name a directory with --dir".to_owned()))
}

/// Writes a job file for each line and returns their paths. Every line has serial numbers and boards of its own.
pub(super) fn write_jobs(
    args: &DemoArgs,
    directory: &Path,
    hsms: &Hsms,
    server: Option<&Server>,
) -> Result<Vec<PathBuf>, Failure> {
    let lines = u64::from(args.lines);
    let mut first = 1;
    let mut jobs = Vec::new();
    for number in 1..=lines {
        // What does not divide evenly goes to the first lines.
        let count = args.devices.get() / lines + u64::from(number <= args.devices.get() % lines);
        if count == 0 {
            break;
        }
        let place = directory.join(format!("line-{number}"));
        let logs = place.join("control-logs");
        fs::create_dir_all(&logs).map_err(|error| {
            Failure::new(Exit::Io, format!("failed to make {}: {error}", logs.display()))
        })?;
        let name = format!("line-{number}");
        let signed_by = match server {
            Some(server) => signed_by_server(server, &name, &place)?,
            None => SignedByAnswers::Hsms {
                urls: hsms.urls().to_vec(),
                pin_file: hsms.pin_file().to_str().map(str::to_owned),
            },
        };
        let answers = JobAnswers {
            name,
            tag: TAG.to_owned(),
            device_type: DEVICE_TYPE.to_owned(),
            apid: APID.to_owned(),
            app_server_key: APP_SERVER_KEY.to_owned(),
            trust: trust_file(Path::new("..")).to_str().map(str::to_owned),
            chip: "nrf52840".to_owned(),
            page: Default::default(),
            line: None,
            signed_by,
            pattern: "DEMO{:08}".to_owned(),
            numbers: (first, first + count - 1),
            count: Some(count),
            slots: args.slots,
            driver: format!(
                "kind = \"sim\"\ntray = \"boards\"\nboards = {count}\nseed = {number}\nflash_ms = {}\n",
                args.flash_ms
            ),
        };
        first += count;
        let path = place.join("job.toml");
        durable::write_new(&path, durable::Visibility::Shared, job_text(&answers).as_bytes())?;
        jobs.push(path);
    }
    Ok(jobs)
}

/// Gives a line its certificate, and names both to its job.
fn signed_by_server(server: &Server, line: &str, place: &Path) -> Result<SignedByAnswers, Failure> {
    const DIRECTORY: &str = "certificates";
    server.certificates().issue_line(line, &place.join(DIRECTORY))?;
    Ok(SignedByAnswers::Server {
        urls: vec![server.url().to_owned()],
        package: None,
        ca_cert: format!("{DIRECTORY}/ca.pem"),
        client_cert: format!("{DIRECTORY}/client.pem"),
        client_key: format!("{DIRECTORY}/client.key"),
    })
}

/// Runs all lines until every device is made.
pub(super) fn run_lines(args: &DemoArgs, jobs: &[PathBuf], pin: &Pin) -> Result<Made, Failure> {
    let control = Arc::new(Control::default());
    listen_for_signals(&control, Listeners::new(vec![Box::new(stopping)]))?;
    let progress = Progress::of_items("making devices", args.devices.get());
    let began = Instant::now();
    let mut threads = Vec::new();
    let journals: Arc<Mutex<Vec<NamedJournal>>> = Arc::default();
    for path in jobs {
        let listeners = listeners(args.verbose, path, &progress);
        let job = read_job(path)?;
        let (control, journals) = (Arc::clone(&control), Arc::clone(&journals));
        let credentials = args.local.then(|| pin.clone().into());
        let thread = thread::Builder::new().spawn(move || -> Result<Totals, Failure> {
            let parts = parts_of(job, credentials, LineMode::Run, control, listeners)?;
            let journal = (parts.job.line.journal.clone(), Arc::clone(&parts.journal));
            journals.lock().unwrap_or_else(PoisonError::into_inner).push(journal);
            Ok(Line::prepare(parts)?.run()?)
        });
        threads.push(
            thread.map_err(|error| {
                Failure::new(Exit::Io, format!("failed to start a line: {error}"))
            })?,
        );
    }
    let mut lines = Vec::new();
    let mut failed = None;
    for thread in threads {
        match thread.join() {
            Ok(Ok(totals)) => lines.push(totals),
            Ok(Err(failure)) => failed = Some(failure),
            Err(_) => failed = Some(Failure::new(Exit::Defect, "a line ended unexpectedly")),
        }
    }
    progress.finish();
    if let Some(failure) = failed {
        return Err(failure);
    }
    let journals = std::mem::take(&mut *journals.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Made { lines, took: began.elapsed(), journals })
}

/// Says that somebody asked the demo to stop.
fn stopping(event: &Event) {
    if let Some(sentence) = sentence(event, false) {
        terminal::note(&sentence);
    }
}

/// Shows what goes wrong, and everything where that is wanted.
fn listeners(is_verbose: bool, job: &Path, progress: &Progress) -> Listeners {
    let line = job.parent().and_then(Path::file_name).unwrap_or_default();
    let line = line.to_string_lossy().into_owned();
    let progress = progress.clone();
    Listeners::new(vec![Box::new(move |event: &Event| {
        let is_passed = matches!(event, Event::Slot { what: SlotEvent::Passed { .. }, .. });
        if is_passed {
            progress.advance(1);
        }
        let is_trouble = matches!(
            event,
            Event::HsmDown { .. }
                | Event::SigningServerAway { .. }
                | Event::SigningServerBack { .. }
                | Event::ControlLogFailed { .. }
                | Event::Slot { what: SlotEvent::Failed { .. }, .. }
        );
        if (is_verbose || is_trouble)
            && let Some(sentence) = sentence(event, is_verbose)
        {
            progress.suspend(|| terminal::note(&format!("{line}: {sentence}")));
        }
    })])
}
