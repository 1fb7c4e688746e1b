//! `extract_priv.py FILE`: the private key of a PEM file as hex on stdout.

use std::{ffi::OsString, process::ExitCode};

use sidewalk::pem::{self, PEM_LEN_BYTES_MAX, PemError};
use zeroize::Zeroizing;

use crate::{exit::Exit, failure::Failure, terminal};

pub(super) fn run(name: &str, args: Vec<OsString>) -> Result<ExitCode, Failure> {
    let [path] = &args[..] else {
        return Err(Failure::new(Exit::Usage, format!("usage: {name} PEM_FILE")));
    };
    let pem = Zeroizing::new(durable::read_bounded(path, PEM_LEN_BYTES_MAX as u64)?);
    let key = pem::decode(&pem).map_err(|error| {
        let exit = match error {
            PemError::Encrypted
            | PemError::ExplicitParameters
            | PemError::OtherAlgorithm { .. } => Exit::Unsupported,
            _ => Exit::Malformed,
        };
        let path = path.display();
        Failure::new(exit, format!("failed to read {path}: {error}")).hint(error.hint())
    })?;
    let mut line = Zeroizing::new(String::with_capacity(2 * key.expose_bytes().len() + 1));
    line.push_str(&Zeroizing::new(hex::encode(key.expose_bytes())));
    line.push('\n');
    terminal::print(&line)?;
    Ok(ExitCode::SUCCESS)
}
