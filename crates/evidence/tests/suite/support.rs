//! Logs in memory.

use std::collections::BTreeMap;

use evidence::{
    Hash, leaf_hash,
    tiles::{TileReader, TileWriter},
};

/// The tiles of a log, and how often one was read.
#[derive(Default)]
pub(crate) struct MemoryTiles {
    pub(crate) tiles: BTreeMap<(u8, u64), Vec<u8>>,
    pub(crate) reads: std::cell::Cell<usize>,
}

impl TileReader for MemoryTiles {
    type Error = &'static str;

    fn tile(&self, level: u8, index: u64, _width: u16) -> Result<Vec<u8>, &'static str> {
        self.reads.set(self.reads.get() + 1);
        self.tiles.get(&(level, index)).cloned().ok_or("no such tile")
    }
}

impl MemoryTiles {
    /// Takes what a writer made; a wider tile takes the place of a narrower one.
    pub(crate) fn take(&mut self, writer: &mut TileWriter) {
        for tile in writer.take_tiles() {
            assert_eq!(tile.bytes.len(), usize::from(tile.id.width) * Hash::LEN_BYTES);
            let place = self.tiles.entry((tile.id.level, tile.id.index)).or_default();
            assert!(tile.bytes.starts_with(place), "a tile only grows: {:?}", tile.id);
            *place = tile.bytes;
        }
    }
}

/// The n-th entry of the logs in these tests.
pub(crate) fn entry(n: u64) -> Vec<u8> {
    format!("entry {n}").into_bytes()
}

/// A log of `size` entries, written in steps of `step`.
pub(crate) fn log(size: u64, step: u64) -> (MemoryTiles, TileWriter) {
    let (mut tiles, mut writer) = (MemoryTiles::default(), TileWriter::new());
    for n in 0..size {
        writer.append(leaf_hash(&entry(n)));
        if (n + 1) % step == 0 {
            tiles.take(&mut writer);
        }
    }
    tiles.take(&mut writer);
    (tiles, writer)
}

/// The root as RFC 6962 defines it, by recursion over all entries.
pub(crate) fn root_by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => evidence::empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            evidence::node_hash(&root_by_definition(left), &root_by_definition(right))
        }
    }
}
