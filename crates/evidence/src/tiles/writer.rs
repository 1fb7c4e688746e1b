//! Which tiles a growing log makes.

use crate::{
    Frontier, Hash,
    merkle::node_hash,
    tiles::{LEVELS_MAX, TILE_WIDTH, TileFault, TileId, TileReader, TreeHashes},
};

/// A tile and its bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tile {
    /// Which tile.
    pub id: TileId,
    /// Its hashes, 32 bytes each.
    pub bytes: Vec<u8>,
}

/// Takes hashes of entries and says which tiles became new or changed.
///
/// It holds the partial tile of each level, 64 KiB at most, and the tiles that became full since
/// [`TileWriter::take_tiles`]: call that after every few thousand entries.
#[derive(Clone, Debug)]
pub struct TileWriter {
    frontier: Frontier,
    /// The partial tile of each level, from level 0; 0 to 255 hashes.
    partial: Vec<Vec<Hash>>,
    /// The number of levels, from level 0, whose partial tile has changed since the last `take_tiles`.
    changed_levels: usize,
    full: Vec<Tile>,
}

impl TileWriter {
    /// A log without entries.
    pub const fn new() -> Self {
        Self { frontier: Frontier::new(), partial: Vec::new(), changed_levels: 0, full: Vec::new() }
    }

    /// Goes on with a log of `size` entries, whose right edge is read back: at most eight tiles, and those
    /// in which the complete subtrees of the edge lie.
    ///
    /// # Errors
    ///
    /// [`TileFault`].
    pub fn resume<R: TileReader>(reader: R, size: u64) -> Result<Self, TileFault<R::Error>> {
        let mut hashes = TreeHashes::new(reader, size);
        let mut partial = Vec::new();
        for level in 0..LEVELS_MAX {
            let whole = size >> (u32::from(level) * 8);
            if whole == 0 {
                break;
            }
            let (tile, width) = (whole >> 8, whole & 0xFF);
            partial.push(if width == 0 { Vec::new() } else { hashes.tile(level, tile)?.to_vec() });
        }
        let mut edge = Vec::new();
        let mut from = 0;
        while from < size {
            let height = (size - from).ilog2();
            let end = from + (1 << height);
            edge.push(hashes.range(from, end)?);
            from = end;
        }
        let frontier = Frontier::from_parts(size, edge).map_err(|_| TileFault::Absent {
            size,
            level: LEVELS_MAX,
            index: 0,
        })?;
        Ok(Self { frontier, partial, changed_levels: 0, full: Vec::new() })
    }

    /// Adds the hash of the next entry.
    pub fn append(&mut self, leaf: Hash) {
        self.frontier.append(leaf);
        let mut hash = leaf;
        for level in 0..usize::from(LEVELS_MAX) {
            self.changed_levels = self.changed_levels.max(level + 1);
            if self.partial.len() == level {
                self.partial.push(Vec::with_capacity(usize::from(TILE_WIDTH)));
            }
            let row = &mut self.partial[level];
            row.push(hash);
            if row.len() < usize::from(TILE_WIDTH) {
                return;
            }
            hash = root_of_full(row);
            // A tile of level 0 to 7 becomes full when all entries below it are there.
            let index = (self.frontier.size() >> (8 * (level + 1))) - 1;
            let id = TileId { level: level as u8, index, width: TILE_WIDTH };
            self.full.push(tile(id, row));
            row.clear();
        }
    }

    /// The tiles that became full since the last call, and behind them the partial tiles that changed.
    ///
    /// All of them are needed for a checkpoint of [`TileWriter::size`] entries: write them before it.
    pub fn take_tiles(&mut self) -> Vec<Tile> {
        let mut tiles = std::mem::take(&mut self.full);
        let levels = self.partial.iter().enumerate().take(self.changed_levels);
        for (level, row) in levels.filter(|(_, row)| !row.is_empty()) {
            let index = self.frontier.size() >> (8 * (level + 1));
            // Both are below 256: a row that is full has been taken out.
            let id = TileId { level: level as u8, index, width: row.len() as u16 };
            tiles.push(tile(id, row));
        }
        self.changed_levels = 0;
        tiles
    }

    /// Number of entries.
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The right edge of the tree.
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }
}

impl Default for TileWriter {
    fn default() -> Self {
        Self::new()
    }
}

fn tile(id: TileId, row: &[Hash]) -> Tile {
    Tile { id, bytes: row.iter().flat_map(|hash| *hash.as_bytes()).collect() }
}

/// The root over a full row, whose number of hashes is a power of two.
fn root_of_full(row: &[Hash]) -> Hash {
    let mut row = row.to_vec();
    while row.len() > 1 {
        row = row.as_chunks().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row[0]
}
