//! `curbside compat NAME ARGS…`: a public tool's own command line.

use std::{ffi::OsString, process::ExitCode};

use clap::{Args, Subcommand};

use crate::compat;

/// Take a public tool's own command line
///
/// Known are `sid_signing_tool`, `sid_provision`, `consolidate_cl`, `validate_chain` and `extract_priv`: the same
/// options, the same files to the byte. A link to this program that is named like one of them does the same. What
/// differs on purpose stands in `docs/differences.md`.
#[derive(Args, Debug)]
#[command(
    override_usage = "curbside compat <NAME> [ARGS]...",
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(crate) struct CompatArgs {
    #[command(subcommand)]
    tool: Tool,
}

/// Everything behind the tool's name is the tool's, `--help` and `--` included.
#[derive(Debug, Subcommand)]
enum Tool {
    #[command(external_subcommand)]
    Named(Vec<OsString>),
}

pub(crate) fn run(args: CompatArgs) -> ExitCode {
    let Tool::Named(words) = args.tool;
    let mut words = words.into_iter();
    // The parser gives the name as the first word.
    let name = words.next().unwrap_or_default();
    compat::run(&name.to_string_lossy(), words.collect())
}
