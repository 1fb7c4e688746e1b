//! A source that refuses to give more than its allowance, for readers that would gather without end.

use std::io::{self, Read};

/// Passes bytes through until the allowance is used up.
#[derive(Debug)]
pub(crate) struct Bounded<R> {
    source: R,
    allowance_bytes: usize,
    is_exhausted: bool,
}

impl<R> Bounded<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, allowance_bytes: 0, is_exhausted: false }
    }

    /// Allows so many more bytes from now on.
    pub(crate) fn allow(&mut self, allowance_bytes: usize) {
        self.allowance_bytes = allowance_bytes;
    }

    /// Whether a read was refused.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.allowance_bytes == 0 && !buffer.is_empty() {
            self.is_exhausted = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let len = buffer.len().min(self.allowance_bytes);
        let read = self.source.read(&mut buffer[..len])?;
        self.allowance_bytes -= read;
        Ok(read)
    }
}
