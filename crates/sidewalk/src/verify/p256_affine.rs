//! Sums of affine points of P-256, many at once.
//!
//! Adding two affine points takes one division and little else, and any number of divisions share one
//! inversion: less than half the work of the complete projective formulas. The cases that the chord formula
//! does not cover, equal points, opposite points and the identity, are told apart one by one, which takes
//! variable time: for public data only.

use p256::{
    AffinePoint, NistP256,
    elliptic_curve::{
        PrimeField as _, ff::BatchInverter, hazmat::FieldArithmetic, point::AffineCoordinates as _,
    },
};

type FieldElement = <NistP256 as FieldArithmetic>::FieldElement;

/// A point that is not the identity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Affine {
    x: FieldElement,
    y: FieldElement,
}

/// A point, or `None` for the identity.
pub(super) type MaybeAffine = Option<Affine>;

impl Affine {
    /// The same point; `None` for the identity.
    pub(super) fn new(point: &AffinePoint) -> MaybeAffine {
        if bool::from(point.is_identity()) {
            return None;
        }
        let coordinate = |bytes| Option::<FieldElement>::from(FieldElement::from_repr(bytes));
        Some(Self { x: coordinate(point.x())?, y: coordinate(point.y())? })
    }

    /// The x coordinate, big-endian.
    pub(super) fn x_bytes(&self) -> p256::FieldBytes {
        self.x.to_repr()
    }

    pub(super) fn negated(&self) -> Self {
        Self { x: self.x, y: -self.y }
    }
}

/// Adds up each list of points, all lists together: pairs become sums until one point a list is left.
pub(super) fn sums(mut lists: Vec<Vec<MaybeAffine>>) -> Vec<MaybeAffine> {
    while lists.iter().any(|list| list.len() > 1) {
        let pairs: Vec<_> =
            lists.iter().flat_map(|list| list.chunks_exact(2)).map(Pair::new).collect();
        let mut divisors: Vec<_> = pairs.iter().map(Pair::divisor).collect();
        let mut scratch = vec![FieldElement::ZERO; divisors.len()];
        BatchInverter::invert_with_external_scratch(&mut divisors, &mut scratch);
        let mut added = pairs.iter().zip(&divisors).map(|(pair, inverse)| pair.sum(inverse));
        for list in &mut lists {
            let odd = list.chunks_exact(2).remainder().first().copied();
            *list = added.by_ref().take(list.len() / 2).collect();
            list.extend(odd);
        }
    }
    lists.into_iter().map(|list| list.first().copied().flatten()).collect()
}

/// Two points about to be added.
enum Pair {
    /// The sum needs no division.
    Known(MaybeAffine),
    /// The line through both points, or the tangent where they are one, and where it starts.
    Line { rise: FieldElement, run: FieldElement, first: Affine, second_x: FieldElement },
}

impl Pair {
    fn new(pair: &[MaybeAffine]) -> Self {
        let (first, second) = match pair {
            [Some(first), Some(second)] => (first, second),
            [one, None] | [None, one] => return Self::Known(*one),
            _ => return Self::Known(None),
        };
        let (rise, run) = if first.x != second.x {
            (second.y - first.y, second.x - first.x)
        } else if first.y == second.y {
            // The curve is y² = x³ - 3x + b. Its order is odd, so that no point has y = 0.
            let square_less_one = first.x.square() - FieldElement::ONE;
            (square_less_one.double() + square_less_one, first.y.double())
        } else {
            return Self::Known(None);
        };
        Self::Line { rise, run, first: *first, second_x: second.x }
    }

    /// What must be inverted: never zero for a line, and 1 where there is none.
    fn divisor(&self) -> FieldElement {
        match self {
            Self::Known(_) => FieldElement::ONE,
            Self::Line { run, .. } => *run,
        }
    }

    fn sum(&self, inverse: &FieldElement) -> MaybeAffine {
        match self {
            Self::Known(sum) => *sum,
            Self::Line { rise, first, second_x, .. } => {
                let slope = *rise * inverse;
                let x = slope.square() - first.x - second_x;
                Some(Affine { x, y: slope * (first.x - x) - first.y })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use p256::{ProjectivePoint, Scalar};
    use proptest::prelude::*;

    use super::*;

    fn point(multiple: i64) -> ProjectivePoint {
        let scalar = ProjectivePoint::GENERATOR * Scalar::from(multiple.unsigned_abs());
        if multiple < 0 { -scalar } else { scalar }
    }

    fn affine(point: &ProjectivePoint) -> MaybeAffine {
        Affine::new(&point.to_affine())
    }

    fn assert_sums(lists: &[Vec<i64>]) {
        let points = lists.iter().map(|list| list.iter().map(|n| affine(&point(*n))).collect());
        let expected: Vec<_> = lists.iter().map(|list| affine(&point(list.iter().sum()))).collect();
        assert_eq!(sums(points.collect()), expected, "{lists:?}");
    }

    #[test]
    fn equal_opposite_and_absent_points_add_up_beside_ordinary_ones() {
        assert_sums(&[
            vec![],
            vec![0],
            vec![5],
            vec![0, 0],
            vec![0, 7],
            vec![7, 0],
            vec![7, 7],
            vec![7, -7],
            vec![-7, 7, 3],
            vec![1, 2, 3, -6],
            vec![4, 4, 8, 8, 24],
        ]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn lists_of_small_multiples_add_up_as_the_complete_formulas_do(
            lists in proptest::collection::vec(proptest::collection::vec(-4_i64..=4, 0..12), 0..5),
        ) {
            assert_sums(&lists);
        }
    }
}
