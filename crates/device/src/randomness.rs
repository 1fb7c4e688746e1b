//! Where random bytes come from: passed in by the program, or made from a seed for rehearsals that repeat.

use sha2::{Digest, Sha256};

/// A source of random bytes. A closure is one.
pub trait Randomness: Send {
    /// Fills all of `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<F: FnMut(&mut [u8]) + Send> Randomness for F {
    fn fill(&mut self, bytes: &mut [u8]) {
        self(bytes);
    }
}

/// SHA-256 over a seed and a counter: the same bytes every time. For rehearsals and tests only, because whoever
/// knows the seed knows every key.
#[derive(Clone)]
pub struct SeededRandomness {
    seed: u64,
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl SeededRandomness {
    /// Starts from a number.
    pub fn new(seed: u64) -> Self {
        Self { seed, counter: 0, block: [0; 32], used: 32 }
    }

    /// A number below one million, for chances counted in millionths.
    pub(crate) fn millionth(&mut self) -> u32 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        // The remainder's bias is far below one part in a million.
        (u64::from_le_bytes(bytes) % u64::from(MILLION)) as u32
    }
}

/// Chances are counted in millionths.
pub(crate) const MILLION: u32 = 1_000_000;

impl Randomness for SeededRandomness {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.used == self.block.len() {
                let mut hash = Sha256::new();
                hash.update(self.seed.to_le_bytes());
                hash.update(self.counter.to_le_bytes());
                self.block = hash.finalize().into();
                self.counter += 1;
                self.used = 0;
            }
            *byte = self.block[self.used];
            self.used += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_bytes_whatever_the_sizes_asked_for() {
        let mut whole = [0; 100];
        SeededRandomness::new(7).fill(&mut whole);
        let mut parts = [0; 100];
        let mut source = SeededRandomness::new(7);
        for part in parts.chunks_mut(7) {
            source.fill(part);
        }
        assert_eq!(whole, parts);
        let mut other = [0; 100];
        SeededRandomness::new(8).fill(&mut other);
        assert_ne!(whole, other);
    }
}
