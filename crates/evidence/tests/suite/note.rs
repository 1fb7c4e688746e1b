//! Notes and checkpoints: a known answer, a peer in both directions, OpenSSL's keys, damage.

use evidence::{
    Checkpoint, CheckpointError, Hash, ProofFile, ProofFileError, leaf_hash,
    note::{KeyPemError, Note, NoteError, SigningKey, Verifier, VerifierError},
    proof,
};
use proptest::prelude::*;

use crate::{
    peer::Peer,
    support::{entry, log},
};

/// The example of the first implementation's documentation: a verifier key, and a note that it signed.
const KNOWN_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const KNOWN_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// What `openssl genpkey -algorithm ed25519` wrote, and the public half as `openssl pkey -pubout` shows it.
const OPENSSL_PEM: &str = include_str!("../vectors/openssl-ed25519.pem");
const OPENSSL_PUBLIC_HEX: &str = include_str!("../vectors/openssl-ed25519.pub.hex");

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name.parse().expect("a name"), &[seed; 32].into())
}

#[test]
fn the_known_note_is_genuine() {
    let verifier: Verifier = KNOWN_KEY.parse().unwrap();
    assert_eq!(verifier.to_string(), KNOWN_KEY);
    let note = Note::parse(KNOWN_NOTE.as_bytes()).unwrap();
    assert_eq!(note.to_string(), KNOWN_NOTE);
    let verifiers = [verifier];
    let verified = note.verify(&verifiers).unwrap();
    assert!(verified.text.ends_with("your problem is.\n"));
    assert_eq!(verified.signers, [&verifiers[0]]);
}

#[test]
fn a_key_of_openssl_signs_and_is_written_back_with_its_name() {
    let name = "example.com/log".parse().unwrap();
    let key = SigningKey::from_pem(OPENSSL_PEM.as_bytes(), Some(&name)).unwrap();
    assert_eq!(hex::encode(key.verifier().public_key_bytes()), OPENSSL_PUBLIC_HEX.trim());
    let pem = key.to_pem();
    assert!(pem.ends_with(OPENSSL_PEM), "the block is OpenSSL's, to the byte");
    let again = SigningKey::from_pem(pem.as_bytes(), None).unwrap();
    assert_eq!(again.verifier(), key.verifier());
    assert_eq!(format!("{again:?}"), "SigningKey(example.com/log)");
}

#[test]
fn what_is_no_key_of_a_note_is_refused_with_its_reason() {
    let refused = |pem: &str, name: Option<&str>| {
        let name = name.map(|name| name.parse().unwrap());
        SigningKey::from_pem(pem.as_bytes(), name.as_ref()).unwrap_err()
    };
    assert_eq!(refused(OPENSSL_PEM, None), KeyPemError::NoName);
    let named = format!("note key: a\n{OPENSSL_PEM}");
    assert!(matches!(refused(&named, Some("b")), KeyPemError::OtherName { .. }));
    assert!(matches!(refused(&format!("note key: \n{OPENSSL_PEM}"), None), KeyPemError::Name(_)));
    assert_eq!(refused("", Some("a")), KeyPemError::NoKey);
    let public = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    assert_eq!(refused(public, Some("a")), KeyPemError::NoKey);
    let encrypted = OPENSSL_PEM.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert_eq!(refused(&encrypted, Some("a")), KeyPemError::Encrypted);
    let cut = OPENSSL_PEM.replace("MC4CAQ", "MC4CAg");
    assert_eq!(refused(&cut, Some("a")), KeyPemError::Damaged);
    // The object identifier's last byte: X25519 in place of Ed25519.
    let other = OPENSSL_PEM.replace("MC4CAQAwBQYDK2Vw", "MC4CAQAwBQYDK2Vu");
    assert_eq!(refused(&other, Some("a")), KeyPemError::OtherAlgorithm);
    assert!(matches!(refused(&"x".repeat(20_000), Some("a")), KeyPemError::TooLong { .. }));
}

