//! The device's options and what their values mean.

use crate::{
    algorithm::Algorithm,
    code::codes,
    command::Command,
    wire::{Wire, WireError, Writer, wire_list, wire_struct},
};

codes! {
    /// Which option.
    pub struct OptionTag: "option" {
        FORCE_AUDIT = 0x01, "force-audit";
        COMMAND_AUDIT = 0x03, "command-audit";
        /// From firmware 2.2. Can be set only while the default key is the only object.
        ALGORITHM_TOGGLE = 0x04, "algorithm-toggle";
        /// Known to FIPS devices only; others answer INVALID DATA, which is how clients tell.
        FIPS_MODE = 0x05, "fips-mode";
    }
}

codes! {
    /// Whether something is audited.
    pub struct AuditMode: "audit mode" {
        OFF = 0, "off";
        ON = 1, "on";
        /// On until the device is reset.
        FIXED = 2, "fixed";
    }
}

wire_struct! {
    /// Whether a command is audited: 2 bytes.
    #[derive(Copy)]
    pub struct CommandAudit {
        /// The command.
        pub command: Command,
        /// Whether it is logged.
        pub mode: AuditMode,
    }
}

wire_struct! {
    /// Whether an algorithm may be used: 2 bytes.
    #[derive(Copy)]
    pub struct AlgorithmToggle {
        /// The algorithm.
        pub algorithm: Algorithm,
        /// Whether it may be used.
        pub is_enabled: bool,
    }
}

wire_list!(CommandAudit, AlgorithmToggle);

/// The value of an option.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OptionValue {
    /// Whether commands are refused while the log is full.
    ForceAudit(AuditMode),
    /// Which commands are logged. Setting changes those that are given.
    CommandAudit(Vec<CommandAudit>),
    /// Which algorithms may be used. Setting changes those that are given.
    AlgorithmToggle(Vec<AlgorithmToggle>),
    /// Whether the device runs in FIPS mode.
    FipsMode(u8),
}

impl OptionValue {
    /// Reads the value of an option.
    ///
    /// # Errors
    ///
    /// [`WireError::Value`] for an option or a mode that is not known, others for damaged values.
    pub fn decode(tag: OptionTag, value: &[u8]) -> Result<Self, WireError> {
        match tag {
            OptionTag::FORCE_AUDIT => known_mode(Wire::from_bytes(value)?, 0).map(Self::ForceAudit),
            OptionTag::COMMAND_AUDIT => {
                let audits = Vec::<CommandAudit>::from_bytes(value)?;
                for (index, audit) in audits.iter().enumerate() {
                    known_mode(audit.mode, 2 * index + 1)?;
                }
                Ok(Self::CommandAudit(audits))
            }
            OptionTag::ALGORITHM_TOGGLE => Wire::from_bytes(value).map(Self::AlgorithmToggle),
            OptionTag::FIPS_MODE => Wire::from_bytes(value).map(Self::FipsMode),
            _ => Err(WireError::Value { field: "option", offset: 0 }),
        }
    }

    /// Which option it is the value of.
    pub const fn tag(&self) -> OptionTag {
        match self {
            Self::ForceAudit(_) => OptionTag::FORCE_AUDIT,
            Self::CommandAudit(_) => OptionTag::COMMAND_AUDIT,
            Self::AlgorithmToggle(_) => OptionTag::ALGORITHM_TOGGLE,
            Self::FipsMode(_) => OptionTag::FIPS_MODE,
        }
    }

    /// The bytes of the value.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        match self {
            Self::ForceAudit(mode) => mode.write(&mut out),
            Self::CommandAudit(audits) => audits.write(&mut out),
            Self::AlgorithmToggle(toggles) => toggles.write(&mut out),
            Self::FipsMode(mode) => mode.write(&mut out),
        }
        out.finish().to_vec()
    }
}

fn known_mode(mode: AuditMode, offset: usize) -> Result<AuditMode, WireError> {
    mode.name().map(|_| mode).ok_or(WireError::Value { field: "audit mode", offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_option_read_back() {
        let audit = CommandAudit { command: Command::ECHO, mode: AuditMode::FIXED };
        let toggle = AlgorithmToggle { algorithm: Algorithm::ED25519, is_enabled: false };
        for value in [
            OptionValue::ForceAudit(AuditMode::ON),
            OptionValue::CommandAudit(vec![audit, audit]),
            OptionValue::AlgorithmToggle(vec![toggle]),
            OptionValue::FipsMode(3),
        ] {
            assert_eq!(OptionValue::decode(value.tag(), &value.encode()), Ok(value));
        }
        assert_eq!(OptionValue::CommandAudit(vec![audit]).encode(), [0x01, 0x02]);
    }

    #[test]
    fn a_mode_that_is_not_known_is_refused_where_it_stands() {
        let error = |offset| Err(WireError::Value { field: "audit mode", offset });
        assert_eq!(OptionValue::decode(OptionTag::FORCE_AUDIT, &[3]), error(0));
        assert_eq!(OptionValue::decode(OptionTag::COMMAND_AUDIT, &[1, 1, 3, 9]), error(3));
    }

    #[test]
    fn an_option_that_is_not_known_is_refused() {
        let error = WireError::Value { field: "option", offset: 0 };
        assert_eq!(OptionValue::decode(OptionTag(2), &[]), Err(error));
    }
}
