//! Damaged files give errors, never panics, and never a certificate that was not signed.

use std::{path::Path, sync::OnceLock};

use mtls::{
    authority::{CaCertificate, KeyKind, Record, RevocationList, SigningRequest, inspect_pem},
    identity::{ClientIdentity, IdentityError},
};
use proptest::{
    collection::vec,
    prelude::{any, prop_assert, prop_assert_eq, prop_assert_ne, proptest},
};

use crate::scene::{PASSPHRASE, Scene, client, open, passphrase};

/// What one authority wrote.
struct Written {
    scene: Scene,
    record: String,
    der: Vec<u8>,
}

fn written() -> &'static Written {
    static WRITTEN: OnceLock<Written> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let (scene, unlocked) = Scene::with_authority(KeyKind::P256);
        let issued = scene.issue(&unlocked, &client("line-1"));
        let record = format!("ca/issued/{}.toml", issued.record.serial_hex());
        Written { scene, record, der: issued.record.inspection().der().to_vec() }
    })
}

proptest! {
    #[test]
    fn any_bytes_are_no_certificate(bytes in vec(any::<u8>(), 0..2000)) {
        prop_assert!(ClientIdentity::from_certificate_der(&bytes).is_err());
        let _any = inspect_pem(&bytes);
        let _any = SigningRequest::from_pem(&bytes);
        prop_assert!(CaCertificate::from_pem(&bytes, Path::new("ca.pem")).is_err());
    }

    #[test]
    fn a_changed_certificate_is_read_or_refused(at in any::<proptest::sample::Index>(), with in 1_u8..) {
        let mut der = written().der.clone();
        let at = at.index(der.len());
        der[at] ^= with;
        if let Ok(identity) = ClientIdentity::from_certificate_der(&der) {
            let right = ClientIdentity::from_certificate_der(&written().der).expect("an identity");
            prop_assert_ne!(identity.fingerprint_sha256, right.fingerprint_sha256);
            prop_assert!(identity.name.len() <= 64 && !identity.name.contains(char::is_control));
        }
        let ca = open(&written().scene);
        // What names the algorithm of the signature stands outside of what is signed.
        if ca.certificate().has_signed(&der) {
            prop_assert_eq!(signed_part(&der), signed_part(&written().der));
        }
    }

    #[test]
    fn a_changed_list_is_refused(at in any::<proptest::sample::Index>(), with in 1_u8..) {
        let authority = open(&written().scene);
        let mut pem = authority.revocation_list_pem().expect("a list");
        let right = authority.revocation_list().expect("a list");
        let at = at.index(pem.len());
        pem[at] ^= with;
        // A line end or the text around the block may change without changing the list.
        if let Ok(list) = RevocationList::from_pem(&pem, Path::new("ca.crl"), authority.certificate()) {
            prop_assert!(list == right);
        }
    }
}

/// What the signature of a certificate is over.
fn signed_part(der: &[u8]) -> Option<Vec<u8>> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    Some(certificate.tbs_certificate.as_ref().to_vec())
}

#[test]
fn a_changed_record_is_refused_or_means_the_same_certificate() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::P256);
    let issued = scene.issue(&unlocked, &client("line-1"));
    let name = format!("ca/issued/{}.toml", issued.record.serial_hex());
    let whole = scene.read(&name);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x15;
        scene.put(&name, &changed);
        if let Ok(records) = unlocked.authority().records() {
            let part = |record: &Record| signed_part(record.inspection().der());
            assert_eq!(part(&records[0]), part(&issued.record));
        }
        // The last line end says nothing.
        if at + 1 < whole.len() {
            scene.put(&name, &whole[..at]);
            assert!(unlocked.authority().records().is_err(), "cut at {at}");
        }
    }
}

#[test]
fn a_damaged_key_file_does_not_open() {
    let (scene, unlocked) = Scene::with_authority(KeyKind::P256);
    drop(unlocked);
    let whole = scene.read("ca/ca.key");
    for at in (0..whole.len()).step_by(97) {
        let mut changed = whole.clone();
        changed[at] = changed[at].wrapping_add(1);
        scene.put("ca/ca.key", &changed);
        // A changed number of rounds is the one thing that takes long, and is bounded.
        let _refused = open(&scene).unlock(&passphrase(PASSPHRASE));
    }
    scene.put("ca/ca.key", b"");
    assert!(open(&scene).unlock(&passphrase(PASSPHRASE)).is_err());
}

#[test]
fn a_certificate_that_is_too_large_or_followed_by_something_is_refused() {
    let der = &written().der;
    let longer = [der.as_slice(), b"x"].concat();
    let refused = ClientIdentity::from_certificate_der(&longer);
    assert_eq!(refused, Err(IdentityError::Trailing { len_bytes: 1 }));
    let refused = ClientIdentity::from_certificate_der(&vec![0x30; 20_000]);
    assert_eq!(refused, Err(IdentityError::TooLarge { len_bytes: 20_000 }));
    assert!(written().scene.path(&written().record).exists());
}
