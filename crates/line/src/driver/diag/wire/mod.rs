//! Streams of bytes to a board: a serial port, a TCP connection, a program's standard streams, a pipe in memory.

mod pipe;
mod program;
mod serial;
mod tcp;

use std::{io, time::Duration};

pub use self::{
    pipe::{PipeEnd, pipe},
    program::ProgramSource,
    serial::SerialSource,
    tcp::TcpSource,
};

/// An open stream to a board.
pub trait Wire: Send {
    /// Sends all of it.
    ///
    /// # Errors
    ///
    /// The stream is closed, or does not take the bytes within a second.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Waits until something comes, and returns how much of it is in the buffer. Zero means that nothing came within
    /// `patience`.
    ///
    /// # Errors
    ///
    /// The stream is closed.
    fn receive(&mut self, buffer: &mut [u8], patience: Duration) -> io::Result<usize>;
}

/// Opens a stream to a board, and opens it again after it broke: a board that is pulled out may take its port along.
pub trait WireSource: Send {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] or [`io::ErrorKind::ConnectionRefused`] where nothing is there, which is no fault;
    /// anything else is.
    fn open(&mut self) -> io::Result<Box<dyn Wire>>;

    /// What it is, for messages.
    fn name(&self) -> String;
}

impl<Open> WireSource for (String, Open)
where
    Open: FnMut() -> io::Result<Box<dyn Wire>> + Send,
{
    fn open(&mut self) -> io::Result<Box<dyn Wire>> {
        (self.1)()
    }

    fn name(&self) -> String {
        self.0.clone()
    }
}

/// How long a stream may take to accept bytes. The longest command is 160 characters, 14 ms at 115200 baud.
const SEND_PATIENCE: Duration = Duration::from_secs(1);

/// Some systems take a timeout of zero for none at all.
const PATIENCE_MIN: Duration = Duration::from_millis(1);

/// Turns a stream's own way to say that nothing came into zero.
fn silence_as_zero(result: io::Result<usize>) -> io::Result<usize> {
    match result {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
            ) =>
        {
            Ok(0)
        }
        result => result,
    }
}
