//! A device that is slow on purpose does one thing after the other, and no faster.

use std::{
    thread,
    time::{Duration, Instant},
};

use soft_hsm::connector::{Backend, Connector, ConnectorOptions, Incoming, Outcome, Reply};
use yubihsm2::connector::DevicePresence;

use crate::client::Client;

const STEP: Duration = Duration::from_millis(5);

/// Takes 5 ms for each frame, one after the other.
struct Slow {
    busy_until: Option<Instant>,
}

impl Backend for Slow {
    fn exchange(&mut self, incoming: &Incoming<'_>) -> Outcome {
        let begun = self.busy_until.map_or(incoming.arrived, |until| until.max(incoming.arrived));
        self.busy_until = Some(begun + STEP);
        Outcome { reply: Reply::Answer(vec![0x81, 0, 0]), ready_at: self.busy_until }
    }

    fn presence(&mut self, _now: Instant) -> DevicePresence {
        DevicePresence::Present
    }
}

#[test]
fn no_answer_leaves_before_its_time() {
    let serving = Connector::bind(
        &"127.0.0.1:0".parse().unwrap(),
        ConnectorOptions::default(),
        Slow { busy_until: None },
    )
    .unwrap();
    let address = serving.local_addr();
    let began = Instant::now();
    let clients: Vec<_> = (0..4)
        .map(|_| {
            thread::spawn(move || {
                let mut client = Client::connect(address);
                for _ in 0..25 {
                    assert_eq!(client.exchange(&[1, 0, 0]).status, 200);
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    assert!(began.elapsed() >= 100 * STEP);
    assert!(serving.shutdown().is_some());
}

#[test]
fn a_shutdown_does_not_wait_for_a_slow_device() {
    struct Stuck;
    impl Backend for Stuck {
        fn exchange(&mut self, incoming: &Incoming<'_>) -> Outcome {
            let ready_at = Some(incoming.now + Duration::from_secs(3600));
            Outcome { reply: Reply::Answer(vec![0x81, 0, 0]), ready_at }
        }

        fn presence(&mut self, _now: Instant) -> DevicePresence {
            DevicePresence::Present
        }
    }
    let serving =
        Connector::bind(&"127.0.0.1:0".parse().unwrap(), ConnectorOptions::default(), Stuck)
            .unwrap();
    let mut client = Client::connect(serving.local_addr());
    client.send(crate::client::post(&[1, 0, 0]));
    // It returns within an hour, or the test's runner ends it.
    assert!(serving.shutdown().is_some());
}
