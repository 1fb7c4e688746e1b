//! Sorts more rows than memory may hold: sorted runs in a store that is passed in, merged at the end.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    io::{self, Read, Seek, SeekFrom, Write},
};

/// A row of fixed size.
pub(crate) trait Row: Copy + Ord {
    /// Size in bytes in the store.
    const LEN_BYTES: usize;

    fn encode(&self, out: &mut Vec<u8>);

    /// The inverse, for exactly [`Row::LEN_BYTES`] bytes.
    fn decode(bytes: &[u8]) -> Self;
}

/// The `N` bytes of a row that begin at `at`.
pub(crate) fn bytes_at<const N: usize>(row: &[u8], at: usize) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(&row[at..at + N]);
    bytes
}

/// Gathers rows. Holds at most `rows_max` of them.
#[derive(Debug)]
pub(crate) struct Sorter<T, S> {
    rows: Vec<T>,
    rows_max: usize,
    store: Option<S>,
    runs: Vec<Run>,
    store_len_bytes: u64,
}

/// A sorted run in the store.
#[derive(Debug)]
struct Run {
    offset_bytes: u64,
    rows: u64,
}

impl<T: Row, S: Read + Write + Seek> Sorter<T, S> {
    /// A sorter that holds about `memory_len_bytes` of rows, and at least one.
    pub(crate) fn new(memory_len_bytes: usize) -> Self {
        let rows_max = (memory_len_bytes / size_of::<T>()).max(1);
        Self { rows: Vec::new(), rows_max, store: None, runs: Vec::new(), store_len_bytes: 0 }
    }

    /// Adds a row. `open_store` is called once, when the first run does not fit.
    pub(crate) fn push(
        &mut self,
        row: T,
        open_store: &mut impl FnMut() -> io::Result<S>,
    ) -> io::Result<()> {
        if self.rows.len() == self.rows_max {
            self.spill(open_store)?;
        }
        self.rows.push(row);
        Ok(())
    }

    /// All rows, ascending.
    pub(crate) fn finish(
        mut self,
        open_store: &mut impl FnMut() -> io::Result<S>,
    ) -> io::Result<Sorted<T, S>> {
        if self.runs.is_empty() {
            self.rows.sort_unstable();
            return Ok(Sorted::InMemory(self.rows.into_iter()));
        }
        if !self.rows.is_empty() {
            self.spill(open_store)?;
        }
        // The merge holds as many rows as the sorter did, in equal parts.
        let buffer_rows = (self.rows_max / self.runs.len()).max(1);
        self.rows = Vec::new();
        match self.store {
            Some(store) => Merge::new(store, self.runs, buffer_rows).map(Sorted::Merged),
            None => Ok(Sorted::InMemory(Vec::new().into_iter())),
        }
    }

    fn spill(&mut self, open_store: &mut impl FnMut() -> io::Result<S>) -> io::Result<()> {
        /// How many bytes are encoded before they are written.
        const CHUNK_LEN_BYTES: usize = 64 * 1024;

        self.rows.sort_unstable();
        let store = match &mut self.store {
            Some(store) => store,
            empty => empty.insert(open_store()?),
        };
        store.seek(SeekFrom::Start(self.store_len_bytes))?;
        let mut chunk = Vec::with_capacity(CHUNK_LEN_BYTES + T::LEN_BYTES);
        for rows in self.rows.chunks((CHUNK_LEN_BYTES / T::LEN_BYTES).max(1)) {
            chunk.clear();
            rows.iter().for_each(|row| row.encode(&mut chunk));
            store.write_all(&chunk)?;
        }
        let rows = self.rows.len() as u64;
        self.runs.push(Run { offset_bytes: self.store_len_bytes, rows });
        self.store_len_bytes += rows * T::LEN_BYTES as u64;
        self.rows.clear();
        Ok(())
    }
}

/// All rows in ascending order.
#[derive(Debug)]
pub(crate) enum Sorted<T, S> {
    InMemory(std::vec::IntoIter<T>),
    Merged(Merge<T, S>),
}

