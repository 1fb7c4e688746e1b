//! `curbside line release`.

use clap::Args;
use journal::{DeviceKey, DeviceRecord, Journal, State};
use sidewalk::Smsn;

use super::{job_file::JobFile, open};
use crate::{exit::Exit, failure::Failure, terminal};

/// Give up a device that cannot be finished
///
/// Before anything was signed its serial number is free again. After that the number stays used, because the HSM may have
/// signed for it; say --burn to give it up all the same. Its private keys are deleted and it comes to no control log.
///
/// The line must not be running.
#[derive(Args, Debug)]
pub(crate) struct ReleaseArgs {
    #[command(flatten)]
    job: JobFile,
    /// The device: its serial number, SMSN or board
    #[arg(value_name = "DEVICE")]
    device: String,
    /// Give it up although its serial number stays used
    #[arg(long)]
    burn: bool,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT", default_value = "released")]
    reason: String,
}

pub(super) fn run(args: &ReleaseArgs) -> Result<(), Failure> {
    let job = args.job.read()?;
    let journal = open::open_journal(&job)?;
    let record = find_one(&journal, &args.device)?;
    if record.state >= State::Verified {
        return Err(Failure::new(Exit::Refused, format!("device {} is finished", record.dsn))
            .hint(format!(
                "`curbside line rework JOB {}` lets its board have a new identity",
                record.dsn
            )));
    }
    if record.state == State::Reserved {
        journal.drop_reservation(record.id, &args.reason, open::now())?;
        job.open_serials(None)?.give_back(record.dsn.clone()).map_err(|error| {
            let hint = error.hint();
            Failure::new(Exit::Io, error).hint(hint)
        })?;
        journal.close()?;
        terminal::note(&format!("serial number {} is free again", record.dsn));
        return Ok(());
    }
    if !args.burn {
        return Err(Failure::new(
            Exit::Refused,
            format!(
                "device {} is {}: the HSM may have signed for it, and its serial number would stay used",
                record.dsn, record.state
            ),
        )
        .hint("put its board into a slot: it goes on where it was".to_owned())
        .hint("--burn gives it up all the same, where the board is lost".to_owned()));
    }
    journal.retire(record.id, &args.reason, open::now())?;
    journal.close()?;
    terminal::note(&format!("{} is given up; its serial number stays used", record.dsn));
    Ok(())
}

/// The one device that a person means by a serial number, SMSN or board.
pub(super) fn find_one(journal: &Journal, text: &str) -> Result<DeviceRecord, Failure> {
    let mut found = journal.find(&DeviceKey::Dsn(text))?;
    if found.is_empty()
        && let Ok(smsn) = text.parse::<Smsn>()
    {
        found = journal.find(&DeviceKey::Smsn(&smsn))?;
    }
    if found.is_empty() {
        found = journal.find(&DeviceKey::Chip(text))?;
    }
    let live = found.into_iter().find(|record| !record.retired);
    live.ok_or_else(|| {
        Failure::new(Exit::Refused, format!("the journal has no device {text} that is not retired"))
            .hint("`curbside line export JOB` lists all".to_owned())
    })
}
