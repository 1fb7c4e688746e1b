//! The screen at work: a listener that changes the model, a thread that draws it, and one that reads keys.

use std::{
    io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use line::{
    Control, Pace, StopReason,
    event::{Event, Listeners},
    serials::Serials,
};
use ratatui::crossterm::event::{self, Event as TerminalEvent};

use super::{
    Model, Say,
    draw::draw,
    keys::{Keyboard, Wish},
    last_words::last_words,
    scan_field::ScanField,
    tty::{self, Tty},
};
use crate::{exit::Exit, failure::Failure, terminal};

/// The least time between two frames: ten a second are more than anybody reads.
const FRAME_PAUSE: Duration = Duration::from_millis(100);

/// How often rates and times are drawn although nothing happened.
const TICK: Duration = Duration::from_secs(1);

/// How long the keyboard is waited for before the thread looks whether the line has ended.
const KEY_PAUSE: Duration = Duration::from_millis(200);

/// The screen of one run. Until it is shown, and after a panic has taken the terminal away, events are told in sentences.
pub(crate) struct Screen {
    say: Say,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// What keys can reach.
pub(crate) struct Reach {
    /// The line's switch.
    pub(crate) control: Arc<Control>,
    /// Where scans go.
    pub(crate) serials: Arc<Serials>,
    /// Who is told of a pause.
    pub(crate) listeners: Listeners,
}

struct Shared {
    board: Mutex<Board>,
    changed: Condvar,
    /// The terminal is ours. Not in the mutex: a panic hook must not wait for whoever panicked.
    is_shown: Arc<AtomicBool>,
}

struct Board {
    model: Model,
    is_changed: bool,
    is_closing: bool,
}

impl Screen {
    /// A screen that is not shown yet. `say` is for events that are not shown, and for what stays after it.
    pub(crate) fn new(line: &str, say: Say) -> Self {
        let board = Board { model: Model::new(line, say), is_changed: true, is_closing: false };
        let shared =
            Shared { board: Mutex::new(board), changed: Condvar::new(), is_shown: Arc::default() };
        Self { say, shared: Arc::new(shared), threads: Vec::new() }
    }

    /// Hears what happens on the line. It takes a few microseconds and never waits for the terminal.
    pub(crate) fn listener(&self) -> impl Fn(&Event) + Send + Sync + 'static {
        let (shared, say) = (Arc::clone(&self.shared), self.say);
        move |event| {
            shared.change(|model| model.apply(event, Instant::now()));
            if !shared.is_shown()
                && let Some(sentence) = say(event)
            {
                terminal::note(&sentence);
            }
        }
    }

    /// Takes the terminal and shows the line until this is dropped.
    pub(crate) fn show(&mut self, reach: Reach) -> Result<(), Failure> {
        let is_scanned = reach.serials.is_scanned();
        self.shared.change(|model| model.scan = is_scanned.then(ScanField::default));
        let terminal = tty::take(&self.shared.is_shown).map_err(failed)?;
        let (shared, control) = (Arc::clone(&self.shared), Arc::clone(&reach.control));
        self.spawn("screen", move || shared.draw_until_closed(terminal, &control))?;
        let shared = Arc::clone(&self.shared);
        self.spawn("keyboard", move || shared.read_keys(&reach, Keyboard::new(is_scanned)))
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work).map_err(failed)?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Drop for Screen {
    /// Gives the terminal back and tells in plain lines what must not be lost with the screen.
    fn drop(&mut self) {
        self.shared.lock().is_closing = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has told so and given the terminal back.
            let _panicked = thread.join();
        }
        if tty::give_back(&self.shared.is_shown) {
            for words in last_words(&self.shared.lock().model) {
                terminal::note(&words);
            }
        }
    }
}

impl Shared {
    fn change(&self, change: impl FnOnce(&mut Model)) {
        let mut board = self.lock();
        change(&mut board.model);
        board.is_changed = true;
        drop(board);
        self.changed.notify_all();
    }

    fn draw_until_closed(&self, mut terminal: Tty, control: &Control) {
        while let Some(model) = self.next(control) {
            // The copy is drawn: a terminal on a slow network must not hold up the line's events.
            let drawn = terminal.draw(|frame| draw(frame, &model, Instant::now()));
            if drawn.is_err() {
                // The terminal is gone; what happens from now on is told to whatever stderr is.
                tty::give_back(&self.is_shown);
                return;
            }
            thread::sleep(FRAME_PAUSE);
        }
    }

    /// Waits for a change or the next tick and copies the model; `None` once the screen is over.
    fn next(&self, control: &Control) -> Option<Model> {
        let quiet = |board: &mut Board| !board.is_changed && !board.is_closing;
        let waited = self.changed.wait_timeout_while(self.lock(), TICK, quiet);
        let mut board = waited.unwrap_or_else(PoisonError::into_inner).0;
        if board.is_closing || !self.is_shown() {
            return None;
        }
        board.is_changed = false;
        board.model.look_at(control);
        Some(board.model.clone())
    }

    fn read_keys(&self, reach: &Reach, mut keyboard: Keyboard) {
        let mut has_asked_to_stop = false;
        while self.is_shown() && !self.lock().is_closing {
            match event::poll(KEY_PAUSE) {
                Ok(true) => {}
                Ok(false) => continue,
                // A keyboard that is gone: the line goes on, and signals still end it.
                Err(_) => return,
            }
            let wish = match event::read() {
                Ok(TerminalEvent::Key(key)) => keyboard.press(key, Instant::now()),
                Ok(_) => {
                    self.change(|_| ());
                    None
                }
                Err(_) => return,
            };
            match wish {
                None => {}
                Some(Wish::Pause) => reach.pause_or_resume(),
                Some(Wish::Stop) => reach.stop(std::mem::replace(&mut has_asked_to_stop, true)),
                Some(Wish::Details) => self.change(Model::turn_page),
                Some(Wish::Typed) => self.show_scan(|scan| scan.show_typed(keyboard.typed())),
                Some(Wish::Scan(text)) => {
                    let answer = reach.serials.scanned(&text);
                    self.show_scan(|scan| scan.show_answer(answer));
                }
            }
            // The switch may have been turned.
            self.change(|_| ());
        }
    }

    fn show_scan(&self, show: impl FnOnce(&mut ScanField)) {
        self.change(|model| {
            if let Some(scan) = &mut model.scan {
                show(scan);
            }
        });
    }

    fn is_shown(&self) -> bool {
        self.is_shown.load(Ordering::SeqCst)
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        // What a thread that panicked left is at worst an old picture.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reach {
    fn pause_or_resume(&self) {
        if self.control.pace() == Pace::Paused {
            if self.control.resume() {
                self.listeners.tell(&Event::Resumed);
            }
        } else if self.control.pause() {
            self.listeners.tell(&Event::Paused { why: None });
        }
    }

    /// The first time the boards in hand are finished, the second time they are left.
    fn stop(&self, is_again: bool) {
        if is_again {
            self.control.abort(StopReason::Asked);
        } else if self.control.stop(StopReason::Asked) {
            self.listeners.tell(&Event::Stopping { why: "asked for at the keyboard".to_owned() });
        }
    }
}

fn failed(error: io::Error) -> Failure {
    Failure::new(Exit::Io, format!("failed to show the screen: {error}"))
        .hint("--plain needs no screen".to_owned())
}
