//! A simulated board that is put on and taken off, with its diagnostic firmware behind a pipe.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use device::{Board, BoardModel, Diagnostics, DiagnosticsOptions, FaultPlan, SeededRandomness};
use line::driver::{
    Delivery, Driver, DriverError, FoundPage, KeyOrigin, Presence,
    diag::{PipeEnd, Wire, WireSource, pipe},
};
use page::Catalogue;

use crate::suite::{ADDRESS, REGION_LEN, TrueFlash};

/// Where the application lies: around the page's region.
const APPLICATION: [u32; 2] = [ADDRESS - 4096, ADDRESS - 8192];
const APPLICATION_BYTES: [u8; 64] = [0xA5; 64];

pub(crate) fn model() -> Arc<BoardModel> {
    let model = BoardModel::find(Catalogue::built_in(), "nrf52840", Some("ncs")).unwrap();
    assert_eq!((model.site().address, model.site().region_len), (ADDRESS, REGION_LEN));
    model
}

/// A board with a blank page and an application.
pub(crate) fn new_board(chip_id: &str) -> Board {
    let mut board = Board::new(model(), chip_id);
    write_application(&mut board);
    board
}

pub(crate) fn write_application(board: &mut Board) {
    for address in APPLICATION {
        board.program(address, &APPLICATION_BYTES).unwrap();
    }
}

pub(crate) fn flash_of(board: &Board) -> TrueFlash {
    let is_there = |address: &u32| *board.read(*address, 64).unwrap() == APPLICATION_BYTES;
    TrueFlash {
        region: board.flash().region().to_vec(),
        is_application_whole: APPLICATION.iter().all(is_there)
            && board.flash().application_sectors().count() == APPLICATION.len(),
    }
}

/// A bench that holds one board at most. Clones are the same bench.
#[derive(Clone, Default)]
pub(crate) struct Bench(Arc<Mutex<Option<OnBench>>>);

struct OnBench {
    board: Board,
    diagnostics: Diagnostics,
    randomness: SeededRandomness,
    since: Instant,
}

impl Bench {
    pub(crate) fn put_on(&self, mut board: Board, options: DiagnosticsOptions, faults: FaultPlan) {
        board.set_faults(faults);
        *self.0.lock().unwrap() = Some(OnBench {
            board,
            diagnostics: Diagnostics::new(options),
            randomness: SeededRandomness::new(42),
            since: Instant::now(),
        });
    }

    pub(crate) fn take_off(&self) -> Option<Board> {
        self.0.lock().unwrap().take().map(|on_bench| on_bench.board)
    }

    pub(crate) fn with_board<T>(&self, work: impl FnOnce(&mut Board) -> T) -> Option<T> {
        self.0.lock().unwrap().as_mut().map(|on_bench| work(&mut on_bench.board))
    }

    pub(crate) fn feed(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut guard = self.0.lock().unwrap();
        let on_bench = guard.as_mut()?;
        let now = on_bench.since.elapsed();
        let OnBench { board, diagnostics, randomness, .. } = on_bench;
        Some(diagnostics.feed(bytes, now, board, randomness))
    }

    /// A wire to the board, which closes when it is taken off.
    pub(crate) fn source(&self) -> Box<dyn WireSource> {
        let bench = self.clone();
        let open = move || -> io::Result<Box<dyn Wire>> {
            if bench.0.lock().unwrap().is_none() {
                return Err(io::ErrorKind::NotFound.into());
            }
            let (near, far) = pipe();
            let bench = bench.clone();
            thread::spawn(move || serve(&bench, far));
            Ok(Box::new(near))
        };
        Box::new(("the bench".to_owned(), open))
    }
}

fn serve(bench: &Bench, mut wire: PipeEnd) {
    let mut buffer = [0; 256];
    loop {
        let Ok(len) = wire.receive(&mut buffer, Duration::from_millis(2)) else { return };
        let Some(said) = bench.feed(&buffer[..len]) else { return };
        // In small pieces, so that nothing depends on how answers are cut.
        if said.chunks(7).any(|piece| wire.send(piece).is_err()) {
            return;
        }
    }
}

/// Reads a bench's board as a programmer beside the serial port would.
pub(crate) struct BenchReader(pub(crate) Bench);

impl Driver for BenchReader {
    fn look(&mut self) -> Result<Presence, DriverError> {
        Ok(Presence::Anonymous)
    }

    fn key_origin(&self) -> KeyOrigin {
        KeyOrigin::Host
    }

    fn read_page(&mut self) -> Result<FoundPage, DriverError> {
        let image = self.0.with_board(|board| board.read(ADDRESS, REGION_LEN).unwrap());
        image
            .map(FoundPage::Bytes)
            .ok_or_else(|| DriverError::NoBoard { detail: "the bench is empty".to_owned() })
    }

    fn install(&mut self, _delivery: &Delivery<'_>) -> Result<(), DriverError> {
        Err(DriverError::Unsupported { what: "writing" })
    }
}

/// A thread that runs until this is dropped.
pub(crate) struct Background {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    pub(crate) fn run(work: impl FnOnce(&AtomicBool) + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        Self { stop, thread: Some(thread::spawn(move || work(&flag))) }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}
