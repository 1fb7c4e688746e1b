//! `curbside log split`.

use std::{num::NonZeroU64, path::PathBuf};

use clap::Args;
use control_log::{ControlLogName, Ending, PartSize, SplitError, name::candidates, split};
use durable::{DurableError, NewFile, Visibility};

use crate::{
    block::Block,
    clock,
    commands::Format,
    exit::Exit,
    failure::Failure,
    files::{take_back, within},
    input::Input,
    terminal,
    words::counted,
};

/// Every part is an open file until all are complete, and a process has a thousand.
const PARTS_MAX: u64 = 500;

/// Split a control log into several
///
/// Entries stay whole, in order and as they are. The parts are named after the UTC second and the following ones;
/// all of them appear, or none does.
#[derive(Args, Debug)]
pub(crate) struct SplitArgs {
    /// The control log; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    size: Size,
    /// Where the parts go
    #[arg(long, value_name = "DIR", default_value = ".")]
    out_dir: PathBuf,
    #[command(flatten)]
    format: Format,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
struct Size {
    /// At most so many devices in a part
    #[arg(long, value_name = "N")]
    devices: Option<NonZeroU64>,
    /// At most so many bytes in a part
    #[arg(long, value_name = "N")]
    bytes: Option<NonZeroU64>,
}

/// Why a part is not begun.
#[derive(Debug)]
enum PartError {
    File(DurableError),
    TooMany,
}

pub(crate) fn run(args: &SplitArgs) -> Result<(), Failure> {
    let size = match (args.size.devices, args.size.bytes) {
        (Some(devices), _) => PartSize::Devices(devices),
        (None, Some(bytes)) => PartSize::Bytes(bytes),
        (None, None) => return Err(Failure::new(Exit::Usage, "say --devices or --bytes")),
    };
    let input = Input::of_file(args.file.clone());
    let mut parts = Vec::new();
    let open_part = |part| match part {
        ..=PARTS_MAX => {
            NewFile::create_in(&args.out_dir, Visibility::Shared).map_err(PartError::File)
        }
        _ => Err(PartError::TooMany),
    };
    let close_part = |_, file| {
        parts.push(file);
        Ok(())
    };
    let summary = split(input.open()?, size, Ending::Bare, open_part, close_part)
        .map_err(|error| explain(&input, &args.out_dir, error))?;
    if summary.parts == 0 {
        return Err(Failure::new(Exit::Malformed, format!("{input} has no entries")));
    }
    let paths = place(parts, args)?;
    let lines: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    if args.format.json {
        let files = lines.iter().map(|path| Block::new("").text("file", path)).collect();
        let block = Block::new("").list("parts", files).number("devices", summary.records);
        return terminal::print_json(&block);
    }
    let devices = counted(summary.records, "device", "devices");
    terminal::note(&format!("{devices} in {}", counted(summary.parts, "part", "parts")));
    terminal::print(&(lines.join("\n") + "\n"))
}

/// Names the parts in order, each later than the one before.
fn place(parts: Vec<NewFile>, args: &SplitArgs) -> Result<Vec<PathBuf>, Failure> {
    let mut placed: Vec<PathBuf> = Vec::new();
    let mut from = Some(clock::control_log_name()?);
    for part in parts {
        let names = from.into_iter().flat_map(candidates);
        match part.commit_first_free(names.map(|name| within(&args.out_dir, &name.to_string()))) {
            Ok(path) => {
                from = name_of(&path).and_then(ControlLogName::next_second);
                placed.push(path);
            }
            Err(error) => {
                take_back(&placed);
                return Err(error.into());
            }
        }
    }
    Ok(placed)
}

fn name_of(path: &std::path::Path) -> Option<ControlLogName> {
    path.file_name()?.to_str()?.parse().ok()
}

fn explain(input: &Input, out_dir: &std::path::Path, error: SplitError<PartError>) -> Failure {
    match error {
        SplitError::Source(error) => Failure::of_log(input, &error),
        SplitError::EntryTooLong { record, len_bytes, limit_bytes } => {
            let message = format!(
                "failed to split {input}: record {record} alone makes a file of {len_bytes} bytes, \
                 --bytes is {limit_bytes}"
            );
            Failure::new(Exit::Refused, message).hint("say a larger number of --bytes".to_owned())
        }
        SplitError::Part { error: PartError::File(error), .. } => error.into(),
        SplitError::Part { error: PartError::TooMany, .. } => {
            let message = format!("failed to split {input}: it makes more than {PARTS_MAX} parts");
            Failure::new(Exit::Refused, message).hint("make the parts larger".to_owned())
        }
        SplitError::Write { failure, .. } => {
            DurableError::new(durable::Operation::Write, out_dir, &(&failure).into()).into()
        }
    }
}
