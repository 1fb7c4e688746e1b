//! An entry as a person and a program see it.

use serde::Deserialize;
use yubihsm2::{Command, LogDigest, LogEntry, LogRecord, ObjectId};

use crate::{block::Block, exit::Exit, failure::Failure};

/// An entry as it is shown.
pub(crate) fn entry_block(entry: &LogEntry) -> Block {
    let record = &entry.record;
    let command = match *record {
        LogRecord::RESET => "reset".to_owned(),
        // A boot is written as command 0, which does not exist.
        LogRecord { command: Command(0), .. } => "boot".to_owned(),
        LogRecord { command, .. } => command.to_string(),
    };
    let title = format!(
        "{:>5} {:<28} session key {} target {} second {} result {:#04x} tick {}",
        record.number,
        command,
        record.session_key,
        record.target_key,
        record.second_key,
        record.result,
        record.tick,
    );
    Block::line(title)
        .number("number", record.number)
        .text("command", &command)
        .number("len_bytes", record.len_bytes)
        .text("session_key", record.session_key)
        .text("target_key", record.target_key)
        .text("second_key", record.second_key)
        .number("result", record.result)
        .number("tick", record.tick)
        .text("digest", entry.digest)
}

/// An entry as it is saved, with the end of its line.
pub(crate) fn line_of(entry: &LogEntry) -> Result<String, Failure> {
    let line = serde_json::to_string(&entry_block(entry));
    line.map(|line| line + "\n").map_err(|error| Failure::new(Exit::Defect, error))
}

/// A saved entry; `None` where it is none.
pub(crate) fn entry_of_line(line: &[u8]) -> Option<LogEntry> {
    serde_json::from_slice::<SavedEntry>(line).ok()?.entry()
}

/// A line that `curbside hsm audit --save` wrote.
#[derive(Deserialize)]
struct SavedEntry {
    number: u16,
    command: String,
    len_bytes: u16,
    session_key: String,
    target_key: String,
    second_key: String,
    result: u8,
    tick: u32,
    digest: String,
}

impl SavedEntry {
    fn entry(&self) -> Option<LogEntry> {
        let id = |text: &str| {
            let hex = text.strip_prefix("0x").unwrap_or(text);
            u16::from_str_radix(hex, 16).ok().map(ObjectId)
        };
        let command = match self.command.as_str() {
            "reset" => Command(0xFF),
            "boot" => Command(0),
            name => Command::from_name(name)?,
        };
        let mut digest = [0; LogDigest::LEN_BYTES];
        hex::decode_to_slice(&self.digest, &mut digest).ok()?;
        let record = LogRecord {
            number: self.number,
            command,
            len_bytes: self.len_bytes,
            session_key: id(&self.session_key)?,
            target_key: id(&self.target_key)?,
            second_key: id(&self.second_key)?,
            result: self.result,
            tick: self.tick,
        };
        Some(LogEntry { record, digest: LogDigest(digest) })
    }
}
