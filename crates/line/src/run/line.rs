//! A line from its start to its end.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use journal::{Device, JobId, JobRecord, Journal, JournalError, State, Unfinished, Verified};
use sidewalk::{Chain, Curve, Stage, TrustAnchor, TrustAnchors, Verifier};

use super::{
    Control, LogDesk, LogDeskError, Quota, Shared, Waiting,
    doors::LabelDesk,
    log_desk::settle_pending,
    shared::{InHand, Naming},
    slot::Slot,
    tally::Tally,
};
use crate::{
    clock::Clock,
    driver::Driver,
    event::{Event, Listeners, Totals},
    job::{FinishedBoards, Job},
    label::LabelPrinter,
    page_maker::{PageFault, PageMaker},
    plant::Plant,
    serials::{Serials, SerialsError},
    signing::Signing,
};

/// How often the load of the HSMs is told.
const LOAD_EVERY: Duration = Duration::from_secs(1);

/// Which boards are taken in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LineMode {
    /// New boards, and those that were left unfinished.
    Run,
    /// Only those that were left unfinished; the line ends when there are none.
    Resume,
}

impl LineMode {
    pub(crate) const fn is_resume(self) -> bool {
        matches!(self, Self::Resume)
    }
}

/// What a line is made of.
pub struct LineParts {
    /// The job.
    pub job: Job,
    /// The stage of its product.
    pub stage: Stage,
    /// Which boards are taken in.
    pub mode: LineMode,
    /// The journal.
    pub journal: Arc<Journal>,
    /// Whoever signs.
    pub signing: Arc<dyn Signing>,
    /// What pages look like.
    pub pages: PageMaker,
    /// Where serial numbers come from.
    pub serials: Arc<Serials>,
    /// One driver a slot.
    pub drivers: Vec<Box<dyn Driver>>,
    /// The label printer, where the job has labels.
    pub labels: Option<LabelPrinter>,
    /// The plant's systems, where the job names any.
    pub plant: Option<Plant>,
    /// The switch.
    pub control: Arc<Control>,
    /// Who is told what happens.
    pub listeners: Listeners,
    /// The wall clock.
    pub clock: Clock,
    /// The source of randomness; false where there is none.
    pub fill_random: fn(&mut [u8]) -> bool,
}

/// A line that is ready to take boards in.
pub struct Line {
    shared: Arc<Shared>,
    drivers: Vec<Box<dyn Driver>>,
    tally: Arc<Tally>,
    began: Instant,
}

impl Line {
    /// Gets a line ready: rolls forward what an earlier run left and needs no board, and says what needs one.
    ///
    /// # Errors
    ///
    /// [`LineError`]: no board was touched.
    pub fn prepare(parts: LineParts) -> Result<Self, LineError> {
        let LineParts { job, journal, signing, pages, serials, drivers, .. } = parts;
        for driver in &drivers {
            pages.predict(|curve| signing.issuers_bytes(curve).to_vec(), driver.key_origin())?;
        }
        let record = JobRecord {
            name: job.name.clone(),
            product: job.product.tag.clone(),
            device_type: job.product.device_type.clone(),
            apid: job.product.apid,
            stage: parts.stage,
            app_server_key: *pages.app_server_key(),
            ed25519_issuers: signing.issuers_bytes(Curve::Ed25519).to_vec(),
            p256r1_issuers: signing.issuers_bytes(Curve::P256r1).to_vec(),
        };
        let job_id = journal.job(&record)?;
        settle_pending(&journal, parts.clock)?;
        let logs = LogDesk::start(
            Arc::clone(&journal),
            job.line.control_logs.clone(),
            parts.clock,
            parts.listeners.clone(),
        )?;
        let left = roll_forward(&journal, &serials, &logs, parts.clock)?;
        let counts = journal.counts(Some(job_id))?;
        let made = counts.devices() - counts.in_state(State::Reserved);
        parts.listeners.tell(&Event::Started {
            job: job.name.clone(),
            slots: u16::try_from(drivers.len()).unwrap_or(u16::MAX),
            quota: job.line.count,
            made,
        });
        for device in &left {
            parts.listeners.tell(&unfinished_event(device, job_id));
        }
        let labels = parts.labels.map(|printer| {
            LabelDesk::start(
                printer,
                Arc::clone(&journal),
                job.line.name.clone(),
                job.product.apid,
                parts.clock,
                parts.listeners.clone(),
            )
        });
        let labels = labels.transpose()?;
        let anonymous = left
            .iter()
            .filter(|device| device.chip().is_none() && device.job() == job_id)
            .map(|device| (device.slot(), device.id()));
        let shared = Shared {
            line: job.line.name,
            product: Naming {
                device_type: job.product.device_type,
                stage: parts.stage,
                apid: job.product.apid,
                board_id: job.product.board_id,
            },
            job: job_id,
            mode: parts.mode,
            attempts_max: job.line.attempts.get(),
            confirms_finished: job.line.finished_boards == FinishedBoards::Confirm,
            in_hand: InHand::with_anonymous(anonymous),
            journal,
            signing,
            pages,
            serials,
            logs,
            quota: Quota::new(job.line.count, made),
            checks: job.checks,
            labels,
            plant: parts.plant,
            control: parts.control,
            listeners: parts.listeners,
            clock: parts.clock,
            fill_random: parts.fill_random,
        };
        let (shared, tally) = (Arc::new(shared), Arc::default());
        Ok(Self { shared, drivers, tally, began: Instant::now() })
    }

