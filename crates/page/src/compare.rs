//! What stands on a page, value by value, and what differs between two.

use crate::{Diagnosis, Page, PageVersion, ValueId};

/// One value for display. Private keys have no bytes here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ValueRow {
    /// The value.
    pub id: ValueId,
    /// Its first byte, from the page start; in NVM3 text, the line; `None` where only the page is known.
    pub offset: Option<usize>,
    /// Its size in bytes.
    pub len: usize,
    /// Its bytes as lower-case hex, or `None` for a private key.
    pub hex: Option<String>,
}

/// One difference between two pages.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Difference {
    /// The versions differ.
    Version {
        /// Of the first page.
        left: PageVersion,
        /// Of the second page.
        right: PageVersion,
    },
    /// Only the first page has the value.
    OnlyLeft(ValueRow),
    /// Only the second page has the value.
    OnlyRight(ValueRow),
    /// Both have it, with different bytes.
    Changed {
        /// In the first page.
        left: ValueRow,
        /// In the second page.
        right: ValueRow,
    },
}

impl Diagnosis {
    /// Every value with its place, ascending by id.
    pub fn rows(&self) -> impl Iterator<Item = ValueRow> {
        self.page.iter().map(|(id, value)| row(id, value, self.offset(id)))
    }
}

impl Page {
    /// Every value, ascending by id.
    pub fn rows(&self) -> impl Iterator<Item = ValueRow> {
        self.iter().map(|(id, value)| row(id, value, None))
    }
}

/// What differs, ascending by id.
pub fn diff(left: &Page, right: &Page) -> Vec<Difference> {
    let mut differences = Vec::new();
    if left.version() != right.version() {
        differences.push(Difference::Version { left: left.version(), right: right.version() });
    }
    let mut ids: Vec<ValueId> = left.iter().chain(right.iter()).map(|(id, _)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        match (left.value(id), right.value(id)) {
            (Some(old), Some(new)) if old != new => {
                let (left, right) = (row(id, old, None), row(id, new, None));
                differences.push(Difference::Changed { left, right });
            }
            (Some(old), None) => differences.push(Difference::OnlyLeft(row(id, old, None))),
            (None, Some(new)) => differences.push(Difference::OnlyRight(row(id, new, None))),
            _ => {}
        }
    }
    differences
}

fn row(id: ValueId, value: &[u8], offset: Option<usize>) -> ValueRow {
    let hex = (!id.is_private()).then(|| hex::encode(value));
    ValueRow { id, offset, len: value.len(), hex }
}
