//! The envelope: what both ends of a channel do alike.

use std::{fmt, time::Duration};

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{
    error::ChannelError,
    keys::{BLOCK_LEN_BYTES, SessionKeys, cmac},
};
use crate::{
    command::Command,
    firmware::MessageLimit,
    frame::Frame,
    operation::SessionMessage,
    secret::{Secret, SecretBytes},
    wire::{Reader, Wire, WireError, Writer},
};

/// How many messages a host sends in one session before it opens another.
///
/// No device is known to enforce a number. Ours keeps what one AES key sees below 2^29 blocks (2^20
/// exchanges of at most 2 × 195 blocks), far from the 2^64 where blocks begin to repeat.
pub const SESSION_EXCHANGES_MAX: u64 = 1 << 20;

/// For how long a device keeps a session, open or half open, without a message. Every valid message starts
/// the time anew.
pub const SESSION_IDLE_MAX: Duration = Duration::from_secs(30);

/// Where inner frames end and padding begins.
const PADDING_MARK: u8 = 0x80;

/// Size of the MAC in a message, in bytes: the front of a CMAC.
const MAC_LEN_BYTES: usize = 8;

/// The number of a session: 0 to 15 on a device that behaves.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SessionId(pub u8);

impl SessionId {
    /// How many sessions a device holds at once.
    pub const COUNT_MAX: usize = 16;
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({})", self.0)
    }
}

impl Wire for SessionId {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        u8::read(input).map(Self)
    }
}

/// What both ends of a channel hold.
#[derive(Clone, Debug)]
pub(super) struct Common {
    pub(super) session: SessionId,
    pub(super) keys: SessionKeys,
    /// The full MAC of the last request: every message depends on all before it.
    pub(super) chain: Secret<16>,
    /// Counts exchanges from 1; makes the initial vector.
    pub(super) counter: u128,
    pub(super) limit: MessageLimit,
}

impl Common {
    pub(super) fn new(
        session: SessionId,
        keys: SessionKeys,
        chain: [u8; 16],
        limit: MessageLimit,
    ) -> Self {
        Self { session, keys, chain: Secret::new(chain), counter: 1, limit }
    }

    /// How many exchanges are complete.
    pub(super) fn exchanges(&self) -> u64 {
        u64::try_from(self.counter - 1).unwrap_or(u64::MAX)
    }

    /// Pads and encrypts an inner frame.
    pub(super) fn encrypt(&self, inner: &Frame) -> Result<Vec<u8>, ChannelError> {
        let limit = Frame::HEADER_LEN_BYTES + self.limit.inner_payload_len_bytes();
        if inner.len_bytes() > limit {
            return Err(ChannelError::TooLong { limit, found: inner.len_bytes() });
        }
        let padded_len = (inner.len_bytes() / BLOCK_LEN_BYTES + 1) * BLOCK_LEN_BYTES;
        let mut bytes = Zeroizing::new(Vec::with_capacity(padded_len));
        bytes.extend_from_slice(&inner.header());
        bytes.extend_from_slice(inner.payload());
        bytes.push(PADDING_MARK);
        bytes.resize(padded_len, 0);
        self.keys.encrypt(self.counter, &mut bytes);
        Ok(std::mem::take(&mut *bytes))
    }

    /// Decrypts and reads an inner frame out of a message that has been verified.
    pub(super) fn decrypt(&self, message: &SessionMessage) -> Result<Frame, ChannelError> {
        let mut bytes = SecretBytes::new(message.ciphertext.clone()).into_zeroizing();
        self.keys.decrypt(self.counter, &mut bytes);
        let padding = bytes.iter().rev().take(BLOCK_LEN_BYTES).position(|byte| *byte != 0);
        let mark = bytes.len() - 1 - padding.ok_or(ChannelError::Padding)?;
        if bytes[mark] != PADDING_MARK {
            return Err(ChannelError::Padding);
        }
        Frame::decode(&bytes[..mark], self.limit).map_err(ChannelError::Inner)
    }

    /// The full MAC of a message under this chain.
    pub(super) fn full_mac(
        &self,
        key: &Secret<16>,
        chain: &Secret<16>,
        command: Command,
        ciphertext: &[u8],
    ) -> [u8; 16] {
        // The length counts session id, ciphertext and MAC. Messages are limited far below 65,535 bytes.
        let len = (1 + ciphertext.len() + MAC_LEN_BYTES) as u16;
        let [high, low] = len.to_be_bytes();
        let header = [command.0, high, low, self.session.0];
        cmac(key, &[chain.as_bytes(), &header, ciphertext])
    }

