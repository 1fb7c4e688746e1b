//! `curbside man`.

use std::{fmt::Write, path::PathBuf};

use clap::{Arg, Args, Command, CommandFactory};
use clap_mangen::Man;
use durable::Visibility;

use crate::{commands::Cli, exit::Exit, failure::Failure, terminal};

/// Print the manual page, or write one for every command
#[derive(Args, Debug)]
pub(crate) struct ManArgs {
    /// Write a manual page for every command to this directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Print a reference of all commands in Markdown instead
    #[arg(long, conflicts_with = "dir")]
    markdown: bool,
}

pub(crate) fn run(args: &ManArgs) -> Result<(), Failure> {
    let mut command = Cli::command();
    command.build();
    if args.markdown {
        return terminal::print(&reference(&command));
    }
    let Some(directory) = &args.dir else {
        return terminal::print(&String::from_utf8_lossy(&roff(&command)?));
    };
    for (name, command) in all(&command, "curbside") {
        let path = directory.join(format!("{}.1", name.replace(' ', "-")));
        durable::write_replace(path, Visibility::Shared, &roff(command)?)?;
    }
    Ok(())
}

/// Every command by its full name, the outermost first.
fn all<'c>(command: &'c Command, name: &str) -> Vec<(String, &'c Command)> {
    let inner = command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set())
        .flat_map(|inner| all(inner, &format!("{name} {}", inner.get_name())));
    std::iter::once((name.to_owned(), command)).chain(inner).collect()
}

fn roff(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    Man::new(command.clone()).date("").manual("Curbside").render(&mut page).map_err(|error| {
        Failure::new(Exit::Defect, format!("failed to write the page: {error}"))
    })?;
    Ok(page)
}

/// One section a command, from the same definition as its help.
fn reference(command: &Command) -> String {
    let mut text = "# Commands\n\nMade by `curbside man --markdown`; do not edit.\n".to_owned();
    for (name, command) in all(command, "curbside") {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n## `{name}`\n");
        let about = command.get_long_about().or_else(|| command.get_about());
        let _ = writeln!(text, "{}", about.map(ToString::to_string).unwrap_or_default());
        let usage = command.clone().render_usage().to_string();
        let _ = writeln!(text, "\n```\n{}\n```", usage.replace("Usage: ", ""));
        let arguments: Vec<&Arg> =
            command.get_arguments().filter(|argument| is_worth_a_row(argument)).collect();
        if !arguments.is_empty() {
            text.push_str("\n| argument | meaning |\n|---|---|\n");
        }
        for argument in arguments {
            let _ = writeln!(text, "| `{}` | {} |", label(argument), meaning(argument));
        }
    }
    text
}

/// Every command has `--help`.
fn is_worth_a_row(argument: &Arg) -> bool {
    !argument.is_hide_set() && argument.get_id() != "help"
}

fn label(argument: &Arg) -> String {
    // A pipe would end the cell.
    argument.to_string().replace('|', "\\|")
}

fn meaning(argument: &Arg) -> String {
    let help = argument.get_long_help().or_else(|| argument.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    // The first paragraph is a heading without a full stop.
    let help = help.replacen("\n\n", ". ", 1);
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|_| argument.get_action().takes_values())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    let defaults: Vec<String> = argument
        .get_default_values()
        .iter()
        .filter(|_| argument.get_action().takes_values())
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    let mut text = help.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    if !values.is_empty() {
        let _ = write!(text, "; one of {}", values.join(", "));
    }
    if !defaults.is_empty() {
        let _ = write!(text, "; default {}", defaults.join(", "));
    }
    text
}
