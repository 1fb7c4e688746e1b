//! What a command shows: named values in blocks, as indented text for people and as JSON for programs.

use std::fmt::{Display, Write};

use page::Severity;
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeStruct},
};

/// Named values, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// For people only.
    title: String,
    /// For people the title says it all.
    is_line: bool,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    name: &'static str,
    value: Value,
    audience: Audience,
}

/// Who is shown a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Audience {
    Everyone,
    /// It says in other words what programs are given already.
    People,
    /// People are told in a title, or have been told before.
    Programs,
}

/// What a name stands for.
#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Number(u64),
    Flag(bool),
    Block(Block),
    List(Vec<Block>),
    Remarks(Vec<Remark>),
}

/// Something noteworthy.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    pub(crate) severity: Severity,
    /// Stable, for scripts.
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Remark {
    /// The code of advice.
    const HINT: &'static str = "hint";

    pub(crate) fn new(severity: Severity, code: &str, message: impl Display) -> Self {
        Self { severity, code: code.to_owned(), message: message.to_string() }
    }

    pub(crate) fn fault(code: &str, message: impl Display) -> Self {
        Self::new(Severity::Fault, code, message)
    }

    pub(crate) fn note(code: &str, message: impl Display) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// What to do next.
    pub(crate) fn hint(message: impl Display) -> Self {
        Self::note(Self::HINT, message)
    }

    pub(crate) fn is_fault(&self) -> bool {
        self.severity == Severity::Fault
    }
}

/// One line for a person.
impl Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code.as_str() {
            Self::HINT => write!(f, "hint: {}", self.message),
            code => write!(f, "{} [{code}]: {}", self.severity, self.message),
        }
    }
}

impl Block {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), is_line: false, rows: Vec::new() }
    }

    /// A block that is its title for people, and its values for programs.
    pub(crate) fn line(title: impl Into<String>) -> Self {
        Self { title: title.into(), is_line: true, rows: Vec::new() }
    }

    pub(crate) fn text(self, name: &'static str, text: impl Display) -> Self {
        self.with(name, Value::Text(text.to_string()))
    }

    /// Leaves the name out where there is nothing.
    pub(crate) fn maybe(self, name: &'static str, text: Option<impl Display>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    pub(crate) fn number(self, name: &'static str, number: impl TryInto<u64>) -> Self {
        // No count here comes near the limit.
        self.with(name, Value::Number(number.try_into().unwrap_or(u64::MAX)))
    }

    pub(crate) fn flag(self, name: &'static str, flag: bool) -> Self {
        self.with(name, Value::Flag(flag))
    }

    pub(crate) fn block(self, name: &'static str, block: Self) -> Self {
        self.with(name, Value::Block(block))
    }

    pub(crate) fn maybe_block(self, name: &'static str, block: Option<Self>) -> Self {
        match block {
            Some(block) => self.block(name, block),
            None => self,
        }
    }

    pub(crate) fn list(self, name: &'static str, blocks: Vec<Self>) -> Self {
        self.with(name, Value::List(blocks))
    }

    pub(crate) fn remarks(self, remarks: Vec<Remark>) -> Self {
        self.with("remarks", Value::Remarks(remarks))
    }

    /// Takes over another block's rows, not its title.
    pub(crate) fn extended_by(mut self, other: Self) -> Self {
        self.rows.extend(other.rows);
        self
    }

    /// The last value is for programs only.
    pub(crate) fn for_programs(self) -> Self {
        self.for_audience(Audience::Programs)
    }

    /// The last value is for people only.
    pub(crate) fn for_people(self) -> Self {
        self.for_audience(Audience::People)
    }

    /// As text, with a newline at the end.
    pub(crate) fn render(&self) -> String {
        let mut out = String::new();
        if !self.title.is_empty() {
            line(&mut out, 0, &self.title);
        }
        self.render_rows(&mut out, usize::from(!self.title.is_empty()));
        out
    }

    fn with(mut self, name: &'static str, value: Value) -> Self {
        self.rows.push(Row { name, value, audience: Audience::Everyone });
        self
    }

    fn for_audience(mut self, audience: Audience) -> Self {
        if let Some(row) = self.rows.last_mut() {
            row.audience = audience;
        }
        self
    }

    fn render_rows(&self, out: &mut String, depth: usize) {
        if self.is_line {
            return;
        }
        let rows = || self.rows.iter().filter(|row| row.audience != Audience::Programs);
        let is_short =
            |row: &&Row| matches!(row.value, Value::Text(_) | Value::Number(_) | Value::Flag(_));
        let width = rows().filter(is_short).map(|row| row.name.len()).max().unwrap_or(0);
        for Row { name, value, .. } in rows() {
            let label = name.replace('_', " ");
            let labelled = |text: &dyn Display| format!("{label:width$}  {text}");
            match value {
                Value::Text(text) => line(out, depth, labelled(text).trim_end()),
                Value::Number(number) => line(out, depth, &labelled(number)),
                Value::Flag(flag) => line(out, depth, &labelled(&if *flag { "yes" } else { "no" })),
                Value::Block(block) => {
                    line(out, depth, if block.title.is_empty() { &label } else { &block.title });
                    block.render_rows(out, depth + 1);
                }
                Value::List(blocks) => {
                    for block in blocks {
                        line(out, depth, &block.title);
                        block.render_rows(out, depth + 1);
                    }
                }
                Value::Remarks(remarks) => {
                    for remark in remarks {
                        line(out, depth, &remark.to_string());
                    }
                }
            }
        }
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = || self.rows.iter().filter(|row| row.audience != Audience::People);
        let mut map = serializer.serialize_map(Some(rows().count()))?;
        for row in rows() {
            map.serialize_entry(row.name, &row.value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Block(block) => block.serialize(serializer),
            Self::List(blocks) => blocks.serialize(serializer),
            Self::Remarks(remarks) => remarks.serialize(serializer),
        }
    }
}

impl Serialize for Remark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut remark = serializer.serialize_struct("Remark", 3)?;
        remark.serialize_field("severity", &self.severity.to_string())?;
        remark.serialize_field("code", &self.code)?;
        remark.serialize_field("message", &self.message)?;
        remark.end()
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{:indent$}{}", "", printable(text), indent = 2 * depth);
}

/// A file's texts reach the terminal without characters that could steer it.
fn printable(text: &str) -> String {
    text.chars()
        .map(
            |character| {
                if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_aligned_and_blocks_indented() {
        let inner = Block::new("inside").number("len_bytes", 3_u64);
        let block = Block::new("a title").text("a", "x").flag("longer", true).block("inner", inner);
        assert_eq!(
            block.render(),
            "a title\n  a       x\n  longer  yes\n  inside\n    len bytes  3\n"
        );
    }

    #[test]
    fn json_has_every_name_and_no_title() {
        let block = Block::new("a title")
            .maybe("nothing", None::<&str>)
            .text("shown", "x")
            .for_people()
            .block("serial", Block::new("").number("level", 1_u64));
        let json = serde_json::to_string(&block).expect("a block is JSON");
        assert_eq!(json, r#"{"serial":{"level":1}}"#);
    }

    #[test]
    fn a_foreign_text_cannot_steer_the_terminal() {
        assert_eq!(Block::new("\u{1b}[2J").render(), "\u{fffd}[2J\n");
    }
}
