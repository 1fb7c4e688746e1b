//! One JSON value in, the same value out in the form of Python's `json.dump(…, indent=2)`.
//!
//! The reader checks the whole grammar of RFC 8259 and writes the canonical text in the same pass. Canonical
//! text in gives the same bytes out, so what the public tools wrote passes unchanged. The text may end
//! anywhere: [`Stop::NeedMore`] then says that more bytes decide.

use std::ops::Range;

use crate::{
    error::ReadProblem,
    limits::{DEPTH_MAX, MEMBERS_MAX},
    number,
    shape::{Fields, Found, Place},
};

/// Why a value was not read to its end.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Stop {
    /// The text ends within the value.
    NeedMore,
    /// The text is wrong at `offset`.
    Bad { offset: usize, problem: ReadProblem },
}

/// Reads the value that `text` begins with and appends its canonical form to `out`.
pub(crate) struct Transcoder<'a> {
    text: &'a [u8],
    at: usize,
    out: &'a mut Vec<u8>,
    /// Where this value's canonical form begins in `out`.
    out_start: usize,
    /// Canonical ranges of the keys of all open objects; those of the innermost are last.
    keys: &'a mut Vec<Range<usize>>,
    fields: Fields,
}

impl<'a> Transcoder<'a> {
    pub(crate) fn new(
        text: &'a [u8],
        out: &'a mut Vec<u8>,
        keys: &'a mut Vec<Range<usize>>,
    ) -> Self {
        keys.clear();
        let out_start = out.len();
        Self { text, at: 0, out, out_start, keys, fields: Fields::default() }
    }

    /// Reads one value. `level` is the number of containers around it, each of which indents by two spaces.
    /// Returns how many bytes it took and what was found at the known places of an entry.
    pub(crate) fn read_value(
        mut self,
        level: usize,
        place: Place,
    ) -> Result<(usize, Fields), Stop> {
        let depth_limit = level + DEPTH_MAX;
        self.value(level, depth_limit, place)?;
        Ok((self.at, self.fields))
    }

    /// Reads a key and the colon behind it. The key's canonical form is appended with its quotes.
    pub(crate) fn read_key(mut self) -> Result<usize, Stop> {
        self.key()?;
        self.colon()?;
        Ok(self.at)
    }

    fn value(&mut self, level: usize, depth_limit: usize, place: Place) -> Result<(), Stop> {
        if level == depth_limit {
            return Err(self.bad(ReadProblem::TooDeep { limit: DEPTH_MAX }));
        }
        let first = self.peek()?;
        let found = match first {
            b'"' => {
                let Range { start, end } = self.string()?;
                // An entry's text is far below 4 GiB: it grows at most thirty-fold from 64 KiB.
                Found::Text(start as u32..end as u32)
            }
            b'{' => {
                self.object(level, depth_limit, place)?;
                Found::NotText
            }
            b'[' => {
                self.array(level, depth_limit)?;
                Found::NotText
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                Found::NotText
            }
            b't' => self.literal(b"true")?,
            b'f' => self.literal(b"false")?,
            b'n' => self.literal(b"null")?,
            _ => return Err(self.unexpected("a value")),
        };
        if let Place::Value(field) = place {
            self.fields.set(field, found);
        }
        Ok(())
    }

    fn object(&mut self, level: usize, depth_limit: usize, place: Place) -> Result<(), Stop> {
        self.push(b'{');
        self.skip_whitespace();
        if self.peek()? == b'}' {
            self.push(b'}');
            return Ok(());
        }
        let keys_start = self.keys.len();
        loop {
            self.indent(level + 1);
            let key = self.unique_key(keys_start)?;
            let place = place.member(&self.out[self.out_start..][key]);
            self.colon()?;
            self.out.extend_from_slice(b": ");
            self.value(level + 1, depth_limit, place)?;
            self.skip_whitespace();
            match self.peek()? {
                b',' => self.push(b','),
                b'}' => break,
                _ => return Err(self.unexpected("`,` or `}`")),
            }
            self.skip_whitespace();
        }
        self.keys.truncate(keys_start);
        self.indent(level);
        self.push(b'}');
        Ok(())
    }

