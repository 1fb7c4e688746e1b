//! No bytes make a reader panic: goal, trust nothing; method, random bytes and damaged genuine ones.

use evidence::{
    Checkpoint, Frontier, Hash, Issuance, ProofFile,
    note::{KeyName, Note, SigningKey, Verifier},
    proof::{verify_consistency, verify_inclusion},
    tiles::{Entries, Resource},
};
use proptest::prelude::*;

fn read_with_everything(bytes: &[u8]) {
    let _ = Frontier::from_bytes(bytes).map(|frontier| frontier.root());
    let _ = Issuance::from_bytes(bytes).map_err(|error| error.to_string());
    Entries::new(bytes).for_each(|entry| drop(entry.map_err(|error| error.to_string())));
    let _ =
        Note::parse(bytes).map(|note| note.verify(&[]).map_err(|error| error.to_string()).is_ok());
    let _ = ProofFile::parse(bytes).map(|file| file.verify(&[]).is_ok());
    let _ = SigningKey::from_pem(bytes, None).map_err(|error| (error.to_string(), error.hint()));
    let text = String::from_utf8_lossy(bytes);
    let _ = text.parse::<Verifier>().map_err(|error| error.to_string());
    let _ = text.parse::<KeyName>();
    let _ = Checkpoint::from_text(&text);
    let _ = Resource::parse(&text);
    let _ = Hash::from_base64(&text);
}

const GENUINE: [&str; 5] = [
    "tile/entries/x001/x234/067.p/8",
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "a\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u{2014} a AAAAAAAA\n",
    "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 3\n\na\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u{2014} a AAAAAAAA\n",
    include_str!("../vectors/openssl-ed25519.pem"),
];

proptest! {
    #[test]
    fn random_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..1500)) {
        read_with_everything(&bytes);
    }

    #[test]
    fn damaged_texts_are_read_or_refused(which in 0_usize..5, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = GENUINE[which].as_bytes().to_vec();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at); } else { bytes[at] = byte; }
        read_with_everything(&bytes);
    }

    #[test]
    fn proofs_of_any_numbers_are_refused(index in any::<u64>(), size in any::<u64>(), hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..130)) {
        let hashes: Vec<Hash> = hashes.into_iter().map(Hash::from_bytes).collect();
        let (leaf, root) = (Hash::from_bytes([1; 32]), Hash::from_bytes([2; 32]));
        prop_assert!(verify_inclusion(&leaf, index, size, &hashes, &root).is_err());
        prop_assert!(verify_consistency(index, &leaf, size, &root, &hashes).is_err());
    }
}
