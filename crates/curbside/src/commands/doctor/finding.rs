//! What became of one check.

use crate::{
    block::{Block, Remark},
    failure::Failure,
};

/// A check and its verdict.
pub(super) struct Finding {
    what: String,
    verdict: Verdict,
    advice: Vec<String>,
}

/// How a check ended, with what was found.
pub(super) enum Verdict {
    Good(String),
    /// It works, and a person should look at it.
    Warning(String),
    Bad(Failure),
}

impl Finding {
    pub(super) fn new(what: impl Into<String>, verdict: Result<String, Failure>) -> Self {
        let verdict = match verdict {
            Ok(found) => Verdict::Good(found),
            Err(failure) => Verdict::Bad(failure),
        };
        Self { what: what.into(), verdict, advice: Vec::new() }
    }

    pub(super) fn good(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(what, Ok(found.into()))
    }

    pub(super) fn warning(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Warning(found.into()), advice: Vec::new() }
    }

    /// A check that failed, with the hints of its failure.
    pub(super) fn bad(what: impl Into<String>, failure: impl Into<Failure>) -> Self {
        let failure = failure.into();
        let advice = failure.hints().to_vec();
        Self { what: what.into(), verdict: Verdict::Bad(failure), advice }
    }

    /// Adds what to do.
    pub(super) fn advise(mut self, advice: impl IntoIterator<Item = String>) -> Self {
        self.advice.extend(advice);
        self
    }

    /// Why it failed.
    pub(super) fn failure(self) -> Option<Failure> {
        match self.verdict {
            Verdict::Bad(failure) => Some(failure),
            Verdict::Good(_) | Verdict::Warning(_) => None,
        }
    }

    /// Whether there is something to say against it.
    pub(super) const fn is_troubled(&self) -> bool {
        !matches!(self.verdict, Verdict::Good(_))
    }

    #[cfg(test)]
    pub(super) const fn is_bad(&self) -> bool {
        matches!(self.verdict, Verdict::Bad(_))
    }

    pub(super) fn block(&self) -> Block {
        let (mark, word, found) = match &self.verdict {
            Verdict::Good(found) => ("ok  ", "ok", found.as_str()),
            Verdict::Warning(found) => ("warn", "warning", found.as_str()),
            Verdict::Bad(failure) => ("FAIL", "error", failure.message()),
        };
        let block = Block::new(format!("{mark} {}: {found}", self.what))
            .text("check", &self.what)
            .for_programs()
            .flag("is_good", !matches!(self.verdict, Verdict::Bad(_)))
            .for_programs()
            .text("verdict", word)
            .for_programs()
            .text("found", found)
            .for_programs();
        match self.verdict {
            Verdict::Good(_) => block,
            Verdict::Warning(_) | Verdict::Bad(_) => {
                block.remarks(self.advice.iter().map(Remark::hint).collect())
            }
        }
    }
}