#[test]
fn a_verifier_key_that_was_changed_is_refused() {
    let parse = |text: &str| text.parse::<Verifier>().unwrap_err();
    assert_eq!(parse("PeterNeumann"), VerifierError::Form);
    assert!(matches!(parse(&KNOWN_KEY.replace("Peter", "Paul")), VerifierError::Id { .. }));
    assert!(matches!(parse(&KNOWN_KEY.replace("c74f20a3", "C74F20A3")), VerifierError::Id { .. }));
    assert!(matches!(parse(&KNOWN_KEY.replace("+ARpc", "+BBpc")), VerifierError::OtherType { .. }));
    assert!(matches!(parse(&KNOWN_KEY.replace("Peter", "Pet er")), VerifierError::Name(_)));
    // The identity point: with it any text would have a signature.
    let weak = [&[1, 1][..], &[0; 31]].concat();
    let weak = base64_simd::STANDARD.encode_to_string(weak);
    assert_eq!(parse(&format!("a+00000000+{weak}")), VerifierError::NoKey);
}

#[test]
fn several_keys_sign_and_unknown_ones_are_ignored() {
    let (first, second, third) = (key("a", 1), key("b", 2), key("c", 3));
    let mut note = Note::new("text\n\nmore\n".to_owned()).unwrap();
    note.sign(&first);
    note.sign(&second);
    note.sign(&first);
    assert_eq!(note.signatures().len(), 2, "a second signature replaces the first");
    let note = Note::parse(note.to_string().as_bytes()).unwrap();
    for verifiers in
        [vec![first.verifier().clone()], vec![third.verifier().clone(), second.verifier().clone()]]
    {
        let verified = note.verify(&verifiers).unwrap();
        assert_eq!((verified.text, verified.signers.len()), ("text\n\nmore\n", 1));
    }
    let unknown = note.verify(std::slice::from_ref(third.verifier())).unwrap_err();
    let signed_by = vec!["b".parse().unwrap(), "a".parse().unwrap()];
    assert_eq!(unknown, NoteError::NoKnownSignature { signed_by });
    // Same name, another key: not the known one, and so ignored.
    let namesake = key("a", 9);
    let verifiers = [namesake.verifier().clone()];
    assert!(matches!(note.verify(&verifiers), Err(NoteError::NoKnownSignature { .. })));
}

#[test]
fn one_wrong_signature_of_a_known_key_refuses_the_note() {
    let (first, second) = (key("a", 1), key("b", 2));
    let mut note = Note::new("text\n".to_owned()).unwrap();
    note.sign(&first);
    note.sign(&second);
    let forged = note.to_string().replacen("text", "Text", 1);
    let mut forged = Note::parse(forged.as_bytes()).unwrap();
    forged.sign(&first);
    let verifiers = [first.verifier().clone(), second.verifier().clone()];
    let refused = forged.verify(&verifiers);
    assert_eq!(refused, Err(NoteError::SignatureWrong { key_name: "b".parse().unwrap() }));
}

#[test]
fn what_is_no_note_is_refused() {
    let refused = |text: &str| Note::parse(text.as_bytes()).unwrap_err();
    assert_eq!(refused("text\n"), NoteError::NoSignature);
    assert_eq!(refused("text\n\n"), NoteError::NoSignature);
    let cut = KNOWN_NOTE.trim_end();
    assert_eq!(refused(cut), NoteError::Signature { line: None });
    assert_eq!(
        refused(&KNOWN_NOTE.replace('\u{2014}', "-")),
        NoteError::Signature { line: Some(1) }
    );
    assert!(matches!(refused(&KNOWN_NOTE.replace("If", "\tIf")), NoteError::Text { .. }));
    assert!(matches!(refused(&KNOWN_NOTE.replace('\n', "\r\n")), NoteError::NoSignature));
    assert!(matches!(Note::parse(b"\xFF\n\n"), Err(NoteError::NotUtf8 { offset_bytes: 0 })));
    let line = KNOWN_NOTE.split("\n\n").last().unwrap();
    let many = format!("text\n\n{}", line.repeat(65));
    assert_eq!(refused(&many), NoteError::TooManySignatures);
    assert!(Note::parse(format!("text\n\n{}", line.repeat(64)).as_bytes()).is_ok());
    let long = format!("{}\n\n{line}", "x".repeat(512 * 1024));
    assert!(matches!(refused(&long), NoteError::TooLong { .. }));
    assert!(matches!(Note::new("no end".to_owned()), Err(NoteError::Text { .. })));
}