    /// The message around a ciphertext.
    pub(super) fn message(
        &self,
        command: Command,
        ciphertext: Vec<u8>,
        full_mac: &[u8; 16],
    ) -> Result<Frame, ChannelError> {
        let message = SessionMessage { session: self.session, ciphertext, mac: front(full_mac) };
        let found = message.ciphertext.len();
        Frame::new(command, message.to_bytes())
            .ok_or(ChannelError::TooLong { limit: Frame::PAYLOAD_LEN_BYTES_MAX, found })
    }

    /// Whether the message is for this session.
    pub(super) fn check_session(&self, message: &SessionMessage) -> Result<(), ChannelError> {
        if message.session != self.session {
            let (expected, found) = (self.session.0, message.session.0);
            return Err(ChannelError::Session { expected, found });
        }
        Ok(())
    }
}

/// Whether the MAC in a message is the front of the full one, in constant time.
pub(super) fn mac_matches(full_mac: &[u8; 16], mac: &[u8; MAC_LEN_BYTES]) -> bool {
    full_mac[..MAC_LEN_BYTES].ct_eq(mac).into()
}

/// What of a full MAC travels.
pub(super) fn front(full_mac: &[u8; 16]) -> [u8; MAC_LEN_BYTES] {
    let [a, b, c, d, e, f, g, h, ..] = *full_mac;
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        authentication_key::StaticKeys,
        channel::{DeviceChannel, HostChannel},
        error_code::ErrorCode,
        frame::FrameError,
    };

    fn common() -> Common {
        let keys = StaticKeys { encryption: Secret::new([1; 16]), mac: Secret::new([2; 16]) };
        let keys = SessionKeys::derive(&keys, &[3; 16]);
        Common::new(SessionId(0), keys, [0; 16], MessageLimit::FROM_2_4)
    }

    /// A genuine message around a plaintext that no host would send.
    fn genuine(mut plaintext: Vec<u8>) -> SessionMessage {
        let common = common();
        common.keys.encrypt(common.counter, &mut plaintext);
        let command = Command::SESSION_MESSAGE;
        let mac = common.full_mac(&common.keys.mac, &common.chain, command, &plaintext);
        SessionMessage { session: common.session, ciphertext: plaintext, mac: front(&mac) }
    }

    fn open(plaintext: Vec<u8>) -> Result<Frame, ChannelError> {
        let mut device = DeviceChannel::new(common());
        let opened = device.open(&genuine(plaintext));
        // Genuine whatever it carries: the answer goes through the channel.
        assert!(device.seal(&Frame::error(ErrorCode::WRONG_LENGTH)).is_ok());
        opened
    }

    #[test]
    fn a_genuine_message_without_padding_is_answered_inside() {
        for plaintext in [vec![0; 16], vec![1; 16], [vec![0x80], vec![0; 31]].concat()] {
            let error = open(plaintext).unwrap_err();
            assert_eq!(error, ChannelError::Padding);
            assert!(error.is_answered_inside());
        }
    }

    #[test]
    fn a_genuine_message_without_frame_is_answered_inside() {
        let padded = |bytes: &[u8]| {
            let mut plaintext = bytes.to_vec();
            plaintext.push(PADDING_MARK);
            plaintext.resize(BLOCK_LEN_BYTES, 0);
            plaintext
        };
        let inner = ChannelError::Inner;
        assert_eq!(open(padded(&[])), Err(inner(FrameError::Truncated { found: 0 })));
        let length = FrameError::Length { announced: 2, found: 1 };
        assert_eq!(open(padded(&[1, 0, 2, 9])), Err(inner(length)));
        assert_eq!(inner(length).error_code(), ErrorCode::WRONG_LENGTH);
        assert!(open(padded(&[1, 0, 1, 9])).is_ok());
    }

    #[test]
    fn a_host_refuses_to_wear_the_keys_out() {
        let counter = u128::from(SESSION_EXCHANGES_MAX);
        let echo = Frame::error(ErrorCode::OK);
        let mut last = HostChannel::new(Common { counter, ..common() });
        assert!(last.is_usable());
        assert!(last.seal(&echo).is_ok());
        let mut over = HostChannel::new(Common { counter: counter + 1, ..common() });
        assert!(!over.is_usable());
        assert_eq!(over.seal(&echo), Err(ChannelError::Exhausted));
    }
}
