//! Every command's request and answer: their sizes, and one encoding for one value.

use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use yubihsm2::{
    Algorithm, Frame, LogPage, ObjectEntry, ObjectInfo, Operation, Request, Wire, WireError,
    operation::{
        AuthenticateSession, BlinkDevice, ChangeAuthenticationKey, CloseSession, CreateOtpAead,
        CreateSession, CreateSessionAsymmetric, DecryptCbc, DecryptEcb, DecryptOaep, DecryptOtp,
        DecryptPkcs1, DeleteObject, DeriveEcdh, DeviceInfo, DevicePartNumber, DevicePublicKey,
        Echo, EncryptCbc, EncryptEcb, ExportKeyRsa, ExportWrapped, ExportWrappedRsa,
        GenerateAsymmetricKey, GenerateHmacKey, GenerateOtpAeadKey, GenerateSymmetricKey,
        GenerateWrapKey, GetOpaque, GetOption, GetTemplate, ImportKeyRsa, ImportWrapped,
        ImportWrappedRsa, ListObjects, LogEntries, ObjectInfoOf, PseudoRandom, PublicKey,
        PutAsymmetricKey, PutAuthenticationKey, PutHmacKey, PutOpaque, PutOtpAeadKey,
        PutPublicWrapKey, PutSymmetricKey, PutTemplate, PutWrapKey, RandomizeOtpAead, ResetDevice,
        RewrapOtpAead, SessionMessage, SetLogIndex, SetOption, SignAttestationCertificate,
        SignEcdsa, SignEddsa, SignHmac, SignPkcs1, SignPss, SignSshCertificate, StorageInfo,
        UnwrapData, VerifyHmac, WrapData,
    },
};

use crate::support::secret_key;

/// What bytes make a payload, stated apart from the code under test.
#[derive(Clone, Debug)]
enum Shape {
    /// Any bytes of this number.
    Exactly(usize),
    /// Any bytes, at least this many.
    AtLeast(usize),
    /// Bytes of this number, repeated.
    Repeated(usize),
    /// Bytes of their own making.
    Made(BoxedStrategy<Vec<u8>>),
}

use Shape::{AtLeast, Exactly, Repeated};

impl Shape {
    fn payloads(&self) -> BoxedStrategy<Vec<u8>> {
        match self {
            Exactly(len) => vec(any::<u8>(), *len).boxed(),
            AtLeast(len) => vec(any::<u8>(), *len..len + 80).boxed(),
            Repeated(len) => {
                let items = vec(vec(any::<u8>(), *len), 0..6);
                items.prop_map(|items| items.concat()).boxed()
            }
            Self::Made(payloads) => payloads.clone(),
        }
    }
}

/// Bytes, one of several tails, and bytes again.
fn around(before: usize, middles: Vec<Vec<u8>>, after: std::ops::Range<usize>) -> Shape {
    let parts = (vec(any::<u8>(), before), prop::sample::select(middles), vec(any::<u8>(), after));
    Shape::Made(parts.prop_map(|(a, b, c)| [a, b, c].concat()).boxed())
}

/// A payload of the shape is the encoding of exactly one value, and a byte less or more is not where the
/// shape says so.
fn check_payloads<T: Wire + PartialEq + std::fmt::Debug>(what: &str, shape: &Shape) {
    let mut runner = TestRunner::deterministic();
    let property = |payload: Vec<u8>| {
        let value = T::from_bytes(&payload);
        prop_assert!(value.is_ok(), "{}: {:?} of {} bytes", what, value, payload.len());
        let value = value.unwrap();
        prop_assert_eq!(value.to_bytes().to_vec(), payload.clone(), "{}", what);
        prop_assert_eq!(T::from_bytes(&value.to_bytes()).unwrap(), value, "{}", what);
        Ok(())
    };
    runner.run(&shape.payloads(), property).unwrap();
    let (fixed, is_open) = match shape {
        Exactly(len) => (*len, false),
        AtLeast(len) => (*len, true),
        Repeated(_) | Shape::Made(_) => return,
    };
    for len in 0..fixed {
        let result = T::from_bytes(&std::vec![0; len]).map(|_| ());
        let is_short = matches!(result, Err(WireError::Truncated { .. }));
        assert!(is_short, "{what} of {len} bytes: {result:?}");
    }
    if !is_open {
        let result = T::from_bytes(&std::vec![0; fixed + 1]).map(|_| ());
        let trailing = Err(WireError::Trailing { offset: fixed, excess: 1 });
        assert_eq!(result, trailing, "{what}");
    }
}

