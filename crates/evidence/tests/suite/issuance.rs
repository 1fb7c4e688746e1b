//! The entry: one spelling, and nothing else is read.

use evidence::{Issuance, IssuanceError, IssuanceKind, IssuancePackage};
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    "[^\\pC]{1,60}"
}

fn issuance() -> impl Strategy<Value = Issuance> {
    let package = proptest::option::of((text(), any::<[u8; 32]>()));
    let numbers = (any::<Option<u64>>(), any::<u64>(), any::<u32>());
    (numbers, any::<[[u8; 32]; 9]>(), text(), text(), package).prop_map(
        |((earlier, unix_millis, hsm_serial), bytes, product, line, package)| {
            let pair =
                |a: usize| -> [u8; 64] { std::array::from_fn(|at| bytes[a + at / 32][at % 32]) };
            Issuance {
                kind: earlier
                    .map_or(IssuanceKind::First, |earlier| IssuanceKind::Rework { earlier }),
                unix_millis,
                smsn: bytes[0],
                ed25519_public_key: bytes[1],
                p256_public_key: pair(2),
                ed25519_signature: pair(4),
                p256_signature: pair(6),
                client_fingerprint: bytes[8],
                hsm_serial,
                product,
                line,
                package: package.map(|(id, digest)| IssuancePackage { id, digest }),
            }
        },
    )
}

fn sample() -> Issuance {
    Issuance {
        kind: IssuanceKind::First,
        unix_millis: 1_933_000_000_000,
        smsn: [1; 32],
        ed25519_public_key: [2; 32],
        p256_public_key: [3; 64],
        ed25519_signature: [4; 64],
        p256_signature: [5; 64],
        client_fingerprint: [6; 32],
        hsm_serial: 7_550_054,
        product: "RNET_DAK_NAME".to_owned(),
        line: "line-a".to_owned(),
        package: None,
    }
}

/// Written entries are hashed for ever: this one must never change.
#[test]
fn the_encoding_is_the_documented_one() {
    let mut expected = vec![1, 1];
    expected.extend_from_slice(&1_933_000_000_000_u64.to_be_bytes());
    for (byte, count) in [(1, 32), (2, 32), (3, 64), (4, 64), (5, 64), (6, 32)] {
        expected.extend(std::iter::repeat_n(byte, count));
    }
    expected.extend_from_slice(&[0x00, 0x73, 0x34, 0x66]);
    expected.extend_from_slice(b"\x0dRNET_DAK_NAME\x06line-a\x00");
    assert_eq!(sample().to_bytes().unwrap(), expected);
    let kind = IssuanceKind::Rework { earlier: 258 };
    let rework = Issuance { kind, ..sample() }.to_bytes().unwrap();
    assert_eq!(rework[..10], [1, 2, 0, 0, 0, 0, 0, 0, 1, 2]);
    assert_eq!(rework[10..], expected[2..]);
}

#[test]
fn damage_has_its_reason() {
    let bytes = sample().to_bytes().unwrap();
    let read = |bytes: &[u8]| Issuance::from_bytes(bytes).unwrap_err();
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        read(&bytes)
    };
    assert_eq!(with(0, 2), IssuanceError::Version { found: 2 });
    assert_eq!(with(1, 3), IssuanceError::Kind { found: 3 });
    assert_eq!(with(bytes.len() - 22, 0), IssuanceError::Text { field: "product" });
    assert_eq!(with(bytes.len() - 3, 0xFF), IssuanceError::Text { field: "line" });
    assert_eq!(with(bytes.len() - 3, b'\n'), IssuanceError::Text { field: "line" });
    assert_eq!(with(bytes.len() - 1, 1), IssuanceError::Cut { field: "package" });
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(read(&longer), IssuanceError::Trailing { len_bytes: 1 });
    for length in 0..bytes.len() {
        assert!(matches!(read(&bytes[..length]), IssuanceError::Cut { .. }), "{length}");
    }
    for product in [String::new(), "x".repeat(256), "a\u{7f}".to_owned()] {
        let refused = Issuance { product, ..sample() }.to_bytes();
        assert_eq!(refused, Err(IssuanceError::Text { field: "product" }));
    }
}

#[test]
fn people_and_programs_see_every_field() {
    let digest = [8; 32];
    let package = Some(IssuancePackage { id: "order-7".to_owned(), digest });
    let shown = serde_json::to_value(Issuance { package, ..sample() }).unwrap();
    assert_eq!(shown["kind"], "first");
    assert_eq!(shown["smsn"], "01".repeat(32));
    assert_eq!(shown["package"], "order-7");
    assert_eq!(shown["package_digest"], "08".repeat(32));
    let line = Issuance { kind: IssuanceKind::Rework { earlier: 4 }, ..sample() }.to_string();
    let smsn = "01".repeat(32);
    assert_eq!(line, format!("{smsn} rework of entry 4, RNET_DAK_NAME on line-a, HSM 0007550054"));
}

proptest! {
    #[test]
    fn an_entry_is_read_back(entry in issuance()) {
        let bytes = entry.to_bytes().unwrap();
        prop_assert!(bytes.len() <= evidence::ISSUANCE_LEN_BYTES_MAX);
        prop_assert_eq!(Issuance::from_bytes(&bytes), Ok(entry));
    }

    #[test]
    fn what_is_read_has_one_spelling(mut bytes in issuance().prop_map(|entry| entry.to_bytes().expect("a well-formed entry")), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(entry) = Issuance::from_bytes(&bytes) {
            prop_assert_eq!(entry.to_bytes().unwrap(), bytes);
        }
    }
}
