//! A board's diagnostic firmware behind a pseudo-terminal, a TCP port, or any pair of streams.
//!
//! One client at a time; the board goes on between clients as a board on a desk does. Serving ends when the flag
//! that is passed in is set, at the next pause of a tenth of a second at most.

#[cfg(unix)]
mod pty;
mod stream;
mod tcp;

#[cfg(unix)]
use std::path::Path;
use std::{
    fmt, io,
    time::{Duration, Instant},
};

#[cfg(unix)]
pub use self::pty::{PseudoTerminal, serve_pty};
pub use self::{stream::serve_stream, tcp::serve_tcp};
use crate::{Board, Diagnostics, Randomness};

/// How long a server waits for bytes before it looks whether it should stop, or whether the board has something to
/// say.
const PAUSE: Duration = Duration::from_millis(20);

/// The most bytes that are read at once: a few lines.
const CHUNK_LEN_BYTES: usize = 1024;

/// A board, its firmware, and where its random numbers come from.
pub struct Bench {
    board: Board,
    diagnostics: Diagnostics,
    randomness: Box<dyn Randomness>,
    started: Instant,
}

/// What failed between a client and a board.
#[derive(Debug, thiserror::Error)]
#[error("failed to {action}: {cause}")]
pub struct ServeError {
    /// What was being done.
    pub action: String,
    /// The operating system's words.
    #[source]
    pub cause: io::Error,
}

impl ServeError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self.cause.kind() {
            io::ErrorKind::AddrInUse => Some("take another port, or port 0 for any".to_owned()),
            io::ErrorKind::AlreadyExists => {
                Some("remove what is there, or name another".to_owned())
            }
            _ => None,
        }
    }

    fn new(action: impl Into<String>, cause: io::Error) -> Self {
        Self { action: action.into(), cause }
    }

    #[cfg(unix)]
    fn at(action: &str, path: &Path, cause: io::Error) -> Self {
        Self::new(format!("{action} {}", path.display()), cause)
    }
}

impl Bench {
    /// Puts a board on the bench.
    pub fn new(board: Board, diagnostics: Diagnostics, randomness: Box<dyn Randomness>) -> Self {
        Self { board, diagnostics, randomness, started: Instant::now() }
    }

    /// Takes the board off.
    pub fn into_board(self) -> Board {
        self.board
    }

    /// Passes bytes to the firmware and returns what it says.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let now = self.started.elapsed();
        self.diagnostics.feed(bytes, now, &mut self.board, &mut *self.randomness)
    }
}

impl fmt::Debug for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bench").field("board", &self.board).finish_non_exhaustive()
    }
}

/// Whether a read only came to the end of its patience.
fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
