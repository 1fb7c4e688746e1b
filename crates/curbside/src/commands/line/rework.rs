//! `curbside line rework`.

use clap::Args;
use journal::State;

use super::{job_file::JobFile, open, release::find_one};
use crate::{exit::Exit, failure::Failure, terminal};

/// Let a finished board have a new identity, and retire the one it had
///
/// A device never gets a second certificate, so rework means: its old identity is retired, here and for good, and the
/// board is new the next time it is put in. Where the old identity stands in a control log already, tell whoever uploads
/// it: that device will never be seen on the network.
///
/// The line must not be running.
#[derive(Args, Debug)]
pub(crate) struct ReworkArgs {
    #[command(flatten)]
    job: JobFile,
    /// The device: its serial number, SMSN or board
    #[arg(value_name = "DEVICE")]
    device: String,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) fn run(args: &ReworkArgs) -> Result<(), Failure> {
    let job = args.job.read()?;
    let journal = open::open_journal(&job)?;
    let record = find_one(&journal, &args.device)?;
    if record.state < State::Verified {
        return Err(Failure::new(
            Exit::Refused,
            format!(
                "device {} is not finished ({}); it goes on where it was",
                record.dsn, record.state
            ),
        )
        .hint("put its board into a slot; `curbside line release` gives it up".to_owned()));
    }
    journal.retire(record.id, &format!("rework: {}", args.reason), open::now())?;
    journal.close()?;
    terminal::note(&format!("{} is retired; its board gets a new identity", record.dsn));
    if let Some(log) = &record.control_log {
        terminal::note(&format!("note: {} stands in {log}", record.dsn));
    }
    Ok(())
}
