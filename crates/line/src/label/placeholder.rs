//! What a template may ask for.

use std::fmt;

use journal::UnixMillis;
use sidewalk::{Apid, Smsn};

use crate::report::rfc3339;

/// What is known about the device that a label is for.
#[derive(Clone, Copy, Debug)]
pub struct LabelFacts<'a> {
    /// Its device serial number.
    pub dsn: &'a str,
    /// Its Sidewalk manufacturing serial number.
    pub smsn: &'a Smsn,
    /// The advertised product id.
    pub apid: &'a Apid,
    /// The board's chip, where it is known; else its place on the label is empty.
    pub chip: Option<&'a str>,
    /// The line's name.
    pub line: &'a str,
    /// When; the label gets the date in UTC.
    pub at: UnixMillis,
}

/// A place in a template that is filled for each device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Placeholder {
    /// `{dsn}`
    Dsn,
    /// `{smsn}`: 64 lower-case hex digits.
    Smsn,
    /// `{apid}`
    Apid,
    /// `{chip}`
    Chip,
    /// `{line}`
    Line,
    /// `{date}`: `YYYY-MM-DD`, UTC.
    Date,
}

impl Placeholder {
    /// Every placeholder.
    pub const ALL: [Self; 6] =
        [Self::Dsn, Self::Smsn, Self::Apid, Self::Chip, Self::Line, Self::Date];

    /// The word between the braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dsn => "dsn",
            Self::Smsn => "smsn",
            Self::Apid => "apid",
            Self::Chip => "chip",
            Self::Line => "line",
            Self::Date => "date",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|placeholder| placeholder.name() == name)
    }

    /// Whether it tells one device from all others.
    pub(super) const fn is_identity(self) -> bool {
        matches!(self, Self::Dsn | Self::Smsn)
    }

    pub(super) fn value(self, facts: &LabelFacts<'_>) -> String {
        match self {
            Self::Dsn => facts.dsn.to_owned(),
            Self::Smsn => facts.smsn.to_string(),
            Self::Apid => facts.apid.to_string(),
            Self::Chip => facts.chip.unwrap_or_default().to_owned(),
            Self::Line => facts.line.to_owned(),
            // A clock that stands outside of four-digit years has no date worth printing.
            Self::Date => rfc3339::date(facts.at).unwrap_or_default(),
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.name())
    }
}
