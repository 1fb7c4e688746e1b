//! `curbside key`: the two key pairs of a device.

mod extract;
mod generate;
mod show;

use std::path::Path;

use clap::Subcommand;
use sidewalk::{
    PrivateKey,
    pem::{self, PEM_LEN_BYTES_MAX, PemError},
};
use zeroize::Zeroizing;

use crate::{exit::Exit, failure::Failure};

/// Make and read device keys
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    Generate(generate::GenerateArgs),
    Show(show::ShowArgs),
    Extract(extract::ExtractArgs),
}

pub(crate) fn run(command: KeyCommand) -> Result<(), Failure> {
    match command {
        KeyCommand::Generate(args) => generate::run(&args),
        KeyCommand::Show(args) => show::run(&args),
        KeyCommand::Extract(args) => extract::run(&args),
    }
}

fn read(path: &Path) -> Result<PrivateKey, Failure> {
    let bytes = durable::read_bounded(path, PEM_LEN_BYTES_MAX as u64).map(Zeroizing::new)?;
    pem::decode(&bytes).map_err(|error| {
        let exit = match error {
            PemError::Encrypted
            | PemError::ExplicitParameters
            | PemError::OtherAlgorithm { .. } => Exit::Unsupported,
            PemError::MismatchedPair => Exit::NotGenuine,
            _ => Exit::Malformed,
        };
        Failure::new(exit, format!("failed to read {}: {error}", path.display())).hint(error.hint())
    })
}
