//! Which failures there are most of, in bounded memory.

use std::collections::HashMap;

/// How many kinds are listed.
const LISTED_MAX: usize = 20;

/// How many kinds are told apart. Codes are a program's own words, a few dozen; whatever is beyond is one kind.
const KINDS_MAX: usize = 1000;

/// What the rest is called.
const OTHER: &str = "other";

/// Failures by step and code.
#[derive(Clone, Debug, Default)]
pub(super) struct Failures(HashMap<(String, String), u64>);

impl Failures {
    pub(super) fn add(&mut self, step: &str, code: &str) {
        let mut kind = (step.to_owned(), code.to_owned());
        if self.0.len() >= KINDS_MAX && !self.0.contains_key(&kind) {
            kind = (OTHER.to_owned(), OTHER.to_owned());
        }
        *self.0.entry(kind).or_default() += 1;
    }

    /// The most frequent first; equals by name.
    pub(super) fn most(self) -> Vec<((String, String), u64)> {
        let mut kinds: Vec<_> = self.0.into_iter().collect();
        kinds.sort_by(|(a_kind, a), (b_kind, b)| b.cmp(a).then_with(|| a_kind.cmp(b_kind)));
        kinds.truncate(LISTED_MAX);
        kinds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_come_first_and_memory_is_bounded() {
        let mut failures = Failures::default();
        for number in 0..2 * KINDS_MAX {
            failures.add("sign", &number.to_string());
        }
        failures.add("write", "board");
        failures.add("sign", "7");
        assert!(failures.0.len() <= KINDS_MAX + 1);
        let most = failures.most();
        assert_eq!(most.len(), LISTED_MAX);
        assert_eq!(most[0].0.1, OTHER);
        assert_eq!(most[1], (("sign".to_owned(), "7".to_owned()), 2));
    }
}
