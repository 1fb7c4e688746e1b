//! Reading a table of a TOML file key by key, so that every complaint has a line.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::error::{JobError, Problem};

/// A table and what has been taken from it.
pub(super) struct Section<'a> {
    text: &'a str,
    /// The table's name, such as `driver`; empty for the whole file.
    name: String,
    /// Where the table stands, for keys that are missing.
    offset: usize,
    table: &'a DeTable<'a>,
    taken: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Section<'a> {
    pub(super) fn of_file(text: &'a str, table: &'a Spanned<DeTable<'a>>) -> Self {
        Self::new(text, String::new(), 0, table.get_ref())
    }

    fn new(text: &'a str, name: String, offset: usize, table: &'a DeTable<'a>) -> Self {
        Self { text, name, offset, table, taken: RefCell::default() }
    }

    /// A table that must be there.
    pub(super) fn section(&self, key: &'static str) -> Result<Section<'a>, JobError> {
        match self.optional_section(key)? {
            Some(section) => Ok(section),
            None => Err(self.missing(key)),
        }
    }

    /// A table that may be there.
    pub(super) fn optional_section(
        &self,
        key: &'static str,
    ) -> Result<Option<Section<'a>>, JobError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => {
                Ok(Some(Self::new(self.text, self.path(key), value.span().start, table)))
            }
            _ => Err(self.wrong(key, value, "a table")),
        }
    }

    /// The tables of `[[key]]`, none where there is no such key.
    pub(super) fn sections(&self, key: &'static str) -> Result<Vec<Section<'a>>, JobError> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.wrong(key, value, "a list of tables"));
        };
        let sections = items.iter().map(|item| match item.get_ref() {
            DeValue::Table(table) => {
                Ok(Self::new(self.text, self.path(key), item.span().start, table))
            }
            _ => Err(self.wrong(key, item, "a table")),
        });
        sections.collect()
    }

    /// A text that may be there.
    pub(super) fn optional_text(&self, key: &'static str) -> Result<Option<&'a str>, JobError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::String(text) => Ok(Some(text)),
            _ => Err(self.wrong(key, value, "a text in quotes")),
        }
    }

    /// A text that must be there.
    pub(super) fn text(&self, key: &'static str) -> Result<&'a str, JobError> {
        self.optional_text(key)?.ok_or_else(|| self.missing(key))
    }

    /// A text that must be there and that `parse` understands.
    pub(super) fn parsed<T, E: std::fmt::Display>(
        &self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, JobError> {
        let text = self.text(key)?;
        parse(text).map_err(|error| self.bad(key, &error))
    }

    /// A text that may be there and that `parse` understands.
    pub(super) fn optional_parsed<T, E: std::fmt::Display>(
        &self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, JobError> {
        let text = self.optional_text(key)?;
        text.map(|text| parse(text).map_err(|error| self.bad(key, &error))).transpose()
    }

    /// A path that may be there, taken from `base` where it is relative.
    pub(super) fn optional_path(
        &self,
        key: &'static str,
        base: &Path,
    ) -> Result<Option<PathBuf>, JobError> {
        Ok(self.optional_text(key)?.map(|path| base.join(path)))
    }

    /// A path that must be there.
    pub(super) fn path_in(&self, key: &'static str, base: &Path) -> Result<PathBuf, JobError> {
        Ok(base.join(self.text(key)?))
    }

    /// A whole number within limits.
    pub(super) fn optional_number(
        &self,
        key: &'static str,
        min: u64,
        max: u64,
    ) -> Result<Option<u64>, JobError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let number = match value.get_ref() {
            DeValue::Integer(number) => {
                u64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()
            }
            _ => None,
        };
        match number {
            Some(number) if (min..=max).contains(&number) => Ok(Some(number)),
            _ => Err(self.wrong(key, value, &format!("a whole number from {min} to {max}"))),
        }
    }

    /// `true` or `false`.
    pub(super) fn optional_flag(&self, key: &'static str) -> Result<Option<bool>, JobError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Boolean(flag) => Ok(Some(*flag)),
            _ => Err(self.wrong(key, value, "true or false")),
        }
    }

    /// A list of texts, empty where there is no such key.
    pub(super) fn texts(&self, key: &'static str) -> Result<Vec<String>, JobError> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let DeValue::Array(items) = value.get_ref() else {
            return Err(self.wrong(key, value, "a list of texts"));
        };
        let texts = items.iter().map(|item| match item.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.wrong(key, item, "a text in quotes")),
        });
        texts.collect()
    }

    /// A text or a list of texts, empty where there is no such key.
    pub(super) fn text_or_texts(&self, key: &'static str) -> Result<Vec<String>, JobError> {
        match self.table.get(key).map(Spanned::get_ref) {
            Some(DeValue::String(_)) => Ok(vec![self.text(key)?.to_owned()]),
            _ => self.texts(key),
        }
    }

    /// Names with a text each.
    pub(super) fn words(&self, key: &'static str) -> Result<BTreeMap<String, String>, JobError> {
        let Some(value) = self.take(key) else { return Ok(BTreeMap::new()) };
        let what = "a table of names with texts";
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.wrong(key, value, what));
        };
        let words = table.iter().map(|(name, text)| match text.get_ref() {
            DeValue::String(text) => Ok((name.get_ref().to_string(), text.to_string())),
            _ => Err(self.wrong(key, text, what)),
        });
        words.collect()
    }

    /// Names with a lowest and a highest value each: `{ rssi = [-90, -20] }`.
    pub(super) fn limits(&self, key: &'static str) -> Result<Vec<(String, f64, f64)>, JobError> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let what = "a table of names with [lowest, highest]";
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.wrong(key, value, what));
        };
        let mut limits = Vec::new();
        for (name, range) in table {
            let numbers: Option<Vec<f64>> = match range.get_ref() {
                DeValue::Array(items) => {
                    items.iter().map(|item| float_of(item.get_ref())).collect()
                }
                _ => None,
            };
            match numbers.as_deref() {
                Some([low, high]) if low <= high => {
                    limits.push((name.get_ref().to_string(), *low, *high));
                }
                _ => return Err(self.wrong(key, range, what)),
            }
        }
        Ok(limits)
    }

    /// Complains about a value that has the right form and makes no sense.
    pub(super) fn bad(&self, key: &'static str, problem: &dyn std::fmt::Display) -> JobError {
        let offset = self.table.get(key).map_or(self.offset, |value| value.span().start);
        self.error(offset, Problem::Value { key: self.path(key), problem: problem.to_string() })
    }

    /// Complains about keys that nobody asked for: most likely misspelt.
    pub(super) fn finish(self) -> Result<(), JobError> {
        let taken = self.taken.borrow();
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if !taken.contains(name) {
                let meant = closest(name, taken.iter().copied());
                let problem = Problem::Unknown { key: self.path(name), meant };
                return Err(self.error(key.span().start, problem));
            }
        }
        Ok(())
    }

    pub(super) fn missing(&self, key: &'static str) -> JobError {
        self.error(self.offset, Problem::Missing { key: self.path(key) })
    }

    fn take(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.taken.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn wrong(&self, key: &'static str, value: &Spanned<DeValue<'_>>, expected: &str) -> JobError {
        let problem = Problem::Type { key: self.path(key), expected: expected.to_owned() };
        self.error(value.span().start, problem)
    }

    fn error(&self, offset: usize, problem: Problem) -> JobError {
        JobError { line: line_of(self.text, offset), problem }
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

/// The line of a byte, from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn float_of(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) if number.radix() == 10 => {
            number.as_str().replace('_', "").parse().ok()
        }
        DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
        _ => None,
    }
}

/// The known key that a misspelt one most resembles, where it does at all.
fn closest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    let near = known.map(|key| (distance(name, key), key)).min()?;
    (near.0 * 3 <= name.len().max(3)).then(|| near.1.to_owned())
}

/// How many letters must be changed, added or taken away.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}
