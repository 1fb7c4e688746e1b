//! The keys of notes, as commands name them.

use std::path::{Path, PathBuf};

use clap::Args;
use evidence::note::{
    KEY_PEM_LEN_BYTES_MAX, KeyName, KeyPemError, NoteError, SigningKey, Verifier,
};
use zeroize::Zeroizing;

use crate::{exit::Exit, failure::Failure};

/// The largest file of verifier keys, in bytes: hundreds of keys.
const VERIFIERS_LEN_BYTES_MAX: u64 = 64 * 1024;

/// The option of every command that believes a note.
#[derive(Args, Clone, Debug)]
pub(crate) struct VerifierArgs {
    /// The verifier key of whoever must have signed, NAME+ID+KEY, or a file with one a line; may be said more than once
    #[arg(long = "key", value_name = "VKEY|FILE", required = true)]
    keys: Vec<String>,
}

impl VerifierArgs {
    /// The keys.
    pub(crate) fn verifiers(&self) -> Result<Vec<Verifier>, Failure> {
        let mut verifiers = Vec::new();
        for key in &self.keys {
            // A name of a file may have plus signs, a key always has two.
            if key.matches('+').count() >= 2 && !Path::new(key).exists() {
                verifiers.push(parse(key, "--key")?);
                continue;
            }
            let bytes = durable::read_bounded(key, VERIFIERS_LEN_BYTES_MAX)?;
            let text = String::from_utf8_lossy(&bytes);
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let known = verifiers.len();
            for line in lines {
                verifiers.push(parse(line, key)?);
            }
            if verifiers.len() == known {
                return Err(Failure::new(Exit::Malformed, format!("{key} has no verifier key")));
            }
        }
        Ok(verifiers)
    }
}

fn parse(text: &str, origin: &str) -> Result<Verifier, Failure> {
    text.parse().map_err(|error| {
        Failure::new(Exit::Malformed, format!("failed to read {origin}: {error}"))
            .hint("`curbside audit keygen` prints the verifier key of a new key".to_owned())
    })
}

/// The option of every command that signs a note.
#[derive(Args, Clone, Debug)]
pub(crate) struct SignerKeyArgs {
    /// The file with the private key; `curbside audit keygen` makes one
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The key's name, where its file has none
    #[arg(long = "key-name", value_name = "NAME")]
    name: Option<KeyName>,
}

impl SignerKeyArgs {
    /// The key.
    pub(crate) fn signing_key(&self) -> Result<SigningKey, Failure> {
        signing_key(&self.key, self.name.as_ref(), "name it with --key-name")
    }
}

/// Reads a key that signs notes. `name_hint` says how a key without a name gets one.
pub(crate) fn signing_key(
    path: &Path,
    name: Option<&KeyName>,
    name_hint: &str,
) -> Result<SigningKey, Failure> {
    let limit = KEY_PEM_LEN_BYTES_MAX as u64;
    let pem = durable::read_bounded(path, limit).map(Zeroizing::new)?;
    SigningKey::from_pem(&pem, name).map_err(|error| {
        let exit = match error {
            KeyPemError::Encrypted | KeyPemError::OtherAlgorithm => Exit::Unsupported,
            KeyPemError::NoName | KeyPemError::OtherName { .. } => Exit::Usage,
            _ => Exit::Malformed,
        };
        let hint = match error {
            KeyPemError::NoName => Some(name_hint.to_owned()),
            _ => error.hint(),
        };
        Failure::new(exit, format!("failed to read {}: {error}", path.display())).hint(hint)
    })
}

/// How a command ends that cannot believe a note.
pub(crate) const fn note_exit(error: &NoteError) -> Exit {
    match error {
        NoteError::SignatureWrong { .. } | NoteError::NoKnownSignature { .. } => Exit::NotGenuine,
        _ => Exit::Malformed,
    }
}