#[test]
fn a_checkpoint_has_exactly_its_lines() {
    let root = Hash::from_bytes([5; 32]);
    let checkpoint = Checkpoint::new("example.com/log", 42, root);
    let text = checkpoint.to_string();
    assert_eq!(text, format!("example.com/log\n42\n{root}\n"));
    assert_eq!(Checkpoint::from_text(&text), Ok(checkpoint));
    let with_more = Checkpoint::from_text(&format!("{text}more\n")).unwrap();
    assert_eq!(with_more.extensions, ["more"]);
    for (wrong, error) in [
        (text.replace("42", "042"), CheckpointError::Size),
        (text.replace("42", "+42"), CheckpointError::Size),
        (text.replace("42", ""), CheckpointError::Size),
        (text.replace("42", "18446744073709551615"), CheckpointError::Size),
        (text.replace('=', ""), CheckpointError::Root),
        (text.trim_end().to_owned(), CheckpointError::Lines),
        (format!("{text}\n"), CheckpointError::Lines),
        (format!("\n{text}"), CheckpointError::Lines),
        ("example.com/log\n42\n".to_owned(), CheckpointError::Lines),
    ] {
        assert_eq!(Checkpoint::from_text(&wrong), Err(error), "{wrong:?}");
    }
    let two_lines = Checkpoint::new("a\n1", 42, root).sign(&key("a", 1));
    assert!(two_lines.is_err(), "an origin of two lines would be another checkpoint");
}

#[test]
fn a_proof_file_proves_its_entry_and_no_changed_one() {
    let (tiles, writer) = log(1000, 1000);
    let key = key("example.com/log", 7);
    let verifiers = [key.verifier().clone()];
    let checkpoint = Checkpoint::new("example.com/log", 1000, writer.root());
    let file = ProofFile {
        entry: entry(321),
        index: 321,
        hashes: proof::inclusion(&tiles, 321, 1000).unwrap(),
        checkpoint: checkpoint.sign(&key).unwrap(),
    };
    let text = file.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra "), "{text}");
    let read = ProofFile::parse(text.as_bytes()).unwrap();
    assert_eq!(read, file);
    assert_eq!(read.verify(&verifiers), Ok(checkpoint));
    let other = ProofFile { entry: entry(322), ..file.clone() };
    assert!(matches!(other.verify(&verifiers), Err(ProofFileError::Refused(_))));
    let elsewhere = ProofFile { index: 322, ..file.clone() };
    assert!(matches!(elsewhere.verify(&verifiers), Err(ProofFileError::Refused(_))));
    for (from, to) in
        [("index 321", "index 0321"), ("extra ", "Extra "), ("@v1", "@v2"), ("\n\n", "\n")]
    {
        let changed = text.replacen(from, to, 1);
        assert!(ProofFile::parse(changed.as_bytes()).is_err(), "{from} to {to}");
    }
    assert_eq!(leaf_hash(&entry(321)), leaf_hash(&read.entry));
}

proptest! {
    #[test]
    fn a_peer_believes_our_notes_and_we_believe_its(seed in any::<u8>(), body in "[ -~]{1,60}") {
        let text = format!("{body}\n");
        let ours = key("example.com/log", seed);
        let peer = Peer::of_seed("example.com/log", [seed; 32]);
        prop_assert_eq!(ours.verifier().to_string(), peer.vkey());
        let mut note = Note::new(text.clone()).unwrap();
        note.sign(&ours);
        prop_assert!(peer.believes(note.to_string().as_bytes()));
        let theirs = peer.sign(&text);
        // Ed25519 has one signature for a key and a text: both write the same note.
        prop_assert_eq!(String::from_utf8(theirs).unwrap(), note.to_string());
    }

    #[test]
    fn any_flipped_bit_of_a_checkpoint_is_refused(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let key = key("example.com/log", 3);
        let note = Checkpoint::new("example.com/log", 77, Hash::from_bytes([9; 32])).sign(&key).unwrap();
        let mut bytes = note.to_string().into_bytes();
        let verifiers = [key.verifier().clone()];
        prop_assert!(Checkpoint::open(&bytes, &verifiers).is_ok());
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(Checkpoint::open(&bytes, &verifiers).is_err());
    }
}
