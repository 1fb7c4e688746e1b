//! Channels under attack, under damage and out of turn.

use proptest::prelude::*;
use yubihsm2::{
    AnswerError, Command, ErrorCode, Frame, MessageLimit, ObjectId, P256PublicKey, StaticKeys,
    channel::{
        ChannelError, DeviceHandshake, HandshakeError, HostHandshake, HostKeyAgreement, SessionId,
        accept_key_agreement,
    },
    operation::{AuthenticateSession, CloseSession, Echo, Operation as _, SessionMessage},
};

use crate::support::{LIMIT, asymmetric_pair, echo, message, secret_key, symmetric_pair};

/// Session messages that carry `len` bytes of payload, with one bit flipped at `bit` modulo their size.
fn flipped(frame: &Frame, bit: usize) -> SessionMessage {
    let mut bytes = frame.payload().to_vec();
    let bit = bit % (8 * bytes.len());
    bytes[bit / 8] ^= 1 << (bit % 8);
    yubihsm2::Wire::from_bytes(&bytes).unwrap()
}

/// Whether the error says that the message is not the other end's.
fn is_forgery(error: ChannelError) -> bool {
    matches!(error, ChannelError::Mac | ChannelError::Session { .. })
}

proptest! {
    #[test]
    fn what_one_end_seals_the_other_opens(
        payloads in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..300), prop::collection::vec(any::<u8>(), 0..300)),
            1..20,
        ),
        asymmetric: bool,
    ) {
        let (mut host, mut device) =
            if asymmetric { asymmetric_pair() } else { symmetric_pair() };
        for (index, (request, answer)) in payloads.iter().enumerate() {
            let sealed = host.seal(&echo(request.clone())).unwrap();
            prop_assert_eq!(device.open(&message(&sealed)), Ok(echo(request.clone())));
            let answer = Echo::answer_frame(answer).unwrap();
            let sealed = device.seal(&answer).unwrap();
            prop_assert_eq!(host.open(&sealed), Ok(answer));
            prop_assert_eq!(host.exchanges(), index as u64 + 1);
            prop_assert_eq!(device.exchanges(), index as u64 + 1);
        }
    }

    #[test]
    fn a_flipped_bit_in_a_request_fails_and_the_device_goes_on(
        data in prop::collection::vec(any::<u8>(), 0..100),
        bit: usize,
    ) {
        let (mut host, mut device) = symmetric_pair();
        let sealed = host.seal(&echo(data.clone())).unwrap();
        let error = device.open(&flipped(&sealed, bit)).unwrap_err();
        prop_assert!(is_forgery(error));
        prop_assert!(!error.is_answered_inside());
        prop_assert_eq!(device.open(&message(&sealed)), Ok(echo(data)));
    }

    #[test]
    fn a_flipped_bit_in_an_answer_fails_and_ends_the_hosts_channel(
        data in prop::collection::vec(any::<u8>(), 0..100),
        bit: usize,
    ) {
        let (mut host, mut device) = asymmetric_pair();
        let sealed = host.seal(&echo(data.clone())).unwrap();
        device.open(&message(&sealed)).unwrap();
        let answer = device.seal(&Echo::answer_frame(&data).unwrap()).unwrap();
        let damaged = yubihsm2::Wire::to_bytes(&flipped(&answer, bit));
        let damaged = Frame::new(answer.command(), damaged).unwrap();
        let error = host.open(&damaged).unwrap_err();
        prop_assert!(is_forgery(error));
        prop_assert!(!host.is_usable());
        prop_assert_eq!(host.open(&answer), Err(ChannelError::OutOfTurn));
        prop_assert_eq!(host.seal(&echo(data)), Err(ChannelError::OutOfTurn));
    }

    #[test]
    fn a_repeated_request_fails(count in 1_usize..6, repeated in 0_usize..5) {
        let (mut host, mut device) = symmetric_pair();
        let mut seen = Vec::new();
        for _ in 0..count {
            let sealed = host.seal(&echo(*b"once")).unwrap();
            let request = message(&sealed);
            device.open(&request).unwrap();
            let answer = device.seal(&Echo::answer_frame(&vec![]).unwrap()).unwrap();
            host.open(&answer).unwrap();
            seen.push((request, answer));
        }
        let (request, answer) = &seen[repeated % count];
        prop_assert_eq!(device.open(request), Err(ChannelError::Mac));
        host.seal(&echo(*b"next")).unwrap();
        prop_assert_eq!(host.open(answer), Err(ChannelError::Mac));
    }
}

#[test]
fn the_same_request_is_sealed_differently_every_time() {
    let (mut host, mut device) = symmetric_pair();
    let first = host.seal(&echo(*b"same")).unwrap();
    device.open(&message(&first)).unwrap();
    host.open(&device.seal(&Echo::answer_frame(&b"same".to_vec()).unwrap()).unwrap()).unwrap();
    let second = host.seal(&echo(*b"same")).unwrap();
    assert_ne!(message(&first).ciphertext, message(&second).ciphertext);
}

