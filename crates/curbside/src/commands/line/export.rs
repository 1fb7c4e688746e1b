//! `curbside line export`.

use clap::Args;
use journal::{DeviceKey, JournalView};
use line::report::{ExportError, ExportForm, Selection, export};
use sidewalk::Smsn;

use super::job_file::JobFile;
use crate::{exit::Exit, failure::Failure, terminal::Output};

/// Print the genealogy of devices, as CSV or JSON lines
///
/// Without a device all of the journal. No secret is in it.
#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    job: JobFile,
    /// Devices: a serial number, an SMSN, a board, a control log or a batch
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// Print JSON lines instead of CSV
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ExportArgs) -> Result<(), Failure> {
    let job = args.job.read()?;
    let view = JournalView::open(&job.line.journal)?;
    let smsn = args.key.as_deref().and_then(|key| key.parse::<Smsn>().ok());
    let selection = match (&args.key, &smsn) {
        (None, _) => Selection::All,
        (Some(_), Some(smsn)) => Selection::Smsn(smsn),
        (Some(key), None) => named(&view, key)?,
    };
    let form = if args.json { ExportForm::JsonLines } else { ExportForm::Csv };
    let mut output = Output::new();
    let exported = export(&view, &selection, form, &mut output);
    let rows = exported.map_err(|error| match error {
        ExportError::Journal(error) => error.into(),
        ExportError::Write(error) => {
            Failure::new(Exit::Io, format!("failed to write to stdout: {error}"))
        }
    })?;
    output.finish()?;
    if rows == 0 {
        let key = args.key.as_deref().unwrap_or("anything");
        return Err(Failure::new(Exit::Refused, format!("the journal has no device for {key}")));
    }
    Ok(())
}

/// What a text that is no SMSN names: whatever the journal knows under it.
fn named<'k>(view: &JournalView, key: &'k str) -> Result<Selection<'k>, Failure> {
    let keys = [
        (DeviceKey::Dsn(key), Selection::Dsn(key)),
        (DeviceKey::Chip(key), Selection::Chip(key)),
        (DeviceKey::Log(key), Selection::Log(key)),
    ];
    for (looked_up, selection) in keys {
        if !view.find(&looked_up)?.is_empty() {
            return Ok(selection);
        }
    }
    Ok(Selection::Batch(key))
}
