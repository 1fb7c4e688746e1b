//! One device in the queue, and the place where its caller waits.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Instant,
};

use super::error::{FleetError, SignError};
use crate::device::{DeviceRequest, DeviceSignatures};

type Answer = Result<DeviceSignatures, SignError>;

/// One device that waits for an HSM or is at one.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request: DeviceRequest,
    /// When its caller came.
    pub(super) queued: Instant,
    answer: SyncSender<Answer>,
    note: Arc<Note>,
}

/// What job and caller tell each other beside the answer.
#[derive(Debug, Default)]
struct Note {
    is_abandoned: AtomicBool,
    last: Mutex<Option<FleetError>>,
}

/// Where the caller waits. Dropped, it takes the job back unless it is at an HSM already.
#[derive(Debug)]
pub(super) struct Ticket {
    answer: Receiver<Answer>,
    note: Arc<Note>,
}

impl Job {
    pub(super) fn new(request: DeviceRequest, queued: Instant) -> (Self, Ticket) {
        let (sender, receiver) = sync_channel(1);
        let note = Arc::new(Note::default());
        let ticket = Ticket { answer: receiver, note: Arc::clone(&note) };
        (Self { request, queued, answer: sender, note }, ticket)
    }

    /// Whether nobody waits for it any more.
    pub(super) fn is_abandoned(&self) -> bool {
        self.note.is_abandoned.load(Ordering::Relaxed)
    }

    /// Keeps what went wrong, for a caller that waits in vain.
    pub(super) fn note(&self, error: FleetError) {
        *self.note.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// Answers the caller. A job is consumed by its answer, so that there is one.
    pub(super) fn answer(self, answer: Answer) {
        // A caller that has left needs none.
        let _left = self.answer.send(answer);
    }
}

impl Ticket {
    /// The answer, or what went wrong last where there is none by the deadline.
    pub(super) fn answer_until(&self, deadline: Instant) -> Result<Answer, Option<FleetError>> {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.answer.recv_timeout(left) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Timeout) => {
                Err(self.note.last.lock().unwrap_or_else(PoisonError::into_inner).take())
            }
            // The job was dropped without an answer: its worker is gone.
            Err(RecvTimeoutError::Disconnected) => Ok(Err(SignError::Closed)),
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.note.is_abandoned.store(true, Ordering::Relaxed);
    }
}
