//! The `curbside` program: command line, terminal output, exit codes. No logic of its own.

mod artefact;
mod block;
mod clock;
mod commands;
mod compat;
mod consolidation;
mod describe;
mod exit;
mod failure;
mod files;
mod front;
mod hsm_access;
mod hsm_events;
mod hsm_failure;
mod input;
mod pin;
mod progress;
mod screen;
mod signing_output;
mod terminal;
mod trust;
mod words;

use std::{
    env,
    ffi::{OsStr, OsString},
    path::Path,
    process::ExitCode,
};

use clap::Parser;

use crate::{commands::Cli, exit::Exit};

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    if let Some((tool, words)) = public_tool(&args) {
        return compat::run(tool, words.to_vec());
    }
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return answer(&error),
    };
    cli.run()
}

/// Help and version, which the parser gives as errors too and which are none; or what is wrong with the command line,
/// with the parser's advice in the form of ours.
fn answer(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return match terminal::print(&error.render().to_string()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.exit().into(),
        };
    }
    let text = error.render().to_string().replace("\n  tip: ", "\nhint: ");
    terminal::note(text.trim_end());
    Exit::Usage.into()
}

/// The public tool that is meant, and its own arguments: through a link of its name, or as `compat NAME`. The
/// latter is seen here too, since building the whole command tree takes as long as a page.
fn public_tool(args: &[OsString]) -> Option<(&str, &[OsString])> {
    let (program, words) = args.split_first()?;
    let called_as = Path::new(program).file_name().and_then(OsStr::to_str);
    if let Some(name) = called_as.filter(|name| compat::knows(name)) {
        return Some((name, words));
    }
    match words {
        [command, name, words @ ..] if command == "compat" => {
            let name = name.to_str().filter(|name| compat::knows(name))?;
            Some((name, words))
        }
        _ => None,
    }
}
