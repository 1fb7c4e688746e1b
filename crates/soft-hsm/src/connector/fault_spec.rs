//! Faults as a person writes them.

use std::time::Duration;

use thiserror::Error;
use yubihsm2::ErrorCode;

use super::fault::{Action, MILLION, Rule, When};

/// The longest time that is taken: a day of rehearsal is long.
const TIME_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a text is no fault.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum FaultSpecError {
    /// The action is missing or unknown.
    #[error(
        "{0:?} is no action; there are drop, drop-answer, delay, error, unplug and lose-sessions"
    )]
    Action(String),
    /// What stands where the time of an action should.
    #[error("{0:?} is no time from 1ms to 1440min; a time is a number with ms, s or min")]
    Time(String),
    /// What stands where an error code should.
    #[error("{0:?} is no error code; a code is a name such as storage-failed, or 0x07")]
    Code(String),
    /// What stands where it should say when.
    #[error("{0:?} does not say when: at or every, with a number of frames or a time; or with N%")]
    When(String),
    /// What stands behind the end.
    #[error("{0:?} is too much")]
    TooMuch(String),
}

/// See [`Rule`]'s `FromStr`.
pub(super) fn parse(text: &str) -> Result<Rule, FaultSpecError> {
    let mut words = text.split_whitespace();
    let mut next = || words.next().unwrap_or_default();
    let action = match next() {
        "drop" => Action::Drop,
        "drop-answer" => Action::DropAnswer,
        "delay" => Action::Delay(time(next())?),
        "error" => Action::Error(code(next())?),
        "unplug" => Action::Unplug(time(next())?),
        "lose-sessions" => Action::LoseSessions,
        other => return Err(FaultSpecError::Action(other.to_owned())),
    };
    let when = when(next(), next())?;
    match words.next() {
        None => Ok(Rule { action, when }),
        Some(more) => Err(FaultSpecError::TooMuch(more.to_owned())),
    }
}

fn when(word: &str, value: &str) -> Result<When, FaultSpecError> {
    let refused = || FaultSpecError::When(format!("{word} {value}").trim().to_owned());
    if word == "with" {
        let millionths = value.strip_suffix('%').and_then(percent).ok_or_else(refused)?;
        return Ok(When::Chance(millionths));
    }
    let frames = value.parse::<u64>().ok().filter(|frames| *frames > 0);
    match (word, frames) {
        ("at", Some(frames)) => Ok(When::AtFrame(frames)),
        ("every", Some(frames)) => Ok(When::EveryFrames(frames)),
        ("at", None) => Ok(When::AtTime(time(value).map_err(|_| refused())?)),
        ("every", None) => Ok(When::EveryTime(time(value).map_err(|_| refused())?)),
        _ => Err(refused()),
    }
}

/// Per cent in millionths.
fn percent(text: &str) -> Option<u32> {
    let per_cent = text.parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number))?;
    Some((per_cent * f64::from(MILLION) / 100.0).round() as u32)
}

fn time(text: &str) -> Result<Duration, FaultSpecError> {
    let refused = || FaultSpecError::Time(text.to_owned());
    let digits = text.find(|character: char| !character.is_ascii_digit()).ok_or_else(refused)?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| refused())?;
    let milliseconds = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1000),
        "min" => number.checked_mul(60_000),
        _ => None,
    };
    let time = Duration::from_millis(milliseconds.ok_or_else(refused)?);
    if time.is_zero() || time > TIME_MAX { Err(refused()) } else { Ok(time) }
}

fn code(text: &str) -> Result<ErrorCode, FaultSpecError> {
    let refused = || FaultSpecError::Code(text.to_owned());
    if let Some(digits) = text.strip_prefix("0x") {
        return u8::from_str_radix(digits, 16).map(ErrorCode).map_err(|_| refused());
    }
    ErrorCode::from_name(&text.to_ascii_uppercase().replace('-', " ")).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_and_every_time_is_read() {
        let second = Duration::from_secs(1);
        for (text, action, when) in [
            ("drop at 7", Action::Drop, When::AtFrame(7)),
            ("drop-answer every 100", Action::DropAnswer, When::EveryFrames(100)),
            ("delay 250ms with 2.5%", Action::Delay(second / 4), When::Chance(25_000)),
            (
                "error log-full at 60s",
                Action::Error(ErrorCode::LOG_FULL),
                When::AtTime(second * 60),
            ),
            ("error 0x07 at 1", Action::Error(ErrorCode::STORAGE_FAILED), When::AtFrame(1)),
            (" unplug  5s every 1min ", Action::Unplug(second * 5), When::EveryTime(second * 60)),
            ("lose-sessions with 0%", Action::LoseSessions, When::Chance(0)),
        ] {
            assert_eq!(parse(text), Ok(Rule { action, when }), "{text}");
        }
    }

    #[test]
    fn what_is_no_fault_is_told_apart() {
        for (text, error) in [
            ("", FaultSpecError::Action(String::new())),
            ("explode at 1", FaultSpecError::Action("explode".into())),
            ("delay at 1", FaultSpecError::Time("at".into())),
            ("delay 5 at 1", FaultSpecError::Time("5".into())),
            ("delay 0s at 1", FaultSpecError::Time("0s".into())),
            ("unplug 1441min at 1", FaultSpecError::Time("1441min".into())),
            ("error 0x at 1", FaultSpecError::Code("0x".into())),
            ("error no-such-code at 1", FaultSpecError::Code("no-such-code".into())),
            ("drop", FaultSpecError::When(String::new())),
            ("drop at 0", FaultSpecError::When("at 0".into())),
            ("drop with 101%", FaultSpecError::When("with 101%".into())),
            ("drop with NaN%", FaultSpecError::When("with NaN%".into())),
            ("drop at 1 2", FaultSpecError::TooMuch("2".into())),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }
}
