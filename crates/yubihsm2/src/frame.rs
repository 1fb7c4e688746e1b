//! Frames: what goes to a device and comes back, in the clear or inside a session.

use std::fmt;

use thiserror::Error;

use crate::{command::Command, error_code::ErrorCode, firmware::MessageLimit, secret::SecretBytes};

/// One message: `command:1 ‖ length:2 ‖ payload`, the length big-endian.
///
/// Answers carry the command with its top bit set ([`Command::answer`]), or are error frames
/// (`7f 00 01 code`). The payload is zeroised on drop and never shown: inner frames carry keys.
#[derive(Clone, Eq, PartialEq)]
pub struct Frame {
    command: Command,
    payload: SecretBytes,
}

impl Frame {
    /// Size of command and length in bytes.
    pub const HEADER_LEN_BYTES: usize = 3;

    /// The longest payload that the length field can count, in bytes.
    pub const PAYLOAD_LEN_BYTES_MAX: usize = u16::MAX as usize;

    /// A frame, or `None` where the payload is longer than the length field can count.
    pub fn new(command: Command, payload: impl Into<SecretBytes>) -> Option<Self> {
        let payload = payload.into();
        (payload.len() <= Self::PAYLOAD_LEN_BYTES_MAX).then_some(Self { command, payload })
    }

    /// The frame with which a device refuses.
    pub fn error(code: ErrorCode) -> Self {
        Self { command: Command::ERROR, payload: SecretBytes::new(vec![code.0]) }
    }

    /// Reads a frame that takes up all of `bytes`.
    ///
    /// # Errors
    ///
    /// [`FrameError`]. A device answers each of them with WRONG LENGTH.
    pub fn decode(bytes: &[u8], limit: MessageLimit) -> Result<Self, FrameError> {
        if bytes.len() > limit.frame_len_bytes() {
            return Err(FrameError::TooLong { limit: limit.frame_len_bytes(), found: bytes.len() });
        }
        let Some(([command, high, low], payload)) = bytes.split_first_chunk() else {
            return Err(FrameError::Truncated { found: bytes.len() });
        };
        let announced = usize::from(u16::from_be_bytes([*high, *low]));
        if announced != payload.len() {
            return Err(FrameError::Length { announced, found: payload.len() });
        }
        Ok(Self { command: Command(*command), payload: payload.into() })
    }

    /// The bytes of the frame.
    pub fn encode(&self) -> SecretBytes {
        let mut bytes = Vec::with_capacity(self.len_bytes());
        bytes.extend_from_slice(&self.header());
        bytes.extend_from_slice(&self.payload);
        SecretBytes::new(bytes)
    }

    /// The command, or the answered command with its top bit set, or [`Command::ERROR`].
    pub fn command(&self) -> Command {
        self.command
    }

    /// The payload.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The size of the whole frame in bytes.
    pub fn len_bytes(&self) -> usize {
        Self::HEADER_LEN_BYTES + self.payload.len()
    }

    /// The code of an error frame. An error frame of any length but one byte is damaged; its code is
    /// taken as COMMAND UNEXECUTED, so that it cannot pass for anything else.
    pub fn error_code(&self) -> Option<ErrorCode> {
        if self.command != Command::ERROR {
            return None;
        }
        match *self.payload.as_bytes() {
            [code] => Some(ErrorCode(code)),
            _ => Some(ErrorCode::COMMAND_UNEXECUTED),
        }
    }

    /// Command and length.
    pub(crate) fn header(&self) -> [u8; Self::HEADER_LEN_BYTES] {
        let [high, low] = (self.payload.len() as u16).to_be_bytes();
        [self.command.0, high, low]
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({}, {} bytes)", self.command, self.payload.len())
    }
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum FrameError {
    /// Fewer bytes than a header.
    #[error("frame of {found} bytes is shorter than its header")]
    Truncated {
        /// How many bytes there are.
        found: usize,
    },
    /// The length field does not count the bytes that follow it.
    #[error("frame announces {announced} bytes of payload and has {found}")]
    Length {
        /// What the length field says.
        announced: usize,
        /// How many bytes follow it.
        found: usize,
    },
    /// The frame is longer than the firmware's limit.
    #[error("frame of {found} bytes is longer than the device's limit of {limit}")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
        /// The size of the frame in bytes.
        found: usize,
    },
}

impl FrameError {
    /// The code that a device answers such bytes with.
    pub const fn error_code(self) -> ErrorCode {
        ErrorCode::WRONG_LENGTH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: MessageLimit = MessageLimit::BEFORE_2_4;

    #[test]
    fn an_error_frame_is_four_bytes() {
        let frame = Frame::error(ErrorCode::SESSIONS_FULL);
        assert_eq!(frame.encode().as_bytes(), [0x7F, 0x00, 0x01, 0x05]);
        assert_eq!(frame.error_code(), Some(ErrorCode::SESSIONS_FULL));
    }

    #[test]
    fn an_error_frame_without_code_cannot_pass_for_success() {
        let frame = Frame::decode(&[0x7F, 0, 0], LIMIT).unwrap();
        assert_eq!(frame.error_code(), Some(ErrorCode::COMMAND_UNEXECUTED));
    }

    #[test]
    fn a_length_field_that_differs_is_refused() {
        let error = FrameError::Length { announced: 2, found: 1 };
        assert_eq!(Frame::decode(&[1, 0, 2, 9], LIMIT), Err(error));
        let error = FrameError::Length { announced: 0, found: 1 };
        assert_eq!(Frame::decode(&[1, 0, 0, 9], LIMIT), Err(error));
        assert_eq!(error.error_code(), ErrorCode::WRONG_LENGTH);
    }

    #[test]
    fn a_frame_shorter_than_its_header_is_refused() {
        for len in 0..3 {
            let error = FrameError::Truncated { found: len };
            assert_eq!(Frame::decode(&[0; 2][..len], LIMIT), Err(error));
        }
    }

    #[test]
    fn a_frame_at_the_limit_passes_and_one_byte_more_does_not() {
        let frame = Frame::new(Command::ECHO, vec![0; 2045]).unwrap();
        assert_eq!(Frame::decode(&frame.encode(), LIMIT), Ok(frame));
        let frame = Frame::new(Command::ECHO, vec![0; 2046]).unwrap();
        let error = FrameError::TooLong { limit: 2048, found: 2049 };
        assert_eq!(Frame::decode(&frame.encode(), LIMIT), Err(error));
        assert_eq!(Frame::decode(&frame.encode(), MessageLimit::FROM_2_4), Ok(frame));
    }

    #[test]
    fn a_payload_that_the_length_field_cannot_count_makes_no_frame() {
        assert!(Frame::new(Command::ECHO, vec![0; 65_535]).is_some());
        assert!(Frame::new(Command::ECHO, vec![0; 65_536]).is_none());
    }

    #[test]
    fn debug_of_a_frame_does_not_show_its_payload() {
        let frame = Frame::new(Command::ECHO, b"secret".as_slice()).unwrap();
        assert_eq!(format!("{frame:?}"), "Frame(echo, 6 bytes)");
    }
}
