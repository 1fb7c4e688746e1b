//! The one queue of a fleet: bounded, parties in turn, each party first in, first out; what failed at one
//! HSM is the next again. It also knows who waits for an answer until when.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    error::SignError,
    job::{Answer, Caller, CallerKey, Job},
    turns::{Party, Turns},
};

#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    not_empty: Condvar,
    not_full: Condvar,
    /// Workers that pause: the fleet is closed, or an HSM is to be drained or to work again.
    changed: Condvar,
    /// The one that answers those whose deadline has passed.
    earlier: Condvar,
    len_max: usize,
    party_len_max: usize,
}

#[derive(Debug, Default)]
struct State {
    jobs: Turns<Job>,
    /// All that have no answer yet, in the queue or at an HSM: no more than the queue and the workers hold.
    callers: BTreeMap<CallerKey, Arc<Caller>>,
    is_closed: bool,
    /// All workers have ended.
    is_over: bool,
}

/// What became of a job that was to be queued.
#[derive(Debug)]
pub(super) enum Pushed {
    Queued,
    Full { queued: usize },
    Closed,
}

/// What a worker finds.
#[derive(Debug)]
pub(super) enum Popped {
    Job(Job),
    Nothing,
    /// The worker is to stop for a while.
    Stopped,
    Closed,
}

impl Queue {
    pub(super) fn new(len_max: usize, party_len_max: usize) -> Self {
        let len_max = len_max.max(1);
        Self {
            state: Mutex::default(),
            not_empty: Condvar::new(),
            not_full: Condvar::new(),
            changed: Condvar::new(),
            earlier: Condvar::new(),
            len_max,
            party_len_max: party_len_max.clamp(1, len_max),
        }
    }

    /// Queues a job; waits for a place until then. A job that is not queued is not answered.
    pub(super) fn push(&self, job: Job, until: Option<Instant>) -> Pushed {
        let mut state = self.lock();
        while !state.is_closed && self.is_full_for(&state, &job.caller.party) {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            match left {
                Some(left) if !left.is_zero() => state = wait(&self.not_full, state, left),
                _ => return Pushed::Full { queued: state.jobs.len() },
            }
        }
        if state.is_closed {
            return Pushed::Closed;
        }
        let (party, key) = (Arc::clone(&job.caller.party), job.caller.key());
        let is_first = state.callers.first_key_value().is_none_or(|(first, _)| key < *first);
        state.callers.insert(key, Arc::clone(&job.caller));
        state.jobs.push(&party, job);
        drop(state);
        self.not_empty.notify_one();
        if is_first {
            self.earlier.notify_one();
        }
        Pushed::Queued
    }

    /// Puts a job back that an HSM did not answer for. It has had its place, so that the limits do not
    /// count: there are never more such than workers.
    pub(super) fn put_back(&self, job: Job) {
        let mut state = self.lock();
        if state.is_closed {
            drop(state);
            self.answer(job, Err(SignError::Closed));
            return;
        }
        if job.caller.is_answered() {
            return;
        }
        let party = Arc::clone(&job.caller.party);
        state.jobs.put_back(&party, job);
        drop(state);
        self.not_empty.notify_one();
    }

    /// Takes the next job; waits for one at most this long, and not while the worker is to stop.
    pub(super) fn pop(&self, patience: Duration, is_stopped: impl Fn() -> bool) -> Popped {
        let deadline = Instant::now() + patience;
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return Popped::Closed;
            }
            if is_stopped() {
                return Popped::Stopped;
            }
            if let Some(job) = state.jobs.pop() {
                drop(state);
                // Who may take the place depends on its party.
                self.not_full.notify_all();
                return Popped::Job(job);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Popped::Nothing;
            }
            state = wait(&self.not_empty, state, left);
        }
    }

    /// Answers the caller of a job. A job is consumed by its answer, so that there is one.
    pub(super) fn answer(&self, job: Job, answer: Answer) {
        self.lock().callers.remove(&job.caller.key());
        job.caller.answer(answer);
    }

    /// Waits while this is so, at most this long, and says whether the queue is closed.
    pub(super) fn pause(&self, duration: Duration, is_so: impl Fn() -> bool) -> bool {
        let deadline = Instant::now() + duration;
        let mut state = self.lock();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if state.is_closed || left.is_zero() || !is_so() {
                return state.is_closed;
            }
            state = wait(&self.changed, state, left);
        }
    }

    /// Makes all workers look again at what they are to do.
    pub(super) fn wake_workers(&self) {
        // Under the lock, so that nobody is between looking and falling asleep.
        let _state = self.lock();
        self.not_empty.notify_all();
        self.changed.notify_all();
    }

    /// Waits for those whose deadline has passed, who then are in the queue no more. `None` once all is
    /// over.
    pub(super) fn expired(&self) -> Option<Vec<Arc<Caller>>> {
        let mut state = self.lock();
        while !state.is_over {
            let now = Instant::now();
            let first = state.callers.first_key_value().map(|((deadline, _), _)| *deadline);
            match first {
                Some(deadline) if deadline <= now => {
                    let expired = state.take_expired(now);
                    drop(state);
                    self.not_full.notify_all();
                    return Some(expired);
                }
                Some(deadline) => state = wait(&self.earlier, state, deadline - now),
                None => {
                    state = self.earlier.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
        None
    }

    /// Takes no more jobs and refuses those that wait.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.refuse_all(&SignError::Closed);
        self.wake_workers();
    }

    /// Ends the waiting for deadlines: no worker is left that could answer.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.is_over = true;
        let callers = std::mem::take(&mut state.callers);
        drop(state);
        self.earlier.notify_all();
        for caller in callers.into_values() {
            caller.answer(Err(SignError::Closed));
        }
    }

    /// Refuses all that wait, for a reason that no waiting changes.
    pub(super) fn refuse_all(&self, error: &SignError) {
        let jobs = self.lock().jobs.take_all();
        for job in jobs {
            self.answer(job, Err(error.clone()));
        }
        self.not_full.notify_all();
    }

    pub(super) fn len(&self) -> usize {
        self.lock().jobs.len()
    }

    /// How many wait of each party of which one does.
    pub(super) fn parties(&self) -> Vec<(Party, usize)> {
        let state = self.lock();
        state.jobs.parties().map(|(party, len)| (Arc::clone(party), len)).collect()
    }

    /// How many would be taken before a device of a party that came now.
    pub(super) fn ahead_of(&self, party: &str) -> usize {
        self.lock().jobs.ahead_of(party)
    }

    fn is_full_for(&self, state: &State, party: &str) -> bool {
        state.jobs.len() >= self.len_max || state.jobs.len_of(party) >= self.party_len_max
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Between two statements under this lock nothing can be half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_expired(&mut self, now: Instant) -> Vec<Arc<Caller>> {
        let later = self.callers.split_off(&(now, u64::MAX));
        let expired: Vec<_> = std::mem::replace(&mut self.callers, later).into_values().collect();
        for caller in &expired {
            let is_it = |job: &Job| job.caller.key() == caller.key();
            self.jobs.remove(&caller.party, is_it);
        }
        expired
    }
}

fn wait<'a>(
    condition: &Condvar,
    state: MutexGuard<'a, State>,
    left: Duration,
) -> MutexGuard<'a, State> {
    let (state, _) = condition.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
    state
}
