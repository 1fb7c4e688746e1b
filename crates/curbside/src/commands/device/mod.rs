//! `curbside device`: simulated boards.

mod board;
mod boot;
mod serve;

use clap::Subcommand;

use crate::failure::Failure;

/// Serve and boot simulated boards
#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    Serve(Box<serve::ServeArgs>),
    Boot(boot::BootArgs),
}

pub(crate) fn run(command: DeviceCommand) -> Result<(), Failure> {
    match command {
        DeviceCommand::Serve(args) => serve::run(&args),
        DeviceCommand::Boot(args) => boot::run(&args),
    }
}
