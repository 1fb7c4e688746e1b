//! Where serial numbers come from, as a job says it.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{error::JobError, read::first_line, section::Section};

/// Where serial numbers come from.
#[derive(Clone, Debug, PartialEq)]
pub enum SerialSettings {
    /// Numbers one after the other, in a pattern.
    Range {
        /// How a number becomes a DSN.
        pattern: Pattern,
        /// The first number.
        first: u64,
        /// The last number.
        last: u64,
        /// A file that several lines share, so that none uses another's numbers.
        shared: Option<PathBuf>,
    },
    /// A list: a CSV file with a column `dsn`, or a serial number a line.
    List {
        /// The file; `-` for standard input.
        path: PathBuf,
        /// A file that several lines share.
        shared: Option<PathBuf>,
    },
    /// Somebody scans each board: a keyboard wedge types lines, a serial port gives them.
    Scanner {
        /// The port; without it the keyboard.
        port: Option<String>,
        /// Its baud rate.
        baud: u32,
        /// What a scan must look like; a group `dsn` cuts the number out.
        pattern: Option<String>,
        /// The check digit at the end, where there is one.
        check_digit: Option<CheckDigit>,
        /// Whether every board is scanned twice, and both must agree.
        is_twice: bool,
        /// A file that several lines share.
        shared: Option<PathBuf>,
    },
}

impl SerialSettings {
    /// The file that several lines share, where there is one.
    pub const fn shared(&self) -> Option<&PathBuf> {
        match self {
            Self::Range { shared, .. }
            | Self::List { shared, .. }
            | Self::Scanner { shared, .. } => shared.as_ref(),
        }
    }
}

/// How the last character of a serial number proves the others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CheckDigit {
    /// Modulus 10 with every second digit doubled (ISO/IEC 7812-1); letters do not count.
    Luhn,
    /// Modulus 10 with weights 3 and 1 from the right (GS1).
    Gs1,
    /// Modulus 43 over the characters of Code 39.
    Code39,
}

/// A text with one place for a number: `G{:06}` makes `G000042` of 42.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern {
    front: String,
    width: usize,
    back: String,
}

impl Pattern {
    /// The DSN of a number.
    pub fn dsn(&self, number: u64) -> String {
        format!("{}{number:0width$}{}", self.front, self.back, width = self.width)
    }

    /// The number of a DSN that this pattern made.
    pub fn number(&self, dsn: &str) -> Option<u64> {
        let digits = dsn.strip_prefix(self.front.as_str())?.strip_suffix(self.back.as_str())?;
        let number = digits.parse().ok()?;
        (self.dsn(number) == dsn).then_some(number)
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let (front, rest) = text.split_once('{').ok_or(PatternError)?;
        let (place, back) = rest.split_once('}').ok_or(PatternError)?;
        let width = match place {
            "" => 1,
            _ => {
                place.strip_prefix(":0").and_then(|width| width.parse().ok()).ok_or(PatternError)?
            }
        };
        let is_good =
            |part: &str| part.bytes().all(|byte| byte.is_ascii_graphic() && !b"{}".contains(&byte));
        if width > 16 || !is_good(front) || !is_good(back) {
            return Err(PatternError);
        }
        Ok(Self { front: front.to_owned(), width, back: back.to_owned() })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{{:0{}}}{}", self.front, self.width, self.back)
    }
}

/// A text that is no pattern.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a pattern has one place for the number, such as G{{:06}}")]
pub struct PatternError;

/// The longest DSN: what a page has room for.
pub(super) const DSN_LEN_MAX: usize = 16;

pub(super) fn read(section: Section<'_>, base: &Path) -> Result<SerialSettings, JobError> {
    let shared = section.optional_path("shared", base)?;
    let settings = match section.text("source")? {
        "range" => {
            let pattern: Pattern = section.parsed("pattern", str::parse)?;
            let first = section.optional_number("first", 0, u64::MAX)?.unwrap_or(1);
            let last = section
                .optional_number("last", 0, u64::MAX)?
                .ok_or_else(|| section.missing("last"))?;
            if last < first {
                return Err(section.bad("last", &"it is before first"));
            }
            let longest = pattern.dsn(last);
            if longest.len() > DSN_LEN_MAX {
                let problem = format!(
                    "{longest} has {} characters, a DSN has at most {DSN_LEN_MAX}",
                    longest.len()
                );
                return Err(section.bad("pattern", &problem));
            }
            SerialSettings::Range { pattern, first, last, shared }
        }
        "list" => SerialSettings::List {
            path: match section.text("path")? {
                "-" => PathBuf::from("-"),
                path => base.join(path),
            },
            shared,
        },
        "scanner" => {
            let pattern = section.optional_text("match")?.map(str::to_owned);
            if let Some(pattern) = &pattern {
                regex::Regex::new(pattern)
                    .map_err(|error| section.bad("match", &first_line(&error.to_string())))?;
            }
            let check_digit = section.optional_parsed("check_digit", |text| match text {
                "luhn" => Ok(CheckDigit::Luhn),
                "gs1" => Ok(CheckDigit::Gs1),
                "code39" => Ok(CheckDigit::Code39),
                _ => Err("say luhn, gs1 or code39"),
            })?;
            SerialSettings::Scanner {
                port: section.optional_text("port")?.map(str::to_owned),
                baud: section.optional_number("baud", 300, 4_000_000)?.unwrap_or(9600) as u32,
                pattern,
                check_digit,
                is_twice: section.optional_flag("twice")?.unwrap_or(false),
                shared,
            }
        }
        _ => return Err(section.bad("source", &"say range, list or scanner")),
    };
    section.finish()?;
    Ok(settings)
}
