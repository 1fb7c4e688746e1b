//! Where the PIN of an HSM comes from: a file, a descriptor, a prompt. Never the command line or the environment,
//! where every user of the machine can read it.

use std::path::PathBuf;

use clap::Args;
use durable::{Cause, DurableError};
use hsm::Pin;
use zeroize::Zeroizing;

use crate::{exit::Exit, failure::Failure, front::supervisor::is_credential};

/// The largest file that is read as a PIN, in bytes. A PIN has a few characters.
const PIN_FILE_LEN_BYTES_MAX: u64 = 4096;

/// The options of every command that opens a session.
#[derive(Args, Clone, Debug)]
pub(crate) struct PinArgs {
    /// The file that holds the PIN; without this and --pin-fd it is asked for
    ///
    /// A line end behind the PIN does not count. Keep the file readable by its owner only.
    #[arg(long, value_name = "FILE", conflicts_with = "pin_fd")]
    pin_file: Option<PathBuf>,
    /// The number of an open file descriptor that gives the PIN, such as 3 with `3<pin.txt`; not on Windows
    #[arg(long, value_name = "N")]
    pin_fd: Option<u32>,
}

impl PinArgs {
    /// Whether the command line says where the PIN is.
    pub(crate) const fn is_given(&self) -> bool {
        self.pin_file.is_some() || self.pin_fd.is_some()
    }

    /// Reads the PIN.
    pub(crate) fn read(&self) -> Result<Pin, Failure> {
        let bytes = match (&self.pin_file, self.pin_fd) {
            (Some(path), _) => return pin_of_file(path),
            (None, Some(number)) => from_descriptor(number)?,
            (None, None) => prompt()?,
        };
        pin(&bytes)
    }
}

/// Reads a PIN or password from a file.
pub(crate) fn pin_of_file(path: &std::path::Path) -> Result<Pin, Failure> {
    warn_if_others_can_read(path);
    pin(&Zeroizing::new(durable::read_bounded(path, PIN_FILE_LEN_BYTES_MAX)?))
}

/// A PIN from bytes, a line end behind it left out.
pub(crate) fn pin(bytes: &[u8]) -> Result<Pin, Failure> {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(Pin::new(&Zeroizing::new(line.to_vec()))?)
}

fn warn_if_others_can_read(path: &std::path::Path) {
    if is_credential(path) {
        return;
    }
    if let Err(DurableError { cause: Cause::OpenToOthers { .. }, .. }) =
        durable::refuse_open_to_others(path)
    {
        let path = path.display();
        crate::terminal::note(&format!(
            "warning: {path} can be read by others; `chmod 600 {path}` keeps the PIN to you"
        ));
    }
}

#[cfg(unix)]
fn from_descriptor(number: u32) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let path = PathBuf::from(format!("/dev/fd/{number}"));
    Ok(Zeroizing::new(durable::read_bounded(path, PIN_FILE_LEN_BYTES_MAX)?))
}

#[cfg(not(unix))]
fn from_descriptor(_number: u32) -> Result<Zeroizing<Vec<u8>>, Failure> {
    Err(Failure::new(Exit::Unsupported, "there are no numbered descriptors on this system")
        .hint("say --pin-file, or type the PIN when asked".to_owned()))
}

fn prompt() -> Result<Zeroizing<Vec<u8>>, Failure> {
    match rpassword::prompt_password("PIN: ") {
        Ok(pin) => Ok(Zeroizing::new(pin.into_bytes())),
        Err(_) => Err(Failure::new(Exit::Usage, "there is no terminal to ask for the PIN")
            .hint("say --pin-file FILE or --pin-fd N".to_owned())),
    }
}
