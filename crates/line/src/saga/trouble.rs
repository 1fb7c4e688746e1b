//! Why a board is not finished, and what follows from it.

use journal::{FailureNote, JournalError};
use signer::{RequestError, ReuseError};

use crate::{
    driver::DriverError,
    page_maker::PageFault,
    run::StopReason,
    serials::SerialsError,
    signing::{FailureKind, SigningFailure},
    step::Step,
};

/// What went wrong with a board. Its identity, where it has one, is kept for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Trouble {
    pub(crate) step: Step,
    /// A stable name for scripts and reports.
    pub(crate) code: &'static str,
    pub(crate) what: String,
    pub(crate) hints: Vec<String>,
    effect: Effect,
}

/// What follows for other boards.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Effect {
    /// Nothing.
    None,
    /// None can be finished any more.
    Stop,
    /// None may be: the HSM or this machine is faulty.
    Alarm,
}

impl Trouble {
    /// The code of a board that lost the keys which it had made.
    pub(crate) const KEYS_LOST: &'static str = "keys-lost";

    pub(crate) fn new(step: Step, code: &'static str, what: impl Into<String>) -> Self {
        Self { step, code, what: what.into(), hints: Vec::new(), effect: Effect::None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hints.extend(hint.into());
        self
    }

    pub(crate) fn driver(step: Step, error: &DriverError) -> Self {
        let code = match error {
            DriverError::KeysLost { .. } => Self::KEYS_LOST,
            _ => "board",
        };
        Self::new(step, code, error.to_string()).hint(error.hint())
    }

    /// Without its journal a line does nothing.
    pub(crate) fn journal(step: Step, error: &JournalError) -> Self {
        Self::new(step, "journal", format!("failed to {error}")).hint(error.hint()).stopping(false)
    }

    pub(crate) fn page(step: Step, error: &PageFault) -> Self {
        Self::new(step, "page", error.to_string()).stopping(false)
    }

    pub(crate) fn serials(error: &SerialsError) -> Self {
        let trouble = Self::new(Step::Intent, "serial", error.to_string()).hint(error.hint());
        match error {
            SerialsError::Store(_) => trouble.stopping(false),
            _ => trouble,
        }
    }

    pub(crate) fn signing(error: &SigningFailure) -> Self {
        let trouble = Self::new(Step::Sign, "sign", error.what.clone()).hint(error.hint.clone());
        match error.kind {
            FailureKind::Passing => trouble,
            FailureKind::Lasting => trouble.stopping(false),
            FailureKind::Alarm => trouble.stopping(true),
        }
    }

    pub(crate) fn request(error: &RequestError) -> Self {
        Self::new(Step::Keys, "keys", error.to_string()).hint(error.hint())
    }

    pub(crate) fn reuse(error: &ReuseError) -> Self {
        let what = format!("the journal's certificates are not genuine: {error}");
        Self::new(Step::Sign, "recorded", what).hint(
            "keep a copy of the journal; was the trust file or the HSM changed since?".to_owned(),
        )
    }

    pub(crate) fn randomness() -> Self {
        Self::new(Step::Keys, "randomness", "this machine gives no random numbers").stopping(false)
    }

    /// Says that no board can be finished any more.
    const fn stopping(mut self, is_alarm: bool) -> Self {
        self.effect = if is_alarm { Effect::Alarm } else { Effect::Stop };
        self
    }

    /// Why the line stops, where it does.
    pub(crate) fn stop(&self) -> Option<StopReason> {
        let hint = self.hints.first().cloned();
        let is_alarm = self.effect == Effect::Alarm;
        (self.effect != Effect::None).then(|| StopReason::Fault {
            what: self.what.clone(),
            hint,
            is_alarm,
        })
    }

    /// The same for the journal.
    pub(crate) fn note(&self) -> FailureNote {
        FailureNote {
            step: self.step.name().to_owned(),
            code: self.code.to_owned(),
            text: self.what.clone(),
            what_to_do: self.hints.join("; "),
        }
    }
}
