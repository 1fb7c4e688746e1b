//! One device as a row of an export.

use std::collections::BTreeMap;

use journal::{DeviceRecord, JobId, JobRecord, Note, UnixMillis, Verdict};
use serde::Serialize;

use super::{cell::cell, rfc3339};

/// Notes in one cell are kept apart by this.
const NOTE_SEPARATOR: &str = " | ";

/// The times that a row has, in order.
const TIMES: [&str; 11] = [
    "reserved_at",
    "intended_at",
    "signed_at",
    "paged_at",
    "flashed_at",
    "verified_at",
    "logged_at",
    "batched_at",
    "uploaded_at",
    "answered_at",
    "failed_at",
];

/// Everything about a device that is no secret.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    schema: u32,
    dsn: &'a str,
    smsn: String,
    chip: Option<&'a str>,
    slot: u16,
    job: Option<&'a str>,
    product: Option<&'a str>,
    apid: Option<String>,
    state: &'static str,
    retired: bool,
    times: BTreeMap<&'static str, Option<String>>,
    control_log: Option<&'a str>,
    batch: Option<&'a str>,
    verdict: Option<String>,
    hsm_serial: Option<u32>,
    page_sha256: Option<String>,
    attempts: u32,
    failure: Option<FailureCell<'a>>,
    notes: Vec<NoteCell<'a>>,
}

#[derive(Debug, Serialize)]
struct FailureCell<'a> {
    step: &'a str,
    code: &'a str,
    text: &'a str,
    what_to_do: &'a str,
}

#[derive(Debug, Serialize)]
struct NoteCell<'a> {
    at: Option<String>,
    kind: &'static str,
    text: &'a str,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        device: &'a DeviceRecord,
        jobs: &'a [(JobId, JobRecord)],
        notes: &'a [Note],
    ) -> Self {
        let job = jobs.iter().find(|(id, _)| *id == device.job).map(|(_, job)| job);
        Self {
            schema: 1,
            dsn: &device.dsn,
            smsn: device.smsn.to_string(),
            chip: device.chip.as_deref(),
            slot: device.slot,
            job: job.map(|job| job.name.as_str()),
            product: job.map(|job| job.product.as_str()),
            apid: job.map(|job| job.apid.to_string()),
            state: device.state.name(),
            retired: device.retired,
            times: times_of(device),
            control_log: device.control_log.as_deref(),
            batch: device.batch.as_deref(),
            verdict: device.verdict.as_ref().map(|verdict| match verdict {
                Verdict::Accepted => "accepted".to_owned(),
                Verdict::Rejected { reason } => format!("rejected: {reason}"),
            }),
            hsm_serial: device.hsm_serial,
            page_sha256: device.page_sha256.map(hex::encode),
            attempts: device.attempts,
            failure: device.failure.as_ref().map(|failure| FailureCell {
                step: &failure.step,
                code: &failure.code,
                text: &failure.text,
                what_to_do: &failure.what_to_do,
            }),
            notes: notes
                .iter()
                .map(|note| NoteCell {
                    at: rfc3339::date_time(note.at),
                    kind: note.kind.name(),
                    text: &note.text,
                })
                .collect(),
        }
    }

    /// The names of the CSV's columns.
    pub(super) fn header() -> Vec<String> {
        let front = ["dsn", "smsn", "chip", "slot", "job", "product", "apid", "state", "retired"];
        let back = [
            "control_log",
            "batch",
            "verdict",
            "hsm_serial",
            "page_sha256",
            "attempts",
            "failure",
            "notes",
        ];
        front.into_iter().chain(TIMES).chain(back).map(str::to_owned).collect()
    }

    /// The cells of the CSV, in the order of [`Row::header`].
    pub(super) fn cells(&self) -> Vec<String> {
        let text = |text: Option<&str>| cell(text.unwrap_or_default()).into_owned();
        let mut cells = vec![
            text(Some(self.dsn)),
            self.smsn.clone(),
            text(self.chip),
            self.slot.to_string(),
            text(self.job),
            text(self.product),
            text(self.apid.as_deref()),
            self.state.to_owned(),
            self.retired.to_string(),
        ];
        cells.extend(TIMES.map(|name| self.times.get(name).cloned().flatten().unwrap_or_default()));
        let failure = self
            .failure
            .as_ref()
            .map(|failure| format!("{} {}: {}", failure.step, failure.code, failure.text));
        let notes: Vec<String> = self
            .notes
            .iter()
            .map(|note| {
                format!("{} {}: {}", note.at.as_deref().unwrap_or("-"), note.kind, note.text)
            })
            .collect();
        cells.extend([
            text(self.control_log),
            text(self.batch),
            text(self.verdict.as_deref()),
            self.hsm_serial.map(|serial| serial.to_string()).unwrap_or_default(),
            self.page_sha256.clone().unwrap_or_default(),
            self.attempts.to_string(),
            text(failure.as_deref()),
            text(Some(&notes.join(NOTE_SEPARATOR))),
        ]);
        cells
    }
}

fn times_of(device: &DeviceRecord) -> BTreeMap<&'static str, Option<String>> {
    let at = &device.at;
    let times: [Option<UnixMillis>; TIMES.len()] = [
        at.reserved,
        at.intended,
        at.signed,
        at.paged,
        at.flashed,
        at.verified,
        at.logged,
        at.batched,
        at.uploaded,
        at.answered,
        at.failed,
    ];
    TIMES.into_iter().zip(times.map(|time| time.and_then(rfc3339::date_time))).collect()
}
