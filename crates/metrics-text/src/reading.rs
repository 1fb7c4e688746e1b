//! The text, read again: by tests, and by whoever checks a server.

use std::collections::{BTreeMap, BTreeSet};

/// Name with labels as `name{label=value,…}`, and value.
pub type Samples = BTreeMap<String, f64>;

/// A text that is no exposition.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ReadError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// Reads an exposition as strictly as its specification allows, with the customary rules for names: a counter's ends in
/// `_total`, and nothing else's does.
///
/// # Errors
///
/// [`ReadError`] names the first line that is wrong.
pub fn samples(text: &str) -> Result<Samples, ReadError> {
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(ReadError { line: text.lines().count(), what: "the last line has no end" });
    }
    let mut reader = Reader::default();
    for (at, line) in text.split_terminator('\n').enumerate() {
        reader.read(line).map_err(|what| ReadError { line: at + 1, what })?;
    }
    Ok(reader.samples)
}

#[derive(Default)]
struct Reader<'a> {
    samples: Samples,
    seen: BTreeSet<&'a str>,
    /// The metric whose help stands before its type.
    helped: Option<&'a str>,
    /// Name and kind of the metric that samples are of.
    current: Option<(&'a str, &'a str)>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, line: &'a str) -> Result<(), &'static str> {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').ok_or("a help has no text")?;
            ensure(is_name(name) && !help.trim().is_empty(), "a help is empty")?;
            ensure(self.seen.insert(name), "a metric stands in two places")?;
            self.helped = Some(name);
            return Ok(());
        }
        if let Some(named) = self.helped.take() {
            let kind = line.strip_prefix("# TYPE ").ok_or("a type does not follow its help")?;
            let (typed, kind) = kind.split_once(' ').ok_or("a type has no kind")?;
            ensure(typed == named, "help and type are of two metrics")?;
            ensure(["counter", "gauge", "histogram"].contains(&kind), "a kind is not known")?;
            let is_total = named.ends_with("_total");
            ensure((kind == "counter") == is_total, "only a counter's name ends in _total")?;
            self.current = Some((named, kind));
            return Ok(());
        }
        self.sample(line)
    }

    fn sample(&mut self, line: &str) -> Result<(), &'static str> {
        let end = line.find(['{', ' ']).ok_or("a sample has no value")?;
        let (name, rest) = line.split_at(end);
        let (metric, kind) = self.current.ok_or("a sample has no type before it")?;
        let suffix = name.strip_prefix(metric).ok_or("a sample is of another metric")?;
        let allowed: &[&str] =
            if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        ensure(allowed.contains(&suffix), "a sample is of another metric")?;
        let (labels, rest) = match rest.strip_prefix('{') {
            Some(rest) => labels(rest)?,
            None => (Vec::new(), rest),
        };
        let names: BTreeSet<_> = labels.iter().map(|(name, _)| name).collect();
        ensure(names.len() == labels.len(), "a label stands twice")?;
        let value = rest.strip_prefix(' ').and_then(|value| value.parse().ok());
        let value: f64 = value.ok_or("a value is no number")?;
        let labels: Vec<String> =
            labels.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let key = format!("{name}{{{}}}", labels.join(","));
        ensure(self.samples.insert(key, value).is_none(), "a sample stands twice")
    }
}

/// Labels up to the closing brace, and what follows.
type Labels<'a> = (Vec<(String, String)>, &'a str);

fn labels(mut rest: &str) -> Result<Labels<'_>, &'static str> {
    let mut labels = Vec::new();
    loop {
        let (name, after) = rest.split_once("=\"").ok_or("a label has no quoted value")?;
        ensure(is_name(name), "a label's name is none")?;
        let mut value = String::new();
        let mut characters = after.char_indices();
        let end = loop {
            match characters.next().ok_or("a value does not end with a quote")? {
                (at, '"') => break at,
                (_, '\\') => match characters.next().ok_or("an escape is cut")?.1 {
                    'n' => value.push('\n'),
                    c @ ('\\' | '"') => value.push(c),
                    _ => return Err("an escape is not known"),
                },
                (_, c) => value.push(c),
            }
        };
        labels.push((name.to_owned(), value));
        rest = &after[end + 1..];
        if let Some(end) = rest.strip_prefix('}') {
            return Ok((labels, end));
        }
        rest = rest.strip_prefix(',').ok_or("labels are not parted by commas")?;
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn ensure(is_so: bool, what: &'static str) -> Result<(), &'static str> {
    if is_so { Ok(()) } else { Err(what) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let head = "# HELP a A.\n# TYPE a gauge\n";
        assert_eq!(samples(&format!("{head}a 1\n")), Ok(Samples::from([("a{}".to_owned(), 1.0)])));
        for (text, line) in [
            (format!("{head}a 1"), 3),
            (format!("{head}b 1\n"), 3),
            (format!("{head}a 1\na 2\n"), 4),
            (format!("{head}a{{b=\"c\",b=\"c\"}} 1\n"), 3),
            (format!("{head}a{{b=\"\\x\"}} 1\n"), 3),
            (format!("{head}a x\n"), 3),
            (format!("{head}a 1\n{head}"), 4),
            ("a 1\n".to_owned(), 1),
            ("# HELP a A.\na 1\n".to_owned(), 2),
            ("# HELP a A.\n# TYPE a counter\n".to_owned(), 2),
        ] {
            assert_eq!(samples(&text).unwrap_err().line, line, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text: String) {
            let _ = samples(&text);
            let _ = samples(&format!("# HELP a A.\n# TYPE a gauge\na{{{text}\n"));
        }
    }
}
