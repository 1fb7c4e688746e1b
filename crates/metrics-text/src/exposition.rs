//! The text, while it is written.

use std::fmt::{Display, Write as _};

use crate::histogram::Buckets;

/// What a number means over time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// It only grows; its name ends in `_total`.
    Counter,
    /// It says how it is now.
    Gauge,
    /// Counts by upper bound.
    Histogram,
}

/// A text under construction.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// Begins a metric: everything of one name stands together.
    pub fn metric(&mut self, name: &str, kind: Kind, help: &str) {
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
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
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

    /// A metric of one number without labels.
    pub fn single(&mut self, name: &str, kind: Kind, help: &str, value: impl Display) {
        self.metric(name, kind, help);
        self.sample(name, &[], value);
    }

    /// A histogram of durations, in seconds.
    pub fn histogram<const N: usize>(&mut self, name: &str, help: &str, buckets: &Buckets<N>) {
        self.metric(name, Kind::Histogram, help);
        let bucket = format!("{name}_bucket");
        let mut sum = 0;
        for (bound_ms, count) in buckets.bounds_ms.iter().zip(buckets.counts) {
            sum += count;
            let bound = (*bound_ms as f64 / 1e3).to_string();
            self.sample(&bucket, &[("le", &bound)], sum);
        }
        sum += buckets.beyond;
        self.sample(&bucket, &[("le", "+Inf")], sum);
        self.sample(&format!("{name}_sum"), &[], buckets.sum_us as f64 / 1e6);
        self.sample(&format!("{name}_count"), &[], sum);
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::{Samples, samples};

    proptest! {
        #[test]
        fn any_text_comes_back_out_of_a_label(text: String) {
            let mut exposition = Exposition::default();
            exposition.metric("a_total", Kind::Counter, "x\n\\y");
            exposition.sample("a_total", &[("b", &text), ("c", "d")], 7);
            let samples = samples(&exposition.finish()).unwrap();
            prop_assert_eq!(samples, Samples::from([(format!("a_total{{b={text},c=d}}"), 7.0)]));
        }
    }

    #[test]
    fn a_histogram_counts_what_is_under_each_bound() {
        let mut buckets = Buckets::new([10, 100]);
        for ms in [1, 10, 11, 5_000] {
            buckets.add(Duration::from_millis(ms));
        }
        let mut exposition = Exposition::default();
        exposition.histogram("a_seconds", "A.", &buckets);
        let samples = samples(&exposition.finish()).unwrap();
        assert_eq!(samples["a_seconds_bucket{le=0.01}"], 2.0);
        assert_eq!(samples["a_seconds_bucket{le=0.1}"], 3.0);
        assert_eq!(samples["a_seconds_bucket{le=+Inf}"], 4.0);
        assert_eq!(samples["a_seconds_count{}"], 4.0);
        assert_eq!(samples["a_seconds_sum{}"], 5.022);
    }
}
