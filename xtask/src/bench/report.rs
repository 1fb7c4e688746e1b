//! What was measured, as a table and as JSON.

use serde::Serialize;

/// Everything that was measured in one run.
#[derive(Default, Serialize)]
pub(super) struct Report {
    pub(super) processors: usize,
    pub(super) sections: Vec<Section>,
    pub(super) skipped: Vec<String>,
}

/// One kind of work.
#[derive(Serialize)]
pub(super) struct Section {
    pub(super) work: String,
    pub(super) unit: &'static str,
    pub(super) figures: Vec<Figure>,
    pub(super) ratios: Vec<Ratio>,
}

/// Whose figure it is.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Whose {
    Ours,
    Peer,
    Limit,
}

/// One rate, and the most memory that it took.
#[derive(Serialize)]
pub(super) struct Figure {
    pub(super) whose: Whose,
    pub(super) name: &'static str,
    pub(super) rate: f64,
    pub(super) peak_memory_bytes: Option<u64>,
}

/// Two rates compared, and what was promised.
#[derive(Serialize)]
pub(super) struct Ratio {
    pub(super) name: &'static str,
    pub(super) value: f64,
    pub(super) promised: Option<f64>,
    pub(super) kept: Option<bool>,
}

impl Section {
    pub(super) fn new(work: impl Into<String>, unit: &'static str) -> Self {
        Self { work: work.into(), unit, figures: Vec::new(), ratios: Vec::new() }
    }

    pub(super) fn figure(&mut self, whose: Whose, name: &'static str, rate: f64) {
        self.figures.push(Figure { whose, name, rate, peak_memory_bytes: None });
    }

    pub(super) fn figure_with_memory(
        &mut self,
        whose: Whose,
        name: &'static str,
        rate: f64,
        peak_memory_bytes: Option<u64>,
    ) {
        self.figures.push(Figure { whose, name, rate, peak_memory_bytes });
    }

    /// A value of which more is better; with a promise, at least so much.
    pub(super) fn ratio(&mut self, name: &'static str, value: f64, promised: Option<f64>) {
        let kept = promised.map(|promised| value >= promised);
        self.ratios.push(Ratio { name, value, promised, kept });
    }

    /// A value of which less is better: at most so much.
    pub(super) fn bound(&mut self, name: &'static str, value: f64, promised: f64) {
        let kept = Some(value <= promised);
        self.ratios.push(Ratio { name, value, promised: Some(promised), kept });
    }
}

impl Report {
    /// Leaves something out, loudly.
    pub(super) fn skip(&mut self, what: impl Into<String>) {
        let what = what.into();
        eprintln!("SKIPPED {what}");
        self.skipped.push(what);
    }

    /// The table that a person reads.
    pub(super) fn print(&self) {
        println!("{} processors; rates are medians of rounds taken in turns", self.processors);
        for section in &self.sections {
            println!("\n{} ({})", section.work, section.unit);
            for Figure { whose, name, rate, peak_memory_bytes } in &section.figures {
                let whose = match whose {
                    Whose::Ours => "ours",
                    Whose::Peer => "peer",
                    Whose::Limit => "limit",
                };
                let memory = peak_memory_bytes
                    .map(|bytes| format!("   peak {:.1} MiB", bytes as f64 / MEBIBYTE))
                    .unwrap_or_default();
                println!("  {whose:<6} {name:<44} {:>12}{memory}", shown(*rate));
            }
            for Ratio { name, value, promised, kept } in &section.ratios {
                let promise = match (promised, kept) {
                    (Some(promised), Some(true)) => format!("   promised {promised}, kept"),
                    (Some(promised), _) => format!("   promised {promised}, NOT KEPT"),
                    (None, _) => String::new(),
                };
                println!("  {:<6} {name:<44} {value:>12.2}{promise}", "ratio");
            }
        }
        for what in &self.skipped {
            println!("\nSKIPPED {what}");
        }
    }
}

pub(super) const MEBIBYTE: f64 = 1024.0 * 1024.0;

fn shown(rate: f64) -> String {
    if rate < 100.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}
