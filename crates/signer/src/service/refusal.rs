//! Why a signing server did not sign, in the same words at both ends.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a call was not answered with chains.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What kind of refusal: an API that clients may rely on.
    pub code: RefusalCode,
    /// What happened, in words.
    pub message: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// When to come again, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The call cannot be understood, or its keys are none.
    Malformed,
    /// This client may not ask for this.
    NotPermitted,
    /// There is no such thing.
    NotFound,
    /// The number has certificates for other keys already.
    OtherKeys,
    /// The number has newer certificates: these keys were replaced by a rework.
    Superseded,
    /// The request id was used for another device.
    RequestIdReused,
    /// The job package is used up, not valid now, or not there.
    Quota,
    /// Too many wait.
    Busy,
    /// No HSM signed in time, or none can.
    Hsm,
    /// What the HSM signed does not verify.
    Alarm,
    /// The server's database does not answer.
    Storage,
    /// The server is stopping.
    Stopping,
    /// A defect of the server.
    Defect,
    /// A code that this version does not know.
    #[serde(other)]
    Other,
}

impl Refusal {
    /// A refusal without advice.
    pub fn new(code: RefusalCode, message: impl fmt::Display) -> Self {
        Self { code, message: message.to_string(), hint: None, retry_after_ms: None }
    }

    /// With advice, where there is some.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With the time to come again.
    #[must_use]
    pub const fn retry_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }
}

impl RefusalCode {
    /// Whether the same call may be answered with chains later, without a person doing anything.
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Busy | Self::Hsm | Self::Storage | Self::Stopping)
    }

    /// Whether others only come first.
    pub(super) const fn is_queue(self) -> bool {
        matches!(self, Self::Busy)
    }

    /// The status of HTTP that goes with it.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::NotPermitted | Self::Quota => 403,
            Self::NotFound => 404,
            Self::OtherKeys | Self::Superseded | Self::RequestIdReused => 409,
            Self::Busy => 429,
            Self::Hsm | Self::Storage | Self::Stopping => 503,
            Self::Alarm | Self::Defect | Self::Other => 500,
        }
    }

    /// Its name, as it stands in JSON and in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotPermitted => "not_permitted",
            Self::NotFound => "not_found",
            Self::OtherKeys => "other_keys",
            Self::Superseded => "superseded",
            Self::RequestIdReused => "request_id_reused",
            Self::Quota => "quota",
            Self::Busy => "busy",
            Self::Hsm => "hsm",
            Self::Alarm => "alarm",
            Self::Storage => "storage",
            Self::Stopping => "stopping",
            Self::Defect => "defect",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_a_later_version_is_no_error() {
        let refusal: Refusal =
            serde_json::from_str(r#"{"code":"moon_phase","message":"not tonight"}"#).unwrap();
        assert_eq!(refusal.code, RefusalCode::Other);
        assert!(!refusal.code.is_passing());
    }

    #[test]
    fn the_name_in_metrics_is_the_name_in_json() {
        use RefusalCode::*;
        for code in [
            Malformed,
            NotPermitted,
            NotFound,
            OtherKeys,
            Superseded,
            RequestIdReused,
            Quota,
            Busy,
            Hsm,
            Alarm,
            Storage,
            Stopping,
            Defect,
        ] {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }
}
