//! Where the passphrase of the authority's key comes from: a file, a descriptor, a prompt. Never the command line or the
//! environment.

use std::path::{Path, PathBuf};

use clap::Args;
use durable::{Cause, DurableError};
use mtls::authority::{AuthorityError, Passphrase};
use zeroize::Zeroizing;

use crate::{exit::Exit, failure::Failure, terminal};

/// The largest file that is read as a passphrase, in bytes.
const FILE_LEN_BYTES_MAX: u64 = 4096;

/// The options of every command that needs the authority's key.
#[derive(Args, Clone, Debug)]
pub(crate) struct PassphraseArgs {
    /// The file that holds the passphrase of the authority's key; without this it is asked for
    ///
    /// A line end behind it does not count. Keep the file readable by its owner only, and off line PCs and signing servers.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The number of an open file descriptor that gives it, such as 3 with `3<passphrase.txt`; not on Windows
    #[arg(long, value_name = "N", conflicts_with = "passphrase_file")]
    passphrase_fd: Option<u32>,
}

impl PassphraseArgs {
    /// Reads the passphrase of a key that exists.
    pub(crate) fn read(&self) -> Result<Passphrase, Failure> {
        match self.given()? {
            Some(passphrase) => Ok(passphrase),
            None => prompt("Passphrase of the authority's key: "),
        }
    }

    /// Reads a passphrase for a key that is to be made: a typed one twice, since nobody sees a slip.
    pub(crate) fn read_new(&self) -> Result<Passphrase, Failure> {
        if let Some(passphrase) = self.given()? {
            return Ok(passphrase);
        }
        let first = prompt("New passphrase for the authority's key: ")?;
        if first != prompt("The same again: ")? {
            return Err(Failure::new(Exit::Usage, "the two passphrases differ; nothing was made"));
        }
        Ok(first)
    }

    fn given(&self) -> Result<Option<Passphrase>, Failure> {
        let bytes = match (&self.passphrase_file, self.passphrase_fd) {
            (Some(path), _) => {
                warn_if_others_can_read(path);
                durable::read_bounded(path, FILE_LEN_BYTES_MAX)?
            }
            (None, Some(number)) => from_descriptor(number)?,
            (None, None) => return Ok(None),
        };
        passphrase(&Zeroizing::new(bytes)).map(Some)
    }
}

fn passphrase(bytes: &[u8]) -> Result<Passphrase, Failure> {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(Passphrase::new(Zeroizing::new(line.to_vec())).map_err(AuthorityError::from)?)
}

fn warn_if_others_can_read(path: &Path) {
    if let Err(DurableError { cause: Cause::OpenToOthers { .. }, .. }) =
        durable::refuse_open_to_others(path)
    {
        let path = path.display();
        terminal::note(&format!(
            "warning: {path} can be read by others; `chmod 600 {path}` keeps the passphrase to you"
        ));
    }
}

#[cfg(unix)]
fn from_descriptor(number: u32) -> Result<Vec<u8>, Failure> {
    Ok(durable::read_bounded(format!("/dev/fd/{number}"), FILE_LEN_BYTES_MAX)?)
}

#[cfg(not(unix))]
fn from_descriptor(_number: u32) -> Result<Vec<u8>, Failure> {
    Err(Failure::new(Exit::Unsupported, "there are no numbered descriptors on this system")
        .hint("say --passphrase-file, or type the passphrase when asked".to_owned()))
}

fn prompt(question: &str) -> Result<Passphrase, Failure> {
    match rpassword::prompt_password(question) {
        Ok(typed) => passphrase(&Zeroizing::new(typed.into_bytes())),
        Err(_) => Err(Failure::new(Exit::Usage, "there is no terminal to ask for the passphrase")
            .hint("say --passphrase-file FILE or --passphrase-fd N".to_owned())),
    }
}
