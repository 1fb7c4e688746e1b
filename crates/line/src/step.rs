//! The steps of a device, in their order.

use std::fmt;

use serde::Serialize;

/// One step. Reports give times per step, messages name it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Asking the plant whether this board may be made here.
    Route,
    /// Reading what is on the board.
    Read,
    /// Test steps before the identity.
    TestBefore,
    /// Making keys, or having the board make them.
    Keys,
    /// Recording what is about to be signed.
    Intent,
    /// The HSM's signature.
    Sign,
    /// Recording the signature and the page.
    Outcome,
    /// Writing the page, or the chains.
    Flash,
    /// Reading back, comparing, proving the keys.
    Verify,
    /// Test steps after the identity.
    TestAfter,
    /// Recording that the device is finished.
    Record,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 11] = [
        Self::Route,
        Self::Read,
        Self::TestBefore,
        Self::Keys,
        Self::Intent,
        Self::Sign,
        Self::Outcome,
        Self::Flash,
        Self::Verify,
        Self::TestAfter,
        Self::Record,
    ];

    /// What is being done, as messages say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Route => "route check",
            Self::Read => "read board",
            Self::TestBefore => "test before",
            Self::Keys => "make keys",
            Self::Intent => "record intent",
            Self::Sign => "sign",
            Self::Outcome => "record signature",
            Self::Flash => "write",
            Self::Verify => "verify",
            Self::TestAfter => "test after",
            Self::Record => "record",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
