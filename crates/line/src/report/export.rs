//! Every device that is asked for, as a row each.

use std::io::{self, Write};

use journal::{DeviceKey, DeviceRecord, Filter, JobId, JobRecord, JournalError, JournalView, Note};
use sidewalk::Smsn;

use super::row::Row;

/// Which devices.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Selection<'a> {
    /// All.
    All,
    /// Of this job.
    Job(JobId),
    /// The one with this serial number.
    Dsn(&'a str),
    /// The one with this manufacturing serial number.
    Smsn(&'a Smsn),
    /// The ones that this chip has been, the newest first.
    Chip(&'a str),
    /// The ones in this control-log file.
    Log(&'a str),
    /// The ones in this batch file.
    Batch(&'a str),
}

/// What the rows look like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExportForm {
    /// A header and a line a device; cells that a spreadsheet would run have an apostrophe before them.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

/// Why an export broke off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The rows cannot be written.
    #[error("write the export: {0}")]
    Write(#[from] io::Error),
}

impl ExportError {
    /// What to do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Journal(error) => error.hint(),
            Self::Write(_) => None,
        }
    }
}

/// Writes the rows and returns how many there are. Give it a buffered sink.
///
/// # Errors
///
/// The journal or the sink fails; rows before that are written.
pub fn export(
    journal: &JournalView,
    selection: &Selection<'_>,
    form: ExportForm,
    sink: impl Write,
) -> Result<u64, ExportError> {
    let jobs = journal.jobs()?;
    let mut rows = Rows::new(form, sink)?;
    let key = match *selection {
        Selection::Dsn(dsn) => Some(DeviceKey::Dsn(dsn)),
        Selection::Smsn(smsn) => Some(DeviceKey::Smsn(smsn)),
        Selection::Chip(chip) => Some(DeviceKey::Chip(chip)),
        Selection::All | Selection::Job(_) | Selection::Log(_) | Selection::Batch(_) => None,
    };
    if let Some(key) = key {
        for device in journal.find(&key)? {
            rows.put(&device, &jobs, &journal.notes(device.id)?)?;
        }
        return Ok(rows.finish()?);
    }
    let filter = match *selection {
        Selection::Job(job) => Filter { job: Some(job), ..Filter::default() },
        Selection::Log(log) => Filter { log: Some(log), ..Filter::default() },
        Selection::Batch(batch) => Filter { batch: Some(batch), ..Filter::default() },
        _ => Filter::default(),
    };
    let mut failure: Option<ExportError> = None;
    journal.for_each(&filter, |device| {
        if failure.is_some() {
            return;
        }
        let put = journal
            .notes(device.id)
            .map_err(ExportError::from)
            .and_then(|notes| Ok(rows.put(device, &jobs, &notes)?));
        failure = put.err();
    })?;
    match failure {
        Some(failure) => Err(failure),
        None => Ok(rows.finish()?),
    }
}

struct Rows<W: Write> {
    written: u64,
    sink: Sink<W>,
}

enum Sink<W: Write> {
    Csv(Box<csv::Writer<W>>),
    JsonLines(W),
}

impl<W: Write> Rows<W> {
    fn new(form: ExportForm, sink: W) -> io::Result<Self> {
        let sink = match form {
            ExportForm::Csv => {
                let mut writer = csv::Writer::from_writer(sink);
                writer.write_record(Row::header())?;
                Sink::Csv(Box::new(writer))
            }
            ExportForm::JsonLines => Sink::JsonLines(sink),
        };
        Ok(Self { written: 0, sink })
    }

    fn put(
        &mut self,
        device: &DeviceRecord,
        jobs: &[(JobId, JobRecord)],
        notes: &[Note],
    ) -> io::Result<()> {
        let row = Row::new(device, jobs, notes);
        match &mut self.sink {
            Sink::Csv(writer) => writer.write_record(row.cells())?,
            Sink::JsonLines(sink) => {
                serde_json::to_writer(&mut *sink, &row)?;
                sink.write_all(b"\n")?;
            }
        }
        self.written += 1;
        Ok(())
    }

    fn finish(mut self) -> io::Result<u64> {
        match &mut self.sink {
            Sink::Csv(writer) => writer.flush()?,
            Sink::JsonLines(sink) => sink.flush()?,
        }
        Ok(self.written)
    }
}

#[cfg(test)]
mod tests {
    use journal::{NoteKind, State, Times, UnixMillis};
    use sidewalk::Stage;

    use super::*;
    use crate::report::figures::tests::device;

    fn job() -> (JobId, JobRecord) {
        let job = JobRecord {
            name: "night".to_owned(),
            product: "RNET_DAK".to_owned(),
            device_type: "A1".to_owned(),
            apid: "Ab12".parse().unwrap(),
            stage: Stage::Production,
            app_server_key: [7; 32],
            ed25519_issuers: Vec::new(),
            p256r1_issuers: Vec::new(),
        };
        (JobId(1), job)
    }

    fn written(form: ExportForm) -> String {
        let device = DeviceRecord {
            dsn: "=G1".to_owned(),
            chip: Some("-C1".to_owned()),
            state: State::Logged,
            page_sha256: Some([0xab; 32]),
            control_log: Some("C_1.txt".to_owned()),
            hsm_serial: Some(42),
            at: Times { verified: Some(UnixMillis(0)), ..Times::default() },
            ..device(1)
        };
        let note = Note {
            at: UnixMillis(1000),
            kind: NoteKind::LabelReprint,
            text: "lost, \"again\"\nand again".to_owned(),
        };
        let mut sink = Vec::new();
        let mut rows = Rows::new(form, &mut sink).unwrap();
        rows.put(&device, &[job()], &[note]).unwrap();
        assert_eq!(rows.finish().unwrap(), 1);
        String::from_utf8(sink).unwrap()
    }

    #[test]
    fn a_csv_row_has_a_cell_for_each_column_and_no_formula() {
        let csv = written(ExportForm::Csv);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let header = reader.headers().unwrap().clone();
        let row = reader.records().next().unwrap().unwrap();
        let value = |name: &str| {
            let at = header.iter().position(|column| column == name).unwrap();
            row[at].to_owned()
        };
        assert_eq!(value("dsn"), "'=G1");
        assert_eq!(value("chip"), "'-C1");
        assert_eq!((value("job"), value("apid")), ("night".to_owned(), "Ab12".to_owned()));
        assert_eq!((value("state"), value("hsm_serial")), ("logged".to_owned(), "42".to_owned()));
        assert_eq!(value("verified_at"), "1970-01-01T00:00:00.000Z");
        assert_eq!(value("signed_at"), "");
        assert_eq!(value("page_sha256"), "ab".repeat(32));
        let notes = "1970-01-01T00:00:01.000Z label-reprint: lost, \"again\"\nand again";
        assert_eq!(value("notes"), notes);
    }

    #[test]
    fn a_json_row_is_one_line_with_the_values_as_they_are() {
        let text = written(ExportForm::JsonLines);
        assert_eq!(text.lines().count(), 1);
        let row: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(row["dsn"], "=G1");
        assert_eq!(row["times"]["verified_at"], "1970-01-01T00:00:00.000Z");
        assert_eq!(row["times"]["signed_at"], serde_json::Value::Null);
        assert_eq!(row["notes"][0]["kind"], "label-reprint");
        assert_eq!(row["retired"], false);
    }

    #[test]
    fn a_sink_that_is_full_is_told() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut rows = Rows::new(ExportForm::JsonLines, Full).unwrap();
        let error = rows.put(&device(1), &[job()], &[]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