    /// Takes boards in until the job is done or somebody stops the line. Everything that was recorded is in control logs
    /// when it returns, or will be at the next start.
    ///
    /// # Errors
    ///
    /// The system gives no threads.
    pub fn run(self) -> Result<Totals, LineError> {
        let Self { shared, drivers, tally, began } = self;
        let teller = LoadTeller::start(&shared)?;
        let mut slots: Vec<JoinHandle<()>> = Vec::with_capacity(drivers.len());
        for (index, driver) in drivers.into_iter().enumerate() {
            let number = u16::try_from(index + 1).unwrap_or(u16::MAX);
            let slot =
                Slot { number, driver, shared: Arc::clone(&shared), tally: Arc::clone(&tally) };
            let thread = thread::Builder::new().name(format!("slot {number}"));
            slots.push(thread.spawn(move || slot.work())?);
        }
        let mut is_broken = false;
        for slot in slots {
            is_broken |= slot.join().is_err();
        }
        drop(teller);
        shared.logs.flush();
        if let Some(labels) = &shared.labels {
            labels.flush();
        }
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let totals = Totals { took_ms, logged: shared.logs.logged(), ..tally.totals() };
        shared.tell(&Event::Ended(totals));
        if is_broken { Err(LineError::SlotPanicked) } else { Ok(totals) }
    }
}

/// Finishes what needs no board: numbers that were only reserved become free, and finished devices come to the control
/// log. Returns what needs its board.
fn roll_forward(
    journal: &Journal,
    serials: &Serials,
    logs: &LogDesk,
    clock: Clock,
) -> Result<Vec<Unfinished>, LineError> {
    let jobs = journal.jobs()?;
    let mut left = Vec::new();
    for device in journal.unfinished()? {
        match device {
            Unfinished::Reserved(device) => {
                journal.drop_reservation(device.id(), "never got as far as its intent", clock())?;
                serials.give_back(device.dsn().to_owned())?;
            }
            Unfinished::Verified(device) => {
                let job = jobs.iter().find(|(id, _)| *id == device.job());
                let entry = job.and_then(|(_, job)| entry_of(&device, job));
                let entry =
                    entry.ok_or_else(|| LineError::NotGenuine { dsn: device.dsn().to_owned() })?;
                logs.hand_over(Waiting { id: device.id(), entry });
            }
            other => left.push(other),
        }
    }
    Ok(left)
}

