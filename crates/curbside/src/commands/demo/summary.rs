//! What a demo tells at its end.

use std::path::Path;

use line::event::Totals;
use signing_server::store::Counts;

use super::{DemoArgs, factory::Made, logs::Batch, server::settings_file};
use crate::{block::Block, failure::Failure, terminal};

/// Prints what was made, how fast, and where it lies.
pub(super) fn print(
    args: &DemoArgs,
    directory: &Path,
    made: &Made,
    issued: Option<Counts>,
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
        .maybe_block("signing_server", issued.map(|counts| server_block(counts, passed)))
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
    if issued.is_some() {
        terminal::note(&format!(
            "hint: `curbside signer serve {}` starts the server again, once its HSMs are served (`curbside hsm serve`)",
            settings_file(directory).display()
        ));
    }
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

fn server_block(counts: Counts, devices: u64) -> Block {
    let title = format!(
        "issued {}, evidence entries {}, devices {devices}",
        counts.issued, counts.evidence
    );
    Block::line(title)
        .number("issued", counts.issued)
        .number("evidence", counts.evidence)
        .number("attempts", counts.attempts)
        .number("pending", counts.pending)
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
