//! An exported log, read from its first entry to its last: is it what its checkpoint says, and if it is not,
//! where does it begin to differ, and how.
//!
//! Three things in an export speak of the same entries: the entries, the tiles of level 0, and the tiles
//! above them; the checkpoint's root says which of them to believe. Where the tiles of level 0 are genuine,
//! what was done to the entries is told exactly. Where an attacker changed a tile too, the tiles above tell
//! which 256 entries it is. Where everything was made anew, only the root tells, and an earlier checkpoint
//! says on which side of it.

use std::fmt;

use crate::{
    Checkpoint, Frontier, Hash, leaf_hash,
    merkle::fold,
    proof,
    tiles::{Entries, LEVELS_MAX, TILE_WIDTH, TileId, TileReader},
};

/// The files of an exported log.
pub trait LogReader: TileReader {
    /// A tile as [`TileReader::tile`] reads it; `None` where it is not there.
    ///
    /// # Errors
    ///
    /// It is there and cannot be read.
    fn tile_if_any(
        &self,
        level: u8,
        index: u64,
        width: u16,
    ) -> Result<Option<Vec<u8>>, Self::Error>;

    /// The bundle with this index and width, or a wider one in its place, and the width that it has by its
    /// name; `None` where there is none.
    ///
    /// # Errors
    ///
    /// It is there and cannot be read.
    fn entries_if_any(&self, index: u64, width: u16)
    -> Result<Option<(u16, Vec<u8>)>, Self::Error>;
}

/// What was done to a log, as far as it can be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Damage {
    /// The entry is another one than was appended.
    Changed,
    /// The entry that was appended is missing, and those behind it moved up.
    Removed,
    /// An entry stands before the one that was appended here.
    Added,
    /// The entry belongs to another place.
    Reordered {
        /// Where it belongs.
        belongs_at: u64,
    },
    /// The log ends before this entry.
    Truncated,
    /// An entry and the tile over it were changed together: it is one of 256 from this one on.
    TileChanged,
    /// Entries and tiles fit each other and not the checkpoint, from this entry on at the earliest.
    Rebuilt,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed => f.write_str("was changed"),
            Self::Removed => f.write_str("was removed"),
            Self::Added => f.write_str("was added"),
            Self::Reordered { belongs_at } => {
                write!(f, "was reordered: what stands there belongs at {belongs_at}")
            }
            Self::Truncated => f.write_str("is missing with all behind it: the log is truncated"),
            Self::TileChanged => {
                f.write_str("or one of the 255 behind it was changed together with its tile")
            }
            Self::Rebuilt => f.write_str(
                "or one behind it is not what the checkpoint was signed over: entries and tiles were made anew",
            ),
        }
    }
}

/// What a log turned out to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogVerdict {
    /// Entries that were read.
    pub entries: u64,
    /// The first entry that is not the log's, and what was done. `None`: every entry is genuine.
    pub damage: Option<(u64, Damage)>,
    /// The first tile that does not fit, where the entries are genuine all the same: proofs from it fail.
    pub damaged_tile: Option<TileId>,
    /// Whether the log goes on from the earlier checkpoint; `None` where none was given or the log is damaged
    /// before it.
    pub goes_on: Option<bool>,
}

impl LogVerdict {
    /// Whether nothing at all is wrong.
    pub const fn is_genuine(&self) -> bool {
        self.damage.is_none() && self.damaged_tile.is_none() && !matches!(self.goes_on, Some(false))
    }
}

/// Reads a log through and compares it with its checkpoint, whose signature was verified before, and with an
/// earlier one. `visit` sees every entry in its order, before it is known whether the log is genuine. Memory
/// is that of a few tiles, whatever the size of the log.
///
/// # Errors
///
/// What the source says of a file that is there and cannot be read.
pub fn audit<R: LogReader>(
    reader: &R,
    checkpoint: &Checkpoint,
    previous: Option<&Checkpoint>,
    mut visit: impl FnMut(u64, &[u8]),
) -> Result<LogVerdict, R::Error> {
    let mut run = Run::new(checkpoint, previous);
    let mut index = 0;
    while let Some(tile) = TileId::in_tree(checkpoint.size, 0, index) {
        let first = index * u64::from(TILE_WIDTH);
        let bundle = Bundle::read(reader, tile)?;
        for (entry, number) in bundle.entries().zip(first..) {
            visit(number, entry);
        }
        let leaves = hashes(reader.tile_if_any(0, index, tile.width)?, tile.width);
        run.take(reader, tile, &bundle, leaves.as_deref())?;
        if run.is_over {
            break;
        }
        index += 1;
    }
    run.verdict(reader)
}

/// A bundle of a tree: the entries that belong into it by their number.
struct Bundle {
    bytes: Vec<u8>,
    /// Hashes of all entries, also of those beyond `width`.
    hashes: Vec<Hash>,
    width: usize,
    /// Whether something stands behind the entries that its name promises.
    has_more: bool,
}

