//! What a front reports. The program's edge turns it into lines.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hyper::Method;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::{MaterialError, Peer, Reason, material::Expiry};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum FrontEvent {
    /// A client was answered.
    Answered(AccessEntry),
    /// A peer was refused.
    Refused(Refusal),
    /// Certificates, key and revocation list were read again; new connections use them.
    Reloaded {
        /// When, in milliseconds since 1970.
        unix_millis: u64,
        /// How long they last.
        expiry: Expiry,
        /// How many certificates are revoked; `None` without a revocation list.
        revoked: Option<usize>,
    },
    /// They changed and cannot be used; what was read before is used on.
    ReloadFailed {
        /// When, in milliseconds since 1970.
        unix_millis: u64,
        /// Why.
        error: MaterialError,
    },
    /// A certificate expires within [`EXPIRY_WARNING_DAYS`](super::limits::EXPIRY_WARNING_DAYS), or has expired.
    ExpiresSoon {
        /// When this was seen, in milliseconds since 1970.
        unix_millis: u64,
        /// Whose it is: `server` or `authority`.
        what: &'static str,
        /// The days left; negative once it has expired.
        days: i64,
    },
    /// Connections cannot be accepted, as when files run out.
    AcceptFailed {
        /// When, in milliseconds since 1970.
        unix_millis: u64,
        /// The operating system's words.
        message: String,
    },
}

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct AccessEntry {
    /// When the answer was complete, or its client gone, in milliseconds since 1970.
    pub unix_millis: u64,
    /// Whose it was.
    pub peer: Arc<Peer>,
    /// The method.
    pub method: Method,
    /// The path without its query, cut where it is long.
    pub path: String,
    /// The answer's status.
    pub status: u16,
    /// How much of the answer's body was sent, in bytes.
    pub len_bytes: u64,
    /// From the end of the request's head to the end of the answer.
    pub duration: Duration,
}

/// A peer that was refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// When, in milliseconds since 1970.
    pub unix_millis: u64,
    /// Where it is.
    pub address: SocketAddr,
    /// Its name, where a verified certificate says it.
    pub client: Option<String>,
    /// Why.
    pub reason: Reason,
    /// Method and path, where it was a request that was refused.
    pub request: Option<(Method, String)>,
    /// The answer's status, where there was one.
    pub status: Option<u16>,
}

/// A way for events. It never waits: what does not fit is dropped and counted.
#[derive(Clone, Debug)]
pub struct EventSender {
    events: Sender<FrontEvent>,
    dropped: Arc<AtomicU64>,
    refused: Arc<Mutex<BTreeMap<&'static str, u64>>>,
}

/// Where events arrive.
#[derive(Debug)]
pub struct EventReceiver {
    events: Receiver<FrontEvent>,
    dropped: Arc<AtomicU64>,
}

/// A way for at most `capacity` events that nobody has taken yet.
pub fn event_channel(capacity: usize) -> (EventSender, EventReceiver) {
    let (sender, receiver) = channel(capacity);
    let dropped = Arc::new(AtomicU64::new(0));
    let refused = Arc::default();
    let events = EventSender { events: sender, dropped: Arc::clone(&dropped), refused };
    (events, EventReceiver { events: receiver, dropped })
}

impl EventSender {
    /// Reports, unless too many reports wait already or nobody is there to read them.
    pub fn send(&self, event: FrontEvent) {
        if let FrontEvent::Refused(refusal) = &event {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            *refused.entry(refusal.reason.name()).or_default() += 1;
        }
        if self.events.try_send(event).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many peers were refused, by the name of their [`Reason`]. Reports that were dropped count too.
    pub fn refused(&self) -> BTreeMap<&'static str, u64> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl EventReceiver {
    /// Waits for the next event; `None` when no front is left.
    ///
    /// # Panics
    ///
    /// In a task of a runtime: the wait would hold up others.
    pub fn wait(&mut self) -> Option<FrontEvent> {
        self.events.blocking_recv()
    }

    /// The next event, where one is there at once.
    pub fn try_next(&mut self) -> Option<FrontEvent> {
        self.events.try_recv().ok()
    }

    /// How many events were dropped since this was asked last.
    pub fn take_dropped(&self) -> u64 {
        self.dropped.swap(0, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_dropped_and_counted() {
        let (sender, mut receiver) = event_channel(2);
        for number in 0..5 {
            sender.send(FrontEvent::AcceptFailed { unix_millis: number, message: String::new() });
        }
        drop(sender);
        assert_eq!(receiver.take_dropped(), 3);
        assert_eq!(receiver.take_dropped(), 0);
        assert!(
            receiver.wait().is_some() && receiver.wait().is_some() && receiver.wait().is_none()
        );
    }
}
