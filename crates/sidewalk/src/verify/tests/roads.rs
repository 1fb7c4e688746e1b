//! One signature by every road.

use sha2::{Digest as _, Sha512};

use crate::{
    curve::Curve,
    key::{PublicKey, Signature},
    verify::{
        fixed_key::FixedKey,
        signature::{SignedBytes, verify_signature},
    },
};

/// In how many different batches a signature is checked.
const BATCHES: usize = 64;

/// A key and the tables that an issuer with this key would have.
pub(super) struct Roads {
    key: PublicKey,
    tables: Option<FixedKey>,
}

/// A message and what should sign it.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) message: Vec<u8>,
    pub(super) signature: [u8; 64],
}

impl Signed {
    fn as_bytes(&self) -> SignedBytes<'_> {
        SignedBytes { message: &self.message, signature: &self.signature }
    }
}

impl Roads {
    pub(super) fn new(curve: Curve, key: &[u8]) -> Self {
        let key =
            PublicKey::from_bytes(curve, key).expect("the vectors' keys have their curve's size");
        Self { key, tables: FixedKey::new(&key).ok() }
    }

    pub(super) const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The verdict on a signature: that of the plain road, of the tables alone, and of the tables in 64 batches
    /// that differ in size, place and company.
    ///
    /// # Panics
    ///
    /// Where two of them disagree.
    pub(super) fn verdict(&self, case: &Signed, companions: &[Signed]) -> bool {
        let signature = Signature::from_bytes(case.signature);
        let plain = verify_signature(&self.key, &case.message, &signature).is_ok();
        let Some(tables) = &self.tables else {
            assert!(!plain, "a key that cannot be decoded verifies nothing");
            return false;
        };
        assert_eq!(tables.verify(&[case.as_bytes()]), [plain], "alone, by table");
        for batch in 0..BATCHES {
            let strangers = company(batch, case, companions);
            let mut signed: Vec<_> = strangers.iter().map(Signed::as_bytes).collect();
            let place = batch % (signed.len() + 1);
            signed.insert(place, case.as_bytes());
            assert_eq!(tables.verify(&signed)[place], plain, "in batch {batch}");
        }
        plain
    }
}

/// Other signatures for one batch: of the same suite, damaged ones, and noise.
fn company(batch: usize, case: &Signed, companions: &[Signed]) -> Vec<Signed> {
    (0..batch % 4 + usize::from(batch == 0) * 70)
        .map(|place| {
            let noise: [u8; 64] =
                Sha512::digest([batch.to_le_bytes(), place.to_le_bytes()].concat()).into();
            let mut stranger = match companions.get((batch + place) % companions.len().max(1)) {
                Some(companion) if place % 2 == 0 => companion.clone(),
                _ => case.clone(),
            };
            match noise[0] % 4 {
                0 => stranger.signature = noise,
                1 => stranger.signature[usize::from(noise[1]) % 64] ^= 1 | noise[2],
                2 => stranger.message.push(noise[3]),
                _ => {}
            }
            stranger
        })
        .collect()
}
