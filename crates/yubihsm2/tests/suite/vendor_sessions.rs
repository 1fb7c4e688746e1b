//! Whole sessions of the vendor's Python library, byte for byte, from either end.

use yubihsm2::{
    ErrorCode, Frame, MessageLimit, ObjectId, Request, StaticKeys, Wire as _,
    channel::{
        DeviceChannel, DeviceHandshake, HostChannel, HostHandshake, HostKeyAgreement, SessionId,
        accept_key_agreement,
    },
    operation::{
        AuthenticateSession, CloseSession, CreateSession, CreateSessionAsymmetric, Echo, GetOpaque,
        Operation as _, SessionAgreed,
    },
};

use crate::support::{LIMIT, echo, message, secret_key, vendor, vendor_frame};

/// What the script does inside each session: four echoes, a refused read, the end.
fn exchanges() -> Vec<(Frame, Frame)> {
    let echoes = [b"hello".to_vec(), (0..13).collect(), vec![], vec![0; 2000]];
    let mut exchanges: Vec<_> = echoes
        .into_iter()
        .map(|data| (echo(data.clone()), Echo::answer_frame(&data).unwrap()))
        .collect();
    let refused = GetOpaque { id: ObjectId(0x0E) }.frame().unwrap();
    exchanges.push((refused, Frame::error(ErrorCode::OBJECT_NOT_FOUND)));
    let closed = CloseSession::answer_frame(&()).unwrap();
    exchanges.push((CloseSession {}.frame().unwrap(), closed));
    exchanges
}

/// Plays the host against the vendor's bytes.
fn play_host(host: &mut HostChannel, name: &str, first: usize) {
    for (index, (request, answer)) in (first..).zip(exchanges()) {
        let sealed = host.seal(&request).unwrap();
        assert_eq!(sealed.encode().to_vec(), vendor(&format!("{name}.{index}.request")));
        let opened = host.open(&vendor_frame(&format!("{name}.{index}.answer"))).unwrap();
        assert_eq!(opened, answer);
    }
}

/// Plays the device against the vendor's bytes.
fn play_device(device: &mut DeviceChannel, name: &str, first: usize) {
    for (index, (request, answer)) in (first..).zip(exchanges()) {
        let frame = vendor_frame(&format!("{name}.{index}.request"));
        assert_eq!(device.open(&message(&frame)), Ok(request));
        let sealed = device.seal(&answer).unwrap();
        assert_eq!(sealed.encode().to_vec(), vendor(&format!("{name}.{index}.answer")));
    }
}

fn challenge(first: u8) -> [u8; 8] {
    std::array::from_fn(|index| first + index as u8)
}

#[test]
fn the_vendors_password_derivation_is_ours() {
    let keys = StaticKeys::from_password(b"password");
    assert_eq!(keys.to_bytes().to_vec(), vendor("password.keys"));
}

#[test]
fn a_host_reproduces_the_vendors_symmetric_session() {
    let keys = StaticKeys::from_password(b"password");
    let (request, host) =
        HostHandshake::start(ObjectId(1), challenge(0x10), MessageLimit::BEFORE_2_4);
    assert_eq!(request.frame().unwrap(), vendor_frame("symmetric.0.request"));
    let created = CreateSession::read_answer_frame(&vendor_frame("symmetric.0.answer")).unwrap();
    let (request, host) = host.authenticate(&keys, &created).unwrap();
    assert_eq!(request.frame().unwrap(), vendor_frame("symmetric.1.request"));
    let mut host = host.confirm(&vendor_frame("symmetric.1.answer")).unwrap();
    assert_eq!(host.session(), SessionId(3));
    play_host(&mut host, "symmetric", 2);
    assert_eq!(host.exchanges(), 6);
}

#[test]
fn a_device_reproduces_the_vendors_symmetric_session() {
    let keys = StaticKeys::from_password(b"password");
    let Ok(Request::CreateSession(request)) = Request::decode(&vendor_frame("symmetric.0.request"))
    else {
        panic!("no symmetric session is asked for")
    };
    assert_eq!(request.host_challenge.to_vec(), vendor("symmetric.host_challenge"));
    let (created, device) =
        DeviceHandshake::start(&keys, SessionId(3), &request, challenge(0x20), LIMIT);
    let answer = CreateSession::answer_frame(&created).unwrap();
    assert_eq!(answer, vendor_frame("symmetric.0.answer"));
    let request = vendor_frame("symmetric.1.request");
    let request = AuthenticateSession::from_bytes(request.payload()).unwrap();
    let mut device = device.authenticate(&request).unwrap();
    play_device(&mut device, "symmetric", 2);
}

#[test]
fn a_host_reproduces_the_vendors_asymmetric_session() {
    let (request, host) = HostKeyAgreement::start(ObjectId(2), secret_key(0x22), LIMIT);
    assert_eq!(request.frame().unwrap(), vendor_frame("asymmetric.0.request"));
    let answer = vendor_frame("asymmetric.0.answer");
    let agreed: SessionAgreed = CreateSessionAsymmetric::read_answer_frame(&answer).unwrap();
    let device_key = secret_key(0x33).public_key();
    let mut host = host.finish(&secret_key(0x11), &device_key, &agreed).unwrap();
    play_host(&mut host, "asymmetric", 1);
}

#[test]
fn a_device_reproduces_the_vendors_asymmetric_session() {
    let frame = vendor_frame("asymmetric.0.request");
    let Ok(Request::CreateSessionAsymmetric(request)) = Request::decode(&frame) else {
        panic!("no asymmetric session is asked for")
    };
    let (agreed, mut device) = accept_key_agreement(
        &secret_key(0x33),
        &secret_key(0x11).public_key(),
        &secret_key(0x44),
        SessionId(0),
        &request,
        LIMIT,
    );
    let answer = CreateSessionAsymmetric::answer_frame(&agreed).unwrap();
    assert_eq!(answer, vendor_frame("asymmetric.0.answer"));
    play_device(&mut device, "asymmetric", 1);
}
