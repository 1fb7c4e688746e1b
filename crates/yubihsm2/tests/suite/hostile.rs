//! Bytes from strangers: nothing panics, and whatever is taken is given back unchanged.

use proptest::{collection::vec, prelude::*};
use yubihsm2::{
    Algorithm, Command, Frame, MessageLimit, ObjectBody, ObjectRecord, ObjectType, OptionTag,
    OptionValue, OtpBlock, Request, Wire,
    connector::ConnectorStatus,
    operation::{
        CreateSession, CreateSessionAsymmetric, DecryptOtp, DeviceInfo, DevicePartNumber,
        DevicePublicKey, ImportWrapped, ListObjects, LogEntries, ObjectInfoOf, Operation,
        PublicKey, SessionMessage, StorageInfo, VerifyHmac, WrapData,
    },
};

use crate::support::{LIMIT, asymmetric_pair, echo, message, symmetric_pair};

/// Reads a payload as the answer to a command.
fn read_answer<T: Operation>(payload: &[u8]) {
    let frame = Frame::new(T::COMMAND.answer(), payload).unwrap();
    if let Ok(answer) = T::read_answer_frame(&frame) {
        assert_eq!(answer.to_bytes().as_bytes(), payload, "{}", T::COMMAND);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_frame_or_an_error(bytes in vec(any::<u8>(), 0..64)) {
        if let Ok(frame) = Frame::decode(&bytes, LIMIT) {
            prop_assert_eq!(frame.encode().to_vec(), bytes);
        }
    }

    #[test]
    fn any_payload_of_any_command_is_a_request_or_an_error(
        command: u8,
        payload in vec(any::<u8>(), 0..400),
    ) {
        let frame = Frame::new(Command(command), payload).unwrap();
        if let Ok(request) = Request::decode(&frame) {
            prop_assert_eq!(request.frame(), Some(frame));
        }
    }

    #[test]
    fn a_request_cut_short_anywhere_is_a_request_or_an_error(
        command: u8,
        payload in vec(any::<u8>(), 0..100),
    ) {
        for len in 0..payload.len() {
            let frame = Frame::new(Command(command), &payload[..len]).unwrap();
            if let Ok(request) = Request::decode(&frame) {
                prop_assert_eq!(request.frame(), Some(frame));
            }
        }
    }

    #[test]
    fn any_bytes_are_an_answer_or_an_error(payload in vec(any::<u8>(), 0..200)) {
        read_answer::<CreateSession>(&payload);
        read_answer::<CreateSessionAsymmetric>(&payload);
        read_answer::<SessionMessage>(&payload);
        read_answer::<DeviceInfo>(&payload);
        read_answer::<DevicePartNumber>(&payload);
        read_answer::<DevicePublicKey>(&payload);
        read_answer::<StorageInfo>(&payload);
        read_answer::<ListObjects>(&payload);
        read_answer::<ObjectInfoOf>(&payload);
        read_answer::<PublicKey>(&payload);
        read_answer::<LogEntries>(&payload);
        read_answer::<WrapData>(&payload);
        read_answer::<ImportWrapped>(&payload);
        read_answer::<VerifyHmac>(&payload);
        read_answer::<DecryptOtp>(&payload);
    }

    #[test]
    fn any_bytes_are_an_object_or_an_error(
        object_type in 0_u8..12,
        algorithm in 0_u8..60,
        bytes in vec(any::<u8>(), 0..200),
    ) {
        let body = ObjectBody::parse(ObjectType(object_type), Algorithm(algorithm), &bytes);
        if let Ok(body) = body {
            prop_assert_eq!(body.encode().to_vec(), bytes.clone());
        }
        if let Ok(record) = ObjectRecord::from_bytes(&bytes) {
            prop_assert_eq!(record.to_bytes().to_vec(), bytes);
        }
    }

    #[test]
    fn any_bytes_are_an_option_or_an_error(tag in 0_u8..8, value in vec(0_u8..4, 0..64)) {
        if let Ok(option) = OptionValue::decode(OptionTag(tag), &value) {
            prop_assert_eq!(option.encode(), value);
        }
    }

    #[test]
    fn any_block_is_an_otp_or_an_error(block: [u8; 16]) {
        if let Ok(otp) = OtpBlock::decode(&block) {
            prop_assert_eq!(*otp.encode(), block);
        }
    }

    #[test]
    fn any_body_is_a_status_page_or_an_error(body in vec(any::<u8>(), 0..300)) {
        prop_assert!(ConnectorStatus::parse(&body).is_err());
    }

    #[test]
    fn lines_of_a_status_page_in_any_order_never_panic(
        lines in vec("(status|serial|version|pid|address|port)=[a-zA-Z0-9*_.]{0,12}", 0..9),
    ) {
        if let Ok(status) = ConnectorStatus::parse(lines.join("\n").as_bytes()) {
            prop_assert_eq!(ConnectorStatus::parse(status.to_string().as_bytes()), Ok(status));
        }
    }

    #[test]
    fn strangers_messages_leave_a_device_as_it_was(
        messages in vec((vec(any::<u8>(), 16), any::<[u8; 8]>(), 0_u8..6), 1..20),
    ) {
        let (mut host, mut device) = symmetric_pair();
        for (ciphertext, mac, session) in messages {
            let session = yubihsm2::channel::SessionId(session);
            let stranger = SessionMessage { session, ciphertext, mac };
            prop_assert!(device.open(&stranger).is_err());
        }
        let sealed = host.seal(&echo(*b"still here")).unwrap();
        prop_assert_eq!(device.open(&message(&sealed)), Ok(echo(*b"still here")));
    }

    #[test]
    fn any_answer_to_a_host_is_an_error(payload in vec(any::<u8>(), 0..100), command: u8) {
        let (mut host, _) = asymmetric_pair();
        host.seal(&echo(*b"x")).unwrap();
        prop_assert!(host.open(&Frame::new(Command(command), payload).unwrap()).is_err());
    }
}

#[test]
fn every_payload_of_one_byte_of_every_command_is_a_request_or_an_error() {
    for command in 0..=u8::MAX {
        for value in 0..=u8::MAX {
            let frame = Frame::new(Command(command), vec![value]).unwrap();
            if let Ok(request) = Request::decode(&frame) {
                assert_eq!(request.frame(), Some(frame));
            }
        }
    }
}

#[test]
fn a_frame_cut_short_anywhere_is_an_error() {
    let bytes = echo(vec![7; 300]).encode();
    for len in 0..bytes.len() {
        assert!(Frame::decode(&bytes[..len], MessageLimit::BEFORE_2_4).is_err(), "{len} bytes");
    }
}
