//! Where the workers write down how their HSMs are and what they did.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use yubihsm2::operation::GeneralInfo;

use super::{
    PARTIES_COUNTED_MAX,
    error::{FleetError, NoSuchHsm, SignError},
    events::{FleetEvent, Observer},
    pace::{Capacity, Pace},
    statistics::{Durations, FleetStatistics, HsmHealth, HsmStatistics, PartyStatistics},
    turns::Party,
};
use crate::{authority::Authority, endpoint::Endpoint};

/// All HSMs of a fleet.
#[derive(Debug)]
pub(super) struct Board {
    hsms: Vec<Entry>,
    /// What the first HSM that was read signs with, and which that was. All others must sign with the same.
    reference: Mutex<Option<(String, Authority)>>,
    queue_waits: Durations,
    signed_by_party: Mutex<BTreeMap<Party, u64>>,
    sessions_wanted: usize,
    observer: Observer,
}

#[derive(Debug)]
struct Entry {
    place: String,
    signed: AtomicU64,
    sign_times: Durations,
    /// How many sessions have a device in hand.
    busy: AtomicUsize,
    /// Whether it is to rest.
    is_drained: AtomicBool,
    /// Devices since its audit log was looked at.
    since_log_check: AtomicU64,
    /// Held by the one who empties its audit log.
    log_keeper: Mutex<()>,
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
    pace: Pace,
    is_log_full: bool,
    is_short_told: bool,
    is_log_low_told: bool,
    /// Why the audit log could not be stored, at the last attempt.
    not_stored: Option<String>,
}

/// A device that is at an HSM.
#[must_use]
pub(super) struct InHand<'a> {
    busy: &'a AtomicUsize,
    at_start: usize,
}