/// The control-log entry of a finished device, of whichever job it was: its chains verified once more to the root that
/// was trusted then.
fn entry_of(device: &Device<Verified>, job: &JobRecord) -> Option<control_log::Entry> {
    let chain = |curve: Curve| {
        let (issuers, signature) = match curve {
            Curve::Ed25519 => (&job.ed25519_issuers, &device.outcome().ed25519),
            Curve::P256r1 => (&job.p256r1_issuers, &device.outcome().p256r1),
        };
        let key = device.request().public_key(curve);
        let parts: [&[u8]; 4] =
            [device.smsn().as_bytes(), key.as_bytes(), signature.as_bytes(), issuers];
        Chain::parse(curve, &parts.concat()).ok()
    };
    let (ed25519, p256r1) = (chain(Curve::Ed25519)?, chain(Curve::P256r1)?);
    let roots = TrustAnchors::new([TrustAnchor::of(&ed25519), TrustAnchor::of(&p256r1)]);
    Verifier::new(roots).verify_device(ed25519.clone(), p256r1.clone()).ok()?;
    control_log::Entry::new(job.apid, ed25519, p256r1, job.stage).ok()
}

fn unfinished_event(device: &Unfinished, job: JobId) -> Event {
    let todo = if device.job() == job {
        match device.chip() {
            Some(_) => "put this board into any slot: it goes on where it was",
            None => "put its board into the same slot as before: it goes on where it was",
        }
    } else {
        "it belongs to another job of this line: run that job"
    };
    Event::Unfinished {
        dsn: device.dsn().to_owned(),
        chip: device.chip().map(str::to_owned),
        todo: format!("{} ({todo})", device.state().name()),
    }
}

impl Tally {
    /// Whether no device of the job waits for its board. Where the journal cannot say, the line does not end for it.
    pub(super) fn is_nothing_unfinished(&self, journal: &Journal, job: JobId) -> bool {
        journal
            .counts(Some(job))
            .is_ok_and(|counts| counts.unfinished() == counts.in_state(State::Verified))
    }
}

/// Tells the load of the HSMs until it is dropped.
struct LoadTeller {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl LoadTeller {
    fn start(shared: &Arc<Shared>) -> io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let (shared, over) = (Arc::clone(shared), Arc::clone(&is_over));
        let thread = thread::Builder::new().name("load".to_owned()).spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let load = shared.signing.load();
                shared.tell(&Event::Signing {
                    queued: load.queued,
                    hsms_up: load.hsms_up,
                    hsms: load.hsms,
                });
                thread::park_timeout(LOAD_EVERY);
            }
        })?;
        Ok(Self { is_over, thread: Some(thread) })
    }
}

impl Drop for LoadTeller {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _panicked = thread.join();
        }
    }
}

/// Why a line does not start, or did not end in order.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The firmware would misread every page.
    #[error(transparent)]
    Page(#[from] PageFault),
    /// The journal.
    #[error("failed to {0}")]
    Journal(#[from] JournalError),
    /// Control logs of an earlier run.
    #[error(transparent)]
    Logs(#[from] LogDeskError),
    /// Serial numbers.
    #[error(transparent)]
    Serials(#[from] SerialsError),
    /// A finished device of an earlier run has certificates that do not verify.
    #[error("what the journal has of device {dsn} is not genuine")]
    NotGenuine {
        /// The device.
        dsn: String,
    },
    /// The system gives no threads.
    #[error("failed to start a thread: {0}")]
    Thread(#[from] io::Error),
    /// A slot ended by a defect of ours. Its device is unfinished in the journal.
    #[error("a slot ended by a defect of this program")]
    SlotPanicked,
}

impl LineError {
    /// What a person can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Journal(error) => error.hint(),
            Self::Logs(error) => error.hint(),
            Self::Serials(error) => error.hint(),
            Self::Page(PageFault::Firmware { .. }) => Some(
                "no device under this DAK would work with this firmware: use a firmware that reads these serials, or another page version"
                    .to_owned(),
            ),
            Self::NotGenuine { .. } => {
                Some("keep a copy of the journal; its file was changed or damaged".to_owned())
            }
            Self::SlotPanicked => Some("please report it; `line resume` continues".to_owned()),
            Self::Page(_) | Self::Thread(_) => None,
        }
    }
}
