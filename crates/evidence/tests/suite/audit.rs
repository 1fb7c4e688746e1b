//! Whole logs: every way to damage one is found, at its first entry and by its name.

use std::collections::BTreeMap;

use evidence::{
    Checkpoint, Hash,
    audit::{Damage, LogReader, LogVerdict, audit},
    leaf_hash,
    tiles::{Entries, TileReader, TileWriter, push_entry},
};
use proptest::prelude::*;

use crate::support::entry;

/// An export: full files by their place, with the width of the last.
#[derive(Clone, Default)]
struct Export {
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    bundles: BTreeMap<u64, Vec<u8>>,
}

impl Export {
    /// The files of a log of these entries, and its checkpoint.
    fn of(entries: &[Vec<u8>]) -> (Self, Checkpoint) {
        let (mut export, mut writer) = (Self::default(), TileWriter::new());
        export.put(entries);
        entries.iter().for_each(|entry| writer.append(leaf_hash(entry)));
        for tile in writer.take_tiles() {
            export.tiles.insert((tile.id.level, tile.id.index), tile.bytes);
        }
        (export, Checkpoint::new("log.example", writer.size(), writer.root()))
    }

    /// Other entries in the same bundles; the tiles stay.
    fn put(&mut self, entries: &[Vec<u8>]) {
        self.bundles.clear();
        for (index, chunk) in entries.chunks(256).enumerate() {
            let bundle = self.bundles.entry(index as u64).or_default();
            chunk.iter().for_each(|entry| push_entry(bundle, entry).expect("a short entry"));
        }
    }
}

impl TileReader for Export {
    type Error = &'static str;

    fn tile(&self, level: u8, index: u64, _width: u16) -> Result<Vec<u8>, &'static str> {
        self.tiles.get(&(level, index)).cloned().ok_or("no such tile")
    }
}

impl LogReader for Export {
    fn tile_if_any(&self, level: u8, index: u64, _: u16) -> Result<Option<Vec<u8>>, &'static str> {
        Ok(self.tiles.get(&(level, index)).cloned())
    }

    fn entries_if_any(
        &self,
        index: u64,
        width: u16,
    ) -> Result<Option<(u16, Vec<u8>)>, &'static str> {
        Ok(self.bundles.get(&index).map(|bundle| (width, bundle.clone())))
    }
}

fn entries(size: u64) -> Vec<Vec<u8>> {
    (0..size).map(entry).collect()
}

fn verdict(export: &Export, checkpoint: &Checkpoint, previous: Option<&Checkpoint>) -> LogVerdict {
    audit(export, checkpoint, previous, |_, _| {}).expect("no file is unreadable")
}

fn damage(export: &Export, checkpoint: &Checkpoint) -> Option<(u64, Damage)> {
    let verdict = verdict(export, checkpoint, None);
    assert!(!verdict.is_genuine());
    verdict.damage
}

#[test]
fn a_genuine_log_of_any_size_is_genuine_and_every_entry_is_seen_once() {
    for size in [0, 1, 255, 256, 257, 511, 512, 700, 66_000] {
        let (export, checkpoint) = Export::of(&entries(size));
        let mut seen = 0;
        let visit = |number, found: &[u8]| {
            assert_eq!((number, found), (seen, entry(seen).as_slice()));
            seen += 1;
        };
        let verdict = audit(&export, &checkpoint, None, visit).unwrap();
        assert!(verdict.is_genuine(), "{size}: {verdict:?}");
        assert_eq!((verdict.entries, seen), (size, size));
    }
}

#[test]
fn bytes_behind_the_entries_of_a_bundle_are_found() {
    for size in [300, 512] {
        let (mut export, checkpoint) = Export::of(&entries(size));
        push_entry(export.bundles.get_mut(&1).unwrap(), b"one more").unwrap();
        assert_eq!(damage(&export, &checkpoint), Some((size, Damage::Added)));
        let (mut export, checkpoint) = Export::of(&entries(size));
        export.bundles.get_mut(&1).unwrap().push(0);
        assert_eq!(damage(&export, &checkpoint), Some((size, Damage::Added)));
    }
}

#[test]
fn an_entry_that_moves_over_the_end_of_a_bundle_is_told_apart_too() {
    let (mut export, checkpoint) = Export::of(&entries(600));
    let mut removed = entries(600);
    removed.remove(255);
    export.put(&removed);
    assert_eq!(damage(&export, &checkpoint), Some((255, Damage::Removed)));
    let mut added = entries(600);
    added.insert(255, b"new".to_vec());
    export.put(&added);
    assert_eq!(damage(&export, &checkpoint), Some((255, Damage::Added)));
}

#[test]
fn a_missing_bundle_in_the_middle_is_removed_and_at_the_end_truncated() {
    let (mut export, checkpoint) = Export::of(&entries(800));
    export.bundles.remove(&1);
    assert_eq!(damage(&export, &checkpoint), Some((256, Damage::Removed)));
    let (mut export, checkpoint) = Export::of(&entries(800));
    export.bundles.retain(|&index, _| index < 2);
    export.tiles.retain(|&(level, index), _| level == 0 && index < 2);
    assert_eq!(damage(&export, &checkpoint), Some((512, Damage::Truncated)));
}

#[test]
fn an_export_that_ends_early_ends_the_audit_however_long_the_log_is_said_to_be() {
    let (mut export, checkpoint) = Export::of(&entries(300));
    let endless = Checkpoint { size: 1 << 60, ..checkpoint };
    assert_eq!(damage(&export, &endless), Some((300, Damage::Truncated)));
    let mut changed = entries(300);
    changed[7] = b"forged".to_vec();
    export.put(&changed);
    export.bundles.remove(&1);
    export.tiles.remove(&(0, 1));
    assert_eq!(damage(&export, &endless), Some((7, Damage::Changed)));
}

