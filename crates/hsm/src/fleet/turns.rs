//! Who is next: parties take turns, and each party's devices keep their order.
//!
//! This is deficit round robin where every party has the same weight and every device costs the same: then
//! the deficit is always that of one device, and what is left is one device a turn.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// Whose devices wait in one line: a factory line, by the name in its certificate. Empty: nobody in
/// particular.
pub(super) type Party = Arc<str>;

/// Things that wait, each for a party. A party is in here only while something of it waits.
#[derive(Debug)]
pub(super) struct Turns<T> {
    lines: HashMap<Party, VecDeque<T>>,
    /// The parties of which something waits, the next first.
    order: VecDeque<Party>,
    len: usize,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self { lines: HashMap::new(), order: VecDeque::new(), len: 0 }
    }
}

impl<T> Turns<T> {
    /// How many wait.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// How many wait of a party.
    pub(super) fn len_of(&self, party: &str) -> usize {
        self.lines.get(party).map_or(0, VecDeque::len)
    }

    /// The parties of which something waits, and how many of each.
    pub(super) fn parties(&self) -> impl Iterator<Item = (&Party, usize)> {
        self.lines.iter().map(|(party, line)| (party, line.len()))
    }

    /// How many would be taken before one that came now: all of its own party, and of each other one as many
    /// as there are turns until then.
    pub(super) fn ahead_of(&self, party: &str) -> usize {
        let own = self.len_of(party);
        let others = self.lines.iter().filter(|(other, _)| &***other != party);
        own + others.map(|(_, line)| line.len().min(own + 1)).sum::<usize>()
    }

    /// Queues one behind those of its party.
    pub(super) fn push(&mut self, party: &Party, waiting: T) {
        self.line(party).push_back(waiting);
    }

    /// Puts one back that had been taken: it is the next again.
    pub(super) fn put_back(&mut self, party: &Party, waiting: T) {
        self.line(party).push_front(waiting);
        self.order.retain(|other| other != party);
        self.order.push_front(Arc::clone(party));
    }

    /// Takes the next; its party is the last to have another turn.
    pub(super) fn pop(&mut self) -> Option<T> {
        let party = self.order.pop_front()?;
        let line = self.lines.get_mut(&party)?;
        let taken = line.pop_front();
        self.len -= usize::from(taken.is_some());
        if line.is_empty() {
            self.lines.remove(&party);
        } else {
            self.order.push_back(party);
        }
        taken
    }

    /// Takes out of a party's line what is to go.
    pub(super) fn remove(&mut self, party: &Party, mut is_to_go: impl FnMut(&T) -> bool) {
        let Some(line) = self.lines.get_mut(party) else { return };
        let before = line.len();
        line.retain(|waiting| !is_to_go(waiting));
        self.len -= before - line.len();
        if line.is_empty() {
            self.lines.remove(party);
            self.order.retain(|other| other != party);
        }
    }

    /// Takes all.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(self).lines.into_values().flatten()
    }

    /// The line of a party, which is about to get one more.
    fn line(&mut self, party: &Party) -> &mut VecDeque<T> {
        self.len += 1;
        self.lines.entry(Arc::clone(party)).or_insert_with(|| {
            self.order.push_back(Arc::clone(party));
            VecDeque::new()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drained(turns: &mut Turns<u32>) -> Vec<u32> {
        std::iter::from_fn(|| turns.pop()).collect()
    }

    #[test]
    fn a_party_with_much_does_not_hold_up_one_with_little() {
        let (long, short): (Party, Party) = ("long".into(), "short".into());
        let mut turns = Turns::default();
        (0..50).for_each(|number| turns.push(&long, number));
        assert_eq!((turns.ahead_of("short"), turns.ahead_of("long")), (1, 50));
        turns.push(&short, 100);
        turns.push(&short, 101);
        assert_eq!((turns.len(), turns.len_of("short"), turns.ahead_of("third")), (52, 2, 2));
        let order = drained(&mut turns);
        assert_eq!(order[..6], [0, 100, 1, 101, 2, 3]);
        assert_eq!((order.len(), turns.len(), turns.parties().count()), (52, 0, 0));
    }

    #[test]
    fn what_is_put_back_is_the_next_again() {
        let (first, second): (Party, Party) = ("1".into(), "2".into());
        let mut turns = Turns::default();
        for number in 0..3 {
            turns.push(&first, number);
            turns.push(&second, 10 + number);
        }
        let (taken, other) = (turns.pop().unwrap(), turns.pop().unwrap());
        turns.put_back(&second, other);
        turns.put_back(&first, taken);
        assert_eq!(drained(&mut turns), [0, 10, 1, 11, 2, 12]);
        turns.put_back(&first, 7);
        assert_eq!(drained(&mut turns), [7]);
    }

    #[test]
    fn what_is_removed_is_not_counted_any_more() {
        let party: Party = "1".into();
        let mut turns = Turns::default();
        (0..4).for_each(|number| turns.push(&party, number));
        turns.remove(&party, |number| number % 2 == 0);
        assert_eq!((turns.len(), turns.len_of("1")), (2, 2));
        turns.remove(&party, |_| true);
        turns.remove(&party, |_| true);
        assert_eq!((turns.len(), turns.pop()), (0, None));
        turns.push(&party, 9);
        assert_eq!(turns.take_all().collect::<Vec<_>>(), [9]);
        assert_eq!(turns.len(), 0);
    }
}
