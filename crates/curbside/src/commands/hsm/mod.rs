//! `curbside hsm`: HSMs, real and in software.

mod audit;
mod connector;
mod failure;
mod front;
mod init;
mod key;
mod serve;
mod status;

pub(crate) use self::{front::StopSignals, key::factory_key};

use clap::Subcommand;

use crate::failure::Failure;

/// Program, serve and examine HSMs
#[derive(Debug, Subcommand)]
pub(crate) enum HsmCommand {
    Serve(Box<serve::ServeArgs>),
    Connector(connector::ConnectorArgs),
    Init(Box<init::InitArgs>),
    Status(status::StatusArgs),
    Audit(audit::AuditArgs),
}

pub(crate) fn run(command: HsmCommand) -> Result<(), Failure> {
    match command {
        HsmCommand::Serve(args) => serve::run(&args),
        HsmCommand::Connector(args) => connector::run(&args),
        HsmCommand::Init(args) => init::run(&args),
        HsmCommand::Status(args) => status::run(&args),
        HsmCommand::Audit(args) => audit::run(&args),
    }
}