impl InHand<'_> {
    /// How many devices the HSM had in hand meanwhile, on average of start and end.
    fn together(&self) -> f64 {
        (self.at_start + self.busy.load(Ordering::Relaxed)) as f64 / 2.0
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Board {
    pub(super) fn new(endpoints: &[Endpoint], sessions_wanted: usize, observer: Observer) -> Self {
        let entry = |endpoint: &Endpoint| Entry {
            place: endpoint.to_string(),
            signed: AtomicU64::new(0),
            sign_times: Durations::new(),
            busy: AtomicUsize::new(0),
            is_drained: AtomicBool::new(false),
            since_log_check: AtomicU64::new(0),
            log_keeper: Mutex::default(),
            commands: Arc::default(),
            sessions_opened: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            state: Mutex::default(),
        };
        Self {
            hsms: endpoints.iter().map(entry).collect(),
            reference: Mutex::default(),
            queue_waits: Durations::new(),
            signed_by_party: Mutex::default(),
            sessions_wanted,
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
        state.is_short_told &= state.sessions < self.sessions_wanted;
        drop(state);
        if is_first {
            self.observer.tell(&FleetEvent::Up { place: hsm.place.clone(), serial });
        }
    }

    /// A session of an HSM has ended as it should.
    pub(super) fn closed(&self, index: usize) {
        let hsm = &self.hsms[index];
        let mut state = lock(&hsm.state);
        state.sessions = state.sessions.saturating_sub(1);
        let is_last = state.sessions == 0;
        drop(state);
        if is_last && self.is_drained(index) {
            self.observer.tell(&FleetEvent::Drained { place: hsm.place.clone() });
        }
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

    /// No session could be opened on an HSM, or none beside those that it has.
    pub(super) fn lost(&self, index: usize, error: &FleetError) {
        let hsm = &self.hsms[index];
        let mut state = lock(&hsm.state);
        state.error = Some(error.clone());
        let sessions = state.sessions;
        let is_told = sessions == 0 || std::mem::replace(&mut state.is_short_told, true);
        drop(state);
        if !is_told {
            self.observer.tell(&FleetEvent::Short {
                place: hsm.place.clone(),
                sessions,
                wanted: self.sessions_wanted,
                error: error.clone(),
            });
        }
    }

    /// Why no HSM of the fleet will sign before a person has changed something; `None` while one may. One
    /// that rests may.
    pub(super) fn hopeless(&self) -> Option<SignError> {
        let mut last = None;
        for (index, hsm) in self.hsms.iter().enumerate() {
            let state = lock(&hsm.state);
            match &state.error {
                Some(error)
                    if state.sessions == 0 && !error.is_passing() && !self.is_drained(index) =>
                {
                    last = Some(error.clone());
                }
                _ => return None,
            }
        }
        last.map(|error| SignError::Hsm(Box::new(error)))
    }

    /// Why no HSM signs now; `None` where one does.
    pub(super) fn outage(&self) -> Option<FleetError> {
        let mut why = None;
        for (index, hsm) in self.hsms.iter().enumerate() {
            let state = lock(&hsm.state);
            if self.is_drained(index) {
                why = why.or_else(|| Some(FleetError::Drained { place: hsm.place.clone() }));
            } else if state.sessions == 0 || state.is_log_full {
                why = state.error.clone().or(why);
            } else {
                return None;
            }
        }
        why
    }

    /// The HSM at a place or with a serial number.
    pub(super) fn find(&self, name: &str) -> Result<usize, NoSuchHsm> {
        let serial = name.parse::<u32>().ok();
        let is_it = |hsm: &Entry| {
            hsm.place == name
                || serial.is_some_and(|serial| lock(&hsm.state).serial == Some(serial))
        };
        self.hsms.iter().position(is_it).ok_or_else(|| NoSuchHsm {
            name: name.to_owned(),
            places: self.hsms.iter().map(|hsm| hsm.place.clone()).collect(),
        })
    }

    /// Whether an HSM is to rest.
    pub(super) fn is_drained(&self, index: usize) -> bool {
        self.hsms[index].is_drained.load(Ordering::Relaxed)
    }

    /// Makes an HSM rest, or work again.
    pub(super) fn set_drained(&self, index: usize, is_drained: bool) {
        self.hsms[index].is_drained.store(is_drained, Ordering::Relaxed);
    }

    /// Whether an HSM refuses since its audit log is full.
    pub(super) fn is_log_full(&self, index: usize) -> bool {
        lock(&self.hsms[index].state).is_log_full
    }

    /// An HSM refuses since its audit log is full.
    pub(super) fn log_full(&self, index: usize, error: &FleetError) {
        let hsm = &self.hsms[index];
        let mut state = lock(&hsm.state);
        let is_told = std::mem::replace(&mut state.is_log_full, true);
        state.error = Some(error.clone());
        drop(state);
        if !is_told {
            self.observer.tell(&FleetEvent::LogFull { place: hsm.place.clone() });
        }
    }

    /// The audit log of an HSM has room again.
    pub(super) fn log_has_room(&self, index: usize) {
        let mut state = lock(&self.hsms[index].state);
        state.is_log_full = false;
        state.error.take_if(|error| error.is_log_full());
    }

    /// How full the audit log of an HSM is, where fewer free entries than these are to be told.
    pub(super) fn log_used(&self, index: usize, info: &GeneralInfo, slots_min: u8) {
        let hsm = &self.hsms[index];
        let is_low = info.log_total.saturating_sub(info.log_used) < slots_min;
        let mut state = lock(&hsm.state);
        let is_told = std::mem::replace(&mut state.is_log_low_told, is_low);
        drop(state);
        if is_low && !is_told {
            let (used, total) = (info.log_used, info.log_total);
            self.observer.tell(&FleetEvent::LogLow { place: hsm.place.clone(), used, total });
        }
    }

    /// Whether so many devices were signed since the audit log of an HSM was looked at that it is time
    /// again: says so to one of those who ask.
    pub(super) fn is_log_check_due(&self, index: usize, every: u64) -> bool {
        let since = &self.hsms[index].since_log_check;
        let is_due = |since: u64| (since >= every).then_some(0);
        since.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_due).is_ok()
    }

    /// Held while the audit log of an HSM is emptied, so that its sessions do not do it at once.
    pub(super) fn log_keeper(&self, index: usize) -> MutexGuard<'_, ()> {
        lock(&self.hsms[index].log_keeper)
    }

    /// An audit log was emptied or not, for this reason; told where it is another than before. What failed
    /// is due again after the next device: the log must not fill up within a device.
    pub(super) fn log_emptied(&self, index: usize, emptied: Result<(), String>) {
        let hsm = &self.hsms[index];
        let cause = emptied.err();
        if cause.is_some() {
            hsm.since_log_check.store(u64::MAX / 2, Ordering::Relaxed);
        }
        let before = std::mem::replace(&mut lock(&hsm.state).not_stored, cause.clone());
        if let Some(cause) = cause
            && before.as_ref() != Some(&cause)
        {
            self.observer.tell(&FleetEvent::LogNotStored { place: hsm.place.clone(), cause });
        }
    }

    /// Where the commands to an HSM are counted.
    pub(super) fn commands(&self, index: usize) -> &Arc<AtomicU64> {
        &self.hsms[index].commands
    }

    /// An HSM takes a device in hand.
    pub(super) fn take_in_hand(&self, index: usize) -> InHand<'_> {
        let busy = &self.hsms[index].busy;
        InHand { busy, at_start: busy.fetch_add(1, Ordering::Relaxed) + 1 }
    }

    pub(super) fn count_signed(
        &self,
        index: usize,
        party: &Party,
        queue_wait: Duration,
        took: Duration,
        in_hand: &InHand<'_>,
    ) {
        let hsm = &self.hsms[index];
        hsm.signed.fetch_add(1, Ordering::Relaxed);
        hsm.since_log_check.fetch_add(1, Ordering::Relaxed);
        hsm.sign_times.count(took);
        lock(&hsm.state).pace.count(took, in_hand.together());
        self.queue_waits.count(queue_wait);
        let mut parties = lock(&self.signed_by_party);
        if let Some(signed) = parties.get_mut(party) {
            *signed += 1;
        } else {
            let is_counted = parties.len() < PARTIES_COUNTED_MAX;
            let party = if is_counted { Arc::clone(party) } else { "".into() };
            *parties.entry(party).or_default() += 1;
        }
    }

    pub(super) fn count_failure(&self, index: usize) {
        self.hsms[index].failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn place(&self, index: usize) -> &str {
        &self.hsms[index].place
    }

    /// What the HSMs that sign now can do.
    pub(super) fn capacity(&self) -> Capacity {
        let mut capacity = Capacity::default();
        for (index, hsm) in self.hsms.iter().enumerate() {
            let state = lock(&hsm.state);
            if state.sessions > 0 && !state.is_log_full && !self.is_drained(index) {
                let busy = hsm.busy.load(Ordering::Relaxed);
                capacity.per_second += state.pace.per_second();
                capacity.sessions_free += state.sessions.saturating_sub(busy);
            }
        }
        capacity
    }

    pub(super) fn statistics(&self, waiting: &[(Party, usize)]) -> FleetStatistics {
        let signed: u64 = self.hsms.iter().map(|hsm| hsm.signed.load(Ordering::Relaxed)).sum();
        let statistics = |hsm: &Entry| hsm.statistics(signed, self.sessions_wanted);
        let hsms: Vec<HsmStatistics> = self.hsms.iter().map(statistics).collect();
        let capacity = self.capacity();
        FleetStatistics {
            signed,
            commands: hsms.iter().map(|hsm| hsm.commands).sum(),
            queued: waiting.iter().map(|(_, queued)| queued).sum(),
            in_hand: self.hsms.iter().map(|hsm| hsm.busy.load(Ordering::Relaxed)).sum(),
            devices_per_second: capacity.per_second,
            // One turn of each other party comes first.
            wait_estimate: capacity.wait_behind(waiting.len()),
            queue_wait_p50: self.queue_waits.quantile(0.5),
            queue_wait_p99: self.queue_waits.quantile(0.99),
            hsms,
            parties: self.parties(waiting),
        }
    }

    fn parties(&self, waiting: &[(Party, usize)]) -> Vec<PartyStatistics> {
        let mut parties: BTreeMap<Party, (usize, u64)> = BTreeMap::new();
        for (party, signed) in &*lock(&self.signed_by_party) {
            parties.entry(Arc::clone(party)).or_default().1 = *signed;
        }
        for (party, queued) in waiting {
            parties.entry(Arc::clone(party)).or_default().0 = *queued;
        }
        let statistics = |(party, (queued, signed)): (Party, (usize, u64))| PartyStatistics {
            party: party.to_string(),
            queued,
            signed,
        };
        parties.into_iter().map(statistics).collect()
    }
}

impl Entry {
    fn statistics(&self, signed_by_all: u64, sessions_wanted: usize) -> HsmStatistics {
        let signed = self.signed.load(Ordering::Relaxed);
        let state = lock(&self.state);
        HsmStatistics {
            place: self.place.clone(),
            serial: state.serial,
            health: self.health(&state),
            sessions_wanted,
            error: state.error.clone(),
            devices_per_second: state.pace.measured_per_second(),
            sign_p50: self.sign_times.quantile(0.5),
            sign_p99: self.sign_times.quantile(0.99),
            signed,
            share: if signed_by_all == 0 { 0.0 } else { signed as f64 / signed_by_all as f64 },
            commands: self.commands.load(Ordering::Relaxed),
            sessions_opened: self.sessions_opened.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
        }
    }

    fn health(&self, state: &State) -> HsmHealth {
        // Where it could not even be asked who it is.
        let is_log_full = || state.error.as_ref().is_some_and(FleetError::is_log_full);
        match (self.is_drained.load(Ordering::Relaxed), state.sessions) {
            (true, 0) => HsmHealth::Drained,
            (true, sessions) => HsmHealth::Draining { sessions },
            (false, sessions) if state.is_log_full => HsmHealth::LogFull { sessions },
            (false, 0) if is_log_full() => HsmHealth::LogFull { sessions: 0 },
            (false, 0) => HsmHealth::Down { error: state.error.clone() },
            (false, sessions) => HsmHealth::Up { sessions },
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is left half done under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
