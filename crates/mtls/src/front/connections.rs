//! Which connections there are, so that one too many costs the one that is needed least.

use std::{
    collections::{BTreeSet, HashMap},
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use super::{FrontLimits, Reason};

/// All connections of a front.
pub(super) struct Connections {
    most: usize,
    most_per_address: usize,
    began: Instant,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    next: u64,
    open: HashMap<u64, Entry>,
    /// Those without a verified certificate, oldest first.
    strangers: BTreeSet<u64>,
    addresses: HashMap<IpAddr, Address>,
}

/// What one address has. A machine that floods us costs itself its own connections first.
#[derive(Default)]
struct Address {
    count: usize,
    strangers: BTreeSet<u64>,
}

struct Entry {
    peer: SocketAddr,
    activity: Arc<Activity>,
    /// Asks the connection to close.
    close: Arc<Notify>,
}

/// A connection's place in the table, given up when dropped.
pub(super) struct Place {
    connections: Arc<Connections>,
    number: u64,
    peer: SocketAddr,
    close: Arc<Notify>,
    pub(super) activity: Arc<Activity>,
}

/// A connection that had to go for another one, or was not let in.
#[derive(Debug)]
pub(super) struct Evicted {
    pub(super) peer: SocketAddr,
    pub(super) reason: Reason,
}

impl Connections {
    pub(super) fn new(limits: &FrontLimits) -> Arc<Self> {
        Arc::new(Self {
            most: limits.connections,
            most_per_address: limits.connections_per_address,
            began: Instant::now(),
            table: Mutex::default(),
        })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.lock().open.len()
    }

    /// Takes in one more. Where there are too many one goes: the oldest of those without a verified certificate, else the
    /// one that was idle for longest. Where all are at work, the new one gets no place.
    pub(super) fn admit(self: &Arc<Self>, peer: SocketAddr) -> (Option<Place>, Option<Evicted>) {
        let mut table = self.lock();
        let from_address = table.addresses.get(&peer.ip()).map_or(0, |address| address.count);
        let (victim, reason) = if from_address >= self.most_per_address {
            (Some(table.least_of(peer.ip())), Reason::TooManyConnectionsFromAddress)
        } else if table.open.len() >= self.most {
            (Some(table.least()), Reason::TooManyConnections)
        } else {
            (None, Reason::TooManyConnections)
        };
        let evicted = match victim {
            None => None,
            // All are at work.
            Some(None) => return (None, Some(Evicted { peer, reason })),
            Some(Some(number)) => table.remove(number).map(|entry| {
                entry.close.notify_one();
                Evicted { peer: entry.peer, reason }
            }),
        };
        let number = table.next;
        table.next += 1;
        let (close, activity) = (Arc::new(Notify::new()), Arc::new(Activity::new(self.began)));
        table.insert(
            number,
            Entry { peer, activity: Arc::clone(&activity), close: Arc::clone(&close) },
        );
        drop(table);
        let connections = Arc::clone(self);
        (Some(Place { connections, number, peer, close, activity }), evicted)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn insert(&mut self, number: u64, entry: Entry) {
        let address = self.addresses.entry(entry.peer.ip()).or_default();
        address.count += 1;
        address.strangers.insert(number);
        self.strangers.insert(number);
        self.open.insert(number, entry);
    }

    fn remove(&mut self, number: u64) -> Option<Entry> {
        let entry = self.open.remove(&number)?;
        self.strangers.remove(&number);
        if let Some(address) = self.addresses.get_mut(&entry.peer.ip()) {
            address.count -= 1;
            address.strangers.remove(&number);
            if address.count == 0 {
                self.addresses.remove(&entry.peer.ip());
            }
        }
        Some(entry)
    }

    fn acquaint(&mut self, number: u64, ip: IpAddr) {
        self.strangers.remove(&number);
        if let Some(address) = self.addresses.get_mut(&ip) {
            address.strangers.remove(&number);
        }
    }

    fn least(&self) -> Option<u64> {
        self.strangers.first().copied().or_else(|| self.idlest(|_| true))
    }

    fn least_of(&self, ip: IpAddr) -> Option<u64> {
        let strangers = self.addresses.get(&ip).map(|address| &address.strangers);
        let stranger = strangers.and_then(|strangers| strangers.first().copied());
        stranger.or_else(|| self.idlest(|entry| entry.peer.ip() == ip))
    }

    fn idlest(&self, may_go: impl Fn(&Entry) -> bool) -> Option<u64> {
        let open = self.open.iter().filter(|(_, entry)| may_go(entry));
        let idle = open.filter_map(|(number, entry)| Some((entry.activity.idle_since()?, *number)));
        idle.min().map(|(_, number)| number)
    }
}

impl Place {
    /// Returns when the connection should close for another one.
    pub(super) async fn closed(&self) {
        self.close.notified().await;
    }

    /// The peer's certificate is verified: it goes after those who have none.
    pub(super) fn acquaint(&self) {
        self.connections.lock().acquaint(self.number, self.peer.ip());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().remove(self.number);
    }
}

/// What a connection is doing. Times are milliseconds since the front began.
pub(super) struct Activity {
    began: Instant,
    /// Requests that are not answered yet.
    requests: AtomicU32,
    /// When the last request was answered.
    idle_since: AtomicU64,
    /// When the first byte of a request's head came; 0 while none is on its way.
    head_since: AtomicU64,
    /// Whether something was written that is not on its way to the peer yet.
    is_writing: AtomicBool,
    /// Whether our side has said that nothing more comes.
    is_shut: AtomicBool,
}

/// When a connection's wait ends, and what it waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Wait {
    /// Requests are at work; nobody waits for the peer.
    Busy,
    /// The rest of a head must be here by then.
    Head(Instant),
    /// A request must begin by then.
    Idle(Instant),
}

impl Activity {
    fn new(began: Instant) -> Self {
        let activity = Self {
            began,
            requests: AtomicU32::new(0),
            idle_since: AtomicU64::new(0),
            head_since: AtomicU64::new(0),
            is_writing: AtomicBool::new(false),
            is_shut: AtomicBool::new(false),
        };
        activity.rest();
        activity
    }

    /// Bytes came from the peer.
    pub(super) fn bytes_came(&self) {
        if self.requests.load(Ordering::Relaxed) == 0
            && self.head_since.load(Ordering::Relaxed) == 0
        {
            self.head_since.store(self.now().max(1), Ordering::Relaxed);
        }
    }

    /// A request is complete but for its body.
    pub(super) fn request_begins(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.head_since.store(0, Ordering::Relaxed);
    }

    /// A request is answered.
    pub(super) fn request_ends(&self) {
        self.rest();
        self.requests.fetch_sub(1, Ordering::Relaxed);
    }

    /// Something is being written.
    pub(super) fn write_begins(&self) {
        self.is_writing.store(true, Ordering::Relaxed);
    }

    /// All that was written is on its way.
    pub(super) fn write_ends(&self) {
        self.is_writing.store(false, Ordering::Relaxed);
    }

    /// Our side is being shut.
    pub(super) fn shuts(&self) {
        self.is_shut.store(true, Ordering::Relaxed);
    }

    /// Whether the connection has done nothing for so long, and has nothing left to do.
    pub(super) fn has_rested(&self, after: Duration) -> bool {
        let is_quiet = self.head_since.load(Ordering::Relaxed) == 0
            && !self.is_writing.load(Ordering::Relaxed)
            && !self.is_shut.load(Ordering::Relaxed);
        let idle_since = self.idle_since().filter(|_| is_quiet);
        idle_since.is_some_and(|since| self.at(since) + after <= Instant::now())
    }

    /// The connection is idle from now on.
    pub(super) fn rest(&self) {
        self.idle_since.store(self.now(), Ordering::Relaxed);
    }

    /// What the connection waits for.
    pub(super) fn wait(&self, limits: &FrontLimits, has_heads: bool) -> Wait {
        if self.requests.load(Ordering::Relaxed) > 0 {
            return Wait::Busy;
        }
        match self.head_since.load(Ordering::Relaxed) {
            since if since > 0 && has_heads => Wait::Head(self.at(since) + limits.head),
            _ => Wait::Idle(self.at(self.idle_since.load(Ordering::Relaxed)) + limits.idle),
        }
    }

    fn idle_since(&self) -> Option<u64> {
        let is_idle = self.requests.load(Ordering::Relaxed) == 0;
        is_idle.then(|| self.idle_since.load(Ordering::Relaxed))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn at(&self, millis: u64) -> Instant {
        self.began + Duration::from_millis(millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(most: usize, most_per_address: usize) -> Arc<Connections> {
        let limits = FrontLimits {
            connections: most,
            connections_per_address: most_per_address,
            ..FrontLimits::default()
        };
        Connections::new(&limits)
    }

    fn peer(host: u8, port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, host], port))
    }

    #[test]
    fn one_too_many_costs_the_oldest_stranger_and_no_client() {
        let connections = connections(3, 3);
        let [client, old, _new] = [1, 2, 3].map(|port| connections.admit(peer(1, port)).0.unwrap());
        client.acquaint();
        let (place, evicted) = connections.admit(peer(2, 4));
        assert!(place.is_some());
        let evicted = evicted.unwrap();
        assert_eq!((evicted.peer, evicted.reason), (peer(1, 2), Reason::TooManyConnections));
        drop(old);
        assert_eq!(connections.count(), 3);
    }

    #[test]
    fn among_clients_the_one_that_was_idle_for_longest_goes() {
        let connections = connections(2, 2);
        let places = [1, 2].map(|port| connections.admit(peer(1, port)).0.unwrap());
        places.iter().for_each(Place::acquaint);
        places[0].activity.request_begins();
        let (place, evicted) = connections.admit(peer(2, 3));
        assert_eq!(evicted.unwrap().peer, peer(1, 2), "the other one is at work");
        let place = place.unwrap();
        place.acquaint();
        place.activity.request_begins();
        let (late, evicted) = connections.admit(peer(3, 4));
        assert!(late.is_none(), "all are at work");
        assert_eq!(evicted.unwrap().peer, peer(3, 4));
    }

    #[test]
    fn an_address_with_too_many_loses_its_own() {
        let connections = connections(10, 2);
        let other = connections.admit(peer(9, 1)).0.unwrap();
        let _places = [1, 2].map(|port| connections.admit(peer(1, port)).0.unwrap());
        let (place, evicted) = connections.admit(peer(1, 3));
        assert!(place.is_some());
        let evicted = evicted.unwrap();
        assert_eq!(evicted.peer, peer(1, 1));
        assert_eq!(evicted.reason, Reason::TooManyConnectionsFromAddress);
        drop((place, other));
        assert_eq!(connections.lock().addresses.len(), 1);
    }

    #[test]
    fn a_head_that_began_has_less_time_than_an_idle_connection() {
        let limits = FrontLimits::default();
        let activity = Activity::new(Instant::now());
        assert!(matches!(activity.wait(&limits, true), Wait::Idle(_)));
        activity.bytes_came();
        assert!(matches!(activity.wait(&limits, true), Wait::Head(_)));
        assert!(matches!(activity.wait(&limits, false), Wait::Idle(_)), "HTTP/2 has frames");
        activity.request_begins();
        activity.bytes_came();
        assert_eq!(activity.wait(&limits, true), Wait::Busy);
        activity.request_ends();
        assert!(matches!(activity.wait(&limits, true), Wait::Idle(_)));
    }
}
