//! Where the workers write down how their HSMs are and what they did.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    error::{FleetError, SignError},
    events::{FleetEvent, Observer},
    statistics::{Durations, FleetStatistics, HsmHealth, HsmStatistics},
};
use crate::{authority::Authority, endpoint::Endpoint};

/// All HSMs of a fleet.
#[derive(Debug)]
pub(super) struct Board {
    hsms: Vec<Entry>,
    /// What the first HSM that was read signs with, and which that was. All others must sign with the same.
    reference: Mutex<Option<(String, Authority)>>,
    queue_waits: Durations,
    observer: Observer,
}

#[derive(Debug)]
struct Entry {
    place: String,
    signed: AtomicU64,
    commands: Arc<AtomicU64>,
    sessions_opened: AtomicU64,
    failures: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    serial: Option<u32>,
    sessions: usize,
    error: Option<FleetError>,
}

impl Board {
    pub(super) fn new(endpoints: &[Endpoint], observer: Observer) -> Self {
        let entry = |endpoint: &Endpoint| Entry {
            place: endpoint.to_string(),
            signed: AtomicU64::new(0),
            commands: Arc::default(),
            sessions_opened: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            state: Mutex::default(),
        };
        Self {
            hsms: endpoints.iter().map(entry).collect(),
            reference: Mutex::default(),
            queue_waits: Durations::new(),
            observer,
        }
    }

    /// Takes what an HSM signs with: the first is the reference, all others must be the same.
    pub(super) fn admit(&self, index: usize, authority: &Authority) -> Result<(), FleetError> {
        let place = &self.hsms[index].place;
        let mut reference = lock(&self.reference);
        match &*reference {
            None => {
                *reference = Some((place.clone(), authority.clone()));
                Ok(())
            }
            Some((_, known)) if known.is_same_as(authority) => Ok(()),
            Some((reference, _)) => {
                Err(FleetError::Different { place: place.clone(), reference: reference.clone() })
            }
        }
    }

    pub(super) fn authority(&self) -> Option<Authority> {
        lock(&self.reference).as_ref().map(|(_, authority)| authority.clone())
    }

    /// What went wrong at the first HSM.
    pub(super) fn first_error(&self) -> FleetError {
        let error = self.hsms.iter().find_map(|hsm| lock(&hsm.state).error.clone());
        error.unwrap_or(FleetError::Number { found: 0 })
    }

    /// An HSM has one session more.
    pub(super) fn opened(&self, index: usize, serial: u32) {
        let hsm = &self.hsms[index];
        hsm.sessions_opened.fetch_add(1, Ordering::Relaxed);
        let mut state = lock(&hsm.state);
        let is_first = state.sessions == 0;
        state.sessions += 1;
        state.serial = Some(serial);
        state.error = None;
        drop(state);
        if is_first {
            self.observer.tell(&FleetEvent::Up { place: hsm.place.clone(), serial });
        }
    }

    /// A session of an HSM has ended as it should.
    pub(super) fn closed(&self, index: usize) {
        let mut state = lock(&self.hsms[index].state);
        state.sessions = state.sessions.saturating_sub(1);
    }

    /// A session of an HSM does not answer.
    pub(super) fn failed(&self, index: usize, error: &FleetError) {
        let mut state = lock(&self.hsms[index].state);
        let was_up = state.sessions > 0;
        state.sessions = state.sessions.saturating_sub(1);
        let is_down = was_up && state.sessions == 0;
        state.error = Some(error.clone());
        drop(state);
        if is_down {
            let place = self.hsms[index].place.clone();
            self.observer.tell(&FleetEvent::Down { place, error: error.clone() });
        }
    }

    /// A session that did not answer does again.
    pub(super) fn recovered(&self, index: usize) {
        let hsm = &self.hsms[index];
        let mut state = lock(&hsm.state);
        let is_first = state.sessions == 0;
        state.sessions += 1;
        state.error = None;
        let serial = state.serial;
        drop(state);
        if let (true, Some(serial)) = (is_first, serial) {
            self.observer.tell(&FleetEvent::Up { place: hsm.place.clone(), serial });
        }
    }

    /// No session could be opened on an HSM.
    pub(super) fn lost(&self, index: usize, error: &FleetError) {
        lock(&self.hsms[index].state).error = Some(error.clone());
    }

    /// Why no HSM of the fleet will sign before a person has changed something; `None` while one may.
    pub(super) fn hopeless(&self) -> Option<SignError> {
        let mut last = None;
        for hsm in &self.hsms {
            let state = lock(&hsm.state);
            match &state.error {
                Some(error) if state.sessions == 0 && !error.is_passing() => {
                    last = Some(error.clone());
                }
                _ => return None,
            }
        }
        last.map(|error| SignError::Hsm(Box::new(error)))
    }

    /// Where the commands to an HSM are counted.
    pub(super) fn commands(&self, index: usize) -> &Arc<AtomicU64> {
        &self.hsms[index].commands
    }

    pub(super) fn count_signed(&self, index: usize, queue_wait: Duration) {
        self.hsms[index].signed.fetch_add(1, Ordering::Relaxed);
        self.queue_waits.count(queue_wait);
    }

    pub(super) fn count_failure(&self, index: usize) {
        self.hsms[index].failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn place(&self, index: usize) -> &str {
        &self.hsms[index].place
    }

    pub(super) fn statistics(&self, queued: usize) -> FleetStatistics {
        let signed: u64 = self.hsms.iter().map(|hsm| hsm.signed.load(Ordering::Relaxed)).sum();
        let hsms: Vec<HsmStatistics> = self.hsms.iter().map(|hsm| hsm.statistics(signed)).collect();
        FleetStatistics {
            signed,
            commands: hsms.iter().map(|hsm| hsm.commands).sum(),
            queued,
            queue_wait_p50: self.queue_waits.quantile(0.5),
            queue_wait_p99: self.queue_waits.quantile(0.99),
            hsms,
        }
    }
}

impl Entry {
    fn statistics(&self, signed_by_all: u64) -> HsmStatistics {
        let signed = self.signed.load(Ordering::Relaxed);
        let state = lock(&self.state);
        HsmStatistics {
            place: self.place.clone(),
            serial: state.serial,
            health: match state.sessions {
                0 => HsmHealth::Down { error: state.error.clone() },
                sessions => HsmHealth::Up { sessions },
            },
            signed,
            share: if signed_by_all == 0 { 0.0 } else { signed as f64 / signed_by_all as f64 },
            commands: self.commands.load(Ordering::Relaxed),
            sessions_opened: self.sessions_opened.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is left half done under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