/// Checks a command from both ends, through frames.
fn check<T>(request: Shape, answer: Shape)
where
    T: Operation + Into<Request> + Clone + PartialEq + std::fmt::Debug,
    T::Answer: PartialEq + std::fmt::Debug,
{
    let command = T::COMMAND;
    check_payloads::<T>(&format!("{command}, request"), &request);
    check_payloads::<T::Answer>(&format!("{command}, answer"), &answer);
    let mut runner = TestRunner::deterministic();
    let property = |(request, answer): (Vec<u8>, Vec<u8>)| {
        let request = T::from_bytes(&request).unwrap();
        let frame = request.frame().unwrap();
        prop_assert_eq!(frame.command(), command);
        prop_assert_eq!(Request::decode(&frame), Ok(request.into()));
        let answer = T::Answer::from_bytes(&answer).unwrap();
        let frame = T::answer_frame(&answer).unwrap();
        prop_assert_eq!(frame.command(), command.answer());
        prop_assert_eq!(T::read_answer_frame(&frame), Ok(answer));
        Ok(())
    };
    runner.run(&(request.payloads(), answer.payloads()), property).unwrap();
}

/// `P` of the vendor's documents: what every new object is given.
const P: usize = 53;

/// `PD`: what a new object is given that hands rights on.
const PD: usize = 61;

const ID: Shape = Exactly(2);
const NOTHING: Shape = Exactly(0);

fn points(length: usize) -> Vec<Vec<u8>> {
    let sec1 = (1..9).map(|byte| secret_key(byte).public_key().to_sec1());
    sec1.map(|sec1| sec1[65 - length..].to_vec()).collect()
}

#[test]
fn device_commands() {
    check::<Echo>(AtLeast(0), AtLeast(0));
    check::<DeviceInfo>(NOTHING, AtLeast(9));
    let page = Shape::Made(Just(std::vec![1]).boxed());
    let part = "[ -~]{0,20}".prop_map(|text| [text.as_bytes(), &[0]].concat());
    check::<DevicePartNumber>(page, Shape::Made(part.boxed()));
    check::<ResetDevice>(NOTHING, NOTHING);
    let key = points(64).into_iter().map(|point| [&[49], point.as_slice()].concat()).collect();
    check::<DevicePublicKey>(NOTHING, around(0, key, 0..1));
    check::<StorageInfo>(NOTHING, Exactly(10));
    check::<PseudoRandom>(Exactly(2), AtLeast(0));
    check::<BlinkDevice>(Exactly(1), NOTHING);
}

#[test]
fn session_commands() {
    check::<CreateSession>(Exactly(10), Exactly(17));
    check::<CreateSessionAsymmetric>(around(2, points(65), 0..1), around(1, points(65), 16..17));
    check::<AuthenticateSession>(Exactly(17), NOTHING);
    let messages = (1_usize..5).prop_flat_map(|blocks| vec(any::<u8>(), 1 + 16 * blocks + 8));
    let messages = Shape::Made(messages.boxed());
    check::<SessionMessage>(messages.clone(), messages);
    check::<CloseSession>(NOTHING, NOTHING);
}

#[test]
fn object_commands() {
    let filters = prop_oneof![
        vec(any::<u8>(), 2).prop_map(|value| [&[1], value.as_slice()].concat()),
        vec(any::<u8>(), 1).prop_map(|value| [&[2], value.as_slice()].concat()),
        vec(any::<u8>(), 2).prop_map(|value| [&[3], value.as_slice()].concat()),
        vec(any::<u8>(), 8).prop_map(|value| [&[4], value.as_slice()].concat()),
        vec(any::<u8>(), 1).prop_map(|value| [&[5], value.as_slice()].concat()),
        vec(any::<u8>(), 40).prop_map(|value| [&[6], value.as_slice()].concat()),
    ];
    let filters = vec(filters, 0..8).prop_map(|filters| filters.concat());
    check::<ListObjects>(Shape::Made(filters.boxed()), Repeated(4));
    check::<ObjectInfoOf>(Exactly(3), Exactly(66));
    check::<DeleteObject>(Exactly(3), NOTHING);
    check::<GetOpaque>(ID, AtLeast(0));
    check::<GetTemplate>(ID, AtLeast(0));
    let with_or_without_type = vec(any::<u8>(), 2..4).boxed();
    check::<PublicKey>(Shape::Made(with_or_without_type), AtLeast(1));
}

