//! The one place that prints: data to stdout, everything else to stderr.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use serde::Serialize;

use crate::{exit::Exit, failure::Failure};

/// Writes data to stdout. A reader that closed the pipe early, as `head` does, is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut output = Output::new();
    output.print(text)?;
    output.finish()
}

/// Writes a value as indented JSON and a newline to stdout.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(value).map_err(json_failed)?;
    text.push('\n');
    print(&text)
}

/// Tells the person something that is not data. Losing it is no failure.
pub(crate) fn note(text: &str) {
    let _lost = writeln!(io::stderr().lock(), "{text}");
}

/// Whether a person reads stdout, as opposed to a file or a program.
pub(crate) fn is_person_at_stdout() -> bool {
    io::stdout().is_terminal()
}

/// Data on stdout that comes bit by bit.
pub(crate) struct Output {
    stdout: BufWriter<Stdout>,
    /// The reader has closed the pipe: what is written from now on is not wanted.
    is_closed: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { stdout: BufWriter::new(io::stdout()), is_closed: false }
    }

    pub(crate) fn print(&mut self, text: &str) -> Result<(), Failure> {
        let written = if self.is_closed { Ok(()) } else { self.stdout.write_all(text.as_bytes()) };
        self.settle(written)
    }

    /// Writes a value as JSON on one line.
    pub(crate) fn print_json_line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let mut text = serde_json::to_string(value).map_err(json_failed)?;
        text.push('\n');
        self.print(&text)
    }

    /// Passes on what was written so far.
    pub(crate) fn pass_on(&mut self) -> Result<(), Failure> {
        let flushed = if self.is_closed { Ok(()) } else { self.stdout.flush() };
        self.settle(flushed)
    }

    /// Makes sure that everything arrived.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.pass_on()
    }

    fn settle(&mut self, result: io::Result<()>) -> Result<(), Failure> {
        match result {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            Err(error) => {
                Err(Failure::new(Exit::Io, format!("failed to write to stdout: {error}")).hint(
                    (error.kind() == io::ErrorKind::StorageFull).then(|| {
                        "free some space where stdout is redirected to, and try again".to_owned()
                    }),
                ))
            }
        }
    }
}

/// For libraries that write rows by themselves.
impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(bytes.len());
        }
        match self.stdout.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(bytes.len())
            }
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_closed { Ok(()) } else { self.stdout.flush() }
    }
}

fn json_failed(error: serde_json::Error) -> Failure {
    Failure::new(Exit::Defect, format!("failed to write JSON: {error}"))
}
