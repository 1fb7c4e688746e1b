//! Reading tiles, and hashing what lies between their rows.

use crate::{
    Hash,
    merkle::{fold, node_hash},
    tiles::{LEVELS_MAX, TILE_HEIGHT, TileId},
};

/// Where tiles come from: a directory, a database, a server.
pub trait TileReader {
    /// Why a tile could not be read.
    type Error;

    /// The bytes of a tile: `width` hashes of 32 bytes. A wider tile at the same place will do as well, for
    /// it begins with the same hashes.
    ///
    /// # Errors
    ///
    /// What the source says.
    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<u8>, Self::Error>;
}

impl<R: TileReader + ?Sized> TileReader for &R {
    type Error = R::Error;

    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<u8>, Self::Error> {
        (**self).tile(level, index, width)
    }
}

/// Why the tiles of a tree do not give a hash.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TileFault<E> {
    /// The source could not read a tile.
    #[error("{}: not readable", .tile.path())]
    Read {
        /// The tile.
        tile: TileId,
        /// What the source says.
        #[source]
        error: E,
    },
    /// A tile has too few hashes, or half a hash.
    #[error("{}: {found_len_bytes} bytes instead of {expected_len_bytes}", .tile.path())]
    Length {
        /// The tile.
        tile: TileId,
        /// Size that its width asks for, in bytes.
        expected_len_bytes: usize,
        /// Size in bytes.
        found_len_bytes: usize,
    },
    /// A tree of this size has no such hash.
    #[error("a tree of {size} entries has no hash at level {level}, tile {index}")]
    Absent {
        /// Number of entries.
        size: u64,
        /// Level of the tile.
        level: u8,
        /// Index of the tile.
        index: u64,
    },
}

/// The hashes of a tree of one size. Reads each tile once: a tree of any size has at most eight on its
/// right edge and eight above an entry.
pub(crate) struct TreeHashes<R> {
    reader: R,
    size: u64,
    read: Vec<(TileId, Vec<Hash>)>,
}

impl<R: TileReader> TreeHashes<R> {
    pub(crate) const fn new(reader: R, size: u64) -> Self {
        Self { reader, size, read: Vec::new() }
    }

    /// The root over the entries from `start` up to `end`, where `start` is a multiple of the largest power
    /// of two in their number: every node that RFC 6962 names is such a range.
    pub(crate) fn range(&mut self, start: u64, end: u64) -> Result<Hash, TileFault<R::Error>> {
        let mut complete = Vec::new();
        let mut from = start;
        while from < end {
            let height = (end - from).ilog2();
            complete.push(self.complete(height, from >> height)?);
            from += 1 << height;
        }
        Ok(fold(&complete).unwrap_or_else(crate::empty_root))
    }

    /// The root of the complete subtree over 2^height entries, the `index`-th from the left.
    fn complete(&mut self, height: u32, index: u64) -> Result<Hash, TileFault<R::Error>> {
        let level = u8::try_from(height / TILE_HEIGHT).unwrap_or(LEVELS_MAX);
        let inner = height % TILE_HEIGHT;
        let first = index << inner;
        let (tile, offset) = (first >> TILE_HEIGHT, first & 0xFF);
        let size = self.size;
        let hashes = self.tile(level, tile)?;
        // An offset below 256 fits any usize.
        let offset = offset as usize;
        let mut row = hashes
            .get(offset..offset + (1 << inner))
            .ok_or(TileFault::Absent { size, level, index: tile })?
            .to_vec();
        while row.len() > 1 {
            row = row.chunks(2).map(|pair| node_hash(&pair[0], &pair[pair.len() - 1])).collect();
        }
        Ok(row[0])
    }

    /// The hashes of a tile, as many as it has in a tree of this size.
    pub(crate) fn tile(&mut self, level: u8, index: u64) -> Result<&[Hash], TileFault<R::Error>> {
        let size = self.size;
        let tile =
            TileId::in_tree(size, level, index).ok_or(TileFault::Absent { size, level, index })?;
        let known = self.read.iter().position(|(id, _)| *id == tile);
        let at = match known {
            Some(at) => at,
            None => {
                let bytes = self
                    .reader
                    .tile(level, index, tile.width)
                    .map_err(|error| TileFault::Read { tile, error })?;
                self.read.push((tile, hashes_of(tile, &bytes)?));
                self.read.len() - 1
            }
        };
        Ok(&self.read[at].1)
    }
}

fn hashes_of<E>(tile: TileId, bytes: &[u8]) -> Result<Vec<Hash>, TileFault<E>> {
    let (hashes, odd) = bytes.as_chunks();
    let width = usize::from(tile.width);
    if hashes.len() < width || !odd.is_empty() {
        return Err(TileFault::Length {
            tile,
            expected_len_bytes: width * Hash::LEN_BYTES,
            found_len_bytes: bytes.len(),
        });
    }
    Ok(hashes[..width].iter().copied().map(Hash::from_bytes).collect())
}
