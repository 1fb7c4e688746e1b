//! `curbside line label`.

use clap::Args;

use line::print_label_again;

use super::{job_file::JobFile, open, release::find_one};
use crate::{exit::Exit, failure::Failure, terminal};

/// Print the label of a finished device again
///
/// The journal notes that it was printed again. The line must not be running.
#[derive(Args, Debug)]
pub(crate) struct LabelArgs {
    #[command(flatten)]
    job: JobFile,
    /// The device: its serial number, SMSN or board
    #[arg(value_name = "DEVICE")]
    device: String,
}

pub(super) fn run(args: &LabelArgs) -> Result<(), Failure> {
    let job = args.job.read()?;
    let labels = job.open_labels()?.ok_or_else(|| {
        Failure::new(Exit::Usage, "the job has no label")
            .hint("add a table [label] to it".to_owned())
    })?;
    let journal = open::open_journal(&job)?;
    let record = find_one(&journal, &args.device)?;
    if record.state < journal::State::Verified {
        return Err(Failure::new(Exit::Refused, format!("device {} is not finished", record.dsn)));
    }
    let place = (job.line.name.as_str(), &job.product.apid);
    let printed = print_label_again(&labels, &journal, &record, place, open::now())?;
    journal.close()?;
    terminal::note(&format!("label of {} {printed}", record.dsn));
    Ok(())
}
