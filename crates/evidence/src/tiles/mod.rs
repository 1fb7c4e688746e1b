//! How a log lies on a disk: tiles of hashes and bundles of entries, as C2SP tlog-tiles has them.
//!
//! A tile holds up to 256 consecutive hashes of one level of the tree. Level 0 has the hashes of the entries;
//! each hash of a higher level is the root over a full tile of the level below. A tile that is full never
//! changes. The rightmost tile of a level may be partial, and has its width in its name.

mod bundle;
mod reader;
mod writer;

pub(crate) use self::reader::TreeHashes;
pub use self::{
    bundle::{BundleError, ENTRY_LEN_BYTES_MAX, Entries, push_entry},
    reader::{TileFault, TileReader},
    writer::{Tile, TileWriter},
};

use std::fmt::Write as _;

use crate::SIZE_MAX;

/// Levels of a tree that one tile spans (tlog-tiles, "Merkle Tree").
pub const TILE_HEIGHT: u32 = 8;

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u16 = 1 << TILE_HEIGHT;

/// The levels of tiles that a log of [`SIZE_MAX`] entries has.
pub const LEVELS_MAX: u8 = 8;

/// The name of the file that holds the newest checkpoint.
pub const CHECKPOINT_PATH: &str = "checkpoint";

/// The longest path of a tile: seven directories of three digits, and the width of a partial tile.
const PATH_LEN_MAX: usize = 64;

/// Which tile, and how wide it is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TileId {
    /// 0 for hashes of entries, up to 7.
    pub level: u8,
    /// Position within the level, from the left, beginning at 0.
    pub index: u64,
    /// Number of hashes: 256 for a full tile, less for a partial one.
    pub width: u16,
}

impl TileId {
    /// The tile at a position of a tree of `size` entries; `None` where that tree has no such tile.
    pub fn in_tree(size: u64, level: u8, index: u64) -> Option<Self> {
        if level >= LEVELS_MAX {
            return None;
        }
        let hashes = size >> (TILE_HEIGHT * u32::from(level));
        let before = index.checked_mul(u64::from(TILE_WIDTH))?;
        let left = hashes.checked_sub(before).filter(|&left| left > 0)?;
        let width = u16::try_from(left.min(u64::from(TILE_WIDTH))).ok()?;
        Some(Self { level, index, width })
    }

    /// Whether it has all its hashes, so that it will never change.
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Where it lies: `tile/LEVEL/INDEX`, and `.p/WIDTH` behind a partial one.
    pub fn path(&self) -> String {
        path(&self.level.to_string(), self.index, self.width)
    }
}

/// Where the entries lie whose hashes are in the tile of level 0 with this index and width.
pub fn entries_path(index: u64, width: u16) -> String {
    path("entries", index, width)
}

/// A file of a log, by the path that it has in the layout.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Resource {
    /// The newest checkpoint.
    Checkpoint,
    /// A tile of hashes.
    Tile(TileId),
    /// A bundle of entries.
    Entries {
        /// Index of the tile of level 0 that has the entries' hashes.
        index: u64,
        /// Number of entries.
        width: u16,
    },
}

impl Resource {
    /// Reads a path without a leading slash; `None` unless it is spelt as the layout spells it.
    pub fn parse(text: &str) -> Option<Self> {
        if text == CHECKPOINT_PATH {
            return Some(Self::Checkpoint);
        }
        if text.len() > PATH_LEN_MAX {
            return None;
        }
        let (kind, rest) = text.strip_prefix("tile/")?.split_once('/')?;
        let (digits, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((digits, width)) => (digits, width.parse().ok()?),
        };
        let mut index: u64 = 0;
        for group in digits.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let group: u64 = digits.parse().ok()?;
            index = index.checked_mul(1000)?.checked_add(group)?;
        }
        if index > SIZE_MAX >> TILE_HEIGHT || width == 0 || width > TILE_WIDTH {
            return None;
        }
        let found = match kind {
            "entries" => Self::Entries { index, width },
            level => {
                let level = level.parse().ok().filter(|&level| level < LEVELS_MAX)?;
                Self::Tile(TileId { level, index, width })
            }
        };
        // Signs, zeros too many and marks at the wrong place have no spelling of their own.
        (found.path() == text).then_some(found)
    }

    /// The path of this file.
    pub fn path(&self) -> String {
        match self {
            Self::Checkpoint => CHECKPOINT_PATH.to_owned(),
            Self::Tile(tile) => tile.path(),
            Self::Entries { index, width } => entries_path(*index, *width),
        }
    }
}

/// Three digits a directory, an `x` before all but the last: no name is both a file and a directory.
fn path(kind: &str, index: u64, width: u16) -> String {
    let mut groups = Vec::new();
    let mut rest = index;
    loop {
        groups.push(rest % 1000);
        rest /= 1000;
        if rest == 0 {
            break;
        }
    }
    let mut text = format!("tile/{kind}/");
    while let Some(group) = groups.pop() {
        let (mark, end) = if groups.is_empty() { ("", "") } else { ("x", "/") };
        // Writing to a string cannot fail.
        let _ = write!(text, "{mark}{group:03}{end}");
    }
    if width < TILE_WIDTH {
        let _ = write!(text, ".p/{width}");
    }
    text
}
