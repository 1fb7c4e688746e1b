//! What a demo tells at its end.

use std::path::Path;

use line::event::Totals;

use super::{DemoArgs, factory::Made, logs::Batch};
use crate::{block::Block, failure::Failure, terminal};

/// Prints what was made, how fast, and where it lies.
pub(super) fn print(
    args: &DemoArgs,
    directory: &Path,
    made: &Made,
    batch: &Batch,
) -> Result<(), Failure> {
    let passed: u64 = made.lines.iter().map(|totals| totals.passed).sum();
    let seconds = made.took.as_secs_f64();
    let rate = passed as f64 / seconds.max(0.001);
    let lines = made.lines.iter().zip(1_u32..).map(|(totals, number)| line_block(number, totals));
    let block = Block::new(format!("{passed} devices made in {seconds:.1} s, {rate:.0} a second"))
        .number("devices", passed)
        .for_programs()
        .text("seconds", format_args!("{seconds:.3}"))
        .for_programs()
        .text("devices_per_second", format_args!("{rate:.1}"))
        .for_programs()
        .number("hsms", args.hsms)
        .list("lines", lines.collect())
        .block("batch", batch_block(batch))
        .text("directory", directory.display());
    if args.json {
        return terminal::print_json(&block);
    }
    terminal::print(&block.render())?;
    let shown = directory.display();
    terminal::note(&format!(
        "hint: `curbside line report {shown}/line-1/job.toml` shows times and yield"
    ));
    terminal::note(&format!("hint: `curbside explain {}` shows the devices", batch.path.display()));
    Ok(())
}

fn line_block(number: u32, totals: &Totals) -> Block {
    let title = format!(
        "line-{number}: {} passed, {} at once, {} failed attempts, {:.0} an hour",
        totals.passed,
        totals.passed_first_time,
        totals.failed,
        totals.per_hour()
    );
    Block::line(title)
        .text("name", format_args!("line-{number}"))
        .number("passed", totals.passed)
        .number("passed_first_time", totals.passed_first_time)
        .number("failed", totals.failed)
        .number("logged", totals.logged)
        .number("took_ms", totals.took_ms)
}

fn batch_block(batch: &Batch) -> Block {
    let title = format!(
        "{} devices of {} control logs, {} faulty",
        batch.devices, batch.files, batch.faulty
    );
    Block::new(title)
        .text("file", batch.path.display())
        .number("devices", batch.devices)
        .for_programs()
        .number("control_logs", batch.files)
        .for_programs()
        .number("faulty", batch.faulty)
        .for_programs()
}
