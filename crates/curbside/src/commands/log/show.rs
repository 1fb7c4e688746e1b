//! `curbside log show`.

use std::ffi::OsString;

use clap::Args;
use control_log::{Examined, Reader};

use crate::{commands::Format, describe, failure::Failure, input::Input, terminal::Output};

/// Show the entries of control logs
///
/// What stands in each, and what is wrong with it at a glance; `log check` verifies. With --json one object a line.
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// Control logs; a directory stands for those in it, `-` for stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<OsString>,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &ShowArgs) -> Result<(), Failure> {
    let mut output = Output::new();
    let paths = super::paths(&args.files)?;
    let many = paths.len() > 1;
    for path in paths {
        let input = Input::of_file(path);
        let mut reader = Reader::new(input.open()?);
        if many && !args.format.json {
            output.print(&format!("{input}\n"))?;
        }
        while let Some(record) =
            reader.next_record().map_err(|error| Failure::of_log(&input, &error))?
        {
            let block = describe::entry(&record, &Examined::of(&record));
            if args.format.json {
                output.print_json_line(&block.text("file", &input))?;
            } else {
                output.print(&block.render())?;
            }
        }
    }
    output.finish()
}