#[test]
fn a_request_cannot_be_sent_back_as_its_answer() {
    let (mut host, _) = symmetric_pair();
    let sealed = host.seal(&echo(*b"x")).unwrap();
    let reflected = Frame::new(sealed.command().answer(), sealed.payload()).unwrap();
    assert_eq!(host.open(&reflected), Err(ChannelError::Mac));
}

#[test]
fn a_message_of_another_session_is_refused_in_either_direction() {
    let (mut host, mut device) = symmetric_pair();
    let sealed = host.seal(&echo(*b"x")).unwrap();
    let moved = SessionMessage { session: SessionId(4), ..message(&sealed) };
    let error = ChannelError::Session { expected: 3, found: 4 };
    assert_eq!(device.open(&moved), Err(error));
    assert_eq!(error.error_code(), ErrorCode::INVALID_SESSION);
    let answer = Frame::new(Command::SESSION_MESSAGE.answer(), yubihsm2::Wire::to_bytes(&moved));
    assert_eq!(host.open(&answer.unwrap()), Err(error));
}

#[test]
fn the_ends_refuse_to_act_out_of_turn_and_stay_as_they_were() {
    let (mut host, mut device) = symmetric_pair();
    let answer = Echo::answer_frame(&vec![]).unwrap();
    assert_eq!(device.seal(&answer), Err(ChannelError::OutOfTurn));
    assert_eq!(host.open(&answer), Err(ChannelError::OutOfTurn));
    let sealed = host.seal(&echo(*b"x")).unwrap();
    assert_eq!(host.seal(&echo(*b"y")), Err(ChannelError::OutOfTurn));
    device.open(&message(&sealed)).unwrap();
    assert_eq!(device.open(&message(&sealed)), Err(ChannelError::OutOfTurn));
    assert_eq!(host.open(&device.seal(&answer).unwrap()), Ok(answer));
}

#[test]
fn a_refusal_in_the_clear_ends_the_hosts_channel() {
    let (mut host, _) = symmetric_pair();
    host.seal(&echo(*b"x")).unwrap();
    let refusal = Frame::error(ErrorCode::INVALID_SESSION);
    assert_eq!(host.open(&refusal), Err(ChannelError::Refused(ErrorCode::INVALID_SESSION)));
    assert!(!host.is_usable());
}

#[test]
fn a_refusal_inside_the_session_is_an_answer_like_any_other() {
    let (mut host, mut device) = symmetric_pair();
    let sealed = host.seal(&CloseSession {}.frame().unwrap()).unwrap();
    device.open(&message(&sealed)).unwrap();
    let sealed = device.seal(&Frame::error(ErrorCode::LOG_FULL)).unwrap();
    let answer = CloseSession::read_answer_frame(&host.open(&sealed).unwrap());
    assert_eq!(answer, Err(AnswerError::Refused(ErrorCode::LOG_FULL)));
    assert!(host.is_usable());
}

#[test]
fn the_longest_payload_fits_exactly_into_the_longest_frame() {
    for limit in [MessageLimit::BEFORE_2_4, MessageLimit::FROM_2_4] {
        let keys = StaticKeys::from_password(b"password");
        let (request, host) = HostHandshake::start(ObjectId(1), [1; 8], limit);
        let (created, _) = DeviceHandshake::start(&keys, SessionId(0), &request, [2; 8], limit);
        let (_, host) = host.authenticate(&keys, &created).unwrap();
        let answer = AuthenticateSession::answer_frame(&()).unwrap();
        let mut host = host.confirm(&answer).unwrap();
        let len = limit.inner_payload_len_bytes();
        let too_long = host.seal(&echo(vec![0; len + 1]));
        let error = ChannelError::TooLong { limit: len + 3, found: len + 4 };
        assert_eq!(too_long, Err(error));
        let sealed = host.seal(&echo(vec![0; len])).unwrap();
        assert!(sealed.len_bytes() <= limit.frame_len_bytes(), "{}", sealed.len_bytes());
        assert!(sealed.len_bytes() + 16 > limit.frame_len_bytes(), "{}", sealed.len_bytes());
    }
}

#[test]
fn a_wrong_password_shows_at_the_host_before_it_proves_itself() {
    let (request, host) = HostHandshake::start(ObjectId(1), [1; 8], LIMIT);
    let keys = StaticKeys::from_password(b"password");
    let (created, _) = DeviceHandshake::start(&keys, SessionId(0), &request, [2; 8], LIMIT);
    let wrong = StaticKeys::from_password(b"passwort");
    let error = host.authenticate(&wrong, &created).map(|_| ()).unwrap_err();
    assert_eq!(error, HandshakeError::DeviceCryptogram);
}