impl<T: Row, S: Read + Seek> Sorted<T, S> {
    pub(crate) fn next_row(&mut self) -> io::Result<Option<T>> {
        match self {
            Self::InMemory(rows) => Ok(rows.next()),
            Self::Merged(merge) => merge.next_row(),
        }
    }
}

/// A merge of all runs.
#[derive(Debug)]
pub(crate) struct Merge<T, S> {
    store: S,
    cursors: Vec<Cursor<T>>,
    /// The least row of each run that has one, with the run's index.
    heads: BinaryHeap<Reverse<(T, usize)>>,
    buffer_rows: usize,
}

/// How far a run was read.
#[derive(Debug)]
struct Cursor<T> {
    run: Run,
    buffered: std::vec::IntoIter<T>,
}

impl<T: Row, S: Read + Seek> Merge<T, S> {
    fn new(store: S, runs: Vec<Run>, buffer_rows: usize) -> io::Result<Self> {
        let cursors: Vec<_> =
            runs.into_iter().map(|run| Cursor { run, buffered: Vec::new().into_iter() }).collect();
        let heads = BinaryHeap::with_capacity(cursors.len());
        let mut merge = Self { store, cursors, heads, buffer_rows };
        for index in 0..merge.cursors.len() {
            merge.advance(index)?;
        }
        Ok(merge)
    }

    fn next_row(&mut self) -> io::Result<Option<T>> {
        let Some(Reverse((row, index))) = self.heads.pop() else { return Ok(None) };
        self.advance(index)?;
        Ok(Some(row))
    }

    /// Puts the next row of a run among the heads.
    fn advance(&mut self, index: usize) -> io::Result<()> {
        let cursor = &mut self.cursors[index];
        if cursor.buffered.len() == 0 && cursor.run.rows > 0 {
            let rows = cursor.run.rows.min(self.buffer_rows as u64);
            let mut bytes = vec![0; rows as usize * T::LEN_BYTES];
            self.store.seek(SeekFrom::Start(cursor.run.offset_bytes))?;
            self.store.read_exact(&mut bytes)?;
            cursor.run.offset_bytes += bytes.len() as u64;
            cursor.run.rows -= rows;
            let decoded: Vec<T> = bytes.chunks_exact(T::LEN_BYTES).map(T::decode).collect();
            cursor.buffered = decoded.into_iter();
        }
        if let Some(row) = cursor.buffered.next() {
            self.heads.push(Reverse((row, index)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    impl Row for u64 {
        const LEN_BYTES: usize = 8;

        fn encode(&self, out: &mut Vec<u8>) {
            out.extend_from_slice(&self.to_le_bytes());
        }

        fn decode(bytes: &[u8]) -> Self {
            Self::from_le_bytes(bytes.try_into().unwrap())
        }
    }

    fn sorted(rows: &[u64], memory_len_bytes: usize) -> (Vec<u64>, usize) {
        let mut stores = 0;
        let mut open_store = || {
            stores += 1;
            Ok(Cursor::new(Vec::new()))
        };
        let mut sorter = Sorter::new(memory_len_bytes);
        for &row in rows {
            sorter.push(row, &mut open_store).unwrap();
        }
        let mut sorted = sorter.finish(&mut open_store).unwrap();
        let mut out = Vec::new();
        while let Some(row) = sorted.next_row().unwrap() {
            out.push(row);
        }
        (out, stores)
    }

    #[test]
    fn rows_that_fit_never_open_a_store() {
        assert_eq!(sorted(&[3, 1, 2], 24), (vec![1, 2, 3], 0));
    }

    #[test]
    fn one_row_more_than_fits_opens_one_store() {
        assert_eq!(sorted(&[4, 3, 1, 2], 24), (vec![1, 2, 3, 4], 1));
    }

    proptest! {
        #[test]
        fn any_rows_come_out_sorted_at_any_memory(
            rows in proptest::collection::vec(0..50_u64, 0..200),
            memory_len_bytes in 0..400_usize,
        ) {
            let mut expected = rows.clone();
            expected.sort_unstable();
            prop_assert_eq!(sorted(&rows, memory_len_bytes).0, expected);
        }
    }
}
