//! `curbside page diff`.

use std::path::{Path, PathBuf};

use clap::Args;
use page::{Catalogue, Difference, Page, ValueRow, diff};

use crate::{
    block::Block,
    commands::{Format, page::show},
    exit::Exit,
    failure::Failure,
    input::Input,
};

/// Compare two pages value by value, in whatever formats they are
///
/// Fails with exit code 4 when they differ. Private keys are compared and not shown.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// A page, a file for a programmer, or a flash dump
    #[arg(value_name = "A")]
    left: PathBuf,
    /// Another one
    #[arg(value_name = "B")]
    right: PathBuf,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &DiffArgs) -> Result<(), Failure> {
    let left = read(&args.left)?;
    let right = read(&args.right)?;
    let differences = diff(&left, &right);
    let lines: Vec<Block> = differences.iter().map(line).collect();
    args.format
        .print(&Block::new("").flag("same", differences.is_empty()).list("differences", lines))?;
    match differences.len() {
        0 => Ok(()),
        count => Err(Failure::new(Exit::NotGenuine, format!("the pages differ in {count} places"))),
    }
}

fn read(path: &Path) -> Result<Page, Failure> {
    let input = Input::of_file(path.to_owned());
    let found = show::find(&input, Catalogue::built_in(), None)?;
    match found.pages.into_iter().next() {
        Some(page) => Ok(page.diagnosis.page),
        None => Err(show::no_page(&input)),
    }
}

fn line(difference: &Difference) -> Block {
    match difference {
        Difference::Version { left, right } => {
            let (left, right) = (left.number(), right.number());
            Block::line(format!("version: {left} and {right}"))
                .text("what", "version")
                .number("left", left)
                .number("right", right)
        }
        Difference::OnlyLeft(row) => value(row, "only in the first", Some(row), None),
        Difference::OnlyRight(row) => value(row, "only in the second", None, Some(row)),
        Difference::Changed { left, right } => value(left, "differs", Some(left), Some(right)),
    }
}

fn value(id: &ValueRow, what: &str, left: Option<&ValueRow>, right: Option<&ValueRow>) -> Block {
    let shown = |row: Option<&ValueRow>| {
        row.map(|row| row.hex.clone().unwrap_or_else(|| "(private)".to_owned()))
    };
    let (left, right) = (shown(left), shown(right));
    let words: Vec<&str> = [&left, &right].into_iter().flatten().map(String::as_str).collect();
    Block::line(format!("{}: {what}: {}", id.id, words.join(" and ")))
        .text("what", what)
        .number("id", id.id.number())
        .maybe("name", id.id.name())
        .maybe("left", left)
        .maybe("right", right)
}
