//! Commands that open, carry and close a session.

use crate::{
    channel::SessionId,
    command::Command,
    object::ObjectId,
    operation::{Operation, operations},
    p256_key::P256PublicKey,
    wire::{Reader, Wire, WireError, Writer, wire_struct},
};

/// The block that ciphertexts consist of, in bytes.
const BLOCK_LEN_BYTES: usize = 16;

/// Size of a message's MAC in bytes.
const MAC_LEN_BYTES: usize = 8;

operations! {
    /// `03`: asks for a symmetric session. In the clear.
    CREATE_SESSION => pub struct CreateSession {
        /// The authentication key.
        pub key: ObjectId,
        /// Random bytes of the host.
        pub host_challenge: [u8; 8],
    } -> SessionCreated;

    /// `04`: proves that the host holds the keys. In the clear; 17 bytes.
    AUTHENTICATE_SESSION => pub struct AuthenticateSession {
        /// The session.
        pub session: SessionId,
        /// The host's proof.
        pub host_cryptogram: [u8; 8],
        /// The front of the MAC over the message before it.
        pub mac: [u8; 8],
    } -> ();

    /// `40`: closes the session in which it is sent.
    CLOSE_SESSION => pub struct CloseSession {} -> ();
}

impl CreateSession {
    /// Size of the payload in bytes, which tells it from [`CreateSessionAsymmetric`].
    pub(crate) const LEN_BYTES: usize = 2 + 8;
}

wire_struct! {
    /// A symmetric session half open: 17 bytes.
    #[derive(Copy)]
    pub struct SessionCreated {
        /// The session.
        pub session: SessionId,
        /// Random bytes of the device.
        pub device_challenge: [u8; 8],
        /// The device's proof.
        pub device_cryptogram: [u8; 8],
    }
}

/// `03` with a point: asks for an asymmetric session. In the clear; `key:2 ‖ 04 ‖ X:32 ‖ Y:32`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CreateSessionAsymmetric {
    /// The authentication key.
    pub key: ObjectId,
    /// The host's ephemeral key.
    pub host_ephemeral: P256PublicKey,
}

impl Wire for CreateSessionAsymmetric {
    fn write(&self, out: &mut Writer) {
        self.key.write(out);
        out.bytes(&self.host_ephemeral.to_sec1());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(Self { key: Wire::read(input)?, host_ephemeral: read_point(input)? })
    }
}

impl Operation for CreateSessionAsymmetric {
    const COMMAND: Command = Command::CREATE_SESSION;
    type Answer = SessionAgreed;
}

/// An asymmetric session open: `session:1 ‖ 04 ‖ X:32 ‖ Y:32 ‖ receipt:16`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SessionAgreed {
    /// The session.
    pub session: SessionId,
    /// The device's ephemeral key.
    pub device_ephemeral: P256PublicKey,
    /// The device's proof, and the first chaining value.
    pub receipt: [u8; 16],
}

impl Wire for SessionAgreed {
    fn write(&self, out: &mut Writer) {
        self.session.write(out);
        out.bytes(&self.device_ephemeral.to_sec1());
        self.receipt.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let session = Wire::read(input)?;
        Ok(Self { session, device_ephemeral: read_point(input)?, receipt: Wire::read(input)? })
    }
}

fn read_point(input: &mut Reader<'_>) -> Result<P256PublicKey, WireError> {
    let offset = input.offset();
    P256PublicKey::from_sec1(&input.array()?)
        .ok_or(WireError::Value { field: "ephemeral key", offset })
}

/// `05`: an encrypted frame, of a request or of an answer. In the clear as an envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionMessage {
    /// The session.
    pub session: SessionId,
    /// The encrypted inner frame: whole blocks of 16 bytes, at least one.
    pub ciphertext: Vec<u8>,
    /// The front of the MAC over the message before it.
    pub mac: [u8; MAC_LEN_BYTES],
}

impl Wire for SessionMessage {
    fn write(&self, out: &mut Writer) {
        self.session.write(out);
        out.bytes(&self.ciphertext);
        self.mac.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let session = Wire::read(input)?;
        let ciphertext = input.all_but(MAC_LEN_BYTES)?.to_vec();
        let found = ciphertext.len();
        if found == 0 || !found.is_multiple_of(BLOCK_LEN_BYTES) {
            let expected = (found / BLOCK_LEN_BYTES + 1) * BLOCK_LEN_BYTES;
            return Err(WireError::Length { field: "ciphertext", expected, found });
        }
        Ok(Self { session, ciphertext, mac: Wire::read(input)? })
    }
}

impl Operation for SessionMessage {
    const COMMAND: Command = Command::SESSION_MESSAGE;
    type Answer = Self;
}
