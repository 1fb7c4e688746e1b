//! The doors to what stands around the line: test steps, label printer, plant.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, SyncSender},
    },
    thread::{self, JoinHandle},
};

use journal::{DeviceId, DeviceRecord, Journal, NoteKind, UnixMillis};
use sidewalk::{Apid, Smsn};

use crate::{
    clock::Clock,
    driver::{
        Driver, DriverError,
        check::{Action, Check, CheckResult, evaluate},
        command::run_program,
    },
    event::{Event, Listeners},
    label::{LabelError, LabelFacts, LabelPrinter, Printed},
};

/// How many labels wait for the printer before a slot waits with its next board: more than any fixture has slots.
const LABELS_WAITING_MAX: usize = 256;

/// Does a test step and judges its answer.
pub(crate) fn run_check(
    check: &Check,
    driver: &mut dyn Driver,
) -> Result<CheckResult, DriverError> {
    let lines = match check.action() {
        Action::Say(line) => driver.converse(line, check.patience())?,
        Action::Run(argv) => run_program(argv, check.patience())?,
    };
    Ok(evaluate(check, &lines))
}

/// A finished device that gets a label.
pub(crate) struct Labelled {
    pub(crate) id: DeviceId,
    pub(crate) dsn: String,
    pub(crate) smsn: Smsn,
    pub(crate) chip: Option<String>,
}

/// The desk that prints labels: a thread of its own, so that a printer without paper holds up no slot.
pub(crate) struct LabelDesk {
    orders: Mutex<Option<SyncSender<Labelled>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Who works at the label desk.
struct LabelClerk {
    printer: LabelPrinter,
    journal: Arc<Journal>,
    line: String,
    apid: Apid,
    clock: Clock,
    listeners: Listeners,
}

impl LabelDesk {
    pub(crate) fn start(
        printer: LabelPrinter,
        journal: Arc<Journal>,
        line: String,
        apid: Apid,
        clock: Clock,
        listeners: Listeners,
    ) -> io::Result<Self> {
        let (orders, inbox) = mpsc::sync_channel(LABELS_WAITING_MAX);
        let clerk = LabelClerk { printer, journal, line, apid, clock, listeners };
        let thread = thread::Builder::new().name("labels".to_owned());
        let thread = thread.spawn(move || clerk.work(&inbox))?;
        Ok(Self { orders: Mutex::new(Some(orders)), thread: Mutex::new(Some(thread)) })
    }

    /// Prints the label of a finished device, soon.
    pub(crate) fn print(&self, device: Labelled) {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(orders) = orders {
            // A desk that ended has told so; the label can be printed again.
            let _unprinted = orders.send(device);
        }
    }

    /// Prints what waits and ends.
    pub(crate) fn flush(&self) {
        drop(self.orders.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _panicked = thread.join();
        }
    }
}

impl LabelClerk {
    fn work(self, inbox: &Receiver<Labelled>) {
        for device in inbox {
            let at = (self.clock)();
            let facts = LabelFacts {
                dsn: &device.dsn,
                smsn: &device.smsn,
                apid: &self.apid,
                chip: device.chip.as_deref(),
                line: &self.line,
                at,
            };
            let printed = self.printer.print(&facts);
            let failure = match printed {
                Ok(printed) => {
                    self.note(device.id, &printed, at);
                    None
                }
                Err(error) => Some(error.to_string()),
            };
            self.listeners.tell(&Event::Label { dsn: device.dsn, failure });
        }
    }

    fn note(&self, id: DeviceId, printed: &Printed, at: UnixMillis) {
        // A journal that fails stops the line by itself; a label is no reason.
        let _unrecorded = self.journal.note(id, NoteKind::Label, &printed.to_string(), at);
    }
}

/// Prints the label of a finished device again, and notes that it was.
///
/// # Errors
///
/// [`LabelError`]; the journal.
pub fn print_label_again(
    printer: &LabelPrinter,
    journal: &Journal,
    record: &DeviceRecord,
    (line, apid): (&str, &Apid),
    at: UnixMillis,
) -> Result<Printed, LabelError> {
    let facts = LabelFacts {
        dsn: &record.dsn,
        smsn: &record.smsn,
        apid,
        chip: record.chip.as_deref(),
        line,
        at,
    };
    let printed = printer.print(&facts)?;
    // The label is out: that it could not be noted must not look as if it were not.
    let _unrecorded = journal.note(record.id, NoteKind::LabelReprint, &printed.to_string(), at);
    Ok(printed)
}