impl Bundle {
    fn read<R: LogReader>(reader: &R, tile: TileId) -> Result<Self, R::Error> {
        let width = usize::from(tile.width);
        let (named, bytes) =
            reader.entries_if_any(tile.index, tile.width)?.unwrap_or((tile.width, Vec::new()));
        let mut entries = Entries::new(&bytes);
        let hashes: Vec<_> = entries.by_ref().map_while(Result::ok).map(leaf_hash).collect();
        let promised: usize =
            Entries::new(&bytes).take(named.into()).flatten().map(|entry| 2 + entry.len()).sum();
        let has_more = hashes.len() >= named.into() && bytes.len() > promised;
        Ok(Self { bytes, hashes, width, has_more })
    }

    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        Entries::new(&self.bytes).map_while(Result::ok).take(self.width)
    }

    /// The hashes of the entries that belong into it.
    fn hashes(&self) -> &[Hash] {
        &self.hashes[..self.hashes.len().min(self.width)]
    }
}

struct Run<'a> {
    checkpoint: &'a Checkpoint,
    previous: Option<&'a Checkpoint>,
    by_entries: Frontier,
    by_tiles: Option<Frontier>,
    /// The first entry that differs from its tile, and how.
    differs: Option<(u64, Damage)>,
    /// The first tile of level 0 that differs from the entries or is missing.
    odd_tile: Option<TileId>,
    /// The first tile of level 0 that differs from the tile above it.
    untrue_tile: Option<u64>,
    /// The root at the size of the earlier checkpoint.
    previous_root: Option<Hash>,
    /// The first entry that stands behind those that its bundle's name promises.
    more: Option<u64>,
    is_over: bool,
}

impl<'a> Run<'a> {
    fn new(checkpoint: &'a Checkpoint, previous: Option<&'a Checkpoint>) -> Self {
        let mut run = Self {
            checkpoint,
            previous,
            by_entries: Frontier::new(),
            by_tiles: Some(Frontier::new()),
            differs: None,
            odd_tile: None,
            untrue_tile: None,
            previous_root: None,
            more: None,
            is_over: false,
        };
        run.remember_root();
        run
    }

    fn remember_root(&mut self) {
        if self.previous.is_some_and(|previous| previous.size == self.by_entries.size()) {
            self.previous_root = Some(self.by_entries.root());
        }
    }

    fn take<R: LogReader>(
        &mut self,
        reader: &R,
        tile: TileId,
        bundle: &Bundle,
        leaves: Option<&[Hash]>,
    ) -> Result<(), R::Error> {
        let first = tile.index * u64::from(TILE_WIDTH);
        for hash in bundle.hashes() {
            self.by_entries.append(*hash);
            self.remember_root();
        }
        match (leaves, &mut self.by_tiles) {
            (Some(leaves), Some(frontier)) => {
                leaves.iter().for_each(|leaf| frontier.append(*leaf));
            }
            _ => self.by_tiles = None,
        }
        if bundle.has_more && self.more.is_none() {
            self.more = Some(first + bundle.width as u64);
        }
        if leaves != Some(bundle.hashes()) && self.odd_tile.is_none() {
            self.odd_tile = Some(tile);
        }
        if self.untrue_tile.is_none() && !self.is_true(reader, tile, leaves)? {
            self.untrue_tile = Some(tile.index);
        }
        if self.differs.is_none() {
            self.differs = self.difference(reader, tile, bundle, leaves)?;
        }
        // Where entries and tiles end, nothing behind would tell more: a checkpoint may speak of 2^62 entries.
        self.is_over = leaves.is_none() && bundle.hashes.is_empty();
        Ok(())
    }

    /// Whether a tile of level 0 is what the tile above it says; a tile that nothing stands above is.
    fn is_true<R: LogReader>(
        &self,
        reader: &R,
        tile: TileId,
        leaves: Option<&[Hash]>,
    ) -> Result<bool, R::Error> {
        let (Some(leaves), true) = (leaves, tile.is_full()) else { return Ok(true) };
        let Some(above) = TileId::in_tree(self.checkpoint.size, 1, tile.index >> 8) else {
            return Ok(true);
        };
        let row = hashes(reader.tile_if_any(above.level, above.index, above.width)?, above.width);
        // Below 256.
        let place = (tile.index & 0xFF) as usize;
        Ok(row.is_none_or(|row| row[place] == complete_root(leaves)))
    }

