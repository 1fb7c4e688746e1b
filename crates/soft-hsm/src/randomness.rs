//! Where random bytes come from: the operating system, or a seed for rehearsals that repeat.

use std::convert::Infallible;

use chacha20::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _, TryCryptoRng, TryRng},
};
use thiserror::Error;

/// A source of random bytes, passed in wherever some are drawn.
pub trait Randomness: Send {
    /// Fills all of `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// The operating system's source.
#[derive(Clone, Debug)]
pub struct OsRandomness(());

impl OsRandomness {
    /// Opens the source and draws from it once, so that a machine without one shows here.
    ///
    /// # Errors
    ///
    /// [`NoRandomness`] where the system gives no random bytes.
    pub fn open() -> Result<Self, NoRandomness> {
        getrandom::fill(&mut [0; 32]).map_err(NoRandomness)?;
        Ok(Self(()))
    }
}

impl Randomness for OsRandomness {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Bytes that are not random would give keys away: there is nothing to go on with.
        getrandom::fill(bytes)
            .expect("a source that has answered once is initialised and stays so");
    }
}

/// The operating system gives no random bytes.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the operating system gives no random bytes")]
pub struct NoRandomness(#[source] getrandom::Error);

/// ChaCha20 from a seed: the same bytes every time. For rehearsals and tests only, because whoever knows
/// the seed knows every key.
pub struct SeededRandomness(ChaCha20Rng);

impl SeededRandomness {
    /// Starts from a seed.
    pub fn new(seed: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(seed))
    }

    /// Starts from a number, which is easier to pass on than a seed.
    pub fn from_number(number: u64) -> Self {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&number.to_le_bytes());
        Self::new(seed)
    }
}

impl std::fmt::Debug for SeededRandomness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SeededRandomness")
    }
}

impl Randomness for SeededRandomness {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

/// A source as the cryptographic crates take it.
pub(crate) struct AsRng<'a>(pub(crate) &'a mut dyn Randomness);

impl TryRng for AsRng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for AsRng<'_> {}

/// As many random bytes as an array has.
pub(crate) fn random_bytes<const N: usize>(random: &mut dyn Randomness) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
        let draw = |number| random_bytes::<32>(&mut SeededRandomness::from_number(number));
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn the_system_never_gives_the_same_32_bytes_twice() {
        let mut system = OsRandomness::open().unwrap();
        assert_ne!(random_bytes::<32>(&mut system), random_bytes::<32>(&mut system));
    }
}
