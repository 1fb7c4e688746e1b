//! The command that makes firmware tell which chip it runs on.

use regex::Regex;

use crate::driver::ChipId;

/// A command and what its answer looks like. No SDK documents one, so it is the customer's: a line of their own, or
/// whatever their firmware prints.
#[derive(Clone, Debug)]
pub struct ChipCommand {
    command: String,
    pattern: Regex,
}

impl ChipCommand {
    /// The group of the pattern that is the chip's id.
    pub const GROUP: &'static str = "chip";

    /// A command, and a pattern with a group `chip` for a line of its answer. Let the pattern demand the id's whole
    /// length: a digit that noise swallows makes another chip.
    ///
    /// # Errors
    ///
    /// [`ChipCommandError`].
    pub fn new(command: &str, pattern: &str) -> Result<Self, ChipCommandError> {
        if command.bytes().any(|byte| byte.is_ascii_control()) || !command.is_ascii() {
            return Err(ChipCommandError::Command);
        }
        let pattern = Regex::new(pattern)
            .map_err(|error| ChipCommandError::Pattern { fault: error.to_string() })?;
        if !pattern.capture_names().flatten().any(|name| name == Self::GROUP) {
            return Err(ChipCommandError::Group);
        }
        Ok(Self { command: command.to_owned(), pattern })
    }

    /// What is said.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// The chip that a line names.
    pub(super) fn chip_in(&self, line: &str) -> Option<ChipId> {
        self.pattern.captures(message_of(line))?.name(Self::GROUP)?.as_str().parse().ok()
    }
}

/// A line without what a log puts before it, as in `[00034914] <info> app: text`: a time stamp of eight digits looks
/// like a chip id to a pattern that wants any hexadecimal number.
fn message_of(line: &str) -> &str {
    let behind_stamp = line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let behind_level = behind_stamp.and_then(|(_, rest)| rest.trim_start().strip_prefix('<'));
    let behind_level = behind_level.and_then(|rest| rest.split_once('>')).map(|(_, rest)| rest);
    match behind_level.and_then(|rest| rest.split_once(": ")) {
        Some((source, message)) if !source.trim().contains(' ') => message,
        _ => line,
    }
}

/// Why a chip command cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChipCommandError {
    /// It is no line of ASCII.
    #[error("the chip command is not one line of ASCII")]
    Command,
    /// The pattern is no regular expression.
    #[error("the chip pattern: {fault}")]
    Pattern {
        /// What is wrong with it.
        fault: String,
    },
    /// The pattern does not say what of it is the chip's id.
    #[error("the chip pattern has no group `(?<chip>…)`")]
    Group,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stamp_is_no_chip() {
        let command = ChipCommand::new("print chipid", "(?<chip>[0-9a-f]{8,64})").unwrap();
        for line in [
            "[00034914] <info> app: chipid 0123456789abcdef",
            "[00:00:01.234,567] <inf> app: chipid 0123456789abcdef",
            "chipid 0123456789abcdef",
        ] {
            assert_eq!(command.chip_in(line).unwrap().as_str(), "0123456789abcdef", "{line}");
        }
        assert_eq!(command.chip_in("[00034914] <info> app: TM OK"), None);
    }

    #[test]
    fn a_pattern_without_its_group_is_refused() {
        let error = ChipCommand::new("print chipid", "[0-9a-f]+").unwrap_err();
        assert_eq!(error, ChipCommandError::Group);
    }

    #[test]
    fn a_command_of_two_lines_is_refused() {
        let error = ChipCommand::new("print chipid\rcert store", "(?<chip>.)").unwrap_err();
        assert_eq!(error, ChipCommandError::Command);
    }
}
