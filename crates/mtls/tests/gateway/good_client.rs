//! A good client on the side, who must not notice anything.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::stand::{Client, PATIENCE, Stand};

/// Asks without a pause on one connection; a failure of any request fails the test.
pub(crate) struct GoodClient {
    count: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl GoodClient {
    pub(crate) fn start(stand: &Stand) -> Self {
        let pair = stand.pki.line("good", 1000);
        let mut client: Client = stand.connect(Some(&pair)).expect("part of the stand");
        let (count, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let thread = thread::spawn({
            let (count, stop) = (Arc::clone(&count), Arc::clone(&stop));
            move || {
                while !stop.load(Ordering::Relaxed) {
                    let status = client.get("/connector/status").expect("it is served");
                    assert_eq!(status.status, 200, "{status:?}");
                    let frame = client.post(&[1, 0, 1, 7]).expect("it is served");
                    assert_eq!((frame.status, frame.body), (200, vec![1, 0, 1, 7]));
                    count.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(1));
                }
            }
        });
        let client = Self { count, stop, thread };
        // Until its certificate is verified it is a stranger among strangers.
        client.is_served();
        client
    }

    /// Whether it is served from here on too: waits for three more rounds.
    pub(crate) fn is_served(&self) {
        let (began, before) = (Instant::now(), self.count.load(Ordering::Relaxed));
        while self.count.load(Ordering::Relaxed) < before + 3 {
            assert!(began.elapsed() < PATIENCE && !self.thread.is_finished(), "it is not served");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The end; it was served throughout.
    pub(crate) fn finish(self) {
        self.is_served();
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("every request was answered");
    }
}
