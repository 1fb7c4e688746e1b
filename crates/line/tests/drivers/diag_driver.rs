//! Diagnostic firmware over a pipe and over a pseudo-terminal, quiet and noisy.

use std::time::Duration;

use device::{Board, DiagnosticsOptions, FaultPlan, Noise, Shell};
use line::driver::{
    Driver,
    diag::{ChipCommand, DiagDriver, DiagSettings},
};

use crate::{
    bench::{Bench, BenchReader, flash_of, new_board},
    suite::{Harness, TrueFlash, suite},
};

/// Settings for boards that answer at once.
pub(crate) fn quick(chip: Option<ChipCommand>) -> DiagSettings {
    DiagSettings {
        chip,
        look_patience: Duration::from_millis(300),
        quiet: Duration::from_millis(20),
        ..DiagSettings::default()
    }
}

pub(crate) fn chip_command() -> ChipCommand {
    ChipCommand::new("print chipid", r"chipid (?<chip>[0-9a-f]{16})\b").unwrap()
}

fn noisy(shell: Shell) -> DiagnosticsOptions {
    DiagnosticsOptions {
        colours: true,
        noise: Noise { log_millionths: 300_000, garbage_millionths: 50_000, seed: 5 },
        csr_time: Duration::from_millis(30),
        store_time: Duration::from_millis(80),
        ..DiagnosticsOptions::of(shell)
    }
}

struct Pipe {
    bench: Bench,
    driver: DiagDriver,
    options: DiagnosticsOptions,
    boards: u64,
    names_boards: bool,
}

impl Pipe {
    fn new(options: DiagnosticsOptions, chip: Option<ChipCommand>) -> Self {
        let bench = Bench::default();
        let names_boards = chip.is_some();
        let driver = DiagDriver::new(bench.source(), quick(chip))
            .with_reader(Box::new(BenchReader(bench.clone())));
        Self { bench, driver, options, boards: 0, names_boards }
    }
}

impl Harness for Pipe {
    fn driver(&mut self) -> &mut dyn Driver {
        &mut self.driver
    }

    fn place_board(&mut self) {
        self.boards += 1;
        let board = new_board(&format!("{:016x}", self.boards));
        self.bench.put_on(board, self.options.clone(), FaultPlan::none());
    }

    fn remove_board(&mut self) {
        self.bench.take_off();
    }

    fn true_flash(&mut self) -> TrueFlash {
        flash_of(&self.bench.take_off().unwrap())
    }

    fn names_boards(&self) -> bool {
        self.names_boards
    }
}

mod nordic_over_a_pipe {
    use super::*;
    suite!(Pipe::new(DiagnosticsOptions::of(Shell::Nordic), Some(chip_command())));
}

mod amazon_over_a_pipe_without_a_chip_command {
    use super::*;
    suite!(Pipe::new(DiagnosticsOptions::of(Shell::Amazon), None));
}

mod amazon_over_a_noisy_pipe {
    use super::*;
    suite!(Pipe::new(noisy(Shell::Amazon), Some(chip_command())));
}

#[cfg(unix)]
mod over_a_terminal {
    use std::{
        path::PathBuf,
        sync::{
            Arc, Mutex,
            atomic::{AtomicBool, Ordering},
        },
        thread::{self, JoinHandle},
    };

    use device::{
        Diagnostics, SeededRandomness,
        server::{Bench as ServedBench, PseudoTerminal, serve_pty},
    };
    use line::driver::diag::SerialSource;

    use super::*;

    /// A board behind a pseudo-terminal. The terminal stays when the board is gone, as a USB adapter does.
    struct Terminal {
        terminal: Arc<Mutex<PseudoTerminal>>,
        served: Option<(Arc<AtomicBool>, JoinHandle<Board>)>,
        driver: DiagDriver,
        options: DiagnosticsOptions,
        boards: u64,
    }

    impl Terminal {
        fn new(options: DiagnosticsOptions) -> Self {
            let terminal = PseudoTerminal::open(None).unwrap();
            let path = PathBuf::from(terminal.path());
            let source = SerialSource { path, baud: 115_200 };
            let driver = DiagDriver::new(Box::new(source), quick(Some(chip_command())));
            let terminal = Arc::new(Mutex::new(terminal));
            Self { terminal, served: None, driver, options, boards: 0 }
        }

        fn take_off(&mut self) -> Option<Board> {
            let (stop, thread) = self.served.take()?;
            stop.store(true, Ordering::Relaxed);
            thread.join().ok()
        }
    }

    impl Drop for Terminal {
        fn drop(&mut self) {
            let _board = self.take_off();
        }
    }

    impl Harness for Terminal {
        fn driver(&mut self) -> &mut dyn Driver {
            &mut self.driver
        }

        fn place_board(&mut self) {
            self.boards += 1;
            let board = new_board(&format!("{:016x}", self.boards));
            let diagnostics = Diagnostics::new(self.options.clone());
            let randomness = Box::new(SeededRandomness::new(self.boards));
            let mut bench = ServedBench::new(board, diagnostics, randomness);
            let stop = Arc::new(AtomicBool::new(false));
            let (flag, terminal) = (Arc::clone(&stop), Arc::clone(&self.terminal));
            let thread = thread::spawn(move || {
                let terminal = terminal.lock().unwrap();
                serve_pty(&mut bench, &terminal, &flag).unwrap();
                bench.into_board()
            });
            self.served = Some((stop, thread));
        }

        fn remove_board(&mut self) {
            self.take_off();
        }

        fn true_flash(&mut self) -> TrueFlash {
            flash_of(&self.take_off().unwrap())
        }

        fn reads_blank(&self) -> bool {
            false
        }

        fn reads_installed(&self) -> bool {
            false
        }
    }

    mod quiet {
        use super::*;
        suite!(Terminal::new(DiagnosticsOptions::of(Shell::Nordic)));
    }

    mod noisy_in_colour {
        use super::*;
        suite!(Terminal::new(noisy(Shell::Nordic)));
    }
}
