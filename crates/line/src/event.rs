//! What happens on a line, for those who show, count or record it.
//!
//! The line tells; terminal, JSON stream, metrics and plant listen. Nothing here holds a secret.

use std::{fmt, sync::Arc, time::Duration};

use serde::Serialize;

use crate::{
    serials::{Scan, ScanError},
    step::Step,
};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The line is ready: HSMs answer, the journal is open, what could be rolled forward was.
    Started {
        /// The job's name.
        job: String,
        /// How many slots there are.
        slots: u16,
        /// How many devices the job may make, those made before included.
        quota: Option<u64>,
        /// How many of them have their identity already.
        made: u64,
    },
    /// A device of an earlier run still needs its board.
    Unfinished {
        /// Its serial number.
        dsn: String,
        /// The board, where it is known.
        chip: Option<String>,
        /// What it waits for, and what a person can do.
        todo: String,
    },
    /// Something happened in a slot.
    Slot {
        /// Which, from 1.
        slot: u16,
        /// What.
        #[serde(flatten)]
        what: SlotEvent,
    },
    /// An HSM signs (again).
    HsmUp {
        /// Which, as its address is written.
        place: String,
        /// Its serial number.
        serial: u32,
    },
    /// An HSM does not answer; it is tried again.
    HsmDown {
        /// Which.
        place: String,
        /// Why.
        why: String,
    },
    /// A signing server signs again.
    SigningServerBack {
        /// Which, as its address is written.
        place: String,
    },
    /// No signing server signs; boards in hand wait, and it is asked again.
    SigningServerAway {
        /// Which was asked.
        place: String,
        /// Why.
        why: String,
    },
    /// How signing goes.
    Signing {
        /// How many devices wait for a signature.
        queued: usize,
        /// How many HSMs answer.
        hsms_up: usize,
        /// How many there are.
        hsms: usize,
    },
    /// Devices stand in a control log that is on the disk.
    ControlLog {
        /// The file.
        file: String,
        /// How many devices.
        devices: usize,
    },
    /// No control log can be written. Devices wait in the journal; no board is taken in meanwhile.
    ControlLogFailed {
        /// Why.
        why: String,
        /// What to do.
        hint: Option<String>,
    },
    /// A label was printed, or could not be.
    Label {
        /// The device.
        dsn: String,
        /// Why it could not be.
        failure: Option<String>,
    },
    /// A scanner read something.
    Scan {
        /// The serial number, where it is one.
        dsn: Option<String>,
        /// What is missing or wrong, where it is not taken yet.
        message: Option<String>,
        /// What to do.
        hint: Option<String>,
    },
    /// The plant's system does not answer.
    PlantAway {
        /// Which hook.
        hook: String,
        /// Why.
        why: String,
        /// What the job says is done then.
        policy: String,
    },
    /// No board is taken in until [`Event::Resumed`].
    Paused {
        /// Why, where nobody asked for it.
        why: Option<String>,
    },
    /// Boards are taken in again.
    Resumed,
    /// Boards that are in hand are finished, then the line ends.
    Stopping {
        /// Why.
        why: String,
    },
    /// The line has ended.
    Ended(Totals),
}

/// Something that happened in a slot.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum SlotEvent {
    /// Waits for a board.
    Waiting,
    /// Waits for a serial number to be scanned.
    WaitingForSerial,
    /// A board was put in.
    Board {
        /// Its chip, where it can be told.
        chip: Option<String>,
    },
    /// Work on a device has come to this step.
    Step {
        /// The device.
        dsn: String,
        /// The step.
        step: Step,
    },
    /// A step failed and is tried again.
    Retry {
        /// The device.
        dsn: String,
        /// The step.
        step: Step,
        /// How many tries there were.
        attempt: u32,
        /// How many there may be.
        attempts_max: u32,
        /// Why.
        why: String,
    },
    /// The device is finished: identity on the board, read back, proven, recorded.
    Passed {
        /// Its serial number.
        dsn: String,
        /// Its manufacturing serial number.
        smsn: String,
        /// The board.
        chip: Option<String>,
        /// How long it took, in milliseconds.
        took_ms: u64,
        /// Begun in an earlier run or on an earlier attempt.
        is_resumed: bool,
    },
    /// The board carries a device of this line that was finished before. Nothing was changed.
    Finished {
        /// The device.
        dsn: String,
    },
    /// The board was not touched.
    Refused {
        /// Why, in a sentence.
        why: String,
        /// What to do.
        hints: Vec<String>,
    },
    /// The device is not finished; its identity is kept for it.
    Failed {
        /// The device; absent where the board got none.
        dsn: Option<String>,
        /// The step.
        step: Step,
        /// Why.
        why: String,
        /// What to do.
        hints: Vec<String>,
    },
    /// The board may be taken out.
    TakeOut,
    /// The slot has ended.
    Ended,
}

/// What a run made.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Totals {
    /// Devices finished.
    pub passed: u64,
    /// Of those, the ones that no step had to be repeated for.
    pub passed_first_time: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Boards that were refused untouched.
    pub refused: u64,
    /// Boards that carried a finished device of this line.
    pub finished_before: u64,
    /// Devices that stand in a control log.
    pub logged: u64,
    /// How long the run took, in milliseconds.
    pub took_ms: u64,
}

impl Event {
    /// What came of a scan.
    pub fn of_scan(scanned: &Result<Scan, ScanError>) -> Self {
        match scanned {
            Ok(Scan::Dsn(dsn)) => Self::Scan { dsn: Some(dsn.clone()), message: None, hint: None },
            Ok(Scan::First(dsn)) => Self::Scan {
                dsn: Some(dsn.clone()),
                message: Some("scan it a second time".to_owned()),
                hint: None,
            },
            Err(error) => {
                Self::Scan { dsn: None, message: Some(error.to_string()), hint: error.hint() }
            }
        }
    }
}

impl Totals {
    /// Finished devices an hour.
    pub fn per_hour(&self) -> f64 {
        let took = Duration::from_millis(self.took_ms.max(1));
        self.passed as f64 * 3600.0 / took.as_secs_f64()
    }
}

/// Who is told. Called from the line's threads; must not take long.
#[derive(Clone, Default)]
pub struct Listeners(Arc<[Box<Tell>]>);

/// Is told what happens.
pub type Tell = dyn Fn(&Event) + Send + Sync;

impl Listeners {
    /// Tells each of these, in this order.
    pub fn new(listeners: Vec<Box<Tell>>) -> Self {
        Self(listeners.into())
    }

    /// Tells all.
    pub fn tell(&self, event: &Event) {
        for listener in self.0.iter() {
            listener(event);
        }
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listeners({})", self.0.len())
    }
}
