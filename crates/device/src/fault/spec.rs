//! Faults as a person writes them.

use sidewalk::Curve;

use super::plan::{Fault, WrongKey};
use crate::{flash::BadCell, randomness::MILLION};

/// Why a text is no fault.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FaultSpecError {
    /// The first word is missing or unknown.
    #[error(
        "{0:?} is no fault; there are bad-cell, power-cut, reset, silent, garbage, loss and wrong-key"
    )]
    Fault(String),
    /// What stands where it should say which cell.
    #[error("{0:?} is no cell; a cell is an address, low or high, and a mask of bits such as 0x81")]
    Cell(String),
    /// What stands where it should say when.
    #[error("{0:?} does not say when: after N steps or after N bytes, as the fault has it")]
    When(String),
    /// What stands where it should say how often.
    #[error("{0:?} does not say how often: with N%")]
    Chance(String),
    /// What stands where it should say which key.
    #[error("{0:?} is no key: say ed25519 or p256r1, and request or kept")]
    Key(String),
    /// What stands behind the end.
    #[error("{0:?} is too much")]
    TooMuch(String),
}

/// See [`Fault`]'s `FromStr`.
pub(super) fn parse(text: &str) -> Result<Fault, FaultSpecError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (name, rest) = words.split_first().unwrap_or((&"", &[]));
    let (fault, used) = match *name {
        "bad-cell" => (cell(rest)?, 3),
        "power-cut" => (Fault::PowerCut { steps: count(rest, "steps")? }, 3),
        "reset" if rest.last() == Some(&"bytes") => {
            (Fault::ResetAfterBytes { bytes: count(rest, "bytes")? }, 3)
        }
        "reset" => (Fault::ResetAfterSteps { steps: count(rest, "steps")? }, 3),
        "silent" if rest.is_empty() => (Fault::Silent { bytes: 0 }, 0),
        "silent" => (Fault::Silent { bytes: count(rest, "bytes")? }, 3),
        "garbage" => (Fault::Garbage { millionths: chance(rest)? }, 2),
        "loss" => (Fault::Loss { millionths: chance(rest)? }, 2),
        "wrong-key" => (wrong_key(rest)?, 2),
        other => return Err(FaultSpecError::Fault(other.to_owned())),
    };
    match rest.get(used) {
        None => Ok(fault),
        Some(more) => Err(FaultSpecError::TooMuch((*more).to_owned())),
    }
}

fn cell(words: &[&str]) -> Result<Fault, FaultSpecError> {
    let refused = || FaultSpecError::Cell(words.join(" "));
    let [address, level, mask, ..] = words else { return Err(refused()) };
    let address = number(address).and_then(|n| u32::try_from(n).ok()).ok_or_else(refused)?;
    let mask = number(mask).and_then(|n| u8::try_from(n).ok()).ok_or_else(refused)?;
    let (stuck_low, stuck_high) = match *level {
        "low" => (mask, 0),
        "high" => (0, mask),
        _ => return Err(refused()),
    };
    Ok(Fault::BadCell(BadCell { address, stuck_low, stuck_high }))
}

fn count(words: &[&str], unit: &str) -> Result<u64, FaultSpecError> {
    let refused = || FaultSpecError::When(words.join(" "));
    match words {
        ["after", count, found, ..] if *found == unit => count.parse().map_err(|_| refused()),
        _ => Err(refused()),
    }
}

fn chance(words: &[&str]) -> Result<u32, FaultSpecError> {
    let refused = || FaultSpecError::Chance(words.join(" "));
    let ["with", percent, ..] = words else { return Err(refused()) };
    let percent = percent.strip_suffix('%').and_then(|number| number.parse::<f64>().ok());
    let percent = percent.filter(|number| (0.0..=100.0).contains(number)).ok_or_else(refused)?;
    Ok((percent * f64::from(MILLION) / 100.0).round() as u32)
}

fn wrong_key(words: &[&str]) -> Result<Fault, FaultSpecError> {
    let refused = || FaultSpecError::Key(words.join(" "));
    let [curve, wrong, ..] = words else { return Err(refused()) };
    let curve: Curve = curve.parse().map_err(|_| refused())?;
    let wrong = match *wrong {
        "request" => WrongKey::Request,
        "kept" => WrongKey::Kept,
        _ => return Err(refused()),
    };
    Ok(Fault::WrongKey { curve, wrong })
}

/// Decimal, or hex after `0x`.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_read() {
        let cell = |stuck_low, stuck_high| {
            Fault::BadCell(BadCell { address: 0xFD010, stuck_low, stuck_high })
        };
        let wrong_key = |curve, wrong| Fault::WrongKey { curve, wrong };
        for (text, fault) in [
            ("bad-cell 0xFD010 low 0x81", cell(0x81, 0)),
            ("bad-cell 1036304 high 1", cell(0, 1)),
            ("power-cut after 12 steps", Fault::PowerCut { steps: 12 }),
            (" reset  after 0 steps ", Fault::ResetAfterSteps { steps: 0 }),
            ("reset after 300 bytes", Fault::ResetAfterBytes { bytes: 300 }),
            ("silent", Fault::Silent { bytes: 0 }),
            ("silent after 7 bytes", Fault::Silent { bytes: 7 }),
            ("garbage with 2.5%", Fault::Garbage { millionths: 25_000 }),
            ("loss with 100%", Fault::Loss { millionths: 1_000_000 }),
            ("wrong-key ed25519 request", wrong_key(Curve::Ed25519, WrongKey::Request)),
            ("wrong-key p256r1 kept", wrong_key(Curve::P256r1, WrongKey::Kept)),
        ] {
            assert_eq!(text.parse(), Ok(fault), "{text}");
        }
    }

    #[test]
    fn what_is_no_fault_is_told_apart() {
        for (text, error) in [
            ("", FaultSpecError::Fault(String::new())),
            ("explode", FaultSpecError::Fault("explode".into())),
            ("bad-cell 0xFD010 low", FaultSpecError::Cell("0xFD010 low".into())),
            ("bad-cell 0xFD010 up 1", FaultSpecError::Cell("0xFD010 up 1".into())),
            ("bad-cell 0xFD010 low 256", FaultSpecError::Cell("0xFD010 low 256".into())),
            ("power-cut", FaultSpecError::When(String::new())),
            ("power-cut after 3 bytes", FaultSpecError::When("after 3 bytes".into())),
            ("reset after -1 steps", FaultSpecError::When("after -1 steps".into())),
            ("garbage with 101%", FaultSpecError::Chance("with 101%".into())),
            ("loss with NaN%", FaultSpecError::Chance("with NaN%".into())),
            ("wrong-key rsa kept", FaultSpecError::Key("rsa kept".into())),
            ("silent after 1 bytes 2", FaultSpecError::TooMuch("2".into())),
        ] {
            assert_eq!(text.parse::<Fault>(), Err(error), "{text}");
        }
    }
}
