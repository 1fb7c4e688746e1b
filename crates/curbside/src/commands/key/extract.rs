//! `curbside key extract`.

use std::path::PathBuf;

use clap::Args;
use zeroize::Zeroizing;

use crate::{commands::Format, failure::Failure, terminal};

/// Print the raw private key in a PEM file as hex
///
/// 32 bytes: the Ed25519 seed or the P-256 scalar, big-endian. Who has them is the device: redirect the output to
/// where it is needed and nowhere else.
#[derive(Args, Debug)]
pub(crate) struct ExtractArgs {
    /// The PEM file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &ExtractArgs) -> Result<(), Failure> {
    let key = super::read(&args.file)?;
    if terminal::is_person_at_stdout() {
        terminal::note("warning: what follows is a private key, and the terminal may keep it");
    }
    // By hand: a serialiser's buffers would not be wiped. Both fields are of a fixed alphabet.
    let (open, close) = if args.format.json {
        (format!("{{\n  \"curve\": \"{}\",\n  \"private_key\": \"", key.curve()), "\"\n}\n")
    } else {
        (String::new(), "\n")
    };
    let hex = Zeroizing::new(hex::encode(key.expose_bytes()));
    let mut text = Zeroizing::new(String::with_capacity(open.len() + hex.len() + close.len()));
    for part in [&open, &*hex, close] {
        text.push_str(part);
    }
    terminal::print(&text)
}
