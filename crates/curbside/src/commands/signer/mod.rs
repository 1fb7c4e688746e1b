//! `curbside signer`: the networked signing service.

mod database_wait;
mod failure;
mod package_watch;
mod serve;
mod serving;
mod status;

pub(super) use self::serving::{Serving, front_settings, read_settings};

use clap::Subcommand;

use crate::failure::Failure;

/// Sign for many lines from one server
#[derive(Debug, Subcommand)]
pub(crate) enum SignerCommand {
    Serve(serve::ServeArgs),
    Status(status::StatusArgs),
}

pub(super) fn run(command: SignerCommand) -> Result<(), Failure> {
    match command {
        SignerCommand::Serve(args) => serve::run(&args),
        SignerCommand::Status(args) => status::run(&args),
    }
}
