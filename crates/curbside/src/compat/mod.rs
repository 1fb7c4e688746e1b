//! The public tools' own command lines: `curbside compat NAME ARGS…`, or a link named as the tool is.
//!
//! Scripts that call `sid_signing_tool`, `sid_provision`, `consolidate_cl.py`, `validate_chain.py` or `extract_priv.py` today must
//! find the same options, files, lines on stdout and exit codes. What differs on purpose stands in
//! `docs/differences.md`, each with its reason; whatever is not listed there and differs is a defect.

mod argument_parser;
mod consolidate_cl;
mod extract_priv;
mod provision;
mod signing_tool;
mod validate_chain;

use std::{ffi::OsString, process::ExitCode};

use crate::{exit::Exit, failure::Failure, terminal};

/// Runs a public tool's command line. `name` is the tool's, as a person calls it.
pub(crate) fn run(name: &str, args: Vec<OsString>) -> ExitCode {
    let ended = match Tool::from_name(name) {
        Some(Tool::Sign) => signing_tool::run(name, args),
        Some(Tool::Provision) => provision::run(name, args),
        Some(Tool::ConsolidateControlLogs) => consolidate_cl::run(name, args),
        Some(Tool::ValidateChain) => validate_chain::run(name, args),
        Some(Tool::ExtractPrivateKey) => extract_priv::run(name, args),
        None => Err(Failure::new(Exit::Usage, format!("no public tool is called {name:?}")).hint(
            "known are sid_signing_tool, sid_provision, consolidate_cl, validate_chain and extract_priv"
                .to_owned(),
        )),
    };
    ended.unwrap_or_else(|failure| {
        terminal::note(failure.render().trim_end());
        failure.exit().into()
    })
}

/// Whether a program name is that of a public tool, so that a link of this name means the tool.
pub(crate) fn knows(name: &str) -> bool {
    Tool::from_name(name).is_some()
}

/// The number with which the public tools report an error of their own.
const TOOL_ERROR: u8 = 1;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Tool {
    Sign,
    Provision,
    ConsolidateControlLogs,
    ValidateChain,
    ExtractPrivateKey,
}

impl Tool {
    fn from_name(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".exe").unwrap_or(name);
        let stem = stem.strip_suffix(".py").unwrap_or(stem);
        match stem {
            // Vendors' guides carry it as a script of its own.
            "sid_signing_tool" | "sidewalk_signing_tool" => Some(Self::Sign),
            // Vendors' SDKs carry the tool as `provision.py`.
            "sid_provision" | "provision" => Some(Self::Provision),
            "consolidate_cl" => Some(Self::ConsolidateControlLogs),
            "validate_chain" => Some(Self::ValidateChain),
            "extract_priv" => Some(Self::ExtractPrivateKey),
            _ => None,
        }
    }
}

/// Says `message` on stderr and ends as the public tool ends after an error of its own.
fn tool_error(message: &str) -> ExitCode {
    terminal::note(message);
    ExitCode::from(TOOL_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_known_by_every_name_people_call_it() {
        for name in ["sid_provision", "provision", "provision.py", "sid_provision.exe"] {
            assert_eq!(Tool::from_name(name), Some(Tool::Provision), "{name}");
        }
        for name in ["sid_signing_tool", "sidewalk_signing_tool.py"] {
            assert_eq!(Tool::from_name(name), Some(Tool::Sign), "{name}");
        }
        for name in ["consolidate_cl", "consolidate_cl.py"] {
            assert_eq!(Tool::from_name(name), Some(Tool::ConsolidateControlLogs), "{name}");
        }
        for name in ["validate_chain", "validate_chain.py"] {
            assert_eq!(Tool::from_name(name), Some(Tool::ValidateChain), "{name}");
        }
        for name in ["extract_priv", "extract_priv.py"] {
            assert_eq!(Tool::from_name(name), Some(Tool::ExtractPrivateKey), "{name}");
        }
    }

    #[test]
    fn other_programs_are_not_taken_for_a_tool() {
        for name in ["curbside", "curbside.exe", "", ".py", "provision.pyc", "Provision"] {
            assert!(!knows(name), "{name}");
        }
    }
}
