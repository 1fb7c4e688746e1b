//! Opening a session with P-256 keys: SCP11 as Yubico has it. From firmware 2.3.1.

use subtle::ConstantTimeEq as _;

use super::{
    device::DeviceChannel,
    error::HandshakeError,
    host::HostChannel,
    keys::{SessionKeys, cmac},
    message::{Common, SessionId},
};
use crate::{
    firmware::MessageLimit,
    object::ObjectId,
    operation::{CreateSessionAsymmetric, SessionAgreed},
    p256_key::{P256PublicKey, P256SecretKey},
    secret::Secret,
};

/// The host's only step: it has sent its ephemeral key and waits for the device's.
#[derive(Debug)]
pub struct HostKeyAgreement {
    ephemeral: P256SecretKey,
    limit: MessageLimit,
}

impl HostKeyAgreement {
    /// Asks for a session. The ephemeral key is random, fresh for every session.
    pub fn start(
        key: ObjectId,
        ephemeral: P256SecretKey,
        limit: MessageLimit,
    ) -> (CreateSessionAsymmetric, Self) {
        let host_ephemeral = ephemeral.public_key();
        (CreateSessionAsymmetric { key, host_ephemeral }, Self { ephemeral, limit })
    }

    /// Checks the device's receipt. `device_key` is the device's long-lived public key, known from
    /// elsewhere or asked for in the clear, which a stranger in between could answer.
    ///
    /// # Errors
    ///
    /// [`HandshakeError::Receipt`]: a key on either side is another than expected.
    pub fn finish(
        self,
        authentication_key: &P256SecretKey,
        device_key: &P256PublicKey,
        agreed: &SessionAgreed,
    ) -> Result<HostChannel, HandshakeError> {
        let ephemeral = self.ephemeral.agree(&agreed.device_ephemeral);
        let lasting = authentication_key.agree(device_key);
        let (receipt_key, keys) = SessionKeys::agree(&ephemeral, &lasting);
        let host_ephemeral = self.ephemeral.public_key();
        let expected = receipt(&receipt_key, &agreed.device_ephemeral, &host_ephemeral);
        if !bool::from(expected.ct_eq(&agreed.receipt)) {
            return Err(HandshakeError::Receipt);
        }
        let common = Common::new(agreed.session, keys, agreed.receipt, self.limit);
        Ok(HostChannel::new(common))
    }
}

/// The device's only step. The channel is open at once; a host with another key shows itself by the MAC
/// of its first message.
///
/// `device_key` is the device's long-lived private key, `authentication_key` the stored public half,
/// `ephemeral` random and fresh for every session.
pub fn accept_key_agreement(
    device_key: &P256SecretKey,
    authentication_key: &P256PublicKey,
    ephemeral: &P256SecretKey,
    session: SessionId,
    request: &CreateSessionAsymmetric,
    limit: MessageLimit,
) -> (SessionAgreed, DeviceChannel) {
    let shared = ephemeral.agree(&request.host_ephemeral);
    let lasting = device_key.agree(authentication_key);
    let (receipt_key, keys) = SessionKeys::agree(&shared, &lasting);
    let device_ephemeral = ephemeral.public_key();
    let receipt = receipt(&receipt_key, &device_ephemeral, &request.host_ephemeral);
    let common = Common::new(session, keys, receipt, limit);
    (SessionAgreed { session, device_ephemeral, receipt }, DeviceChannel::new(common))
}

fn receipt(key: &Secret<16>, device: &P256PublicKey, host: &P256PublicKey) -> [u8; 16] {
    cmac(key, &[&device.to_sec1(), &host.to_sec1()])
}