#[test]
fn a_host_that_proves_itself_with_other_bytes_is_refused() {
    let keys = StaticKeys::from_password(b"password");
    for byte in 0..17 {
        let (request, host) = HostHandshake::start(ObjectId(1), [1; 8], LIMIT);
        let (created, device) =
            DeviceHandshake::start(&keys, SessionId(5), &request, [2; 8], LIMIT);
        let (proof, _) = host.authenticate(&keys, &created).unwrap();
        let mut bytes = yubihsm2::Wire::to_bytes(&proof).to_vec();
        bytes[byte] ^= 1;
        let proof: AuthenticateSession = yubihsm2::Wire::from_bytes(&bytes).unwrap();
        let error = device.authenticate(&proof).map(|_| ()).unwrap_err();
        let expected = match byte {
            0 => HandshakeError::Session { expected: 5, found: 4 },
            _ => HandshakeError::Mac,
        };
        assert_eq!(error, expected);
    }
}

#[test]
fn a_device_that_refuses_the_proof_opens_no_channel() {
    let keys = StaticKeys::from_password(b"password");
    let (request, host) = HostHandshake::start(ObjectId(1), [1; 8], LIMIT);
    let (created, _) = DeviceHandshake::start(&keys, SessionId(0), &request, [2; 8], LIMIT);
    let (_, host) = host.authenticate(&keys, &created).unwrap();
    let refusal = Frame::error(ErrorCode::AUTHENTICATION_FAILED);
    let error = host.confirm(&refusal).map(|_| ()).unwrap_err();
    let expected = AnswerError::Refused(ErrorCode::AUTHENTICATION_FAILED);
    assert_eq!(error, HandshakeError::Answer(expected));
}

/// Agrees on a session with these keys; the host expects those of `expected_device`.
fn agree(authentication: u8, expected_device: P256PublicKey) -> Result<(), HandshakeError> {
    let (request, host) = HostKeyAgreement::start(ObjectId(2), secret_key(0x33), LIMIT);
    let (agreed, _) = accept_key_agreement(
        &secret_key(0x22),
        &secret_key(0x11).public_key(),
        &secret_key(0x44),
        SessionId(0),
        &request,
        LIMIT,
    );
    host.finish(&secret_key(authentication), &expected_device, &agreed).map(|_| ())
}

#[test]
fn a_wrong_key_on_either_side_shows_in_the_receipt() {
    assert_eq!(agree(0x11, secret_key(0x22).public_key()), Ok(()));
    let receipt = Err(HandshakeError::Receipt);
    assert_eq!(agree(0x12, secret_key(0x22).public_key()), receipt);
    assert_eq!(agree(0x11, secret_key(0x23).public_key()), receipt);
}

#[test]
fn debug_of_a_channel_shows_no_key() {
    let keys = StaticKeys::from_password(b"password");
    let (host, device) = symmetric_pair();
    for shown in [format!("{host:?}"), format!("{device:?}"), format!("{keys:?}")] {
        assert!(shown.contains("Secret(16 bytes)"), "{shown}");
        assert!(!shown.contains('['), "{shown}");
    }
}

#[test]
fn a_host_that_forgoes_an_answer_is_understood_in_its_next_request() {
    for (mut host, mut device) in [symmetric_pair(), asymmetric_pair()] {
        assert_eq!(host.forgo_answer(), Err(ChannelError::OutOfTurn));
        let sealed = host.seal(&echo([1])).unwrap();
        device.open(&message(&sealed)).unwrap();
        let _lost = device.seal(&Echo::answer_frame(&vec![1]).unwrap()).unwrap();
        host.forgo_answer().unwrap();
        let sealed = host.seal(&echo([2])).unwrap();
        assert_eq!(device.open(&message(&sealed)), Ok(echo([2])));
        let answer = device.seal(&Echo::answer_frame(&vec![2]).unwrap()).unwrap();
        assert_eq!(host.open(&answer), Ok(Echo::answer_frame(&vec![2]).unwrap()));
    }
}

#[test]
fn a_host_forgoes_an_answer_that_does_not_verify_too() {
    let (mut host, mut device) = symmetric_pair();
    let sealed = host.seal(&echo([1])).unwrap();
    device.open(&message(&sealed)).unwrap();
    device.seal(&Echo::answer_frame(&vec![1]).unwrap()).unwrap();
    assert!(host.open(&Frame::error(ErrorCode::COMMAND_UNEXECUTED)).is_err());
    host.forgo_answer().unwrap();
    let sealed = host.seal(&echo([2])).unwrap();
    assert_eq!(device.open(&message(&sealed)), Ok(echo([2])));
}
