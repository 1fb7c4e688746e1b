//! The one queue of a fleet: bounded, first in, first out; what failed at one HSM goes to the front.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{error::SignError, job::Job};

#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    not_empty: Condvar,
    not_full: Condvar,
    closing: Condvar,
    len_max: usize,
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Job>,
    is_closed: bool,
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
    Job(Box<Job>),
    Nothing,
    Closed,
}

impl Queue {
    pub(super) fn new(len_max: usize) -> Self {
        Self {
            state: Mutex::default(),
            not_empty: Condvar::new(),
            not_full: Condvar::new(),
            closing: Condvar::new(),
            len_max: len_max.max(1),
        }
    }

    /// Queues a job; waits for a place until the deadline.
    pub(super) fn push(&self, job: Job, deadline: Instant) -> Pushed {
        let mut state = self.lock();
        while !state.is_closed && state.jobs.len() >= self.len_max {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Pushed::Full { queued: state.jobs.len() };
            }
            state = wait(&self.not_full, state, left);
        }
        if state.is_closed {
            return Pushed::Closed;
        }
        state.jobs.push_back(job);
        drop(state);
        self.not_empty.notify_one();
        Pushed::Queued
    }

    /// Puts a job back that an HSM did not answer for. It has had its place, so that the limit does not
    /// count: there are never more such than workers.
    pub(super) fn put_back(&self, job: Job) {
        let mut state = self.lock();
        if state.is_closed {
            drop(state);
            job.answer(Err(SignError::Closed));
            return;
        }
        state.jobs.push_front(job);
        drop(state);
        self.not_empty.notify_one();
    }

    /// Takes the next job that somebody still waits for; waits for one at most this long.
    pub(super) fn pop(&self, patience: Duration) -> Popped {
        let deadline = Instant::now() + patience;
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return Popped::Closed;
            }
            if let Some(job) = state.jobs.pop_front() {
                self.not_full.notify_one();
                if job.is_abandoned() {
                    continue;
                }
                return Popped::Job(Box::new(job));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Popped::Nothing;
            }
            state = wait(&self.not_empty, state, left);
        }
    }

    /// Waits, and says whether the queue was closed meanwhile.
    pub(super) fn pause(&self, duration: Duration) -> bool {
        let deadline = Instant::now() + duration;
        let mut state = self.lock();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if state.is_closed || left.is_zero() {
                return state.is_closed;
            }
            state = wait(&self.closing, state, left);
        }
    }

    /// Takes no more jobs and refuses those that wait.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        let jobs = std::mem::take(&mut state.jobs);
        drop(state);
        for job in jobs {
            job.answer(Err(SignError::Closed));
        }
        self.not_empty.notify_all();
        self.not_full.notify_all();
        self.closing.notify_all();
    }

    /// Refuses all that wait, for a reason that no waiting changes.
    pub(super) fn refuse_all(&self, error: &SignError) {
        let jobs = std::mem::take(&mut self.lock().jobs);
        for job in jobs {
            job.answer(Err(error.clone()));
        }
        self.not_full.notify_all();
    }

    pub(super) fn len(&self) -> usize {
        self.lock().jobs.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Between two statements under this lock nothing can be half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
