//! What several tests share.

use yubihsm2::{
    Command, Frame, MessageLimit, ObjectId, P256SecretKey, Secret, StaticKeys,
    channel::{
        DeviceChannel, DeviceHandshake, HostChannel, HostHandshake, HostKeyAgreement, SessionId,
        accept_key_agreement,
    },
    operation::{AuthenticateSession, Operation as _, SessionMessage},
};

/// The limit of firmware that most tests assume.
pub(crate) const LIMIT: MessageLimit = MessageLimit::FROM_2_4;

/// The bytes of the vendor's library for this name.
///
/// Written by `vectors/python_yubihsm.py` with PyPI `yubihsm` 3.1.2 and `cryptography` over OpenSSL.
pub(crate) fn vendor(name: &str) -> Vec<u8> {
    let text = include_str!("../vectors/python_yubihsm_3_1_2.txt");
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    let (_, digits) =
        lines.find(|(found, _)| *found == name).unwrap_or_else(|| panic!("no vector {name}"));
    hex_bytes(digits)
}

/// The frame of the vendor's library for this name.
pub(crate) fn vendor_frame(name: &str) -> Frame {
    Frame::decode(&vendor(name), LIMIT).unwrap()
}

pub(crate) fn hex_bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// A private key whose every byte is `byte`.
pub(crate) fn secret_key(byte: u8) -> P256SecretKey {
    P256SecretKey::from_bytes(&[byte; 32]).unwrap()
}

/// An echo command.
pub(crate) fn echo(data: impl Into<Vec<u8>>) -> Frame {
    Frame::new(Command::ECHO, data.into()).unwrap()
}

/// Both ends of a symmetric session, opened through the encoded handshake.
pub(crate) fn symmetric_pair() -> (HostChannel, DeviceChannel) {
    let keys = StaticKeys { encryption: Secret::new([0xE1; 16]), mac: Secret::new([0xA2; 16]) };
    let (request, host) = HostHandshake::start(ObjectId(1), [1; 8], LIMIT);
    let (created, device) = DeviceHandshake::start(&keys, SessionId(3), &request, [2; 8], LIMIT);
    let (request, host) = host.authenticate(&keys, &created).unwrap();
    let device = device.authenticate(&request).unwrap();
    let answer = AuthenticateSession::answer_frame(&()).unwrap();
    (host.confirm(&answer).unwrap(), device)
}

/// Both ends of an asymmetric session.
pub(crate) fn asymmetric_pair() -> (HostChannel, DeviceChannel) {
    let (host_key, device_key) = (secret_key(0x11), secret_key(0x22));
    let (request, host) = HostKeyAgreement::start(ObjectId(2), secret_key(0x33), LIMIT);
    let (agreed, device) = accept_key_agreement(
        &device_key,
        &host_key.public_key(),
        &secret_key(0x44),
        SessionId(0),
        &request,
        LIMIT,
    );
    (host.finish(&host_key, &device_key.public_key(), &agreed).unwrap(), device)
}

/// The session message inside a frame.
pub(crate) fn message(frame: &Frame) -> SessionMessage {
    yubihsm2::Wire::from_bytes(frame.payload()).unwrap()
}
