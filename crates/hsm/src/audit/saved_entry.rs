//! An entry of an HSM's log as a line of a file.

use serde::{Deserialize, Serialize};
use yubihsm2::{Command, LogDigest, LogEntry, LogRecord, ObjectId};

/// An entry as it is saved: a JSON object a line, as `curbside hsm audit --save` writes it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SavedEntry {
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
    /// What is saved of an entry.
    pub fn of(entry: &LogEntry) -> Self {
        let LogEntry { record, digest } = entry;
        Self {
            number: record.number,
            command: Self::command_name(record),
            len_bytes: record.len_bytes,
            session_key: record.session_key.to_string(),
            target_key: record.target_key.to_string(),
            second_key: record.second_key.to_string(),
            result: record.result,
            tick: record.tick,
            digest: digest.to_string(),
        }
    }

    /// What an entry is about: a command, or a start of the HSM.
    pub fn command_name(record: &LogRecord) -> String {
        match *record {
            LogRecord::RESET => "reset".to_owned(),
            // A boot is written as command 0, which does not exist.
            LogRecord { command: Command(0), .. } => "boot".to_owned(),
            LogRecord { command, .. } => command.to_string(),
        }
    }

    /// The line, with its end.
    ///
    /// # Errors
    ///
    /// None that is known of: it is texts and numbers.
    pub fn to_line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|line| line + "\n")
    }

    /// The entry of a line; `None` where it is none.
    pub fn parse(line: &[u8]) -> Option<LogEntry> {
        serde_json::from_slice::<Self>(line).ok()?.entry()
    }

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