    fn array(&mut self, level: usize, depth_limit: usize) -> Result<(), Stop> {
        self.push(b'[');
        self.skip_whitespace();
        if self.peek()? == b']' {
            self.push(b']');
            return Ok(());
        }
        loop {
            self.indent(level + 1);
            self.value(level + 1, depth_limit, Place::Elsewhere)?;
            self.skip_whitespace();
            match self.peek()? {
                b',' => self.push(b','),
                b']' => break,
                _ => return Err(self.unexpected("`,` or `]`")),
            }
            self.skip_whitespace();
        }
        self.indent(level);
        self.push(b']');
        Ok(())
    }

    /// Reads a key that the innermost object does not have yet. Canonical forms are compared, so that a key
    /// cannot hide behind an escape.
    fn unique_key(&mut self, keys_start: usize) -> Result<Range<usize>, Stop> {
        let offset = self.at;
        let key = self.key()?;
        let canonical = &self.out[self.out_start..];
        let siblings = &self.keys[keys_start..];
        let problem = if siblings.len() == MEMBERS_MAX {
            ReadProblem::TooManyMembers { limit: MEMBERS_MAX }
        } else if siblings
            .iter()
            .any(|sibling| canonical[sibling.clone()] == canonical[key.clone()])
        {
            let key = String::from_utf8_lossy(&canonical[key]).into_owned();
            ReadProblem::DuplicateKey { key }
        } else {
            self.keys.push(key.clone());
            return Ok(key);
        };
        Err(Stop::Bad { offset, problem })
    }

    fn key(&mut self) -> Result<Range<usize>, Stop> {
        match self.peek()? {
            b'"' => self.string(),
            _ => Err(self.unexpected("a key in double quotes")),
        }
    }

    fn colon(&mut self) -> Result<(), Stop> {
        self.skip_whitespace();
        match self.peek()? {
            b':' => self.at += 1,
            _ => return Err(self.unexpected("`:`")),
        }
        self.skip_whitespace();
        Ok(())
    }

    /// Returns the range of the canonical text within the quotes.
    fn string(&mut self) -> Result<Range<usize>, Stop> {
        self.push(b'"');
        let start = self.out.len() - self.out_start;
        loop {
            let plain_len = plain_len(&self.text[self.at..]);
            self.out.extend_from_slice(&self.text[self.at..self.at + plain_len]);
            self.at += plain_len;
            match self.peek()? {
                b'"' => break,
                b'\\' => self.escape()?,
                byte @ 0..0x20 => {
                    return Err(self.bad(ReadProblem::ControlCharacter { byte }));
                }
                _ => self.non_ascii()?,
            }
        }
        let end = self.out.len() - self.out_start;
        self.push(b'"');
        Ok(start..end)
    }

    fn escape(&mut self) -> Result<(), Stop> {
        let (unit, len) = match self.byte_at(self.at + 1)? {
            byte @ (b'"' | b'\\' | b'/') => (u16::from(byte), 2),
            b'b' => (0x08, 2),
            b'f' => (0x0c, 2),
            b'n' => (0x0a, 2),
            b'r' => (0x0d, 2),
            b't' => (0x09, 2),
            b'u' => (self.hex_unit()?, 6),
            _ => return Err(self.bad(ReadProblem::Escape)),
        };
        self.at += len;
        self.write_unit(unit);
        Ok(())
    }

    /// The UTF-16 unit of a `\uXXXX` escape. A surrogate without its other half is kept as it is, as Python
    /// keeps it.
    fn hex_unit(&self) -> Result<u16, Stop> {
        let mut unit = 0;
        for index in 2..6 {
            let digit = char::from(self.byte_at(self.at + index)?).to_digit(16);
            match digit {
                Some(digit) => unit = unit << 4 | digit as u16,
                None => return Err(self.bad(ReadProblem::Escape)),
            }
        }
        Ok(unit)
    }

