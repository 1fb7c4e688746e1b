//! The evidence log agrees with its own entries.

use evidence::{Frontier, Hash, leaf_hash, proof};
use signing_server::store::{ENTRIES_MAX, Store};

use crate::{
    devices::{asked, issue},
    places::{Place, in_both, runtime, wait},
};

in_both! {
    tiles_and_proofs_are_those_of_the_entries
    proofs_beside_appends_hold
}

/// More than a tile's width, so that the tree has two levels of tiles.
const ENTRIES: u32 = 300;

fn tiles_and_proofs_are_those_of_the_entries(place: &dyn Place) {
    let store = place.open("a").unwrap();
    let mut roots = vec![Frontier::new().root()];
    let callers: Vec<_> = (0..ENTRIES)
        .map(|number| {
            let store = store.clone();
            runtime()
                .spawn(async move { issue(&store, asked(number)).await.unwrap().evidence_index })
        })
        .collect();
    let mut indexes: Vec<u64> = callers.into_iter().map(|caller| wait(caller).unwrap()).collect();
    indexes.sort_unstable();
    assert!(indexes.iter().copied().eq(0..u64::from(ENTRIES)), "each has an entry of its own");
    let leaves: Vec<Hash> = check_log(&store);
    let mut frontier = Frontier::new();
    for leaf in &leaves {
        frontier.append(*leaf);
        roots.push(frontier.root());
    }
    store.close();
    // As the next run of the server reads it.
    let store = place.open("a").unwrap();
    assert_eq!(check_log(&store), leaves);
    let bytes =
        |hashes: &[Hash]| hashes.iter().flat_map(|hash| *hash.as_bytes()).collect::<Vec<_>>();
    assert_eq!(wait(store.tile(0, 0)).unwrap(), bytes(&leaves[..256]));
    assert_eq!(wait(store.tile(0, 1)).unwrap(), bytes(&leaves[256..]));
    assert_eq!(wait(store.tile(1, 0)).unwrap(), bytes(&roots[256..=256]));
    assert!(wait(store.tile(0, 2)).unwrap().is_empty());
    for size in [1, 2, 255, 256, 257, leaves.len()] {
        for index in [0, size / 2, size - 1] {
            let (at, of) = (index as u64, size as u64);
            let path = wait(store.inclusion(at, of)).unwrap().unwrap();
            proof::verify_inclusion(&leaves[index], at, of, &path, &roots[size]).unwrap();
            let path = wait(store.consistency(at, of)).unwrap().unwrap();
            proof::verify_consistency(at, &roots[index], of, &roots[size], &path).unwrap();
        }
    }
    let beyond = leaves.len() as u64 + 1;
    assert_eq!(wait(store.inclusion(0, beyond)).unwrap(), None);
    assert_eq!(wait(store.consistency(0, beyond)).unwrap(), None);
}

fn proofs_beside_appends_hold(place: &dyn Place) {
    let store = place.open("a").unwrap();
    let callers: Vec<_> = (0..16)
        .map(|caller| {
            let store = store.clone();
            runtime().spawn(async move {
                for number in 0..10 {
                    let index =
                        issue(&store, asked(caller * 10 + number)).await.unwrap().evidence_index;
                    let log = store.checkpoint("test").await.unwrap();
                    let entry = store.entries(index, 1).await.unwrap();
                    let path = store.inclusion(index, log.size).await.unwrap().unwrap();
                    proof::verify_inclusion(
                        &leaf_hash(&entry[0]),
                        index,
                        log.size,
                        &path,
                        &log.root,
                    )
                    .unwrap();
                }
            })
        })
        .collect();
    callers.into_iter().for_each(|caller| wait(caller).unwrap());
    assert_eq!(check_log(&store).len(), 160);
}

/// Compares the log's root with one that is computed over its entries, and returns their hashes.
pub(crate) fn check_log(store: &Store) -> Vec<Hash> {
    let mut leaves = Vec::new();
    loop {
        let more = wait(store.entries(leaves.len() as u64, ENTRIES_MAX)).unwrap();
        if more.is_empty() {
            break;
        }
        leaves.extend(more.iter().map(|entry| leaf_hash(entry)));
    }
    let mut frontier = Frontier::new();
    leaves.iter().for_each(|leaf| frontier.append(*leaf));
    let found = wait(store.checkpoint("test")).unwrap();
    assert_eq!((found.size, found.root), (leaves.len() as u64, frontier.root()));
    leaves
}
