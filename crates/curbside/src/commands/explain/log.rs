//! Control logs, of one device or many, and their names.

use std::{io::Read, num::NonZeroUsize, thread};

use control_log::{
    CheckError, CheckOptions, ControlLogName, check,
    check::{Finding, Verdict},
};

use super::{Expert, Explanation, control_log_name};
use crate::{
    artefact::{Device, for_each_device},
    block::{Block, Remark},
    commands::log::{open_spill, place_of},
    describe,
    exit::Exit,
    failure::Failure,
    input::Input,
};

/// How many entries, and how many remarks, are given one by one.
const LINES_MAX: usize = 10;

impl Expert {
    pub(super) fn explain_log(
        &self,
        input: &Input,
        source: impl Read + Send,
    ) -> Result<Explanation, Failure> {
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let mut listing = Listing::default();
        let ended = check(
            source,
            &self.verifier,
            &CheckOptions::with_threads(threads),
            || open_spill(&std::env::temp_dir()),
            |finding| listing.take(&finding),
        );
        let ended = match ended {
            Ok(summary) => Ok(summary),
            Err(CheckError::Source(error)) => Err(error),
            Err(error @ CheckError::Spill(_)) => return Err(Failure::new(Exit::Io, error)),
        };
        let Listing { entries, mut remarks, remarks_left_out } = listing;
        if remarks_left_out > 0 {
            let message = format!("{remarks_left_out} more; `curbside log check` lists all");
            remarks.push(Remark::note("more", message));
        }
        let records = match &ended {
            Ok(summary) => summary.records,
            Err(error) => {
                remarks.push(Remark::fault("control-log", error));
                remarks.extend(error.hint().map(Remark::hint));
                entries.len() as u64
            }
        };
        let what = match (records, &ended) {
            (_, Err(_)) => "a damaged control log".to_owned(),
            (0, _) => "a control log without entries".to_owned(),
            (1, _) => "a control log of one device".to_owned(),
            (count, _) => format!("a consolidated control log of {count} devices"),
        };
        let name = match input {
            Input::File(path) => control_log_name(path),
            Input::Stdin | Input::Text(_) => None,
        };
        let fields = Block::new("")
            .maybe("named_after", name.map(utc_second))
            .number("records", records)
            .list("entries", entries);
        let fields = match self.chains_of_single(input, records) {
            chains if chains.is_empty() => fields,
            chains => fields.list("chains", chains),
        };
        Ok(Explanation::new("control-log", what, fields).with_remarks(remarks))
    }

    /// The chains of a log of one device that can be read a second time.
    fn chains_of_single(&self, input: &Input, records: u64) -> Vec<Block> {
        let mut blocks = Vec::new();
        if records != 1 || !matches!(input, Input::File(_)) {
            return blocks;
        }
        let mut describe_device = |device: Device| {
            blocks.extend(device.chains.iter().flatten().map(describe::chain_in_brief));
            Ok(())
        };
        // What is wrong with the file has been said by the check.
        let _said = for_each_device(input, &mut describe_device);
        blocks
    }
}

/// The first entries and remarks; the rest are counted.
#[derive(Default)]
struct Listing {
    entries: Vec<Block>,
    remarks: Vec<Remark>,
    remarks_left_out: u64,
}

impl Listing {
    fn take(&mut self, finding: &Finding) {
        match finding {
            Finding::Verdict(verdict) => {
                let place = place_of(verdict.position);
                for fault in &verdict.faults {
                    self.remark(Remark::fault(fault.code(), format!("{place}: {fault}")));
                }
                for note in &verdict.notes {
                    self.remark(Remark::note("form", format!("{place}: {note}")));
                }
                if self.entries.len() < LINES_MAX {
                    self.entries.push(entry(verdict));
                }
            }
            Finding::Repeat(repeat) => {
                let (first, again) = (place_of(repeat.first), place_of(repeat.again));
                self.remark(Remark::fault(repeat.what.code(), format!("{again} repeats {first}")));
            }
        }
    }

    fn remark(&mut self, remark: Remark) {
        if self.remarks.len() < LINES_MAX {
            self.remarks.push(remark);
        } else {
            self.remarks_left_out += 1;
        }
    }
}

/// The name of a control log that is not there.
pub(super) fn explain_name(name: ControlLogName) -> Explanation {
    let fields = Block::new("").text("named_after", utc_second(name));
    Explanation::new("control-log-name", "the name of a control log; there is no such file", fields)
        .with_remarks([Remark::note(
            "local-time",
            "the public tools stamp local time, Curbside stamps UTC",
        )])
}

fn entry(verdict: &Verdict) -> Block {
    let word = |text: Option<String>| text.unwrap_or_else(|| "?".to_owned());
    let (smsn, apid) = (
        word(verdict.smsn.map(|smsn| smsn.to_string())),
        word(verdict.apid.map(|apid| apid.to_string())),
    );
    let label = word(verdict.label.map(|label| label.to_string()));
    let accepted = verdict.faults.is_empty();
    let place = place_of(verdict.position);
    let verdict_word = if accepted { "acceptable" } else { "rejected" };
    Block::line(format!("{place}: {smsn} {apid} {label}, {verdict_word}"))
        .number("record", verdict.position.record)
        .number("offset_bytes", verdict.position.offset_bytes)
        .text("smsn", smsn)
        .text("apid", apid)
        .text("label", label)
        .flag("acceptable", accepted)
}

/// As `2026-01-31 23:59:59 UTC`, cut from the name's own digits.
fn utc_second(name: ControlLogName) -> String {
    let digits: String = name.to_string().chars().filter(char::is_ascii_digit).collect();
    match digits.as_bytes() {
        [_, _, _, _, rest @ ..] if rest.len() == 10 => format!(
            "{}-{}-{} {}:{}:{} UTC",
            &digits[..4],
            &digits[4..6],
            &digits[6..8],
            &digits[8..10],
            &digits[10..12],
            &digits[12..]
        ),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_second() {
        let name = "C_CONTROL_LOG_20260131235959.txt".parse().expect("a name");
        assert_eq!(utc_second(name), "2026-01-31 23:59:59 UTC");
    }
}
