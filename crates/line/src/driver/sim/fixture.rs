//! A board in a fixture, and the wire to its diagnostic firmware.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use device::{Board, Diagnostics, DiagnosticsOptions, SeededRandomness};

use crate::driver::diag::{Wire, WireSource};

/// How often a board that is busy is looked at.
const POLL: Duration = Duration::from_millis(1);

/// A board, its firmware, and what it has said that nobody has read.
pub(super) struct Fixture {
    board: Option<Bench>,
    said: VecDeque<u8>,
}

struct Bench {
    board: Board,
    diagnostics: Diagnostics,
    randomness: SeededRandomness,
    since: Instant,
}

impl Fixture {
    pub(super) fn empty() -> Self {
        Self { board: None, said: VecDeque::new() }
    }

    pub(super) fn put_in(&mut self, board: Board, options: DiagnosticsOptions, seed: u64) {
        let diagnostics = Diagnostics::new(options);
        let randomness = SeededRandomness::new(seed);
        self.said.clear();
        self.board = Some(Bench { board, diagnostics, randomness, since: Instant::now() });
    }

    pub(super) fn take_out(&mut self) -> Option<Board> {
        self.board.take().map(|bench| bench.board)
    }

    pub(super) fn board_mut(&mut self) -> Option<&mut Board> {
        self.board.as_mut().map(|bench| &mut bench.board)
    }

    /// Gives bytes to the firmware, or none, and keeps what it says.
    fn feed(&mut self, bytes: &[u8]) -> io::Result<()> {
        let bench = self.board.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let now = bench.since.elapsed();
        let said = bench.diagnostics.feed(bytes, now, &mut bench.board, &mut bench.randomness);
        self.said.extend(said);
        Ok(())
    }
}

/// A fixture that the driver and the wire share.
#[derive(Clone)]
pub(super) struct SharedFixture(Arc<Mutex<Fixture>>);

impl SharedFixture {
    pub(super) fn new(fixture: Fixture) -> Self {
        Self(Arc::new(Mutex::new(fixture)))
    }

    /// Only the slot's own thread uses it, so a lock that is poisoned was left in order.
    pub(super) fn lock(&self) -> MutexGuard<'_, Fixture> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn source(&self, slot: u32) -> Box<dyn WireSource> {
        let fixture = self.clone();
        let open = move || -> io::Result<Box<dyn Wire>> {
            match fixture.lock().board {
                Some(_) => Ok(Box::new(FixtureWire(fixture.clone()))),
                None => Err(io::ErrorKind::NotFound.into()),
            }
        };
        Box::new((format!("slot {slot} of the tray"), open))
    }
}

/// The wire to whatever board is in the fixture.
struct FixtureWire(SharedFixture);

impl Wire for FixtureWire {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().feed(bytes)
    }

    fn receive(&mut self, buffer: &mut [u8], patience: Duration) -> io::Result<usize> {
        let deadline = Instant::now() + patience;
        loop {
            let mut fixture = self.0.lock();
            fixture.feed(&[])?;
            if !fixture.said.is_empty() || Instant::now() >= deadline {
                let len = buffer.len().min(fixture.said.len());
                for (place, byte) in buffer.iter_mut().zip(fixture.said.drain(..len)) {
                    *place = byte;
                }
                return Ok(len);
            }
            drop(fixture);
            thread::sleep(POLL.min(patience));
        }
    }
}
