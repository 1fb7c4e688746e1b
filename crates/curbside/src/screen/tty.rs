//! The terminal, taken over and given back.

use std::{
    io::{self, BufWriter, Stderr},
    panic,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use ratatui::{
    Terminal,
    backend::CrosstermBackend,
    crossterm::{
        cursor::Show,
        execute,
        terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
    },
};

/// A terminal in our hands. It is stderr: what a program reads from stdout stays clean.
pub(super) type Tty = Terminal<CrosstermBackend<BufWriter<Stderr>>>;

/// How much is written at once: a full screen of 64 slots with its colours.
const WRITE_LEN_BYTES: usize = 64 * 1024;

/// Takes the terminal over. `is_shown` says from now on that it is ours.
///
/// A panic, of whichever thread, gives it back first, so that its message can be read. A signal ends the line in an orderly
/// way, and the line's end gives it back. After a SIGKILL `reset` is needed.
pub(super) fn take(is_shown: &Arc<AtomicBool>) -> io::Result<Tty> {
    enable_raw_mode()?;
    is_shown.store(true, Ordering::SeqCst);
    give_back_on_panic(Arc::clone(is_shown));
    let taken = execute!(io::stderr(), EnterAlternateScreen).and_then(|()| {
        let writer = BufWriter::with_capacity(WRITE_LEN_BYTES, io::stderr());
        let mut terminal = Terminal::new(CrosstermBackend::new(writer))?;
        terminal.hide_cursor()?;
        terminal.clear()?;
        Ok(terminal)
    });
    if taken.is_err() {
        give_back(is_shown);
    }
    taken
}

/// Gives the terminal back; says whether it was still ours.
pub(super) fn give_back(is_shown: &AtomicBool) -> bool {
    let was_shown = is_shown.swap(false, Ordering::SeqCst);
    if was_shown {
        // A terminal that is gone needs nothing.
        let _gone = disable_raw_mode();
        let _gone = execute!(io::stderr(), LeaveAlternateScreen, Show);
    }
    was_shown
}

fn give_back_on_panic(is_shown: Arc<AtomicBool>) {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panicked| {
        give_back(&is_shown);
        before(panicked);
    }));
}
