//! Whether a system answers, and when it is tried again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    event::{Event, Listeners},
    job::AwayPolicy,
};

/// The first pause before a system is tried again.
const PAUSE_MIN: Duration = Duration::from_millis(250);

/// The longest pause: a system that is back is noticed soon enough, and one that is away is not flooded.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// How the plant's systems are, at any time. Clones are handles on the same.
#[derive(Clone, Debug, Default)]
pub struct PlantHealth {
    pub(super) route: Option<Arc<AtomicBool>>,
    pub(super) result: Option<Arc<AtomicBool>>,
    pub(super) waiting: Arc<AtomicU64>,
}

impl PlantHealth {
    /// Whether route checks get no answer; `None` where there are none.
    pub fn route_is_away(&self) -> Option<bool> {
        self.route.as_ref().map(|is_away| is_away.load(Ordering::Relaxed))
    }

    /// Whether results are not taken; `None` where nobody wants them.
    pub fn result_is_away(&self) -> Option<bool> {
        self.result.as_ref().map(|is_away| is_away.load(Ordering::Relaxed))
    }

    /// How many results are in the outbox.
    pub fn results_waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// Knows whether one system answers, and tells each time it ceases to.
#[derive(Debug)]
pub(super) struct Watch {
    hook: &'static str,
    policy: AwayPolicy,
    listeners: Listeners,
    is_away: Arc<AtomicBool>,
}

impl Watch {
    pub(super) fn new(hook: &'static str, policy: AwayPolicy, listeners: Listeners) -> Self {
        Self { hook, policy, listeners, is_away: Arc::default() }
    }

    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_away)
    }

    /// It answered.
    pub(super) fn answered(&self) {
        self.is_away.store(false, Ordering::Relaxed);
    }

    /// It did not. Told once, until it answers again.
    pub(super) fn away(&self, why: &str) {
        if !self.is_away.swap(true, Ordering::Relaxed) {
            self.tell(why);
        }
    }

    /// Tells that something is wrong though it answers.
    pub(super) fn tell(&self, why: &str) {
        let policy = match self.policy {
            AwayPolicy::Wait => "wait",
            AwayPolicy::Proceed => "proceed",
            AwayPolicy::Refuse => "refuse",
        };
        self.listeners.tell(&Event::PlantAway {
            hook: self.hook.to_owned(),
            why: why.to_owned(),
            policy: policy.to_owned(),
        });
    }
}

/// Pauses that grow.
#[derive(Debug)]
pub(super) struct BackOff(Duration);

impl BackOff {
    pub(super) const fn new() -> Self {
        Self(PAUSE_MIN)
    }

    pub(super) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(PAUSE_MAX);
        pause
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_system_that_stays_away_is_told_once() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let listener = {
            let told = Arc::clone(&told);
            move |event: &Event| told.lock().unwrap().push(event.clone())
        };
        let listeners = Listeners::new(vec![Box::new(listener)]);
        let watch = Watch::new("route", AwayPolicy::Wait, listeners);
        watch.away("first");
        watch.away("second");
        watch.answered();
        watch.away("third");
        let event = |why: &str| Event::PlantAway {
            hook: "route".to_owned(),
            why: why.to_owned(),
            policy: "wait".to_owned(),
        };
        assert_eq!(*told.lock().unwrap(), [event("first"), event("third")]);
    }

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let mut back_off = BackOff::new();
        let pauses: Vec<Duration> = (0..9).map(|_| back_off.next()).collect();
        assert_eq!(pauses[..2], [PAUSE_MIN, PAUSE_MIN * 2]);
        assert_eq!(pauses[8], PAUSE_MAX);
    }
}
