//! Why the connector gave no answer.

use thiserror::Error;

/// Why the connector gave no answer. Reads after "502 Bad Gateway: " and the like.
#[derive(Debug, Error)]
pub(super) enum UpstreamError {
    /// It cannot be connected to.
    #[error("the connector is not reached: {0}")]
    Connect(std::io::Error),
    /// Connecting took too long.
    #[error("the connector is not reached in time")]
    ConnectTimedOut,
    /// It broke off, or what it says is no HTTP.
    #[error("the connector broke off: {0}")]
    Broken(hyper::Error),
    /// It did not answer in time.
    #[error("the connector does not answer in time")]
    AnswerTimedOut,
    /// The gateway ends.
    #[error("the gateway ends")]
    Ending,
}

impl UpstreamError {
    pub(super) fn is_late(&self) -> bool {
        matches!(self, Self::ConnectTimedOut | Self::AnswerTimedOut)
    }
}
