//! `curbside page`: manufacturing pages.

mod build;
mod chips;
mod device;
mod diff;
mod lint;
mod merge;
mod output;
mod show;
mod target;

use clap::Subcommand;

use crate::failure::Failure;

pub(crate) use self::show::{FLASH_LEN_BYTES_MAX, Found, describe_page, strict_verdict};

/// Build, show, compare and merge manufacturing pages
#[derive(Debug, Subcommand)]
pub(crate) enum PageCommand {
    Build(Box<build::BuildArgs>),
    Show(show::ShowArgs),
    Diff(diff::DiffArgs),
    Merge(Box<merge::MergeArgs>),
    Chips(chips::ChipsArgs),
}

pub(crate) fn run(command: PageCommand) -> Result<(), Failure> {
    match command {
        PageCommand::Build(args) => build::run(&args),
        PageCommand::Show(args) => show::run(&args),
        PageCommand::Diff(args) => diff::run(&args),
        PageCommand::Merge(args) => merge::run(&args),
        PageCommand::Chips(args) => chips::run(&args),
    }
}
