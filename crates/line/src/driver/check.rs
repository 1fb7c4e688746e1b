//! The customer's own test steps: a line to say or a program to run, and what its answer must look like.
//!
//! What radio tests print is known to whoever wrote the firmware only, so patterns and limits are the customer's data.
//! Judging an answer is a pure function of the check and the lines ([`evaluate`]).

use std::{collections::BTreeMap, time::Duration};

use regex::{Regex, RegexBuilder};

/// Characters of an answer that are looked at; a test result is a few lines.
pub const ANSWER_LEN_MAX: usize = 64 * 1024;

/// Bytes that a compiled pattern may take: hundreds of times what a test pattern needs.
const PATTERN_SIZE_BYTES_MAX: usize = 1 << 20;

/// How long an answer is waited for where the check does not say; a radio test takes a second or two.
const PATIENCE_DEFAULT: Duration = Duration::from_secs(5);

/// No test of one board waits longer than this; a higher number is a slip of the pen.
const PATIENCE_MAX: Duration = Duration::from_secs(600);

/// One test step. A value of the type is complete: every limit names a group of the pattern.
#[derive(Clone, Debug)]
pub struct Check {
    name: String,
    action: Action,
    patience: Duration,
    must_match: Option<Regex>,
    limits: BTreeMap<String, Limits>,
}

/// What a test step does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Action {
    /// Says a line to the firmware on the board.
    Say(String),
    /// Runs a program on the line PC: its name and arguments, without a shell.
    Run(Vec<String>),
}

/// The numbers that a value may have, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The least.
    pub min: Option<f64>,
    /// The most.
    pub max: Option<f64>,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckResult {
    /// The text of every named group that took part in the match.
    pub values: BTreeMap<String, String>,
    /// Good or bad.
    pub verdict: Verdict,
}

/// Good or bad.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The pattern matches and every value is within its limits.
    Passed,
    /// The first thing that is wrong.
    Failed(CheckFault),
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckFault {
    /// The pattern does not match.
    #[error("the answer does not match {pattern:?}")]
    NoMatch {
        /// The pattern.
        pattern: String,
    },
    /// A value that has limits was not said.
    #[error("the answer says no {name}")]
    Missing {
        /// The group's name.
        name: String,
    },
    /// A value that has limits is no number.
    #[error("{name} is {text:?}, which is no number")]
    NotANumber {
        /// The group's name.
        name: String,
        /// What was said.
        text: String,
    },
    /// A value is below its least.
    #[error("{name} is {found}, at least {min} is needed")]
    TooLow {
        /// The group's name.
        name: String,
        /// The value.
        found: f64,
        /// The limit.
        min: f64,
    },
    /// A value is above its most.
    #[error("{name} is {found}, at most {max} is allowed")]
    TooHigh {
        /// The group's name.
        name: String,
        /// The value.
        found: f64,
        /// The limit.
        max: f64,
    },
}

impl Check {
    /// The name, for reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does.
    pub const fn action(&self) -> &Action {
        &self.action
    }

    /// How long it may take.
    pub const fn patience(&self) -> Duration {
        self.patience
    }
}

/// Judges the answer to a check.
pub fn evaluate(check: &Check, lines: &[String]) -> CheckResult {
    let mut values = BTreeMap::new();
    if let Some(pattern) = &check.must_match {
        let answer = joined(lines);
        let Some(captures) = pattern.captures(&answer) else {
            let fault = CheckFault::NoMatch { pattern: pattern.as_str().to_owned() };
            return CheckResult { values, verdict: Verdict::Failed(fault) };
        };
        let named = pattern.capture_names().flatten();
        values.extend(named.filter_map(|name| {
            captures.name(name).map(|value| (name.to_owned(), value.as_str().to_owned()))
        }));
    }
    let fault = check.limits.iter().find_map(|(name, limits)| limits.fault(name, values.get(name)));
    let verdict = fault.map_or(Verdict::Passed, Verdict::Failed);
    CheckResult { values, verdict }
}

