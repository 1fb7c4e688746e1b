//! Devices, signatures and packages that are only what the store needs: numbers and bytes.

use hsm::{DeviceRequest, DeviceSignatures};
use sidewalk::{Curve, PublicKey, Signature, Smsn};
use signer::service::{RefusalCode, RequestId};
use signing_server::store::{
    Begin, Begun, Finish, Issued, PackageTerms, Store, StoreFault, Ticket,
};

/// The number of a device.
pub(crate) fn smsn(number: u32) -> Smsn {
    Smsn::from_bytes(spread(number, 1))
}

/// A device under its `keys`-th keys.
pub(crate) fn device(number: u32, keys: u8) -> DeviceRequest {
    let key = spread::<64>(number, keys.wrapping_add(10));
    let ed25519 = PublicKey::from_bytes(Curve::Ed25519, &key[..32]).unwrap();
    let p256r1 = PublicKey::from_bytes(Curve::P256r1, &key).unwrap();
    DeviceRequest::new(smsn(number), ed25519, p256r1).unwrap()
}

/// A request id.
pub(crate) fn request(number: u32) -> RequestId {
    RequestId::from_bytes(spread(number, 2))
}

/// Asks for a device under its first keys, with a request id of its own.
pub(crate) fn asked(number: u32) -> Begin {
    Begin {
        request_id: request(number),
        product: "sensor".to_owned(),
        package: None,
        is_rework: false,
        device: device(number, 0),
        line: "line-1".to_owned(),
        client: [7; 32],
    }
}

/// Signatures that differ with each device, generation and attempt.
pub(crate) fn signed(ticket: Ticket, attempt: u8) -> Finish {
    let mut bytes = [attempt; 64];
    bytes[..32].copy_from_slice(ticket.smsn.as_bytes());
    bytes[32..36].copy_from_slice(&ticket.generation.to_be_bytes());
    let ed25519 = Signature::from_bytes(bytes);
    bytes[63] ^= 0x80;
    let signatures =
        DeviceSignatures { ed25519, p256r1: Signature::from_bytes(bytes), hsm_serial: 7_550_054 };
    Finish { ticket, signatures }
}

/// A package of a name.
pub(crate) fn package(id: &str, count: u64) -> PackageTerms {
    PackageTerms { id: id.to_owned(), digest: [3; 32], count }
}

/// The ticket of an intent.
pub(crate) fn ticket(begun: Begun) -> Ticket {
    match begun {
        Begun::Sign(ticket) => ticket,
        other => panic!("no intent: {other:?}"),
    }
}

/// The code of a refusal.
pub(crate) fn refused(begun: Begun) -> RefusalCode {
    match begun {
        Begun::Refused(refusal) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

/// Begins a device and gives its outcome.
pub(crate) async fn issue(store: &Store, asked: Begin) -> Result<Issued, StoreFault> {
    match store.begin(asked).await? {
        Begun::Sign(ticket) => store.finish(signed(ticket, 1)).await,
        Begun::Signed(issued) => Ok(issued),
        other => panic!("not signed: {other:?}"),
    }
}

/// Bytes that differ with a number and its purpose.
fn spread<const N: usize>(number: u32, purpose: u8) -> [u8; N] {
    let mut bytes = [purpose; N];
    let mixed = u64::from(number).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bytes[..8].copy_from_slice(&mixed.to_be_bytes());
    bytes
}
