//! Which connections there are, so that one too many costs the one that is needed least.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::sync::Notify;

use super::limits::CONNECTIONS_MAX;

/// All connections. Clones are handles on one table.
#[derive(Clone, Default)]
pub(super) struct Connections(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    next: u64,
    open: HashMap<u64, Entry>,
}

struct Entry {
    close: Arc<Notify>,
    /// Since when nothing of it was with the device; `None` while something is.
    idle_since: Option<Instant>,
}

/// A connection's place in the table, given up when dropped.
pub(super) struct Place {
    connections: Connections,
    number: u64,
    close: Arc<Notify>,
}

impl Connections {
    /// Takes in one more connection. Where there are too many, the one that was idle for longest is asked to
    /// close; where all wait for the device, the new one gets no place.
    pub(super) fn admit(&self, now: Instant) -> Option<Place> {
        let mut table = self.lock();
        if table.open.len() >= CONNECTIONS_MAX {
            let idle = table
                .open
                .iter()
                .filter_map(|(number, entry)| entry.idle_since.map(|since| (since, *number)));
            let (_, number) = idle.min()?;
            // Removed at once, so that the next one finds another.
            table.open.remove(&number)?.close.notify_one();
        }
        let number = table.next;
        table.next += 1;
        let close = Arc::new(Notify::new());
        let entry = Entry { close: Arc::clone(&close), idle_since: Some(now) };
        table.open.insert(number, entry);
        Some(Place { connections: self.clone(), number, close })
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Returns when the connection should close.
    pub(super) async fn closed(&self) {
        self.close.notified().await;
    }

    /// While this is held, the connection waits for the device and is not closed for others.
    pub(super) fn busy(&self) -> Busy<'_> {
        self.set_idle_since(None);
        Busy(self)
    }

    fn set_idle_since(&self, idle_since: Option<Instant>) {
        if let Some(entry) = self.connections.lock().open.get_mut(&self.number) {
            entry.idle_since = idle_since;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().open.remove(&self.number);
    }
}

/// See [`Place::busy`].
pub(super) struct Busy<'a>(&'a Place);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.set_idle_since(Some(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn count(connections: &Connections) -> usize {
        connections.lock().open.len()
    }

    #[test]
    fn one_too_many_costs_the_one_that_was_idle_for_longest() {
        let (connections, began) = (Connections::default(), Instant::now());
        let after = |ms| began + Duration::from_millis(ms);
        let places: Vec<Place> = (0..CONNECTIONS_MAX as u64)
            .map(|number| connections.admit(after(number)).unwrap())
            .collect();
        let busy = places[0].busy();
        let late = connections.admit(after(9999)).unwrap();
        assert_eq!(count(&connections), CONNECTIONS_MAX);
        let table = connections.lock();
        assert!(table.open.contains_key(&places[0].number), "it waits for the device");
        assert!(!table.open.contains_key(&places[1].number));
        assert!(table.open.contains_key(&late.number));
        drop((table, busy));
        drop((places, late));
        assert_eq!(count(&connections), 0);
    }

    #[test]
    fn where_all_wait_for_the_device_no_more_are_admitted() {
        let connections = Connections::default();
        let places: Vec<Place> =
            (0..CONNECTIONS_MAX).filter_map(|_| connections.admit(Instant::now())).collect();
        let busy: Vec<Busy<'_>> = places.iter().map(Place::busy).collect();
        assert!(connections.admit(Instant::now()).is_none());
        drop(busy);
        assert!(connections.admit(Instant::now()).is_some());
    }
}
