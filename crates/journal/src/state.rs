//! How far a device has come, as a value for reports; the types in [`crate::Device`] are for the line.

use std::fmt;

/// How far a device has come. `Keyed` is missing: keys that are not in an intent are in memory only.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum State {
    /// Its DSN and SMSN are taken.
    Reserved,
    /// Its public keys and the exact bytes to be signed are durable; the HSM may have been asked.
    Intended,
    /// Both signatures are durable.
    Signed,
    /// Its page was made and the digest is durable; the page may leave.
    Paged,
    /// The page was written to a board.
    Flashed,
    /// The board was read back and proved its keys. The private keys are gone.
    Verified,
    /// It stands in a control-log file.
    Logged,
    /// Its control log stands in a batch file.
    Batched,
    /// The batch was uploaded.
    Uploaded,
    /// The cloud took it.
    Accepted,
    /// The cloud refused it.
    Rejected,
}

impl State {
    /// Every state, in the order in which a device passes them.
    pub const ALL: [Self; 11] = [
        Self::Reserved,
        Self::Intended,
        Self::Signed,
        Self::Paged,
        Self::Flashed,
        Self::Verified,
        Self::Logged,
        Self::Batched,
        Self::Uploaded,
        Self::Accepted,
        Self::Rejected,
    ];

    /// The lower-case name for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Intended => "intended",
            Self::Signed => "signed",
            Self::Paged => "paged",
            Self::Flashed => "flashed",
            Self::Verified => "verified",
            Self::Logged => "logged",
            Self::Batched => "batched",
            Self::Uploaded => "uploaded",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// Whether the line still has something to do for the device: it stands in no control log yet.
    pub const fn is_unfinished(self) -> bool {
        self.code() <= Self::Verified.code()
    }

    /// The number in the file. Numbers are never used again for something else.
    pub(crate) const fn code(self) -> i64 {
        match self {
            Self::Reserved => 1,
            Self::Intended => 2,
            Self::Signed => 3,
            Self::Paged => 4,
            Self::Flashed => 5,
            Self::Verified => 6,
            Self::Logged => 7,
            Self::Batched => 8,
            Self::Uploaded => 9,
            Self::Accepted => 10,
            Self::Rejected => 11,
        }
    }

    pub(crate) fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_code_of_its_own_in_the_order_of_the_saga() {
        for (index, state) in State::ALL.into_iter().enumerate() {
            assert_eq!(state.code(), index as i64 + 1);
            assert_eq!(State::from_code(state.code()), Some(state));
        }
        assert_eq!(State::from_code(0), None);
        assert_eq!(State::from_code(12), None);
    }
}
