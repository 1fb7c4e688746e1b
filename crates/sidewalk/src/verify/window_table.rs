//! Multiples of one point, so that a scalar costs additions only.
//!
//! A scalar is cut into windows of equal width whose digits are signed, which halves the table: window `i`
//! holds `d · 2^(width · i) · P` for `d` from 1 to `2^(width - 1)`, and a negative digit subtracts.
//! Which entries are read depends on the scalar: in variable time, for public data only.

use std::ops::Add;

/// Bits of a scalar, and one for the carry out of the last signed digit.
const SCALAR_LEN_BITS: usize = 256 + 1;

/// The multiples of one point.
pub(super) struct WindowTable<P> {
    width_bits: usize,
    entries: Box<[P]>,
}

/// One addition that a scalar asks for.
pub(super) enum Term<'a, P> {
    Plus(&'a P),
    Minus(&'a P),
}

impl<P> WindowTable<P> {
    /// Computes the multiples of `point`, window by window, and stores them as `store` gives them.
    ///
    /// `Q`'s addition must be complete: a point is doubled by adding it to itself.
    pub(super) fn new<Q: Add<Output = Q> + Copy>(
        point: Q,
        width_bits: usize,
        store: impl FnOnce(Vec<Q>) -> Vec<P>,
    ) -> Self {
        let digits = 1 << (width_bits - 1);
        let windows = SCALAR_LEN_BITS.div_ceil(width_bits);
        let mut multiples = Vec::with_capacity(windows * digits);
        let mut base = point;
        for _ in 0..windows {
            let mut multiple = base;
            for _ in 1..digits {
                multiples.push(multiple);
                multiple = multiple + base;
            }
            multiples.push(multiple);
            base = multiple + multiple;
        }
        Self { width_bits, entries: store(multiples).into_boxed_slice() }
    }

    /// The additions that make `scalar · P`. The scalar is little-endian.
    pub(super) fn terms(&self, scalar: &[u8; 32]) -> impl Iterator<Item = Term<'_, P>> {
        let digits = 1 << (self.width_bits - 1);
        signed_digits(scalar, self.width_bits).zip(self.entries.chunks_exact(digits)).filter_map(
            |(digit, window)| match digit {
                1.. => window.get(digit as usize - 1).map(Term::Plus),
                0 => None,
                ..0 => window.get(digit.unsigned_abs() as usize - 1).map(Term::Minus),
            },
        )
    }
}

/// The digits of a little-endian scalar, lowest first, each from `-2^(width - 1) + 1` to `2^(width - 1)`.
fn signed_digits(scalar: &[u8; 32], width_bits: usize) -> impl Iterator<Item = i32> {
    // Zeros behind the scalar, so that every window reads four bytes.
    let mut padded = [0; 32 + 8];
    padded[..32].copy_from_slice(scalar);
    let mut carry = 0;
    (0..SCALAR_LEN_BITS.div_ceil(width_bits)).map(move |window| {
        let at = window * width_bits;
        let mut word = [0; 4];
        word.copy_from_slice(&padded[at / 8..at / 8 + 4]);
        let mask = (1 << width_bits) - 1;
        let digit = ((u32::from_le_bytes(word) >> (at % 8)) & mask) as i32 + carry;
        carry = i32::from(digit > 1 << (width_bits - 1));
        digit - (carry << width_bits)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Integers modulo a prime stand in for a group, so that the sum can be told in another way.
    #[derive(Clone, Copy, Debug, Eq, PartialEq)]
    struct Residue(u64);

    const PRIME: u64 = 0xFFFF_FFFB;

    impl Add for Residue {
        type Output = Self;

        fn add(self, other: Self) -> Self {
            Self((self.0 + other.0) % PRIME)
        }
    }

    fn times_table(scalar: &[u8; 32], point: u64, width_bits: usize) -> u64 {
        let table = WindowTable::new(Residue(point), width_bits, |multiples| multiples);
        table.terms(scalar).fold(0, |sum, term| match term {
            Term::Plus(entry) => (sum + entry.0) % PRIME,
            Term::Minus(entry) => (sum + PRIME - entry.0) % PRIME,
        })
    }

    fn times_byte_by_byte(scalar: &[u8; 32], point: u64) -> u64 {
        scalar.iter().rev().fold(0, |sum, byte| (sum * 256 + u64::from(*byte) * point) % PRIME)
    }

    #[test]
    fn the_largest_and_the_smallest_scalars_come_out_right_at_every_width() {
        let mut one = [0; 32];
        one[0] = 1;
        for width_bits in 2..=14 {
            for scalar in [[0; 32], one, [0xFF; 32], [0x80; 32], [0x7F; 32]] {
                let expected = times_byte_by_byte(&scalar, 12_345);
                assert_eq!(times_table(&scalar, 12_345, width_bits), expected, "{width_bits}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_table_multiplies_as_the_schoolbook_does(
            scalar: [u8; 32],
            point in 1..PRIME,
            width_bits in 2_usize..=12,
        ) {
            let expected = times_byte_by_byte(&scalar, point);
            prop_assert_eq!(times_table(&scalar, point, width_bits), expected);
        }
    }
}
