//! One program run of a template, and whether its outcome is good.

use std::time::Duration;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::{
    mass_erase::{self, Refusal},
    output::quote,
    placeholder::{self, PlaceholderError, Values},
    run::{Ended, run},
};
use crate::driver::{
    DriverError,
    scratch::{Scratch, ScratchFile},
};

/// The placeholder of the script's own file.
pub(super) const SCRIPT: &str = "script";

/// How long a program may take where the template does not say.
const PATIENCE_DEFAULT: Duration = Duration::from_secs(20);

/// Nothing on a line takes longer.
const PATIENCE_MAX_S: f64 = 600.0;

/// Bytes that a compiled pattern may take: hundreds of times what such a pattern needs.
const PATTERN_SIZE_BYTES_MAX: usize = 1 << 20;

/// A step as it stands in a template.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    argv: Vec<String>,
    script: Option<String>,
    #[serde(default = "zero")]
    exit_codes: Vec<i32>,
    #[serde(default)]
    must_match: Vec<String>,
    #[serde(default)]
    must_not_match: Vec<String>,
    timeout_s: Option<f64>,
}

/// A step with its patterns compiled.
#[derive(Clone, Debug)]
pub(super) struct Step {
    argv: Vec<String>,
    script: Option<String>,
    exit_codes: Vec<i32>,
    must_match: Vec<Regex>,
    must_not_match: Vec<Regex>,
    patience: Duration,
}

/// What is wrong with a step.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StepFault {
    /// It names no program.
    #[error("`argv` is empty")]
    NoProgram,
    /// It could erase too much.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A placeholder.
    #[error(transparent)]
    Placeholder(#[from] PlaceholderError),
    /// A script without the argument that names it, or the other way round.
    #[error("`script` and the argument {{script}} go together")]
    Script,
    /// A pattern is no regular expression.
    #[error("{fault}")]
    Pattern {
        /// What is wrong with it.
        fault: String,
    },
    /// The time limit is not between 0 and 600 seconds.
    #[error("`timeout_s` is {found}; more than 0 and at most {PATIENCE_MAX_S} are possible")]
    Timeout {
        /// What stands there.
        found: f64,
    },
}

impl Step {
    pub(super) fn new(raw: RawStep) -> Result<Self, StepFault> {
        if raw.argv.first().is_none_or(String::is_empty) {
            return Err(StepFault::NoProgram);
        }
        if let Some(refusal) = mass_erase::refuse(&raw.argv, raw.script.as_deref()) {
            return Err(refusal.into());
        }
        let compile_all = |patterns: &[String]| -> Result<Vec<Regex>, StepFault> {
            patterns.iter().map(|pattern| compile(pattern)).collect()
        };
        let patience = match raw.timeout_s {
            None => PATIENCE_DEFAULT,
            Some(found) if found > 0.0 && found <= PATIENCE_MAX_S => Duration::from_secs_f64(found),
            Some(found) => return Err(StepFault::Timeout { found }),
        };
        let step = Self {
            must_match: compile_all(&raw.must_match)?,
            must_not_match: compile_all(&raw.must_not_match)?,
            argv: raw.argv,
            script: raw.script,
            exit_codes: raw.exit_codes,
            patience,
        };
        let mut names_script = false;
        for argument in &step.argv {
            names_script |= placeholder::names(argument)?.contains(&SCRIPT);
        }
        if names_script != step.script.is_some() {
            return Err(StepFault::Script);
        }
        Ok(step)
    }

    /// Every placeholder that the step needs.
    pub(super) fn placeholders(&self) -> Result<Vec<&str>, PlaceholderError> {
        let texts = self.argv.iter().chain(&self.script);
        let names: Result<Vec<Vec<&str>>, _> = texts.map(|text| placeholder::names(text)).collect();
        let names = names?.into_iter().flatten();
        Ok(names.filter(|name| *name != SCRIPT).collect())
    }

    /// Looks at the step once more with values in place: one of them may be an option.
    pub(super) fn refuse_with(&self, values: &Values) -> Result<(), StepFault> {
        let mut values = values.clone();
        values.insert(SCRIPT.to_owned(), "script".to_owned());
        let (argv, script) = self.expanded(&values)?;
        match mass_erase::refuse(&argv, script.as_deref()) {
            Some(refusal) => Err(refusal.into()),
            None => Ok(()),
        }
    }

    /// Runs the program to its end, whatever it says.
    pub(super) fn run(&self, values: &Values, scratch: &Scratch) -> Result<Ended, DriverError> {
        let mut values = values.clone();
        let script_place = scratch.place(SCRIPT_FILE).path().display().to_string();
        values.insert(SCRIPT.to_owned(), script_place);
        let (argv, script) = self.expanded(&values).map_err(|fault| DriverError::Program {
            program: self.program().to_owned(),
            how: format!("cannot be run: {fault}"),
        })?;
        let _script: Option<ScratchFile> = match &script {
            Some(script) => Some(scratch.write(SCRIPT_FILE, script.as_bytes())?),
            None => None,
        };
        run(&argv, scratch.path(), self.patience)
    }

    /// Judges how the program ended. `may_quote` is false where what it says is a page.
    pub(super) fn judge(&self, ended: &Ended, may_quote: bool) -> Result<(), DriverError> {
        let is_good_code = ended.code.is_some_and(|code| self.exit_codes.contains(&code));
        let missing = self.must_match.iter().find(|pattern| !pattern.is_match(&ended.output));
        let unwanted = self.must_not_match.iter().find(|pattern| pattern.is_match(&ended.output));
        let how = match (unwanted, is_good_code, missing) {
            (Some(pattern), ..) => format!("says what matches `{pattern}`"),
            (None, false, _) => match ended.code {
                Some(code) => format!("ends with code {code}"),
                None => "was ended by a signal".to_owned(),
            },
            (None, true, Some(pattern)) => format!("says nothing that matches `{pattern}`"),
            (None, true, None) => return Ok(()),
        };
        let how = match quote(&ended.output) {
            said if may_quote && !said.is_empty() => format!("{how}: {said}"),
            _ => how,
        };
        Err(DriverError::Program { program: self.program().to_owned(), how })
    }

    pub(super) fn program(&self) -> &str {
        self.argv.first().map_or("", String::as_str)
    }

    fn expanded(&self, values: &Values) -> Result<(Vec<String>, Option<String>), PlaceholderError> {
        let argv: Result<Vec<String>, _> =
            self.argv.iter().map(|argument| placeholder::expand(argument, values)).collect();
        let script = self.script.as_ref().map(|script| placeholder::expand(script, values));
        Ok((argv?, script.transpose()?))
    }
}

/// The name of a script's file.
const SCRIPT_FILE: &str = "script.txt";

/// `^` and `$` stand at every line of the output.
pub(super) fn compile(pattern: &str) -> Result<Regex, StepFault> {
    RegexBuilder::new(pattern)
        .multi_line(true)
        .crlf(true)
        .size_limit(PATTERN_SIZE_BYTES_MAX)
        .build()
        .map_err(|error| StepFault::Pattern { fault: error.to_string() })
}

fn zero() -> Vec<i32> {
    vec![0]
}
