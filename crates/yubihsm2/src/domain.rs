//! Domains: which sessions see which objects.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::wire::{Reader, Wire, WireError, Writer};

/// A set of the sixteen domains: domain n is bit n - 1; 2 bytes on the wire.
///
/// A session sees an object only where the two share a domain.
#[derive(Clone, Copy, Default, Eq, Hash, PartialEq)]
pub struct Domains(u16);

impl Domains {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// All sixteen domains.
    pub const ALL: Self = Self(u16::MAX);

    /// The number of the last domain; the first is 1.
    pub const NUMBER_MAX: u8 = 16;

    /// The set of these bits.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// The bits.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The set of one domain, or `None` for a number outside 1 to 16.
    pub const fn one(number: u8) -> Option<Self> {
        match number {
            1..=Self::NUMBER_MAX => Some(Self(1 << (number - 1))),
            _ => None,
        }
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every domain of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the sets share a domain.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What is in either set.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The numbers of the domains, ascending.
    pub fn numbers(self) -> impl Iterator<Item = u8> {
        (1..=Self::NUMBER_MAX).filter(move |number| self.0 & (1 << (number - 1)) != 0)
    }
}

impl std::ops::BitOr for Domains {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl fmt::Display for Domains {
    /// `none`, `all`, or numbers with commas between them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NONE => return f.write_str("none"),
            Self::ALL => return f.write_str("all"),
            _ => {}
        }
        let mut separator = "";
        for number in self.numbers() {
            write!(f, "{separator}{number}")?;
            separator = ",";
        }
        Ok(())
    }
}

impl fmt::Debug for Domains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Domains({self})")
    }
}

impl FromStr for Domains {
    type Err = DomainError;

    /// Reads numbers from 1 to 16, `none` and `all` with commas or colons between them.
    fn from_str(text: &str) -> Result<Self, DomainError> {
        text.split([',', ':']).try_fold(Self::NONE, |set, part| {
            let one = match part.trim() {
                "none" => Some(Self::NONE),
                "all" => Some(Self::ALL),
                number => number.parse().ok().and_then(Self::one),
            };
            one.map(|one| set.union(one)).ok_or_else(|| DomainError { text: part.to_owned() })
        })
    }
}

/// The text names no domain.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{text:?} is not a domain from 1 to 16")]
pub struct DomainError {
    /// The text.
    pub text: String,
}

impl Wire for Domains {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        u16::read(input).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_1_and_3_are_bits_0_and_2() {
        let domains = Domains::from_bits(0x0005);
        assert_eq!(domains.to_string(), "1,3");
        assert_eq!("1,3".parse(), Ok(domains));
        assert_eq!("3:1".parse(), Ok(domains));
        assert_eq!(domains.numbers().collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn a_number_outside_1_to_16_is_no_domain() {
        assert_eq!(Domains::one(0), None);
        assert_eq!(Domains::one(17), None);
        assert_eq!(Domains::one(16), Some(Domains::from_bits(0x8000)));
        for text in ["0", "17", "", "1,,2"] {
            assert!(text.parse::<Domains>().is_err(), "{text}");
        }
    }

    #[test]
    fn all_and_none_read_back() {
        for set in [Domains::NONE, Domains::ALL] {
            assert_eq!(set.to_string().parse(), Ok(set));
        }
    }
}
