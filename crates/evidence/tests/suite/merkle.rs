//! Hashes: the known roots of the RFC 6962 test tree, and the definition.

use evidence::{Frontier, FrontierError, Hash, SIZE_MAX, empty_root, leaf_hash};
use proptest::prelude::*;

use crate::support::{entry, root_by_definition};

/// The eight entries that implementations of RFC 6962 are compared with, and the root after each.
const KNOWN: [(&str, &str); 8] = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (
        "606162636465666768696a6b6c6d6e6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
];

fn of_hex(text: &str) -> Hash {
    let mut bytes = [0; Hash::LEN_BYTES];
    hex::decode_to_slice(text, &mut bytes).expect("a hash in hex");
    Hash::from_bytes(bytes)
}

#[test]
fn the_known_tree_has_its_known_roots() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(empty_root(), of_hex(empty));
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), empty_root());
    for (entry, root) in KNOWN {
        frontier.append(leaf_hash(&hex::decode(entry).unwrap()));
        assert_eq!(frontier.root(), of_hex(root), "{} entries", frontier.size());
    }
}

#[test]
fn an_edge_has_as_many_hashes_as_its_size_has_bits() {
    let hash = Hash::from_bytes([7; 32]);
    let odd = Frontier::from_parts(5, vec![hash]);
    assert_eq!(odd, Err(FrontierError::HashCount { size: 5, expected: 2, found: 1 }));
    let large = Frontier::from_parts(SIZE_MAX + 1, vec![hash; 2]);
    assert_eq!(large, Err(FrontierError::TooLarge { size: SIZE_MAX + 1 }));
    let largest = Frontier::from_parts(SIZE_MAX, vec![hash]).unwrap();
    assert_eq!(largest.root(), hash);
    for length in [0, 7, 9, 39, 41] {
        let found = Frontier::from_bytes(&vec![0; length]);
        assert_eq!(found, Err(FrontierError::Length { found_len_bytes: length }), "{length}");
    }
}

proptest! {
    #[test]
    fn an_edge_has_the_root_of_the_definition_before_and_after_storing(size in 0_u64..300) {
        let leaves: Vec<Hash> = (0..size).map(|n| leaf_hash(&entry(n))).collect();
        let mut frontier = Frontier::new();
        for leaf in &leaves {
            frontier.append(*leaf);
            frontier = Frontier::from_bytes(&frontier.to_bytes()).unwrap();
        }
        prop_assert_eq!(frontier.root(), root_by_definition(&leaves));
        prop_assert_eq!(frontier.size(), size);
    }
}
