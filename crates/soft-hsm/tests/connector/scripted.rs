//! A backend that does as it is told.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use soft_hsm::connector::{
    Backend, Connector, ConnectorOptions, Incoming, ListenAddress, Outcome, Reply, Serving,
};
use yubihsm2::connector::DevicePresence;

/// Answers every frame with itself, its first bit set, and remembers it.
#[derive(Clone, Default)]
pub(crate) struct Echo {
    pub(crate) is_absent: Arc<AtomicBool>,
    pub(crate) hangs_up: Arc<AtomicBool>,
    pub(crate) frames: Arc<Mutex<Vec<Vec<u8>>>>,
    /// How many frames have come as far as the gate.
    pub(crate) arrived: Arc<AtomicUsize>,
    /// A frame is taken up only when nobody else holds this.
    pub(crate) gate: Arc<Mutex<()>>,
}

impl Backend for Echo {
    fn exchange(&mut self, incoming: &Incoming<'_>) -> Outcome {
        self.arrived.fetch_add(1, Ordering::Relaxed);
        let _passed = self.gate.lock().unwrap();
        self.frames.lock().unwrap().push(incoming.frame.to_vec());
        let mut answer = incoming.frame.to_vec();
        answer[0] |= 0x80;
        if self.is_absent.load(Ordering::Relaxed) {
            Reply::NoDevice.into()
        } else if self.hangs_up.load(Ordering::Relaxed) {
            Reply::HangUp.into()
        } else {
            Reply::Answer(answer).into()
        }
    }

    fn presence(&mut self, _now: Instant) -> DevicePresence {
        match self.is_absent.load(Ordering::Relaxed) {
            true => DevicePresence::Absent,
            false => DevicePresence::Present,
        }
    }
}

/// A connector at work until it is dropped.
pub(crate) struct Scene {
    pub(crate) echo: Echo,
    pub(crate) address: SocketAddr,
    pub(crate) serving: Serving<Echo>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(ConnectorOptions::default())
    }

    pub(crate) fn with(options: ConnectorOptions) -> Self {
        let echo = Echo::default();
        let listen: ListenAddress = "127.0.0.1:0".parse().unwrap();
        let serving = Connector::bind(&listen, options, echo.clone()).unwrap();
        Self { echo, address: serving.local_addr(), serving }
    }
}
