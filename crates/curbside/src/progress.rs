//! A progress bar on stderr, for a person who has waited for a second already.

use std::{
    io::{self, IsTerminal, Read},
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Whatever is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// How much is done. Clones share one bar; the last to go takes it off the screen.
#[derive(Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    /// Somebody may be waiting in front of it.
    is_watched: bool,
    is_shown: Arc<AtomicBool>,
}

impl Progress {
    /// A bar over `total_len_bytes`, or one that only counts where the total is not known.
    pub(crate) fn of_bytes(what: &str, total_len_bytes: Option<u64>) -> Self {
        let template = match total_len_bytes {
            Some(_) => "{msg} {wide_bar} {percent:>3} %, {binary_bytes_per_sec}, {eta} left",
            None => "{msg} {spinner} {binary_bytes}, {binary_bytes_per_sec}",
        };
        Self::new(what, total_len_bytes, template)
    }

    fn new(what: &str, total: Option<u64>, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what.to_owned());
        let is_watched = io::stderr().is_terminal();
        Self { bar, started: Instant::now(), is_watched, is_shown: Arc::default() }
    }

    /// A bar over so many things.
    pub(crate) fn of_items(what: &str, total: u64) -> Self {
        let template = "{msg} {wide_bar} {pos} of {len}, {per_sec}, {eta} left";
        Self::new(what, Some(total), template)
    }

    /// Counts what is read from `source`.
    pub(crate) fn reading<R>(&self, source: R) -> Counted<R> {
        Counted { source, progress: self.clone() }
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Tells a person something beside the bar.
    pub(crate) fn suspend(&self, tell: impl FnOnce()) {
        self.bar.suspend(tell);
    }

    /// Counts so many bytes or things more.
    pub(crate) fn advance(&self, count: u64) {
        if !self.is_watched {
            return;
        }
        self.bar.inc(count);
        let is_due = self.started.elapsed() >= PATIENCE;
        if is_due && !self.is_shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

/// A source whose bytes are counted.
pub(crate) struct Counted<R> {
    source: R,
    progress: Progress,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len_bytes = self.source.read(buffer)?;
        self.progress.advance(len_bytes as u64);
        Ok(len_bytes)
    }
}
