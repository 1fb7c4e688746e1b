//! `curbside completions SHELL`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{commands::Cli, failure::Failure, terminal};

/// Print a completion script for a shell
#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "curbside", &mut script);
    terminal::print(&String::from_utf8_lossy(&script))
}
