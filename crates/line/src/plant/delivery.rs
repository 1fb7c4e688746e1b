//! The thread that takes results to the plant.

use std::{
    collections::BTreeSet,
    io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use durable::DurableError;

use super::{
    away::{BackOff, Watch},
    hook::{Hook, Message, Reply},
    message::ResultReport,
    outbox::{Outbox, Ticket},
};

/// Delivers in order; what is not taken is tried again.
#[derive(Debug)]
pub(super) struct Delivery {
    tray: Arc<Tray>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Tray {
    outbox: Outbox,
    queue: Mutex<Queue>,
    changed: Condvar,
    /// How many results are in the outbox, those that were refused for good included.
    waiting: Arc<AtomicU64>,
}

#[derive(Debug, Default)]
struct Queue {
    tickets: BTreeSet<Ticket>,
    /// Until when results may still be delivered, once the line ends.
    closes_at: Option<Instant>,
}

struct Courier {
    tray: Arc<Tray>,
    hook: Hook,
    watch: Watch,
    patience: Duration,
}

impl Delivery {
    /// Starts with what waits already.
    pub(super) fn start(
        outbox: Outbox,
        waiting: Vec<Ticket>,
        hook: Hook,
        watch: Watch,
        patience: Duration,
    ) -> io::Result<Self> {
        let tray = Arc::new(Tray {
            outbox,
            waiting: Arc::new(AtomicU64::new(waiting.len() as u64)),
            queue: Mutex::new(Queue { tickets: waiting.into_iter().collect(), closes_at: None }),
            changed: Condvar::new(),
        });
        let courier = Courier { tray: Arc::clone(&tray), hook, watch, patience };
        let thread = thread::Builder::new().name("results".to_owned());
        Ok(Self { thread: Some(thread.spawn(move || courier.work())?), tray })
    }

    /// Keeps a result; returns when it is on the disk.
    pub(super) fn put(&self, report: &ResultReport<'_>) -> Result<(), DurableError> {
        let ticket = self.tray.outbox.put(|ticket| report.to_json(ticket))?;
        self.tray.waiting.fetch_add(1, Ordering::Relaxed);
        self.tray.lock().tickets.insert(ticket);
        self.tray.changed.notify_all();
        Ok(())
    }

    pub(super) fn waiting(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.tray.waiting)
    }

    /// Delivers what waits, for so long at most or until it is not taken, and ends. The rest stays on the disk.
    pub(super) fn close(&mut self, patience: Duration) {
        let now = Instant::now();
        // A patience beyond the clock's range is as good as none: nothing waits that long.
        self.tray.lock().closes_at = Some(now.checked_add(patience).unwrap_or(now));
        self.tray.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A courier that panicked left everything on the disk.
            let _panicked = thread.join();
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.close(Duration::ZERO);
        }
    }
}

impl Tray {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next result; `None` at the end.
    fn next(&self) -> Option<Ticket> {
        let mut queue = self.lock();
        loop {
            if queue.is_over() {
                return None;
            }
            if let Some(ticket) = queue.tickets.first() {
                return Some(*ticket);
            }
            if queue.closes_at.is_some() {
                return None;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits before the next attempt; `false` at the end.
    fn pause(&self, pause: Duration) -> bool {
        let queue = self.lock();
        // New results do not shorten it.
        let waited =
            self.changed.wait_timeout_while(queue, pause, |queue| queue.closes_at.is_none());
        let (queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        queue.closes_at.is_none()
    }

    fn is_over(&self) -> bool {
        self.lock().is_over()
    }

    /// The result is not to be sent (again) in this run.
    fn done(&self, ticket: Ticket) {
        self.lock().tickets.remove(&ticket);
    }

    /// The result is in the outbox no more.
    fn gone(&self, ticket: Ticket) {
        self.done(ticket);
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Queue {
    fn is_over(&self) -> bool {
        self.closes_at.is_some_and(|at| Instant::now() >= at)
    }
}

impl Courier {
    fn work(self) {
        let mut back_off = BackOff::new();
        while let Some(ticket) = self.tray.next() {
            match self.deliver(ticket) {
                Ok(()) => back_off = BackOff::new(),
                Err(why) => {
                    // What was broken off because the line ends says nothing about the plant.
                    if self.tray.is_over() {
                        return;
                    }
                    self.watch.away(&why);
                    if !self.tray.pause(back_off.next()) {
                        return;
                    }
                }
            }
        }
    }

    fn deliver(&self, ticket: Ticket) -> Result<(), String> {
        let Some(json) =
            self.tray.outbox.read(ticket).map_err(|error| format!("failed to {error}"))?
        else {
            self.tray.gone(ticket);
            return Ok(());
        };
        let should_stop = || self.tray.is_over();
        let message = Message { json: &json, patience: self.patience, should_stop: &should_stop };
        match self.hook.say(message) {
            Reply::Taken(_) => {
                self.tray.outbox.remove(ticket);
                self.tray.gone(ticket);
                self.watch.answered();
                Ok(())
            }
            // The results behind it must not wait for it. Its file stays, and the next start sends it again.
            Reply::Refused { why, is_final: true } => {
                self.tray.done(ticket);
                self.watch.answered();
                let file = self.tray.outbox.path(ticket);
                self.watch.tell(&format!(
                    "a result was refused and is kept in {}: {why}",
                    file.display()
                ));
                Ok(())
            }
            Reply::Refused { why, is_final: false } | Reply::Away(why) => Err(why),
        }
    }
}
