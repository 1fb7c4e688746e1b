//! A fixture whose boards a test puts in, takes out and looks at.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
};

use line::driver::{Delivery, Driver, DriverError, FoundPage, KeyOrigin, Presence};
use page::Image;

/// The size of the page's region on an nRF52840.
pub(crate) const REGION_LEN: usize = 4096;

/// A board: a chip and the flash where its page belongs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct TestBoard {
    pub(crate) chip: String,
    pub(crate) region: Vec<u8>,
}

impl TestBoard {
    /// A board that nobody has written to.
    pub(crate) fn new(chip: &str) -> Self {
        Self { chip: chip.to_owned(), region: vec![0xFF; REGION_LEN] }
    }
}

/// What a test does to a board while the line works on it.
pub(crate) type Meddle = Box<dyn FnMut(Call, &mut Fixture) -> Result<(), DriverError> + Send>;

/// A call of the line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Call {
    Look,
    Read,
    Install,
}

/// What is in a fixture, and what was.
#[derive(Default)]
pub(crate) struct Fixture {
    pub(crate) waiting: VecDeque<TestBoard>,
    pub(crate) board: Option<TestBoard>,
    pub(crate) out: Vec<TestBoard>,
    pub(crate) installs: u32,
}

/// A fixture, shared by the line and the test.
#[derive(Clone, Default)]
pub(crate) struct Rig {
    fixture: Arc<Mutex<Fixture>>,
    meddle: Arc<Mutex<Option<Meddle>>>,
    is_anonymous: bool,
}

impl Rig {
    /// A fixture into which these boards come, one after the other.
    pub(crate) fn of(boards: impl IntoIterator<Item = TestBoard>) -> Self {
        let rig = Self::default();
        rig.fixture().waiting.extend(boards);
        rig
    }

    /// The same where nothing tells one board from another.
    pub(crate) fn anonymous(self) -> Self {
        Self { is_anonymous: true, ..self }
    }

    /// Lets something happen before each call.
    pub(crate) fn meddling(
        self,
        meddle: impl FnMut(Call, &mut Fixture) -> Result<(), DriverError> + Send + 'static,
    ) -> Self {
        *self.meddle.lock().unwrap() = Some(Box::new(meddle));
        self
    }

    pub(crate) fn fixture(&self) -> MutexGuard<'_, Fixture> {
        self.fixture.lock().unwrap()
    }

    /// Whether every board has left. A fixture that somebody is busy with is not done.
    pub(crate) fn is_done(&self) -> bool {
        self.fixture
            .try_lock()
            .is_ok_and(|fixture| fixture.waiting.is_empty() && fixture.board.is_none())
    }

    /// The boards that the line let go of, in order.
    pub(crate) fn out(&self) -> Vec<TestBoard> {
        self.fixture().out.clone()
    }

    fn happens(&self, call: Call) -> Result<(), DriverError> {
        match &mut *self.meddle.lock().unwrap() {
            Some(meddle) => meddle(call, &mut self.fixture()),
            None => Ok(()),
        }
    }
}

impl Driver for Rig {
    fn look(&mut self) -> Result<Presence, DriverError> {
        self.happens(Call::Look)?;
        let mut fixture = self.fixture();
        if fixture.board.is_none() {
            fixture.board = fixture.waiting.pop_front();
        }
        Ok(match &fixture.board {
            Some(_) if self.is_anonymous => Presence::Anonymous,
            Some(board) => Presence::Board(board.chip.parse().unwrap()),
            None => Presence::Empty,
        })
    }

    fn key_origin(&self) -> KeyOrigin {
        KeyOrigin::Host
    }

    fn read_page(&mut self) -> Result<FoundPage, DriverError> {
        self.happens(Call::Read)?;
        match &self.fixture().board {
            Some(board) => Ok(FoundPage::Bytes(Image::from(board.region.clone()))),
            None => Err(gone()),
        }
    }

    fn install(&mut self, delivery: &Delivery<'_>) -> Result<(), DriverError> {
        self.happens(Call::Install)?;
        let Delivery::Page { image, .. } = delivery else {
            return Err(DriverError::Unsupported { what: "chains" });
        };
        let mut fixture = self.fixture();
        fixture.installs += 1;
        let board = fixture.board.as_mut().ok_or_else(gone)?;
        board.region = vec![0xFF; REGION_LEN];
        board.region[..image.len()].copy_from_slice(image);
        Ok(())
    }

    fn let_go(&mut self) -> Result<(), DriverError> {
        let mut fixture = self.fixture();
        let board = fixture.board.take();
        fixture.out.extend(board);
        Ok(())
    }
}

/// What a driver says of a board that was pulled out.
pub(crate) fn gone() -> DriverError {
    DriverError::NoBoard { detail: "pulled out".to_owned() }
}
