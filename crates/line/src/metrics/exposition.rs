//! The text format of Prometheus, version 0.0.4.

use std::fmt::{Display, Write as _};

/// What a number means over time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// A text under construction.
#[derive(Debug, Default)]
pub(super) struct Exposition(String);

impl Exposition {
    /// Begins a metric: everything of one name stands together.
    pub(super) fn metric(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let help = help.replace('\\', r"\\").replace('\n', r"\n");
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// Adds a number.
    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (at, (label, text)) in labels.iter().enumerate() {
            self.0.push(if at == 0 { '{' } else { ',' });
            let _ = write!(self.0, "{label}=\"{}\"", escaped(text));
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    /// Name with labels, and value.
    pub(in crate::metrics) type Samples = BTreeMap<String, f64>;

    fn is_name(text: &str) -> bool {
        !text.is_empty()
            && !text.starts_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    /// Reads labels up to the closing brace, and what follows.
    fn labels(mut rest: &str) -> (Vec<(String, String)>, &str) {
        let mut labels = Vec::new();
        loop {
            let (name, after) = rest.split_once("=\"").expect("a label has a quoted value");
            assert!(is_name(name), "{name}");
            let mut value = String::new();
            let mut characters = after.char_indices();
            let end = loop {
                match characters.next().expect("a value ends with a quote") {
                    (at, '"') => break at,
                    (_, '\\') => match characters.next().expect("an escape has two characters").1 {
                        'n' => value.push('\n'),
                        c @ ('\\' | '"') => value.push(c),
                        c => panic!("there is no escape {c}"),
                    },
                    (_, c) => value.push(c),
                }
            };
            labels.push((name.to_owned(), value));
            rest = &after[end + 1..];
            if let Some(end) = rest.strip_prefix('}') {
                return (labels, end);
            }
            rest = rest.strip_prefix(',').expect("labels are parted by commas");
        }
    }

    /// Reads an exposition as strictly as its specification allows, with promtool's rules for names.
    pub(in crate::metrics) fn parse(text: &str) -> Samples {
        assert!(text.is_empty() || text.ends_with('\n'));
        let mut samples = Samples::new();
        let mut seen = BTreeSet::new();
        let mut current: Option<(String, String)> = None;
        let mut lines = text.split_terminator('\n');
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').expect("a help has a text");
                assert!(!help.trim().is_empty() && is_name(name));
                assert!(seen.insert(name.to_owned()), "{name} stands in two places");
                let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE "));
                let (typed, kind) = kind.expect("a type follows").split_once(' ').unwrap();
                assert_eq!(typed, name);
                assert!(["counter", "gauge", "histogram"].contains(&kind));
                assert_eq!(kind == "counter", name.ends_with("_total"), "{name} is a {kind}");
                current = Some((name.to_owned(), kind.to_owned()));
                continue;
            }
            let end = line.find(['{', ' ']).expect("a sample has a value");
            let (name, rest) = line.split_at(end);
            let (metric, kind) = current.as_ref().expect("a sample follows its type");
            let suffix =
                name.strip_prefix(metric.as_str()).expect("a sample has its metric's name");
            let allowed: &[&str] =
                if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
            assert!(allowed.contains(&suffix), "{line}");
            let (labels, rest) = match rest.strip_prefix('{') {
                Some(rest) => labels(rest),
                None => (Vec::new(), rest),
            };
            let names: BTreeSet<_> = labels.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), labels.len(), "a label stands twice in {line}");
            let value: f64 = rest.strip_prefix(' ').unwrap().parse().unwrap();
            let labels: Vec<String> =
                labels.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            let key = format!("{name}{{{}}}", labels.join(","));
            assert!(samples.insert(key, value).is_none(), "{line} stands twice");
        }
        samples
    }

    proptest! {
        #[test]
        fn any_text_comes_back_out_of_a_label(text: String) {
            let mut exposition = Exposition::default();
            exposition.metric("a_total", Kind::Counter, "x\n\\y");
            exposition.sample("a_total", &[("b", &text), ("c", "d")], 7);
            let samples = parse(&exposition.finish());
            prop_assert_eq!(samples, Samples::from([(format!("a_total{{b={text},c=d}}"), 7.0)]));
        }
    }
}
