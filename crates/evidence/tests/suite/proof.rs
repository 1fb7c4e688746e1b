//! Proofs: those of two peers, and everything that must not pass for one.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use evidence::{
    Hash, empty_root, leaf_hash,
    proof::{
        ProofRefused, ProveError, consistency, inclusion, verify_consistency, verify_inclusion,
    },
};
use proptest::prelude::*;
use sha2::Sha256;

use crate::support::{entry, log};

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn every_entry_of_every_small_tree_is_proven_and_no_other_place_is() {
    for size in 1..40 {
        let (tiles, writer) = log(size, 1);
        let root = writer.root();
        for index in 0..size {
            let proof = inclusion(&tiles, index, size).unwrap();
            let leaf = leaf_hash(&entry(index));
            assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
            for other in (0..size + 2).filter(|&other| other != index) {
                let verified = verify_inclusion(&leaf, other, size, &proof, &root);
                assert!(verified.is_err(), "entry {index} of {size} passed for {other}");
            }
        }
    }
}

#[test]
fn every_small_tree_is_the_beginning_of_every_larger_one_and_of_no_other() {
    let roots: Vec<Hash> = (0..40).map(|size| log(size, 1).1.root()).collect();
    for size in 1..40_u64 {
        let (tiles, writer) = log(size, 1);
        let root = writer.root();
        for old in 0..=size {
            let proof = consistency(&tiles, old, size).unwrap();
            let old_root = &roots[old as usize];
            assert_eq!(verify_consistency(old, old_root, size, &root, &proof), Ok(()));
            for (other, other_root) in roots.iter().enumerate() {
                if other_root != old_root {
                    let verified = verify_consistency(old, other_root, size, &root, &proof);
                    assert!(verified.is_err(), "{other} passed for {old} of {size}");
                }
            }
        }
    }
}

#[test]
fn what_a_tree_cannot_have_is_refused_with_its_numbers() {
    let (tiles, writer) = log(5, 5);
    let root = writer.root();
    let beyond = inclusion(&tiles, 5, 5);
    assert_eq!(beyond, Err(ProveError::IndexBeyondSize { index: 5, size: 5 }));
    assert_eq!(consistency(&tiles, 6, 5), Err(ProveError::Shrinks { old_size: 6, size: 5 }));
    let huge = inclusion(&tiles, 0, u64::MAX);
    assert_eq!(huge, Err(ProveError::TooLarge { size: u64::MAX }));
    let leaf = leaf_hash(&entry(0));
    let beyond = verify_inclusion(&leaf, u64::MAX, u64::MAX, &[], &root);
    assert!(matches!(beyond, Err(ProofRefused::IndexBeyondSize { .. })));
    let shrinks = verify_consistency(6, &root, 5, &root, &[]);
    assert_eq!(shrinks, Err(ProofRefused::Shrinks { old_size: 6, size: 5 }));
    let nothing = verify_consistency(0, &root, 5, &root, &[]);
    assert_eq!(nothing, Err(ProofRefused::Root { computed: root, expected: empty_root() }));
    let idle = verify_consistency(5, &root, 5, &root, &[leaf]);
    assert_eq!(idle, Err(ProofRefused::Length { found: 1 }));
    assert_eq!(verify_consistency(3, &root, 5, &root, &[]), Err(ProofRefused::Length { found: 0 }));
}

#[test]
fn a_proof_from_a_log_of_a_million_reads_sixteen_tiles_at_most() {
    let (tiles, writer) = log(1_000_003, 50_000);
    for index in [0, 255, 256, 65_535, 500_000, 999_999, 1_000_002] {
        tiles.reads.set(0);
        let proof = inclusion(&tiles, index, 1_000_003).unwrap();
        assert!(tiles.reads.get() <= 16, "{} tiles for entry {index}", tiles.reads.get());
        let leaf = leaf_hash(&entry(index));
        assert_eq!(verify_inclusion(&leaf, index, 1_000_003, &proof, &writer.root()), Ok(()));
    }
    for old in [1, 65_536, 65_537, 999_936, 1_000_002] {
        tiles.reads.set(0);
        consistency(&tiles, old, 1_000_003).unwrap();
        assert!(tiles.reads.get() <= 16, "{} tiles for size {old}", tiles.reads.get());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_peer_computes_the_same_proofs(size in 1_u64..1200, index in 0_u64..1200, old in 1_u64..1200) {
        let (index, old) = (index % size, old % size + 1);
        let (tiles, writer) = log(size, 300);
        let mut peer = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        (0..size).for_each(|n| peer.push(entry(n)));
        prop_assert!(peer.root().as_bytes()[..] == writer.root().as_bytes()[..]);
        let ours = inclusion(&tiles, index, size).unwrap();
        let theirs = peer.prove_inclusion(index as usize);
        prop_assert_eq!(theirs.as_bytes(), bytes(&ours));
        // Proofs of the peer's that begin with the old root itself differ from RFC 6962 only there.
        if old < size && !old.is_power_of_two() {
            let ours = consistency(&tiles, old, size).unwrap();
            let theirs = peer.prove_consistency((size - old) as usize);
            prop_assert_eq!(theirs.as_bytes(), bytes(&ours));
        }
    }

    #[test]
    fn any_flipped_missing_added_or_swapped_hash_is_refused(
        size in 2_u64..2000, index in 0_u64..2000, old in 1_u64..2000, at in any::<prop::sample::Index>(), bit in 0_usize..256,
    ) {
        let (index, old) = (index % size, old % (size - 1) + 1);
        let (tiles, writer) = log(size, 500);
        let root = writer.root();
        let leaf = leaf_hash(&entry(index));
        let old_root = log(old, 500).1.root();
        let inclusion = inclusion(&tiles, index, size).unwrap();
        let consistency = consistency(&tiles, old, size).unwrap();
        for (proof, is_inclusion) in [(inclusion, true), (consistency, false)] {
            let passes = |proof: &[Hash]| match is_inclusion {
                true => verify_inclusion(&leaf, index, size, proof, &root).is_ok(),
                false => verify_consistency(old, &old_root, size, &root, proof).is_ok(),
            };
            prop_assert!(passes(&proof));
            let at = at.index(proof.len());
            let mut flipped = proof.clone();
            let mut hash = *flipped[at].as_bytes();
            hash[bit / 8] ^= 1 << (bit % 8);
            flipped[at] = Hash::from_bytes(hash);
            prop_assert!(!passes(&flipped), "flipped {at}");
            let mut missing = proof.clone();
            missing.remove(at);
            prop_assert!(!passes(&missing), "missing {at}");
            let mut added = proof.clone();
            added.insert(at, proof[at]);
            prop_assert!(!passes(&added), "added {at}");
            if proof.len() > 1 {
                let mut swapped = proof.clone();
                let next = (at + 1) % proof.len();
                swapped.swap(at, next);
                prop_assert!(!passes(&swapped), "swapped {at}");
            }
        }
    }
}
