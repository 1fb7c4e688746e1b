//! One device at a time: whoever asks for a number that is in hand waits for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sidewalk::Smsn;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Which numbers are in hand.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<Smsn, Arc<Turn<()>>>>);

/// The right to work at a number.
pub(crate) struct InHand<'a> {
    turns: &'a Turns,
    smsn: Smsn,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits until nobody else works at this number.
    pub(crate) async fn take(&self, smsn: Smsn) -> InHand<'_> {
        let turn = Arc::clone(self.lock().entry(smsn).or_default());
        let guard = turn.lock_owned().await;
        InHand { turns: self, smsn, guard: Some(guard) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Smsn, Arc<Turn<()>>>> {
        // Nothing is half done under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        let mut turns = self.turns.lock();
        drop(self.guard.take());
        // The handle that is left is the table's: nobody waits. Whoever waits keeps the entry.
        if turns.get(&self.smsn).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            turns.remove(&self.smsn);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_number_is_in_one_hand_at_a_time_and_forgotten_after_the_last() {
        let (turns, inside) = (Arc::new(Turns::default()), Arc::new(AtomicU32::new(0)));
        let mut tasks = Vec::new();
        for number in 0..30 {
            let (turns, inside) = (Arc::clone(&turns), Arc::clone(&inside));
            tasks.push(tokio::spawn(async move {
                let smsn = Smsn::from_bytes([number % 2; 32]);
                let hand = turns.take(smsn).await;
                assert!(inside.fetch_add(1, Ordering::SeqCst) < 2, "two numbers, two hands");
                tokio::task::yield_now().await;
                inside.fetch_sub(1, Ordering::SeqCst);
                drop(hand);
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert!(turns.lock().is_empty());
    }
}
