//! The options that a device keeps.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use yubihsm2::{Algorithm, AlgorithmToggle, AuditMode, Command, CommandAudit, FirmwareVersion};

use super::serial;

/// The options.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Options {
    /// Whether commands are refused while the log is full.
    #[serde(with = "serial")]
    pub force_audit: AuditMode,
    /// Which commands are logged, in the order in which devices list them.
    #[serde(with = "serial")]
    command_audit: Vec<CommandAudit>,
    /// The numbers of the algorithms that are switched off.
    disabled_algorithms: BTreeSet<u8>,
}

impl Options {
    /// The options of a device that was just made or reset. Firmware before 2.3.1 logs nearly everything
    /// from the start, later firmware nothing.
    pub(super) fn defaults(firmware: FirmwareVersion) -> Self {
        let mode = |command: Command| match command {
            _ if firmware >= FirmwareVersion::V2_3_1 => AuditMode::OFF,
            command if QUIET.contains(&command) => AuditMode::OFF,
            _ => AuditMode::ON,
        };
        let audit = |command: &Command| CommandAudit { command: *command, mode: mode(*command) };
        Self {
            force_audit: AuditMode::OFF,
            command_audit: Command::AUDITED.iter().map(audit).collect(),
            disabled_algorithms: BTreeSet::new(),
        }
    }

    pub(super) fn set_command_audit(&mut self, changed: &[CommandAudit]) {
        for change in changed {
            let mut audits = self.command_audit.iter_mut();
            if let Some(audit) = audits.find(|audit| audit.command == change.command) {
                audit.mode = change.mode;
            }
        }
    }

    pub(super) fn toggle_algorithms(&mut self, toggles: &[AlgorithmToggle]) {
        for toggle in toggles {
            if toggle.is_enabled {
                self.disabled_algorithms.remove(&toggle.algorithm.0);
            } else {
                self.disabled_algorithms.insert(toggle.algorithm.0);
            }
        }
    }

    /// Which commands are logged, in the order in which devices list them.
    pub fn command_audit(&self) -> &[CommandAudit] {
        &self.command_audit
    }

    /// Whether a command is logged; `None` for commands that are not known.
    pub fn audit_mode(&self, command: Command) -> Option<AuditMode> {
        let mut audits = self.command_audit.iter();
        audits.find(|audit| audit.command == command).map(|audit| audit.mode)
    }

    /// Whether an algorithm may be used.
    pub fn is_enabled(&self, algorithm: Algorithm) -> bool {
        !self.disabled_algorithms.contains(&algorithm.0)
    }
}

/// What firmware before 2.3.1 does not log.
const QUIET: [Command; 6] = [
    Command::ECHO,
    Command::SESSION_MESSAGE,
    Command::DEVICE_INFO,
    Command::BSL,
    Command::RESERVED_09,
    Command::LOG_ENTRIES,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_logged_by_default_from_firmware_2_3_1() {
        let options = Options::defaults(FirmwareVersion::V2_3_1);
        assert!(options.command_audit.iter().all(|audit| audit.mode == AuditMode::OFF));
    }

    #[test]
    fn six_commands_are_not_logged_by_default_before_firmware_2_3_1() {
        let options = Options::defaults(FirmwareVersion::V2_2_0);
        let quiet = options.command_audit.iter().filter(|audit| audit.mode == AuditMode::OFF);
        let quiet: Vec<u8> = quiet.map(|audit| audit.command.0).collect();
        assert_eq!(quiet, [0x01, 0x05, 0x06, 0x07, 0x09, 0x4D]);
    }
}
