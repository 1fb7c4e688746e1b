//! What a server says of itself, beside the log of its front: HSMs, recovery, packages, its own end.
//!
//! Text goes to stderr, as everything that is not data. With `--json` it is data: lines on stdout, among those of the front.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use serde_json::{Map, Value, json};

use super::lines::{Lines, at};
use crate::{clock, exit::Exit, failure::Failure, terminal};

/// How many lines wait for their reader; more are dropped and counted. HSMs that come and go say a few in a minute.
const LINES_MAX: usize = 1024;

/// How much something matters, in the words of syslog.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Level {
    /// As it should be.
    Info,
    /// A person may want to do something.
    Notice,
    /// A person has to do something soon.
    Warning,
    /// Something was not done.
    Error,
}

impl Level {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// How a line of text begins.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Info => "",
            Self::Notice => "note: ",
            Self::Warning | Self::Error => "warning: ",
        }
    }
}

/// Something that is said once.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    level: Level,
    event: &'static str,
    message: String,
    fields: Map<String, Value>,
}

impl Said {
    /// `event` is its name for programs, `message` what a person reads.
    pub(crate) fn new(level: Level, event: &'static str, message: impl Into<String>) -> Self {
        Self { level, event, message: message.into(), fields: Map::new() }
    }

    /// Adds a fact for programs.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// What a person reads.
    pub(crate) fn in_words(&self) -> String {
        format!("{}{}", self.level.prefix(), self.message)
    }

    /// What programs read, said now.
    pub(crate) fn line(&self) -> Value {
        self.in_json(u64::try_from(clock::unix_millis().0).unwrap_or(0))
    }

    fn in_json(&self, unix_millis: u64) -> Value {
        let mut value = json!({
            "event": self.event,
            "time": at(unix_millis),
            "level": self.level.name(),
            "message": self.message,
        });
        if let Some(all) = value.as_object_mut() {
            all.extend(self.fields.clone());
        }
        value
    }
}

/// A way to say something, from any thread. It never waits.
#[derive(Clone)]
pub(crate) struct Teller {
    /// Where lines go; none for a person, who reads stderr.
    lines: Option<SyncSender<Value>>,
    dropped: Arc<AtomicU64>,
}

/// What was said and is not written yet.
pub(crate) struct Told {
    lines: Receiver<Value>,
    dropped: Arc<AtomicU64>,
}

impl Teller {
    /// For a person at stderr, or for programs: then what is said waits until [`Told::write_to`].
    pub(crate) fn new(is_json: bool) -> (Self, Told) {
        let (sender, lines) = sync_channel(LINES_MAX);
        let dropped = Arc::new(AtomicU64::new(0));
        let told = Told { lines, dropped: Arc::clone(&dropped) };
        (Self { lines: is_json.then_some(sender), dropped }, told)
    }

    pub(crate) fn say(&self, said: &Said) {
        let Some(lines) = &self.lines else { return terminal::note(&said.in_words()) };
        if lines.try_send(said.line()).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Told {
    /// Writes what was said, and what will be until the last [`Teller`] is gone.
    pub(crate) fn write_to(self, output: Lines) -> Result<(), Failure> {
        let started = thread::Builder::new().name("teller".to_owned()).spawn(move || {
            while let Ok(line) = self.lines.recv() {
                let dropped = self.dropped.swap(0, Ordering::Relaxed);
                if dropped > 0 {
                    terminal::note(&format!("warning: {dropped} lines of the log were dropped"));
                }
                output.write_now(&line);
            }
        });
        started
            .map(drop)
            .map_err(|error| Failure::new(Exit::Io, format!("failed to start a thread: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_time_level_event_and_facts() {
        let said = Said::new(Level::Notice, "hsm-down", "it is gone").with("hsm", "usb://1");
        assert_eq!(said.in_words(), "note: it is gone");
        assert_eq!(
            said.in_json(0),
            json!({
                "event": "hsm-down",
                "time": "1970-01-01T00:00:00Z",
                "level": "notice",
                "message": "it is gone",
                "hsm": "usb://1",
            })
        );
    }

    #[test]
    fn nobody_waits_for_a_reader_that_has_stopped() {
        let (teller, told) = Teller::new(true);
        for _ in 0..LINES_MAX + 5 {
            teller.say(&Said::new(Level::Info, "a", "b"));
        }
        assert_eq!(told.dropped.load(Ordering::Relaxed), 5);
    }
}