    /// The first entry of a bundle that is not its tile's, and what became of it.
    fn difference<R: LogReader>(
        &self,
        reader: &R,
        tile: TileId,
        bundle: &Bundle,
        leaves: Option<&[Hash]>,
    ) -> Result<Option<(u64, Damage)>, R::Error> {
        let first = tile.index * u64::from(TILE_WIDTH);
        let found = bundle.hashes();
        let at = match leaves {
            Some(leaves) => found.iter().zip(leaves).position(|(found, leaf)| found != leaf),
            None => None,
        };
        let next = TileId::in_tree(self.checkpoint.size, 0, tile.index + 1);
        let next = next.map(|next| Bundle::read(reader, next).map(|bundle| (next, bundle)));
        let next = next.transpose()?;
        let Some((at, leaves)) = at.zip(leaves) else {
            let is_short = found.len() < bundle.width;
            let goes_on = next.is_some_and(|(_, next)| !next.hashes.is_empty());
            let damage = if goes_on { Damage::Removed } else { Damage::Truncated };
            return Ok(is_short.then_some((first + found.len() as u64, damage)));
        };
        // What moved by one place may have moved into the next bundle.
        let (mut leaves, mut found) = (leaves.to_vec(), bundle.hashes.clone());
        if let Some((next, bundle)) = next {
            let row = hashes(reader.tile_if_any(0, next.index, next.width)?, next.width);
            leaves.extend(row.unwrap_or_default());
            found.extend(bundle.hashes);
        }
        Ok(Some((first + at as u64, what_moved(first, at, &found, &leaves))))
    }

    fn verdict<R: LogReader>(self, reader: &R) -> Result<LogVerdict, R::Error> {
        let (size, root) = (self.checkpoint.size, self.checkpoint.root);
        let is_genuine = self.by_entries.size() == size && self.by_entries.root() == root;
        let tiles_are_genuine = self
            .by_tiles
            .as_ref()
            .is_some_and(|tiles| tiles.size() == size && tiles.root() == root);
        // A tile that is missing makes it false, as one that is damaged does.
        let edge_is_genuine = proof::root(reader, size).is_ok_and(|edge| edge == root);
        let goes_on = self.previous.and_then(|previous| {
            if previous.size > size {
                return Some(false);
            }
            let found = match tiles_are_genuine && !is_genuine {
                true => proof::root(reader, previous.size).ok(),
                false => self.previous_root,
            };
            found.map(|found| found == previous.root)
        });
        let damage = if is_genuine {
            self.more.map(|at| (at, Damage::Added))
        } else if tiles_are_genuine {
            self.differs
        } else if let (true, Some(tile)) = (edge_is_genuine, self.untrue_tile) {
            Some((tile * u64::from(TILE_WIDTH), Damage::TileChanged))
        } else if self.is_over
            || matches!(self.differs, Some((_, Damage::Truncated | Damage::Removed)))
        {
            self.differs
        } else {
            // Up to the earlier checkpoint the entries are those that it was signed over.
            let known = self.previous.filter(|_| goes_on == Some(true));
            Some((known.map_or(0, |previous| previous.size), Damage::Rebuilt))
        };
        let damaged_tile = match (is_genuine, self.odd_tile) {
            (true, None) => first_odd_tile_above(reader, size)?,
            (true, odd) => odd,
            (false, _) => None,
        };
        Ok(LogVerdict { entries: self.by_entries.size(), damage, damaged_tile, goes_on })
    }
}

/// What became of the entry at `at`, the first whose hash is not its tile's.
fn what_moved(first: u64, at: usize, found: &[Hash], leaves: &[Hash]) -> Damage {
    let behind = |list: &[Hash], hash: &Hash| {
        list[at + 1..].iter().position(|other| other == hash).map(|later| at + 1 + later)
    };
    // Where what stands here belongs, and where what belongs here stands.
    match (behind(leaves, &found[at]), behind(found, &leaves[at])) {
        (Some(next), None) if next == at + 1 => Damage::Removed,
        (None, Some(next)) if next == at + 1 => Damage::Added,
        (Some(place), _) => Damage::Reordered { belongs_at: first + place as u64 },
        (None, _) => Damage::Changed,
    }
}

/// The first tile above level 0 that is not over the tiles below it, where those are genuine.
fn first_odd_tile_above<R: LogReader>(reader: &R, size: u64) -> Result<Option<TileId>, R::Error> {
    for level in 1..LEVELS_MAX {
        let mut index = 0;
        while let Some(tile) = TileId::in_tree(size, level, index) {
            let own = hashes(reader.tile_if_any(level, index, tile.width)?, tile.width);
            let Some(own) = own else { return Ok(Some(tile)) };
            for (hash, below) in own.iter().zip(index * u64::from(TILE_WIDTH)..) {
                let row = hashes(reader.tile_if_any(level - 1, below, TILE_WIDTH)?, TILE_WIDTH);
                if row.is_none_or(|row| complete_root(&row) != *hash) {
                    return Ok(Some(tile));
                }
            }
            index += 1;
        }
    }
    Ok(None)
}

/// The root over a full tile.
fn complete_root(row: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    row.iter().for_each(|hash| frontier.append(*hash));
    fold(frontier.hashes()).unwrap_or_else(crate::empty_root)
}

fn hashes(bytes: Option<Vec<u8>>, width: u16) -> Option<Vec<Hash>> {
    let bytes = bytes?;
    let (hashes, _) = bytes.as_chunks();
    let hashes = hashes.get(..usize::from(width))?;
    Some(hashes.iter().copied().map(Hash::from_bytes).collect())
}
