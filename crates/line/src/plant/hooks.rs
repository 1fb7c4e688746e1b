//! The plant as the line sees it.

use std::{
    path::Path,
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;

use super::{
    away::{BackOff, PlantHealth, Watch},
    delivery::Delivery,
    error::PlantError,
    hook::{Hook, Message, Reply, STOP_POLL, ShouldStop},
    message::{ResultReport, RouteAnswer, RouteQuestion},
    outbox::{Outbox, WAITING_MAX},
    words::cleaned,
};
use crate::{
    event::Listeners,
    job::{AwayPolicy, HookTarget, PlantSettings},
};

/// The plant's systems, where the job names any.
#[derive(Debug)]
pub struct Plant {
    route: Option<Route>,
    results: Option<Delivery>,
    policy: AwayPolicy,
    health: PlantHealth,
}

#[derive(Debug)]
struct Route {
    hook: Hook,
    watch: Watch,
    patience: Duration,
}

/// The body of an answer to a route check.
#[derive(Deserialize)]
struct RouteBody {
    go: bool,
    why: Option<String>,
}

impl Plant {
    /// Looks whether the settings make sense, and begins to deliver results that an earlier run left in `outbox`. A
    /// system that is away is no error yet. Each time one ceases to answer, listeners hear of it.
    ///
    /// # Errors
    ///
    /// The settings make no sense, or results cannot be kept on the disk.
    pub fn new(
        settings: &PlantSettings,
        outbox: &Path,
        listeners: Listeners,
    ) -> Result<Self, PlantError> {
        let patience = Duration::from_millis(settings.patience_ms);
        let watch = |hook| Watch::new(hook, settings.away, listeners.clone());
        let mut health = PlantHealth::default();
        let route = match &settings.route {
            None => None,
            Some(HookTarget::Directory(path)) => {
                return Err(PlantError::RouteDirectory { path: path.clone() });
            }
            Some(target) => {
                let route = Route { hook: Hook::new(target)?, watch: watch("route"), patience };
                health.route = Some(route.watch.flag());
                Some(route)
            }
        };
        let results = match &settings.result {
            None => None,
            Some(target) => {
                let (hook, watch) = (Hook::new(target)?, watch("result"));
                health.result = Some(watch.flag());
                let (outbox, waiting) = Outbox::open(outbox)?;
                let delivery = Delivery::start(outbox, waiting, hook, watch, patience)
                    .map_err(|error| PlantError::Thread { message: error.to_string() })?;
                health.waiting = delivery.waiting();
                Some(delivery)
            }
        };
        Ok(Self { route, results, policy: settings.away, health })
    }

    /// Asks whether a board may be made here. Where nobody answers, the job's policy counts; to wait, it asks again
    /// and again until there is an answer or `should_stop` says so.
    pub fn route(&self, question: &RouteQuestion<'_>, should_stop: &ShouldStop<'_>) -> RouteAnswer {
        let Some(route) = &self.route else { return RouteAnswer::Go { note: None } };
        let json = question.to_json();
        let mut back_off = BackOff::new();
        loop {
            let message = Message { json: &json, patience: route.patience, should_stop };
            let why = match verdict(route.hook.say(message)) {
                Ok(answer) => {
                    route.watch.answered();
                    return answer;
                }
                Err(why) => why,
            };
            // What was broken off because the line stops says nothing about the plant.
            if should_stop() {
                return RouteAnswer::Away { why };
            }
            route.watch.away(&why);
            match self.policy {
                AwayPolicy::Proceed => {
                    let note = Some(format!("the plant was not asked: {why}"));
                    return RouteAnswer::Go { note };
                }
                AwayPolicy::Refuse => {
                    let why = format!("the plant does not answer: {why}");
                    return RouteAnswer::Refuse { why };
                }
                AwayPolicy::Wait => {}
            }
            if !wait(back_off.next(), should_stop) {
                return RouteAnswer::Away { why };
            }
        }
    }

    /// Tells what came of a board. Returns when that is on the disk; from there it is delivered at least once.
    ///
    /// # Errors
    ///
    /// It cannot be kept.
    pub fn result(&self, report: &ResultReport<'_>) -> Result<(), PlantError> {
        match &self.results {
            Some(delivery) => Ok(delivery.put(report)?),
            None => Ok(()),
        }
    }

    /// Whether the line must take no more boards in: too many results wait, and the job says to wait then.
    pub fn is_blocked(&self) -> bool {
        self.policy == AwayPolicy::Wait && self.health.waiting.load(Ordering::Relaxed) > WAITING_MAX
    }

    /// How the systems are.
    pub fn health(&self) -> PlantHealth {
        self.health.clone()
    }

    /// Delivers what waits, for so long at most or until a system does not take it, and ends. Returns how many
    /// results are left on the disk; the next start delivers them.
    pub fn close(mut self, patience: Duration) -> u64 {
        if let Some(delivery) = &mut self.results {
            delivery.close(patience);
        }
        self.health.results_waiting()
    }
}

/// What a reply means for a board; `Err` where it means nothing.
fn verdict(reply: Reply) -> Result<RouteAnswer, String> {
    let body = match reply {
        Reply::Taken(body) if body.trim_ascii().is_empty() => {
            return Ok(RouteAnswer::Go { note: None });
        }
        Reply::Taken(body) => body,
        Reply::Refused { why, .. } => return Ok(RouteAnswer::Refuse { why }),
        Reply::Away(why) => return Err(why),
    };
    match serde_json::from_slice(&body) {
        Ok(RouteBody { go: true, .. }) => Ok(RouteAnswer::Go { note: None }),
        Ok(RouteBody { go: false, why }) => {
            let why = cleaned(why.unwrap_or_default().as_bytes());
            let why = if why.is_empty() { "the plant says no".to_owned() } else { why };
            Ok(RouteAnswer::Refuse { why })
        }
        Err(_) => Err(format!("the answer is no {{\"go\": …}}: {}", cleaned(&body))),
    }
}

/// Waits; `false` where the line stops meanwhile.
fn wait(pause: Duration, should_stop: &ShouldStop<'_>) -> bool {
    let end = Instant::now() + pause;
    loop {
        if should_stop() {
            return false;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        thread::sleep(left.min(STOP_POLL));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go() -> Result<RouteAnswer, String> {
        Ok(RouteAnswer::Go { note: None })
    }

    fn refuse(why: &str) -> Result<RouteAnswer, String> {
        Ok(RouteAnswer::Refuse { why: why.to_owned() })
    }

    fn taken(body: &str) -> Result<RouteAnswer, String> {
        verdict(Reply::Taken(body.as_bytes().to_vec()))
    }

    #[test]
    fn an_answer_is_yes_no_or_nothing() {
        assert_eq!(taken(""), go());
        assert_eq!(taken(" \r\n"), go());
        assert_eq!(taken(r#"{"go": true, "station": 7}"#), go());
        assert_eq!(taken(r#"{"go": false, "why": "no\nrework"}"#), refuse("no rework"));
        assert_eq!(taken(r#"{"go": false}"#), refuse("the plant says no"));
        for nothing in ["{}", "ok", "<html>", r#"{"go": "yes"}"#, "[true]"] {
            assert!(taken(nothing).is_err(), "{nothing}");
        }
    }

    #[test]
    fn where_nobody_is_to_be_asked_every_board_goes() {
        let plant = Plant::new(&PlantSettings::default(), Path::new("none"), Listeners::default());
        let plant = plant.unwrap();
        let question = RouteQuestion { line: "A", slot: 1, chip: None, dsn: None };
        assert_eq!(plant.route(&question, &|| false), RouteAnswer::Go { note: None });
        assert!(!plant.is_blocked());
        assert_eq!(plant.close(Duration::ZERO), 0);
    }

    #[test]
    fn a_directory_cannot_be_asked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_owned();
        let route = Some(HookTarget::Directory(path.clone()));
        let settings = PlantSettings { route, ..PlantSettings::default() };
        let error = Plant::new(&settings, Path::new("none"), Listeners::default()).unwrap_err();
        assert_eq!(error, PlantError::RouteDirectory { path });
    }
}