#[test]
fn create_commands() {
    check::<PutOpaque>(AtLeast(P), ID);
    check::<PutTemplate>(AtLeast(P), ID);
    check::<PutAsymmetricKey>(AtLeast(P), ID);
    check::<GenerateAsymmetricKey>(Exactly(P), ID);
    check::<PutHmacKey>(AtLeast(P), ID);
    check::<GenerateHmacKey>(Exactly(P), ID);
    check::<PutSymmetricKey>(AtLeast(P), ID);
    check::<GenerateSymmetricKey>(Exactly(P), ID);
    check::<PutOtpAeadKey>(AtLeast(P + 4), ID);
    check::<GenerateOtpAeadKey>(Exactly(P + 4), ID);
    check::<PutWrapKey>(AtLeast(PD), ID);
    check::<GenerateWrapKey>(Exactly(PD), ID);
    check::<PutPublicWrapKey>(AtLeast(PD), ID);
}

#[test]
fn authentication_key_commands() {
    let symmetric = Algorithm::AES128_YUBICO_AUTHENTICATION.0;
    let p256 = Algorithm::EC_P256_YUBICO_AUTHENTICATION.0;
    let points = || points(64).into_iter();
    // The algorithm is the last byte of P; delegated capabilities and the key follow.
    check::<PutAuthenticationKey>(around(P - 1, std::vec![std::vec![symmetric]], 40..41), ID);
    let keys = points().map(|point| [&[p256], [0; 8].as_slice(), &point].concat()).collect();
    check::<PutAuthenticationKey>(around(P - 1, keys, 0..1), ID);
    check::<ChangeAuthenticationKey>(around(2, std::vec![std::vec![symmetric]], 32..33), ID);
    let keys = points().map(|point| [&[p256], point.as_slice()].concat()).collect();
    check::<ChangeAuthenticationKey>(around(2, keys, 0..1), ID);
}

#[test]
fn private_key_commands() {
    check::<SignEcdsa>(AtLeast(2), AtLeast(0));
    check::<SignEddsa>(AtLeast(2), Exactly(64));
    check::<SignPkcs1>(AtLeast(2), AtLeast(0));
    check::<SignPss>(AtLeast(5), AtLeast(0));
    check::<DecryptPkcs1>(AtLeast(2), AtLeast(0));
    check::<DecryptOaep>(AtLeast(3), AtLeast(0));
    check::<DeriveEcdh>(AtLeast(2), AtLeast(0));
    check::<SignAttestationCertificate>(Exactly(4), AtLeast(0));
    check::<SignSshCertificate>(AtLeast(2 + 2 + 1 + 4 + 256), AtLeast(0));
}

#[test]
fn secret_key_commands() {
    check::<SignHmac>(AtLeast(2), AtLeast(0));
    let verdict = prop::sample::select(std::vec![std::vec![0], std::vec![1]]).boxed();
    check::<VerifyHmac>(AtLeast(2), Shape::Made(verdict));
    check::<DecryptEcb>(AtLeast(2), AtLeast(0));
    check::<EncryptEcb>(AtLeast(2), AtLeast(0));
    check::<DecryptCbc>(AtLeast(18), AtLeast(0));
    check::<EncryptCbc>(AtLeast(18), AtLeast(0));
}

#[test]
fn wrap_commands() {
    const OVERHEAD: usize = 13 + 16;
    check::<WrapData>(AtLeast(2), AtLeast(OVERHEAD));
    check::<UnwrapData>(AtLeast(2 + OVERHEAD), AtLeast(0));
    let with_or_without_format = vec(any::<u8>(), 5..7).boxed();
    check::<ExportWrapped>(Shape::Made(with_or_without_format), AtLeast(OVERHEAD));
    check::<ImportWrapped>(AtLeast(2 + OVERHEAD), Exactly(3));
    check::<ExportKeyRsa>(AtLeast(8), AtLeast(0));
    check::<ExportWrappedRsa>(AtLeast(8), AtLeast(0));
    let oaep = || (25..=28).map(|oaep| std::vec![oaep]).collect();
    // MGF1 algorithm, what is wrapped, and the longest digest.
    check::<ImportKeyRsa>(around(2 + 1 + 2 + 40 + 2 + 8 + 1, oaep(), 65..200), Exactly(3));
    check::<ImportWrappedRsa>(around(2, oaep(), 65..200), Exactly(3));
}

