//! Tiles: where they lie, which ones a growing log makes, and what a peer makes of them.

use evidence::{
    leaf_hash, proof,
    tiles::{BundleError, Entries, Resource, TileId, TileWriter, entries_path, push_entry},
};
use proptest::prelude::*;

use crate::support::{MemoryTiles, entry, log, root_by_definition};

#[test]
fn paths_are_those_of_the_specification() {
    let tile = TileId { level: 0, index: 1_234_067, width: 256 };
    assert_eq!(tile.path(), "tile/0/x001/x234/067");
    let partial = TileId { level: 1, index: 0, width: 17 };
    assert_eq!(partial.path(), "tile/1/000.p/17");
    assert_eq!(entries_path(273, 112), "tile/entries/273.p/112");
    assert_eq!(entries_path(1000, 256), "tile/entries/x001/000");
}

#[test]
fn a_tree_of_70_000_has_the_tiles_that_the_specification_counts() {
    let in_tree = |level, index| TileId::in_tree(70_000, level, index).map(|tile| tile.width);
    assert_eq!(in_tree(0, 272), Some(256));
    assert_eq!(in_tree(0, 273), Some(112));
    assert_eq!(in_tree(0, 274), None);
    assert_eq!((in_tree(1, 0), in_tree(1, 1), in_tree(1, 2)), (Some(256), Some(17), None));
    assert_eq!((in_tree(2, 0), in_tree(2, 1), in_tree(3, 0)), (Some(1), None, None));
    // "A tree of size 256 will be represented by a full level 0 tile and a partial level 1 tile of width 1."
    assert_eq!(TileId::in_tree(256, 1, 0).map(|tile| tile.width), Some(1));
    assert_eq!(TileId::in_tree(u64::MAX, 255, u64::MAX), None);
}

#[test]
fn a_path_of_another_spelling_is_no_path() {
    for text in [
        "tile/0/1",
        "tile/0/0001",
        "tile/00/000",
        "tile/8/000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/+01",
        "/tile/0/000",
        "tile/0/000/",
        "tile/entries/x",
        "tile//000",
        "checkpoint/",
        "",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/../000",
    ] {
        assert_eq!(Resource::parse(text), None, "{text}");
    }
    assert_eq!(Resource::parse("checkpoint"), Some(Resource::Checkpoint));
}

#[test]
fn a_bundle_that_is_cut_or_has_too_many_entries_ends_with_an_error() {
    let mut bundle = Vec::new();
    push_entry(&mut bundle, b"one").unwrap();
    push_entry(&mut bundle, b"").unwrap();
    let entries: Result<Vec<_>, _> = Entries::new(&bundle).collect();
    assert_eq!(entries.unwrap(), [b"one".as_slice(), b""]);
    let cut: Vec<_> = Entries::new(&bundle[..6]).collect();
    assert_eq!(cut, [Ok(b"one".as_slice()), Err(BundleError::Cut { entry: 1 })]);
    let many = [0; 2 * 257];
    assert_eq!(Entries::new(&many).count(), 257);
    assert_eq!(Entries::new(&many).last(), Some(Err(BundleError::TooMany)));
    let long = push_entry(&mut bundle, &[0; 65_536]);
    assert_eq!(long, Err(BundleError::EntryTooLong { found_len_bytes: 65_536 }));
}

#[test]
fn the_tiles_of_70_000_entries_have_the_root_of_the_definition() {
    let (tiles, writer) = log(70_000, 997);
    let leaves: Vec<_> = (0..70_000).map(|n| leaf_hash(&entry(n))).collect();
    let expected = root_by_definition(&leaves);
    assert_eq!(writer.root(), expected);
    assert_eq!(proof::root(&tiles, 70_000), Ok(expected));
    assert!(tiles.reads.get() <= 8, "{} tiles were read", tiles.reads.get());
    assert_eq!(tiles.tiles.len(), 274 + 2 + 1);
}

#[test]
fn a_writer_that_resumes_makes_the_same_tiles() {
    for size in [0, 1, 255, 256, 257, 300, 65_535, 65_536, 65_537] {
        let (mut tiles, writer) = log(size, 10_000);
        let mut resumed = TileWriter::resume(&tiles, size).unwrap();
        assert_eq!(resumed.frontier(), writer.frontier(), "{size}");
        assert_eq!(resumed.take_tiles(), [], "nothing changed yet");
        for n in size..size + 300 {
            resumed.append(leaf_hash(&entry(n)));
        }
        tiles.take(&mut resumed);
        assert_eq!(tiles.tiles, log(size + 300, 1000).0.tiles, "{size}");
    }
}

#[test]
fn a_missing_tile_and_a_short_one_are_errors() {
    let (mut tiles, _) = log(600, 600);
    tiles.tiles.get_mut(&(0, 2)).unwrap().truncate(100);
    assert!(proof::root(&tiles, 600).is_err());
    assert!(TileWriter::resume(&tiles, 600).is_err());
    tiles.tiles.remove(&(0, 2));
    assert!(proof::root(&tiles, 600).is_err());
    assert!(proof::root(&MemoryTiles::default(), 1).is_err());
}

/// The peer's reader of tiles checks every tile against the root, by its own arithmetic.
struct ForPeer<'a>(&'a MemoryTiles);

impl tlog_tiles::TileReader for ForPeer<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let bytes_of = |tile: &tlog_tiles::Tile| {
            let mut bytes = self.0.tiles[&(tile.level(), tile.level_index())].clone();
            bytes.truncate(tile.width() as usize * 32);
            bytes
        };
        Ok(tiles.iter().map(bytes_of).collect())
    }

    fn save_tiles(&self, _tiles: &[tlog_tiles::Tile], _data: &[Vec<u8>]) {}
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_peer_proves_from_our_tiles_what_we_prove(size in 1_u64..3000, index in 0_u64..3000, old in 1_u64..3000) {
        let (index, old) = (index % size, old % size + 1);
        let (tiles, writer) = log(size, 700);
        let root = writer.root();
        let reader = ForPeer(&tiles);
        let hashes = tlog_tiles::TileHashReader::new(size, tlog_tiles::Hash(*root.as_bytes()), &reader);
        let plain = |proof: Vec<tlog_tiles::Hash>| -> Vec<[u8; 32]> { proof.iter().map(|hash| hash.0).collect() };
        let ours = |proof: Vec<evidence::Hash>| -> Vec<[u8; 32]> { proof.iter().map(|hash| *hash.as_bytes()).collect() };
        let inclusion = tlog_tiles::prove_record(size, index, &hashes).unwrap();
        prop_assert_eq!(plain(inclusion), ours(proof::inclusion(&tiles, index, size).unwrap()));
        let consistency = tlog_tiles::prove_tree(size, old, &hashes).unwrap();
        prop_assert_eq!(plain(consistency), ours(proof::consistency(&tiles, old, size).unwrap()));
    }

    #[test]
    fn a_path_is_read_back(level in 0_u8..8, index in 0_u64..1 << 54, width in 1_u16..=256) {
        for resource in [Resource::Tile(TileId { level, index, width }), Resource::Entries { index, width }] {
            prop_assert_eq!(Resource::parse(&resource.path()), Some(resource));
        }
        let peer = tlog_tiles::Tile::new(8, level, index, width.into(), false).path();
        let ours = TileId { level, index, width }.path();
        // The peer's paths have the height of tiles in them, as those of an older specification.
        prop_assert_eq!(peer.replacen("tile/8/", "tile/", 1), ours);
    }
}
