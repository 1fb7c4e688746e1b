//! `curbside line status`.

use clap::Args;
use journal::{JournalView, State};

use super::job_file::JobFile;
use crate::{block::Block, commands::Format, failure::Failure};

/// Show how far a job is, and what waits for a person
///
/// It reads the journal beside a line that is running.
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    job: JobFile,
    #[command(flatten)]
    format: Format,
}

/// How many unfinished devices are listed; more are counted.
const UNFINISHED_LISTED_MAX: usize = 50;

pub(super) fn run(args: &StatusArgs) -> Result<(), Failure> {
    let job = args.job.read()?;
    let view = JournalView::open(&job.line.journal)?;
    let counts = view.counts(None)?;
    let states = State::ALL.into_iter().filter(|state| counts.in_state(*state) > 0).map(|state| {
        Block::line(format!("{:>8} {state}", counts.in_state(state)))
            .text("state", state)
            .number("devices", counts.in_state(state))
    });
    let unfinished = view.unfinished_records()?;
    let listed = unfinished.iter().take(UNFINISHED_LISTED_MAX).map(|record| {
        let board = record.chip.as_deref().unwrap_or("unknown board");
        let todo = what_to_do(record);
        Block::line(format!("{} on {board}: {}, {todo}", record.dsn, record.state))
            .text("dsn", &record.dsn)
            .text("smsn", record.smsn)
            .maybe("chip", record.chip.as_ref())
            .text("state", record.state)
            .number("slot", record.slot)
            .maybe("failure", record.failure.as_ref().map(|failure| &failure.text))
            .text("todo", todo)
    });
    let block = Block::new(format!("job {}", job.name))
        .text("line", &job.line.name)
        .text("journal", job.line.journal.display())
        .maybe("quota", job.line.count)
        .number("devices", counts.devices())
        .number("retired", counts.retired)
        .list("states", states.collect())
        .number("unfinished_total", unfinished.len())
        .list("unfinished", listed.collect());
    args.format.print(&block)
}

fn what_to_do(record: &journal::DeviceRecord) -> &'static str {
    match (record.state, &record.chip) {
        (State::Verified, _) => "the next start of the line writes its control log",
        (_, Some(_)) => "put this board into any slot",
        (_, None) => "put its board into the same slot as before",
    }
}