#[test]
fn audit_and_option_commands() {
    let logs = (vec(any::<u8>(), 4), vec(vec(any::<u8>(), 32), 0..63));
    let logs = logs.prop_map(|(unlogged, entries)| {
        [unlogged, std::vec![entries.len() as u8], entries.concat()].concat()
    });
    check::<LogEntries>(NOTHING, Shape::Made(logs.boxed()));
    check::<SetLogIndex>(Exactly(2), NOTHING);
    let values = (any::<u8>(), vec(any::<u8>(), 0..300)).prop_map(|(tag, value)| {
        [&[tag], (value.len() as u16).to_be_bytes().as_slice(), &value].concat()
    });
    check::<SetOption>(Shape::Made(values.boxed()), NOTHING);
    check::<GetOption>(Exactly(1), AtLeast(0));
}

#[test]
fn otp_commands() {
    check::<CreateOtpAead>(Exactly(2 + 16 + 6), Exactly(36));
    check::<RandomizeOtpAead>(ID, Exactly(36));
    check::<RewrapOtpAead>(Exactly(2 + 2 + 36), Exactly(36));
    check::<DecryptOtp>(Exactly(2 + 36 + 16), Exactly(6));
}

#[test]
fn an_answer_of_another_command_is_not_taken() {
    let frame = Echo::answer_frame(&std::vec![1]).unwrap();
    let error = yubihsm2::AnswerError::Command { expected: 0xD8, found: 0x81 };
    assert_eq!(DeleteObject::read_answer_frame(&frame), Err(error));
}

#[test]
fn a_request_that_a_length_field_cannot_count_makes_no_frame() {
    let request = Echo { data: std::vec![0; Frame::PAYLOAD_LEN_BYTES_MAX + 1] };
    assert_eq!(request.frame(), None);
}

/// Field by field, since a layout that is symmetric in its own mistakes would pass everything above.
#[test]
fn object_info_stands_in_the_documented_order() {
    let bytes: Vec<u8> = (0..66).collect();
    let info = ObjectInfo::from_bytes(&bytes).unwrap();
    assert_eq!(info.capabilities.bits(), 0x0001_0203_0405_0607);
    assert_eq!((info.id.0, info.len_bytes, info.domains.bits()), (0x0809, 0x0A0B, 0x0C0D));
    assert_eq!((info.object_type.0, info.algorithm.0), (0x0E, 0x0F));
    assert_eq!((info.sequence, info.origin.0), (0x10, 0x11));
    assert_eq!(info.label.as_bytes()[..], bytes[18..58]);
    assert_eq!(info.delegated.bits(), 0x3A3B_3C3D_3E3F_4041);
}

#[test]
fn a_listed_object_is_id_type_and_sequence() {
    let entry = ObjectEntry::from_bytes(&[0x12, 0x34, 0x03, 0x07]).unwrap();
    assert_eq!((entry.id.0, entry.object_type.0, entry.sequence), (0x1234, 3, 7));
}

#[test]
fn a_log_entry_stands_in_the_documented_order() {
    let mut bytes = std::vec![0, 1, 0, 2, 1];
    bytes.extend(0..32);
    let page = LogPage::from_bytes(&bytes).unwrap();
    assert_eq!((page.unlogged_boots, page.unlogged_authentications), (1, 2));
    let record = page.entries[0].record;
    assert_eq!((record.number, record.command.0, record.len_bytes), (0x0001, 0x02, 0x0304));
    assert_eq!((record.session_key.0, record.target_key.0), (0x0506, 0x0708));
    assert_eq!((record.second_key.0, record.result, record.tick), (0x090A, 0x0B, 0x0C0D_0E0F));
    assert_eq!(page.entries[0].digest.0[..], bytes[5 + 16..]);
}
