//! Counting what passed: read from the last lines of test runners, summed, and shown.

use std::fmt;
use std::ops::AddAssign;

/// How many checks passed, failed and were left out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// One check with this verdict.
    pub(crate) fn one(passed: bool) -> Self {
        Self { passed: u64::from(passed), failed: u64::from(!passed), skipped: 0 }
    }

    /// Reads a summary line of nextest, of libtest, or of our own; `None` for any other line.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let line = line.trim();
        if let Some(counts) = line.strip_prefix("test result: ") {
            let (_verdict, counts) = counts.split_once(". ")?;
            return Some(counted(counts, ';'));
        }
        if line.starts_with("Summary [") {
            let (_before, counts) = line.split_once("run: ")?;
            return Some(counted(counts, ','));
        }
        let tally = counted(line, ',');
        (line == tally.to_string()).then_some(tally)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// What a step found: its tally, the lines it was read from, and what it had to leave out.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) tally: Tally,
    pub(crate) summary: Vec<String>,
    pub(crate) skipped: Vec<String>,
}

impl Report {
    /// Adds one check of our own.
    pub(crate) fn check(&mut self, name: &str, verdict: Result<(), String>) {
        self.tally += Tally::one(verdict.is_ok());
        if let Err(complaint) = verdict {
            eprintln!("FAIL {name}: {complaint}");
            self.summary.push(format!("FAIL {name}: {complaint}"));
        }
    }

    /// Leaves one check out, saying so at once and again at the end.
    pub(crate) fn skip(&mut self, what: &str) {
        eprintln!("SKIPPED {what}");
        self.tally.skipped += 1;
        self.skipped.push(what.to_owned());
    }

    /// Adds every summary line in a program's output. A program that failed without counting a
    /// failure (it did not build, it was killed) is one failure.
    pub(crate) fn read(&mut self, name: &str, succeeded: bool, text: &str) {
        let mut sum = Tally::default();
        for line in text.lines() {
            if let Some(tally) = Tally::from_line(line) {
                sum += tally;
                self.summary.push(format!("{name}: {}", line.trim()));
            }
        }
        self.tally += sum;
        if !succeeded && sum.failed == 0 {
            self.check(name, Err("ended without a verdict; see its output above".to_owned()));
        } else if succeeded && sum == Tally::default() {
            self.check(name, Err("ran no test at all".to_owned()));
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.tally += other.tally;
        self.summary.extend(other.summary);
        self.skipped.extend(other.skipped);
    }

    pub(crate) fn print(&self) {
        for line in &self.summary {
            println!("{line}");
        }
        for line in &self.skipped {
            println!("SKIPPED {line}");
        }
    }
}

/// Sums `12 passed, 1 failed, 3 skipped` in any order; other words count for nothing, except those
/// of a runner that mean a failure.
fn counted(counts: &str, separator: char) -> Tally {
    let mut tally = Tally::default();
    for part in counts.split(separator) {
        let mut words = part.split_whitespace();
        let Some(count) = words.next().and_then(|word| word.parse::<u64>().ok()) else { continue };
        match words.next() {
            Some("passed") => tally.passed += count,
            // Nextest: `2 timed out`, `1 exec failed`.
            Some("failed" | "timed" | "exec") => tally.failed += count,
            Some("skipped" | "ignored") => tally.skipped += count,
            _ => {}
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nextest_summary_is_read() {
        let line = "     Summary [   4.012s] 9 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(Tally::from_line(line), Some(Tally { passed: 6, failed: 3, skipped: 3 }));
    }

    #[test]
    fn a_libtest_summary_is_read() {
        let line = "test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(Tally::from_line(line), Some(Tally { passed: 3, failed: 1, skipped: 2 }));
    }

    #[test]
    fn our_own_line_is_read_back() {
        let tally = Tally { passed: 2400, failed: 0, skipped: 7 };
        assert_eq!(Tally::from_line(&tally.to_string()), Some(tally));
    }

    #[test]
    fn a_sentence_with_such_words_is_no_summary() {
        assert_eq!(Tally::from_line("then 3 passed, 1 failed"), None);
    }

    #[test]
    fn a_program_that_dies_before_counting_is_one_failure() {
        let mut report = Report::default();
        report.read("units", false, "error: could not compile");
        assert_eq!(report.tally, Tally { passed: 0, failed: 1, skipped: 0 });
    }

    #[test]
    fn a_program_that_ran_nothing_is_a_failure() {
        let mut report = Report::default();
        report.read("units", true, "");
        assert_eq!(report.tally, Tally { passed: 0, failed: 1, skipped: 0 });
    }
}