#[test]
fn an_entry_changed_together_with_its_tile_is_found_by_the_tile_above() {
    let (mut export, checkpoint) = Export::of(&entries(1000));
    let mut changed = entries(1000);
    changed[300] = b"forged".to_vec();
    export.put(&changed);
    let row = export.tiles.get_mut(&(0, 1)).unwrap();
    row[44 * 32..45 * 32].copy_from_slice(leaf_hash(b"forged").as_bytes());
    assert_eq!(damage(&export, &checkpoint), Some((256, Damage::TileChanged)));
}

#[test]
fn a_log_that_was_made_anew_is_found_and_an_earlier_checkpoint_says_on_which_side() {
    let (_, checkpoint) = Export::of(&entries(1000));
    let (_, early) = Export::of(&entries(100));
    let (_, late) = Export::of(&entries(900));
    let mut changed = entries(1000);
    changed[500] = b"forged".to_vec();
    let (forged, its_own) = Export::of(&changed);
    let found = verdict(&forged, &checkpoint, Some(&early));
    assert_eq!((found.damage, found.goes_on), (Some((100, Damage::Rebuilt)), Some(true)));
    let found = verdict(&forged, &checkpoint, Some(&late));
    assert_eq!((found.damage, found.goes_on), (Some((0, Damage::Rebuilt)), Some(false)));
    // Signed anew by a log that lies: only who kept an earlier checkpoint finds it.
    assert!(verdict(&forged, &its_own, Some(&early)).is_genuine());
    let found = verdict(&forged, &its_own, Some(&late));
    assert!(!found.is_genuine());
    assert_eq!((found.damage, found.goes_on), (None, Some(false)));
    // A log that was rolled back.
    let (short, short_checkpoint) = Export::of(&entries(100));
    assert_eq!(verdict(&short, &short_checkpoint, Some(&late)).goes_on, Some(false));
}

#[test]
fn a_damaged_or_missing_tile_over_genuine_entries_is_named() {
    for (level, index) in [(0, 1), (1, 0), (0, 3)] {
        let (mut export, checkpoint) = Export::of(&entries(1000));
        export.tiles.get_mut(&(level, index)).unwrap()[40] ^= 1;
        let found = verdict(&export, &checkpoint, None);
        assert_eq!(found.damage, None);
        let tile = found.damaged_tile.map(|tile| (tile.level, tile.index));
        assert_eq!((tile, found.is_genuine()), (Some((level, index)), false));
        export.tiles.remove(&(level, index));
        let tile = verdict(&export, &checkpoint, None).damaged_tile.map(|it| (it.level, it.index));
        assert_eq!(tile, Some((level, index)));
    }
}

#[test]
fn an_entry_that_is_cut_within_its_bundle_is_truncated_there() {
    let (mut export, checkpoint) = Export::of(&entries(10));
    export.bundles.get_mut(&0).unwrap().pop();
    assert_eq!(damage(&export, &checkpoint), Some((9, Damage::Truncated)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn one_entry_flipped_removed_added_or_reordered_is_found_where_it_is(
        size in 2_u64..1200, at in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), bit in 0_u8..8,
    ) {
        let genuine = entries(size);
        let (mut export, checkpoint) = Export::of(&genuine);
        let (at, other) = (at.index(genuine.len()), other.index(genuine.len()));
        let mut flipped = genuine.clone();
        flipped[at][0] ^= 1 << bit;
        export.put(&flipped);
        prop_assert_eq!(damage(&export, &checkpoint), Some((at as u64, Damage::Changed)));
        let mut removed = genuine.clone();
        removed.remove(at);
        export.put(&removed);
        let expected = if at + 1 == genuine.len() { Damage::Truncated } else { Damage::Removed };
        prop_assert_eq!(damage(&export, &checkpoint), Some((at as u64, expected)));
        let mut added = genuine.clone();
        added.insert(at, b"new".to_vec());
        export.put(&added);
        let found = damage(&export, &checkpoint).unwrap();
        prop_assert_eq!(found, (at as u64, Damage::Added));
        if at != other {
            let mut swapped = genuine.clone();
            swapped.swap(at, other);
            export.put(&swapped);
            let (first, damage) = damage(&export, &checkpoint).unwrap();
            prop_assert_eq!(first, at.min(other) as u64);
            // Farther than the next bundle it cannot be told from a change.
            let is_near = at.max(other) / 256 - at.min(other) / 256 < 2;
            let expected = if is_near { Damage::Reordered { belongs_at: at.max(other) as u64 } } else { Damage::Changed };
            prop_assert_eq!(damage, expected);
        }
        let mut truncated = genuine;
        truncated.truncate(at);
        export.put(&truncated);
        prop_assert_eq!(damage(&export, &checkpoint), Some((at as u64, Damage::Truncated)));
        prop_assert_eq!(export.bundles.values().map(|it| Entries::new(it).count()).sum::<usize>(), at);
    }

    #[test]
    fn a_checkpoint_of_another_root_or_size_refuses_the_log(size in 1_u64..600, larger in 1_u64..300) {
        let (export, checkpoint) = Export::of(&entries(size));
        let other = Checkpoint { root: Hash::from_bytes([7; 32]), ..checkpoint.clone() };
        prop_assert_eq!(damage(&export, &other), Some((0, Damage::Rebuilt)));
        let longer = Checkpoint { size: size + larger, ..checkpoint };
        prop_assert!(damage(&export, &longer).is_some());
    }
}