impl Limits {
    fn fault(&self, name: &str, text: Option<&String>) -> Option<CheckFault> {
        let name = name.to_owned();
        let Some(text) = text else { return Some(CheckFault::Missing { name }) };
        // `NaN` parses, and would pass every comparison that asks whether it is outside.
        let Some(found) = text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
        else {
            return Some(CheckFault::NotANumber { name, text: text.clone() });
        };
        match *self {
            Self { min: Some(min), .. } if found < min => {
                Some(CheckFault::TooLow { name, found, min })
            }
            Self { max: Some(max), .. } if found > max => {
                Some(CheckFault::TooHigh { name, found, max })
            }
            _ => None,
        }
    }
}

/// The lines with `\n` between them, cut after [`ANSWER_LEN_MAX`].
fn joined(lines: &[String]) -> String {
    let mut answer = String::new();
    for line in lines {
        if answer.len() + line.len() >= ANSWER_LEN_MAX {
            break;
        }
        answer.push_str(line);
        answer.push('\n');
    }
    answer
}

/// Why a check in a job file cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// The line has characters that would make it two lines, or the program has no name.
    #[error("check {name:?} says something else than one line of visible ASCII, or runs nothing")]
    Words {
        /// The check.
        name: String,
    },
    /// The patience is not between 0 and 600 seconds.
    #[error("check {name:?} waits {patience_s} s; more than 0 and at most {} are possible",
        PATIENCE_MAX.as_secs())]
    Patience {
        /// The check.
        name: String,
        /// What stands there.
        patience_s: f64,
    },
    /// The pattern is no regular expression.
    #[error("check {name:?}: {fault}")]
    Pattern {
        /// The check.
        name: String,
        /// What is wrong with the pattern.
        fault: String,
    },
    /// A limit for a value that the pattern does not name, or one that nothing can meet.
    #[error("check {name:?} limits {value:?}, which the pattern does not name or nothing can meet")]
    Limit {
        /// The check.
        name: String,
        /// The value.
        value: String,
    },
}

impl Check {
    /// A test step, checked: a value of the type is complete.
    ///
    /// # Errors
    ///
    /// [`CheckError`].
    pub fn new(
        name: String,
        action: Action,
        patience: Option<Duration>,
        pattern: Option<&str>,
        limits: BTreeMap<String, Limits>,
    ) -> Result<Self, CheckError> {
        let says_something = match &action {
            Action::Say(line) => is_one_line(line),
            Action::Run(argv) => argv.first().is_some_and(|program| !program.is_empty()),
        };
        if !says_something {
            return Err(CheckError::Words { name });
        }
        let patience = patience.unwrap_or(PATIENCE_DEFAULT);
        if patience.is_zero() || patience > PATIENCE_MAX {
            return Err(CheckError::Patience { name, patience_s: patience.as_secs_f64() });
        }
        let must_match = match pattern.map(compile) {
            None => None,
            Some(Ok(pattern)) => Some(pattern),
            Some(Err(fault)) => return Err(CheckError::Pattern { name, fault }),
        };
        let groups: Vec<&str> =
            must_match.iter().flat_map(Regex::capture_names).flatten().collect();
        let bad = limits.iter().find(|(value, limits)| {
            let is_empty = match (limits.min, limits.max) {
                (Some(min), Some(max)) => min > max || min.is_nan() || max.is_nan(),
                (Some(one), None) | (None, Some(one)) => one.is_nan(),
                (None, None) => true,
            };
            is_empty || !groups.contains(&value.as_str())
        });
        if let Some((value, _)) = bad {
            return Err(CheckError::Limit { name, value: value.clone() });
        }
        Ok(Self { name, action, patience, must_match, limits })
    }
}

