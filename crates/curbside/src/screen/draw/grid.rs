//! Where the tiles of slots go.

use ratatui::layout::Rect;

use super::tile::BIG_FROM_ROWS;

/// The least columns of a tile that says a word: number, sign and `REFUSED`.
const WORDED_COLUMNS_MIN: u16 = 16;

/// The columns of a tile that has room for its number and a sign only.
const COMPACT_COLUMNS: u16 = 8;

/// From this height on a row between two tiles is worth its space.
const GAP_FROM_ROWS: u16 = 4;

/// Tiles of one size in rows and columns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Grid {
    area: Rect,
    columns: u16,
    rows: u16,
    tile_columns: u16,
    tile_rows: u16,
    /// Tiles have no room for words.
    pub(super) is_compact: bool,
}

impl Grid {
    /// The arrangement with the largest tiles that has room for all; failing that, the one with room for most.
    pub(super) fn of(count: usize, area: Rect) -> Option<Self> {
        if area.is_empty() || count == 0 {
            return None;
        }
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        let arrangements = (1..=count.min(area.width / WORDED_COLUMNS_MIN)).filter_map(|columns| {
            let rows = count.div_ceil(columns);
            (rows <= area.height).then(|| Self::new(area, columns, rows, false))
        });
        let best = arrangements.max_by_key(Self::size);
        Some(best.unwrap_or_else(|| {
            let columns = (area.width / COMPACT_COLUMNS).max(1);
            let rows = count.div_ceil(columns).min(area.height);
            Self::new(area, columns, rows, true)
        }))
    }

    /// How many tiles of `count` are shown and how many are not; what is not shown takes one tile to say so.
    pub(super) fn shown(&self, count: usize) -> (usize, usize) {
        let room = usize::from(self.columns) * usize::from(self.rows);
        if count <= room { (count, 0) } else { (room - 1, count - (room - 1)) }
    }

    /// The place of a tile, without the gaps to the next ones.
    pub(super) fn tile(&self, index: usize) -> Rect {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let (column, row) = (index % self.columns, index / self.columns);
        // A gap must not cost the block letters.
        let has_gap = self.tile_rows >= GAP_FROM_ROWS && self.tile_rows != BIG_FROM_ROWS;
        let gap = u16::from(has_gap);
        let tile = Rect {
            x: self.area.x + column * self.tile_columns,
            y: self.area.y.saturating_add(row.saturating_mul(self.tile_rows)),
            width: self.tile_columns.saturating_sub(1).max(1),
            height: self.tile_rows - gap,
        };
        tile.intersection(self.area)
    }

    fn new(area: Rect, columns: u16, rows: u16, is_compact: bool) -> Self {
        let (tile_columns, tile_rows) = (area.width / columns, area.height / rows);
        Self { area, columns, rows, tile_columns, tile_rows, is_compact }
    }

    /// How large a word the tiles have room for; cells are twice as high as wide, and words wider than high.
    fn size(&self) -> (u16, u16) {
        ((self.tile_columns / 4).min(self.tile_rows), self.columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(count: usize, width: u16, height: u16) -> Grid {
        Grid::of(count, Rect::new(0, 3, width, height)).unwrap()
    }

    #[test]
    fn four_slots_stand_two_by_two() {
        let grid = grid(4, 80, 18);
        assert_eq!((grid.columns, grid.rows), (2, 2));
        assert_eq!(grid.tile(3), Rect::new(40, 12, 39, 8));
    }

    #[test]
    fn sixty_four_slots_keep_their_words_on_a_small_terminal() {
        let grid = grid(64, 80, 16);
        assert!(!grid.is_compact);
        assert_eq!(grid.shown(64), (64, 0));
    }

    #[test]
    fn no_two_tiles_share_a_cell_and_none_leaves_the_area() {
        for (count, width, height) in
            [(1, 80, 18), (7, 80, 18), (64, 120, 33), (64, 40, 7), (256, 3, 2)]
        {
            let grid = grid(count, width, height);
            let (shown, hidden) = grid.shown(count);
            assert_eq!(shown + hidden, count);
            let tiles: Vec<Rect> = (0..shown).map(|index| grid.tile(index)).collect();
            for (index, tile) in tiles.iter().enumerate() {
                assert!(!tile.is_empty());
                assert_eq!(tile.intersection(grid.area), *tile);
                assert!(
                    tiles[index + 1..].iter().all(|other| tile.intersection(*other).is_empty())
                );
            }
        }
    }
}
