//! One device in the queue, and who is told what became of it.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use super::{
    error::{FleetError, SignError},
    turns::Party,
};
use crate::device::{DeviceRequest, DeviceSignatures};

pub(super) type Answer = Result<DeviceSignatures, SignError>;

/// What is called with the answer.
type OnDone = Box<dyn FnOnce(Answer) + Send>;

/// Tells jobs of one deadline apart.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

/// One device that waits for an HSM or is at one.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request: DeviceRequest,
    pub(super) caller: Arc<Caller>,
}

/// Who waits for a job, and until when.
pub(super) struct Caller {
    pub(super) party: Party,
    /// When it came.
    pub(super) since: Instant,
    pub(super) deadline: Instant,
    number: u64,
    waiting: Mutex<Waiting>,
}

struct Waiting {
    /// `None` once it was called.
    on_done: Option<OnDone>,
    /// What went wrong last.
    last: Option<FleetError>,
}

/// Callers by deadline.
pub(super) type CallerKey = (Instant, u64);

impl Job {
    pub(super) fn new(
        party: Party,
        request: DeviceRequest,
        since: Instant,
        deadline: Instant,
        on_done: impl FnOnce(Answer) + Send + 'static,
    ) -> Self {
        let waiting = Waiting { on_done: Some(Box::new(on_done)), last: None };
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        let caller = Caller { party, since, deadline, number, waiting: Mutex::new(waiting) };
        Self { request, caller: Arc::new(caller) }
    }
}

impl Caller {
    pub(super) const fn key(&self) -> CallerKey {
        (self.deadline, self.number)
    }

    /// Whether it has its answer.
    pub(super) fn is_answered(&self) -> bool {
        self.lock().on_done.is_none()
    }

    /// Keeps what went wrong, for a caller that waits in vain.
    pub(super) fn note(&self, error: FleetError) {
        self.lock().last = Some(error);
    }

    /// What went wrong last.
    pub(super) fn last(&self) -> Option<FleetError> {
        self.lock().last.clone()
    }

    /// Answers, unless it was answered before. Must not be called under a lock: it calls foreign code.
    pub(super) fn answer(&self, answer: Answer) {
        let on_done = self.lock().on_done.take();
        if let Some(on_done) = on_done {
            on_done(answer);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing is left half done under this lock.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("party", &self.party).finish_non_exhaustive()
    }
}
