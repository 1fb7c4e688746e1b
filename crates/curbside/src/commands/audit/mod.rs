//! `curbside audit`: the log of issuances, checked by whoever has an export of it.

mod counts;
mod entries;
mod export;
mod fetch;
mod keygen;
mod note_keys;
mod prove;
mod show;
mod verify;

pub(crate) use self::note_keys::{SignerKeyArgs, VerifierArgs, note_exit, signing_key};

use clap::Subcommand;

use crate::failure::Failure;

/// Check the log of issuances, without its server
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    Fetch(fetch::FetchArgs),
    Verify(Box<verify::VerifyArgs>),
    Show(show::ShowArgs),
    Prove(prove::ProveArgs),
    CheckProof(prove::CheckProofArgs),
    Keygen(keygen::KeygenArgs),
}

pub(crate) fn run(command: AuditCommand) -> Result<(), Failure> {
    match command {
        AuditCommand::Fetch(args) => fetch::run(&args),
        AuditCommand::Verify(args) => verify::run(&args),
        AuditCommand::Show(args) => show::run(&args),
        AuditCommand::Prove(args) => prove::run(&args),
        AuditCommand::CheckProof(args) => prove::check(&args),
        AuditCommand::Keygen(args) => keygen::run(&args),
    }
}