/// `^` and `$` stand at every line: an answer has several.
fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .multi_line(true)
        .crlf(true)
        .size_limit(PATTERN_SIZE_BYTES_MAX)
        .build()
        .map_err(|error| error.to_string())
}

fn is_one_line(line: &str) -> bool {
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(line: &str) -> Action {
        Action::Say(line.to_owned())
    }

    fn limits(of: &[(&str, Option<f64>, Option<f64>)]) -> BTreeMap<String, Limits> {
        of.iter()
            .map(|(name, min, max)| ((*name).to_owned(), Limits { min: *min, max: *max }))
            .collect()
    }

    fn per() -> Check {
        let pattern = r"^rx (?<received>\d+) per (?<per>\S+)$";
        let limits = limits(&[("per", None, Some(2.5)), ("received", Some(100.0), None)]);
        let name = "packet error rate".to_owned();
        Check::new(name, say("tm print_rx_counters"), None, Some(pattern), limits).unwrap()
    }

    fn judge(check: &Check, answer: &[&str]) -> CheckResult {
        let lines: Vec<String> = answer.iter().map(|line| (*line).to_owned()).collect();
        evaluate(check, &lines)
    }

    #[test]
    fn values_within_their_limits_pass_and_are_told() {
        let result = judge(&per(), &["[0001] <info> phy up", "rx 200 per 2.5"]);
        assert_eq!(result.verdict, Verdict::Passed);
        assert_eq!(result.values["per"], "2.5");
        assert_eq!(result.values["received"], "200");
    }

    #[test]
    fn a_value_above_its_limit_fails_with_both_numbers() {
        let fault = CheckFault::TooHigh { name: "per".to_owned(), found: 2.6, max: 2.5 };
        assert_eq!(judge(&per(), &["rx 200 per 2.6"]).verdict, Verdict::Failed(fault));
    }

    #[test]
    fn a_value_below_its_limit_fails() {
        let fault = CheckFault::TooLow { name: "received".to_owned(), found: 99.0, min: 100.0 };
        assert_eq!(judge(&per(), &["rx 99 per 0"]).verdict, Verdict::Failed(fault));
    }

    #[test]
    fn not_a_number_is_never_within_limits() {
        let fault = CheckFault::NotANumber { name: "per".to_owned(), text: "NaN".to_owned() };
        assert_eq!(judge(&per(), &["rx 200 per NaN"]).verdict, Verdict::Failed(fault));
    }

    #[test]
    fn silence_does_not_match() {
        assert!(matches!(judge(&per(), &[]).verdict, Verdict::Failed(CheckFault::NoMatch { .. })));
    }

    #[test]
    fn a_check_without_a_pattern_passes_on_any_answer() {
        let check = Check::new("a".to_owned(), say("tm cw 1"), None, None, BTreeMap::new());
        assert_eq!(judge(&check.unwrap(), &[]).verdict, Verdict::Passed);
    }

    #[test]
    fn a_limit_for_a_value_that_the_pattern_does_not_name_is_refused() {
        let limits = limits(&[("y", Some(1.0), None)]);
        let check = Check::new("a".to_owned(), say("b"), None, Some("(?<x>1)"), limits);
        let error = CheckError::Limit { name: "a".to_owned(), value: "y".to_owned() };
        assert_eq!(check.unwrap_err(), error);
    }

    #[test]
    fn a_check_that_says_two_lines_or_runs_nothing_is_refused() {
        for action in [say("cert init\ncert store"), say(""), Action::Run(Vec::new())] {
            let check = Check::new("a".to_owned(), action, None, None, BTreeMap::new());
            assert_eq!(check.unwrap_err(), CheckError::Words { name: "a".to_owned() });
        }
    }

    proptest::proptest! {
        #[test]
        fn no_answer_makes_the_evaluator_panic(lines in proptest::collection::vec(".*", 0..20)) {
            let result = evaluate(&per(), &lines);
            proptest::prop_assert!(result.values.len() <= 2);
        }
    }
}
