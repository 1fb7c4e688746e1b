//! `curbside mtls`: the certificates of a networked set-up, and what stands before a connector.

mod authority;
mod failure;
mod gateway;
mod init;
mod issue;
mod nginx;
mod passphrase;
mod peer;
mod renew;
mod revoke;
mod status;

use clap::Subcommand;

use crate::failure::Failure;

/// Make the certificates of a networked set-up, and guard a connector with them
#[derive(Debug, Subcommand)]
pub(crate) enum MtlsCommand {
    Init(init::InitArgs),
    Issue(issue::IssueArgs),
    Revoke(revoke::RevokeArgs),
    Renew(renew::RenewArgs),
    Status(status::StatusArgs),
    Nginx(nginx::NginxArgs),
    Gateway(Box<gateway::GatewayArgs>),
}

pub(crate) fn run(command: MtlsCommand) -> Result<(), Failure> {
    match command {
        MtlsCommand::Init(args) => init::run(&args),
        MtlsCommand::Issue(args) => issue::run(&args),
        MtlsCommand::Revoke(args) => revoke::run(&args),
        MtlsCommand::Renew(args) => renew::run(&args),
        MtlsCommand::Status(args) => status::run(&args),
        MtlsCommand::Nginx(args) => nginx::run(&args),
        MtlsCommand::Gateway(args) => gateway::run(&args),
    }
}
