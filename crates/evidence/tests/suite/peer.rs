//! Another implementation of signed notes, with a key of ours.

use evidence::note::SigningKey;
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};

pub(crate) struct Peer {
    signer: StandardSigner,
    vkey: String,
}

impl Peer {
    /// The peer's own form of a private key: a mark, the name, the id, and type byte and seed in base64.
    pub(crate) fn of_seed(name: &str, seed: [u8; 32]) -> Self {
        let ours = SigningKey::from_seed(
            name.parse().expect("the peer takes what is well-formed"),
            &seed.into(),
        );
        let id = hex::encode(ours.verifier().id());
        let key = base64_simd::STANDARD.encode_to_string([&[1][..], &seed].concat());
        let signer = StandardSigner::new(&format!("PRIVATE+KEY+{name}+{id}+{key}"))
            .expect("the peer takes what is well-formed");
        // The peer computes the id itself and refuses another.
        Self { signer, vkey: ours.verifier().to_string() }
    }

    pub(crate) fn vkey(&self) -> String {
        self.vkey.clone()
    }

    pub(crate) fn sign(&self, text: &str) -> Vec<u8> {
        let mut note = Note::new(text.as_bytes(), &[]).expect("the peer takes what is well-formed");
        note.add_sigs(&[&self.signer]).expect("the peer takes what is well-formed");
        note.to_bytes()
    }

    pub(crate) fn believes(&self, note: &[u8]) -> bool {
        let verifier =
            StandardVerifier::new(&self.vkey).expect("the peer takes what is well-formed");
        let known = VerifierList::new(vec![Box::new(verifier)]);
        Note::from_bytes(note).is_ok_and(|note| note.verify(&known).is_ok())
    }
}
