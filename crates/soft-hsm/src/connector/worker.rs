//! The thread that owns the backend and takes one frame at a time.

use std::{
    io,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        mpsc::{self, Receiver, SyncSender},
    },
    thread::{self, JoinHandle},
    time::Instant,
};

use tokio::sync::oneshot;
use yubihsm2::connector::DevicePresence;

use super::{
    backend::{Backend, Incoming, Reply},
    limits::CONNECTIONS_MAX,
};

/// What the network's thread asks of the backend's.
pub(super) enum Job {
    Exchange { frame: Vec<u8>, arrived: Instant, reply: oneshot::Sender<Reply> },
    Presence { reply: oneshot::Sender<DevicePresence> },
}

/// A way to the thread. It ends when the last one is gone.
pub(super) type Jobs = SyncSender<Job>;

/// The thread.
pub(super) struct Worker<B> {
    thread: JoinHandle<B>,
    hurry: Arc<Hurry>,
}

impl<B: Backend> Worker<B> {
    /// Starts the thread.
    pub(super) fn start(backend: B) -> io::Result<(Self, Jobs)> {
        // A connection has at most one request under way, so that this is never full for long.
        let (jobs, queue) = mpsc::sync_channel(CONNECTIONS_MAX);
        let hurry = Arc::new(Hurry::default());
        let worker = thread::Builder::new().name("device".to_owned());
        let thread = worker.spawn({
            let hurry = Arc::clone(&hurry);
            move || run(backend, &queue, &hurry)
        })?;
        Ok((Self { thread, hurry }, jobs))
    }

    /// Cuts waits short from now on: a slow device must not delay the end.
    pub(super) fn hurry(&self) {
        self.hurry.begin();
    }

    /// Waits for the end and gives the backend back, unless it panicked.
    pub(super) fn join(self) -> Option<B> {
        self.thread.join().ok()
    }
}

fn run<B: Backend>(mut backend: B, queue: &Receiver<Job>, hurry: &Hurry) -> B {
    for job in queue {
        match job {
            Job::Exchange { frame, arrived, reply } => {
                let incoming = Incoming { frame: &frame, arrived, now: Instant::now() };
                let outcome = backend.exchange(&incoming);
                if let Some(ready_at) = outcome.ready_at {
                    hurry.wait_until(ready_at);
                }
                let _client_is_gone = reply.send(outcome.reply);
            }
            Job::Presence { reply } => {
                let _client_is_gone = reply.send(backend.presence(Instant::now()));
            }
        }
    }
    backend
}

/// A wait that can be cut short.
#[derive(Default)]
struct Hurry {
    has_begun: Mutex<bool>,
    began: Condvar,
}

impl Hurry {
    fn begin(&self) {
        *self.has_begun.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.began.notify_all();
    }

    fn wait_until(&self, ready_at: Instant) {
        let mut has_begun = self.has_begun.lock().unwrap_or_else(PoisonError::into_inner);
        while !*has_begun {
            let left = ready_at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            (has_begun, _) =
                self.began.wait_timeout(has_begun, left).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
