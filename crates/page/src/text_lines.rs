//! What the three text formats share: lines, hex digits, and faults that name the line.

use zeroize::Zeroizing;

use crate::memory::MemoryError;

/// The largest text file in bytes. A 2 MB flash written as Intel HEX is about 6 MB.
pub const TEXT_LEN_MAX: usize = 64 * 1024 * 1024;

/// The longest line in bytes: an Intel HEX record of 255 data bytes is 521; an NVM3 value is shorter.
pub const LINE_LEN_MAX: usize = 1024;

/// A text file is not what it should be.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct TextError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: LineFault,
}

/// What is wrong with a line.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LineFault {
    /// The text exceeds [`TEXT_LEN_MAX`].
    #[error("{0} bytes of text are over the limit of {TEXT_LEN_MAX}")]
    TooLarge(usize),
    /// The line exceeds [`LINE_LEN_MAX`].
    #[error("{0} characters are over the limit of {LINE_LEN_MAX}")]
    TooLong(usize),
    /// A record starts with something else.
    #[error("a record starts with {expected:?}")]
    Start {
        /// The character expected.
        expected: char,
    },
    /// A character is not a hex digit.
    #[error("character {column} is not a hex digit")]
    Digit {
        /// Where, counted from 1.
        column: usize,
    },
    /// The digits do not make whole bytes.
    #[error("an odd number of hex digits")]
    OddDigits,
    /// The record ends before its head does.
    #[error("the record is cut short")]
    Truncated,
    /// The record's count does not agree with its length.
    #[error("the count promises {expected} bytes, the line has {found}")]
    Count {
        /// Bytes promised.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// The checksum is wrong.
    #[error("the checksum is {found:02X}, it should be {expected:02X}")]
    Checksum {
        /// What the bytes sum up to.
        expected: u8,
        /// What stands there.
        found: u8,
    },
    /// A record of a kind that does not exist.
    #[error("there is no record type {found:02X}")]
    RecordKind {
        /// The kind found.
        found: u8,
    },
    /// A control record with the wrong amount of data.
    #[error("a record of this type does not carry {found} bytes")]
    RecordLength {
        /// Bytes of data found.
        found: usize,
    },
    /// The number of data records announced at the end differs from those read.
    #[error("the count record says {expected} data records, there are {found}")]
    RecordCount {
        /// Data records promised.
        expected: u32,
        /// Data records read.
        found: u32,
    },
    /// The address does not fit 32 bits.
    #[error("the address does not fit 32 bits")]
    AddressOverflow,
    /// The same address is written twice.
    #[error("address {address:#010x} is written a second time")]
    Overlap {
        /// The first address concerned.
        address: u32,
    },
    /// The bytes are scattered over more runs than [`RUNS_MAX`](crate::memory::RUNS_MAX).
    #[error("the bytes are scattered over too many addresses")]
    TooManyRuns,
    /// Something follows the end record.
    #[error("there is text after the end record")]
    AfterEnd,
    /// There is no end record: the file is cut short.
    #[error("the end record is missing")]
    NoEnd,
    /// An NVM3 line is not `0xKEY:OBJ:HEX`.
    #[error("an NVM3 object reads `0xKEY:OBJ:HEX`")]
    Nvm3Form,
    /// An NVM3 key is outside the manufacturing range.
    #[error("key {key:#x} is outside the manufacturing range")]
    Nvm3Key {
        /// The key.
        key: u32,
    },
    /// An NVM3 key stands twice.
    #[error("key {key:#x} stands a second time")]
    Nvm3Duplicate {
        /// The key.
        key: u32,
    },
    /// A value has the wrong size for its id.
    #[error("{id} is {found} bytes, it should be {expected}")]
    ValueLength {
        /// The value.
        id: crate::ValueId,
        /// The right size in bytes.
        expected: usize,
        /// The size found in bytes.
        found: usize,
    },
    /// The version is none that a page can have.
    #[error("page version {0} is not known")]
    Version(u32),
    /// A value that every page needs is missing.
    #[error("{0} is missing")]
    MissingId(crate::ValueId),
}

impl TextError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self.fault {
            LineFault::Checksum { .. } | LineFault::NoEnd | LineFault::Truncated => {
                Some("the file is damaged or was cut short: make or copy it again".to_owned())
            }
            _ => None,
        }
    }
}

impl From<MemoryError> for LineFault {
    fn from(fault: MemoryError) -> Self {
        match fault {
            MemoryError::Overflow { .. } => Self::AddressOverflow,
            MemoryError::Overlap { address } => Self::Overlap { address },
            MemoryError::TooManyRuns => Self::TooManyRuns,
        }
    }
}

/// One line that is not blank.
pub(crate) struct Line<'a> {
    /// Counted from 1.
    pub(crate) number: usize,
    /// Without line end and trailing blanks.
    pub(crate) text: &'a [u8],
}

impl Line<'_> {
    pub(crate) fn fault(&self, fault: LineFault) -> TextError {
        TextError { line: self.number, fault }
    }

    /// Reads hex digits of either case, which are a part of this line.
    pub(crate) fn hex_digits(&self, digits: &[u8]) -> Result<Zeroizing<Vec<u8>>, TextError> {
        if let Some(bad) = digits.iter().position(|digit| !digit.is_ascii_hexdigit()) {
            let column = self.text.len() - digits.len() + bad + 1;
            return Err(self.fault(LineFault::Digit { column }));
        }
        hex::decode(digits).map(Zeroizing::new).map_err(|_| self.fault(LineFault::OddDigits))
    }
}

/// Splits a text into its lines, whatever their ends; blank lines are passed over, as every reader does.
pub(crate) fn lines(text: &[u8]) -> Result<impl Iterator<Item = Line<'_>>, TextError> {
    if text.len() > TEXT_LEN_MAX {
        return Err(TextError { line: 1, fault: LineFault::TooLarge(text.len()) });
    }
    let all = || text.split(|byte| *byte == b'\n').enumerate();
    if let Some((index, line)) = all().find(|(_, line)| line.len() > LINE_LEN_MAX) {
        return Err(TextError { line: index + 1, fault: LineFault::TooLong(line.len()) });
    }
    Ok(all()
        .map(|(index, line)| Line { number: index + 1, text: line.trim_ascii_end() })
        .filter(|line| !line.text.is_empty()))
}
