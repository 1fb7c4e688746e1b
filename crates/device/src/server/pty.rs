//! A board behind a pseudo-terminal, which a station opens as it opens a serial port.

use std::{
    fs::File,
    io,
    os::{
        fd::AsFd,
        unix::fs::{FileTypeExt, MetadataExt},
    },
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use serial2::SerialPort;

use super::{Bench, PAUSE, ServeError, serve_stream};

/// A pseudo-terminal and, where one was asked for, a link of a name that does not change. The link is removed when
/// this is dropped.
#[derive(Debug)]
pub struct PseudoTerminal {
    board_end: SerialPort,
    /// Open as long as the terminal is: the board's end would fail whenever no client has this one open.
    _client_end: SerialPort,
    path: PathBuf,
    link: Option<PathBuf>,
}

impl PseudoTerminal {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// [`ServeError`]; something else has the link's name.
    pub fn open(link: Option<&Path>) -> Result<Self, ServeError> {
        let failed = |error| ServeError::new("make a pseudo-terminal", error);
        let (mut board_end, client_end) = SerialPort::pair().map_err(failed)?;
        board_end.set_read_timeout(PAUSE).map_err(failed)?;
        board_end.set_write_timeout(PAUSE).map_err(failed)?;
        let path = name_of(&client_end)
            .map_err(|error| ServeError::new("find the name of a pseudo-terminal", error))?;
        if let Some(link) = link {
            remove_dead_link(link);
            std::os::unix::fs::symlink(&path, link)
                .map_err(|error| ServeError::at("make the link", link, error))?;
        }
        let link = link.map(Path::to_owned);
        Ok(Self { board_end, _client_end: client_end, path, link })
    }

    /// What a client opens.
    pub fn path(&self) -> &Path {
        self.link.as_deref().unwrap_or(&self.path)
    }
}

impl Drop for PseudoTerminal {
    fn drop(&mut self) {
        if let Some(link) = &self.link {
            // Nobody is left to be told.
            let _left = std::fs::remove_file(link);
        }
    }
}

/// Serves whoever opens the terminal until `stop` is set. On a serial line nobody hangs up: the next client goes on
/// where the last one stopped.
///
/// # Errors
///
/// [`ServeError`].
pub fn serve_pty(
    bench: &mut Bench,
    terminal: &PseudoTerminal,
    stop: &AtomicBool,
) -> Result<(), ServeError> {
    let port = &terminal.board_end;
    serve_stream(bench, Port(port), Port(port), stop)
}

/// Reads and writes through a shared reference.
struct Port<'a>(&'a SerialPort);

impl io::Read for Port<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl io::Write for Port<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    /// What is written is with the client's end at once; waiting for it to be read could take for ever.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal among the devices: the one with the same device number.
fn name_of(port: &SerialPort) -> io::Result<PathBuf> {
    let wanted = File::from(port.as_fd().try_clone_to_owned()?).metadata()?.rdev();
    for directory in ["/dev/pts", "/dev"] {
        let Ok(entries) = std::fs::read_dir(directory) else { continue };
        for entry in entries.flatten() {
            let is_it = entry.metadata().is_ok_and(|metadata| {
                metadata.file_type().is_char_device() && metadata.rdev() == wanted
            });
            if is_it {
                return Ok(entry.path());
            }
        }
    }
    Err(io::Error::from(io::ErrorKind::NotFound))
}

/// A server that was killed leaves a link to a terminal that is gone.
fn remove_dead_link(link: &Path) {
    if link.is_symlink() && !link.exists() {
        let _left = std::fs::remove_file(link);
    }
}
