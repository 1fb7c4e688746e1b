//! Commands that read and set options.

use yubihsm2::{
    Algorithm, AlgorithmToggle, AuditMode, Command, CommandAudit, ErrorCode, FirmwareVersion,
    ObjectId, ObjectType, OptionTag, OptionValue,
    operation::{GetOption, SetOption},
};

use super::Execute;
use crate::device::{
    state::{Change, Name},
    task::Task,
};

impl Execute for GetOption {
    fn execute(self, task: &mut Task<'_>) -> Result<Vec<u8>, ErrorCode> {
        let options = task.state.options();
        let value = match self.tag {
            OptionTag::FORCE_AUDIT => OptionValue::ForceAudit(options.force_audit),
            OptionTag::COMMAND_AUDIT => OptionValue::CommandAudit(options.command_audit().to_vec()),
            OptionTag::ALGORITHM_TOGGLE if has_algorithm_toggle(task) => {
                let known = Algorithm::ALL.iter().filter(|it| it.is_in(task.firmware));
                let toggles = known.map(|algorithm| AlgorithmToggle {
                    algorithm: *algorithm,
                    is_enabled: options.is_enabled(*algorithm),
                });
                OptionValue::AlgorithmToggle(toggles.collect())
            }
            // FIPS mode among them: clients tell devices without FIPS by this.
            _ => return Err(ErrorCode::INVALID_DATA),
        };
        Ok(value.encode())
    }
}

impl Execute for SetOption {
    fn execute(self, task: &mut Task<'_>) -> Result<(), ErrorCode> {
        let value = OptionValue::decode(self.tag, &self.value).map_err(|e| e.error_code())?;
        let change = match value {
            OptionValue::ForceAudit(mode) => {
                require_not_fixed(task.state.options().force_audit, mode)?;
                Change::ForceAudit(mode)
            }
            OptionValue::CommandAudit(audits) => {
                audits.iter().try_for_each(|audit| require_settable(task, audit))?;
                Change::CommandAudit(audits)
            }
            OptionValue::AlgorithmToggle(toggles) => {
                require_toggles(task, &toggles)?;
                Change::AlgorithmToggle(toggles)
            }
            OptionValue::FipsMode(_) => return Err(ErrorCode::INVALID_DATA),
        };
        task.commit(change);
        Ok(())
    }
}

fn has_algorithm_toggle(task: &Task<'_>) -> bool {
    task.firmware >= FirmwareVersion::V2_2_0
}

/// What is fixed stays on until the device is reset.
fn require_not_fixed(found: AuditMode, wanted: AuditMode) -> Result<(), ErrorCode> {
    let is_allowed = found != AuditMode::FIXED || wanted == AuditMode::FIXED;
    is_allowed.then_some(()).ok_or(ErrorCode::INVALID_DATA)
}

fn require_settable(task: &Task<'_>, audit: &CommandAudit) -> Result<(), ErrorCode> {
    // Every command in a session travels in a session message: it would be logged twice.
    if audit.command == Command::SESSION_MESSAGE {
        return Err(ErrorCode::INVALID_DATA);
    }
    let found = task.state.options().audit_mode(audit.command).ok_or(ErrorCode::INVALID_DATA)?;
    require_not_fixed(found, audit.mode)
}

/// Algorithms can be switched only while the device holds nothing but its default key.
fn require_toggles(task: &Task<'_>, toggles: &[AlgorithmToggle]) -> Result<(), ErrorCode> {
    let default = Name::new(ObjectType::AUTHENTICATION_KEY, ObjectId::DEFAULT_AUTHENTICATION_KEY);
    let is_fresh = task.state.objects().all(|object| object.name() == default);
    let is_known = toggles.iter().all(|toggle| toggle.algorithm.is_in(task.firmware));
    let is_settable = has_algorithm_toggle(task) && is_fresh && is_known;
    is_settable.then_some(()).ok_or(ErrorCode::INVALID_DATA)
}
