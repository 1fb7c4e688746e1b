//! A line with simulated boards in memory, and everything else as it is in production: journal, control logs, threads.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use device::{BoardModel, FlashTime, Sleep, Tray, WRITE_STEP_LEN};
use line::{
    Control, Line, LineMode, LineParts,
    driver::{
        Driver,
        sim::{SimDriver, SimSettings},
    },
    event::{Event, Listeners, SlotEvent},
    job::{Job, JobAnswers, JobPage, SignedByAnswers, job_text},
    signing::Signing,
};
use page::Catalogue;

use crate::{
    Fallible,
    bench::{
        edge::{fill_random, now},
        hsms::TAG,
    },
};

const CHIP: &str = "nrf52840";
const DEVICE_TYPE: &str = "A17XHX23H06INH";
const APID: &str = "dumy";

/// Somebody's public key: no device that is made here ever talks to anybody.
const APP_SERVER_KEY: &str = "eb86212a9d416b61ce19dcf0431b9a7ce29cc5d84892e3d5e0ef447269e7b687";

/// A job must name an HSM; the signer that is used is opened before.
const NO_HSM: &str = "http://localhost:1";

/// What a line is to make.
pub(super) struct Rehearsal<'a> {
    /// Where its journal and control logs stand. New: nothing is there.
    pub(super) directory: &'a Path,
    pub(super) slots: u16,
    pub(super) devices: u64,
    /// How long writing a page takes.
    pub(super) flash: Duration,
}

/// A line that only has to be started.
pub(super) struct Ready {
    line: Line,
    watch: Arc<Mutex<Watch>>,
    devices: u64,
    journal: PathBuf,
}

/// What a line made, and when.
pub(super) struct Made {
    pub(super) began: Instant,
    /// When each device passed, in order.
    pub(super) passed: Vec<Instant>,
    /// When the last of them stood in a control log on the disk.
    pub(super) logged: Instant,
    pub(super) journal: PathBuf,
}

/// What the line tells.
#[derive(Default)]
struct Watch {
    passed: Vec<Instant>,
    logged: Option<Instant>,
    trouble: Option<String>,
}

impl Rehearsal<'_> {
    /// Gets everything ready, so that only the work itself is measured.
    pub(super) fn prepare(&self, signing: Arc<dyn Signing>) -> Fallible<Ready> {
        std::fs::create_dir_all(self.directory.join("control-logs"))?;
        let job = Job::parse(&job_text(&self.answers()), self.directory)?;
        let watch: Arc<Mutex<Watch>> = Arc::default();
        let watching = Arc::clone(&watch);
        let listener = move |event: &Event| {
            watching.lock().unwrap_or_else(PoisonError::into_inner).see(event);
        };
        let journal = job.line.journal.clone();
        let parts = LineParts {
            stage: job.stage().ok_or("the tag tells no stage")?,
            mode: LineMode::Run,
            journal: Arc::new(job.open_journal(fill_random)?),
            signing,
            pages: job.page_maker()?,
            serials: Arc::new(job.open_serials(None)?),
            drivers: self.drivers()?,
            labels: None,
            plant: None,
            control: Arc::new(Control::default()),
            listeners: Listeners::new(vec![Box::new(listener)]),
            clock: now,
            fill_random,
            job,
        };
        Ok(Ready { line: Line::prepare(parts)?, watch, devices: self.devices, journal })
    }

    fn answers(&self) -> JobAnswers {
        JobAnswers {
            name: "bench".to_owned(),
            tag: TAG.to_owned(),
            device_type: DEVICE_TYPE.to_owned(),
            apid: APID.to_owned(),
            app_server_key: APP_SERVER_KEY.to_owned(),
            trust: None,
            chip: CHIP.to_owned(),
            page: JobPage::default(),
            line: None,
            signed_by: SignedByAnswers::Hsms { urls: vec![NO_HSM.to_owned()], pin_file: None },
            pattern: "BENCH{:08}".to_owned(),
            numbers: (1, self.devices),
            count: Some(self.devices),
            slots: self.slots,
            driver: "kind = \"sim\"\n".to_owned(),
        }
    }

    /// A driver for each slot, on one tray.
    fn drivers(&self) -> Fallible<Vec<Box<dyn Driver>>> {
        let model = BoardModel::find(Catalogue::built_in(), CHIP, None)?;
        let steps = u32::try_from(model.site().region_len.div_ceil(WRITE_STEP_LEN))?.max(1);
        let tray = Tray::in_memory(model, Some(self.devices), 0);
        let time = (!self.flash.is_zero()).then(|| {
            let time = FlashTime { write: self.flash / steps, ..FlashTime::default() };
            (time, Arc::new(thread::sleep) as Arc<dyn Sleep>)
        });
        let drivers = (1..=u32::from(self.slots)).map(|slot| {
            let settings = SimSettings { time: time.clone(), ..SimSettings::default() };
            Box::new(SimDriver::new(Arc::clone(&tray), slot, settings)) as Box<dyn Driver>
        });
        Ok(drivers.collect())
    }
}

impl Ready {
    /// Makes all devices. One that is missing, failed or refused ends the measurement.
    pub(super) fn run(self) -> Fallible<Made> {
        let Self { line, watch, devices, journal } = self;
        let began = Instant::now();
        let totals = line.run()?;
        let Watch { mut passed, logged, trouble } =
            std::mem::take(&mut *watch.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(trouble) = trouble {
            return Err(trouble.into());
        }
        if totals.passed != devices || totals.logged != devices {
            let (passed, logged) = (totals.passed, totals.logged);
            return Err(format!("of {devices} devices {passed} passed, {logged} logged").into());
        }
        passed.sort();
        let logged = logged.ok_or("no control log was written")?;
        Ok(Made { began, passed, logged, journal })
    }
}

impl Made {
    /// Devices a second from one that passed to another, by their places in the order.
    pub(super) fn rate_between(&self, first: usize, last: usize) -> Fallible<f64> {
        match (self.passed.get(first), self.passed.get(last)) {
            (Some(from), Some(to)) if to > from => {
                Ok((last - first) as f64 / (*to - *from).as_secs_f64())
            }
            _ => Err("too few devices were made".into()),
        }
    }
}

impl Watch {
    fn see(&mut self, event: &Event) {
        let trouble = match event {
            Event::Slot { what: SlotEvent::Passed { .. }, .. } => {
                self.passed.push(Instant::now());
                None
            }
            Event::ControlLog { .. } => {
                self.logged = Some(Instant::now());
                None
            }
            Event::Slot {
                what: SlotEvent::Failed { why, .. } | SlotEvent::Refused { why, .. },
                ..
            }
            | Event::ControlLogFailed { why, .. } => Some(why),
            _ => None,
        };
        if self.trouble.is_none() {
            self.trouble = trouble.cloned();
        }
    }
}
