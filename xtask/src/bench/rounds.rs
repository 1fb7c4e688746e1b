//! Measurements taken in turns: a machine that slows down slows all of them.

use std::io::{IsTerminal as _, stderr};

use crate::Fallible;

/// One thing to measure: gives its rate each time it is called.
pub(super) type Measurement<'a> = (&'static str, Box<dyn FnMut() -> Fallible<f64> + 'a>);

/// The rates of each measurement, round by round.
pub(super) struct Rounds {
    rates: Vec<(&'static str, Vec<f64>)>,
}

impl Rounds {
    /// Warms up with one round that does not count, then takes `count` rounds.
    pub(super) fn take(count: usize, mut measurements: Vec<Measurement<'_>>) -> Fallible<Self> {
        let mut rates: Vec<_> = measurements.iter().map(|(name, _)| (*name, Vec::new())).collect();
        for round in 0..=count.max(1) {
            for ((name, measure), (_, rates)) in measurements.iter_mut().zip(&mut rates) {
                show(&format!("{name}, round {round} of {count}"));
                let rate = measure()?;
                if round > 0 {
                    rates.push(rate);
                }
            }
        }
        show("");
        Ok(Self { rates })
    }

    /// The median rate of one measurement.
    pub(super) fn rate(&self, name: &str) -> f64 {
        median(self.of(name).to_vec())
    }

    /// The median over the rounds of one rate divided by another of the same round.
    pub(super) fn ratio(&self, above: &str, below: &str) -> f64 {
        median(
            self.of(above).iter().zip(self.of(below)).map(|(above, below)| above / below).collect(),
        )
    }

    fn of(&self, name: &str) -> &[f64] {
        self.rates.iter().find(|(known, _)| *known == name).map_or(&[], |(_, rates)| rates)
    }
}

/// One line that the next one overwrites; nothing where nobody watches.
fn show(line: &str) {
    if stderr().is_terminal() {
        eprint!("\r\x1b[K{line}");
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