    /// One character beyond printable ASCII, as one or two escapes.
    fn non_ascii(&mut self) -> Result<(), Stop> {
        let longest = &self.text[self.at..self.text.len().min(self.at + 4)];
        let valid = match std::str::from_utf8(longest) {
            Ok(valid) => valid,
            Err(error) => match (error.valid_up_to(), error.error_len()) {
                (0, None) => return Err(Stop::NeedMore),
                (0, Some(_)) => return Err(self.bad(ReadProblem::Utf8)),
                (valid_len, _) => std::str::from_utf8(&longest[..valid_len]).unwrap_or_default(),
            },
        };
        let Some(character) = valid.chars().next() else { return Err(Stop::NeedMore) };
        self.at += character.len_utf8();
        for &mut unit in character.encode_utf16(&mut [0; 2]) {
            self.write_unit(unit);
        }
        Ok(())
    }

    fn write_unit(&mut self, unit: u16) {
        let short = match unit {
            0x08 => b'b',
            0x09 => b't',
            0x0a => b'n',
            0x0c => b'f',
            0x0d => b'r',
            0x22 => b'"',
            0x5c => b'\\',
            0x20..=0x7e => {
                self.out.push(unit as u8);
                return;
            }
            _ => {
                self.out.extend_from_slice(b"\\u");
                for shift in [12, 8, 4, 0] {
                    self.out.push(b"0123456789abcdef"[usize::from(unit >> shift & 0xf)]);
                }
                return;
            }
        };
        self.out.extend_from_slice(&[b'\\', short]);
    }

    fn number(&mut self) -> Result<(), Stop> {
        let start = self.at;
        if self.peek()? == b'-' {
            self.at += 1;
        }
        match self.peek()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek()? == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek()?, b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek()?, b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = std::str::from_utf8(&self.text[start..self.at]).unwrap_or_default();
        if number::write_python(text, self.out) {
            return Ok(());
        }
        Err(Stop::Bad { offset: start, problem: ReadProblem::NumberOutOfRange })
    }

    fn digits(&mut self) -> Result<(), Stop> {
        if !self.peek()?.is_ascii_digit() {
            return Err(self.unexpected("a digit"));
        }
        while self.peek()?.is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    fn literal(&mut self, literal: &'static [u8]) -> Result<Found, Stop> {
        for &expected in literal {
            if self.peek()? != expected {
                return Err(self.unexpected("a value"));
            }
            self.push(expected);
        }
        Ok(Found::NotText)
    }

    fn skip_whitespace(&mut self) {
        self.at += whitespace_len(&self.text[self.at..]);
    }

    fn indent(&mut self, level: usize) {
        self.out.push(b'\n');
        self.out.resize(self.out.len() + 2 * level, b' ');
    }

    /// Takes one byte that is the same in canonical form.
    fn push(&mut self, byte: u8) {
        self.at += 1;
        self.out.push(byte);
    }

    fn peek(&self) -> Result<u8, Stop> {
        self.byte_at(self.at)
    }

    fn byte_at(&self, offset: usize) -> Result<u8, Stop> {
        self.text.get(offset).copied().ok_or(Stop::NeedMore)
    }

    fn bad(&self, problem: ReadProblem) -> Stop {
        Stop::Bad { offset: self.at, problem }
    }

    fn unexpected(&self, expected: &'static str) -> Stop {
        match self.peek() {
            Ok(byte) => self.bad(ReadProblem::UnexpectedByte { byte, expected }),
            Err(stop) => stop,
        }
    }
}

/// How many bytes of JSON whitespace `text` begins with.
pub(crate) fn whitespace_len(text: &[u8]) -> usize {
    text.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).unwrap_or(text.len())
}

/// How many bytes `text` begins with that stand for themselves within a string of canonical JSON.
fn plain_len(text: &[u8]) -> usize {
    /// Wide enough for the compiler to test a block with vector instructions.
    const BLOCK_LEN_BYTES: usize = 32;

    let is_plain = |byte: u8| matches!(byte, 0x20..=0x7e) & (byte != b'"') & (byte != b'\\');
    let mut len = 0;
    for block in text.chunks_exact(BLOCK_LEN_BYTES) {
        if !block.iter().fold(true, |all, &byte| all & is_plain(byte)) {
            break;
        }
        len += BLOCK_LEN_BYTES;
    }
    len + text[len..].iter().position(|&byte| !is_plain(byte)).unwrap_or(text.len() - len)
}
