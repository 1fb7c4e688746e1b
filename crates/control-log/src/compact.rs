//! The second pass of consolidation: duplicates are found in the sorted ledger and taken out of the output.

use std::io::{self, Read, Seek, SeekFrom};

use crate::{
    consolidate::{ConsolidateError, output_failed, spill_failed},
    ledger::{OutputRange, Written},
    sort::Sorted,
    spool::Spool,
};

/// How many bytes are moved at a time.
const MOVE_LEN_BYTES: usize = 256 * 1024;

/// Calls `on_duplicate` with the first and each further entry of one SMSN that are the same.
pub(crate) fn find_duplicates<E, O: Spool, S: Read + Seek>(
    mut ledger: Sorted<Written, S>,
    output: &mut O,
    buffer: &mut Vec<u8>,
    mut on_duplicate: impl FnMut(&Written, &Written) -> io::Result<()>,
) -> Result<(), ConsolidateError<E>> {
    let mut first: Option<Written> = None;
    let mut conflict: Option<(Written, Written)> = None;
    while let Some(row) = ledger.next_row().map_err(spill_failed)? {
        match first {
            Some(first) if first.smsn == row.smsn => {
                if same_text(&first, &row, output, buffer).map_err(output_failed)? {
                    on_duplicate(&first, &row).map_err(spill_failed)?;
                } else if conflict.is_none_or(|(_, second)| row.offset_bytes < second.offset_bytes)
                {
                    conflict = Some((first, row));
                }
            }
            _ => first = Some(row),
        }
    }
    match conflict {
        None => Ok(()),
        Some((first, second)) => Err(ConsolidateError::Conflict {
            smsn: sidewalk::Smsn::from_bytes(first.smsn),
            first: first.origin(),
            second: second.origin(),
        }),
    }
}

/// Takes ascending ranges out of the first `body_len_bytes` of the output, moves what is behind them down,
/// cuts the rest off and leaves the position at the new end, which is returned.
pub(crate) fn take_out<E, O: Spool, S: Read + Seek>(
    mut ranges: Sorted<OutputRange, S>,
    output: &mut O,
    buffer: &mut Vec<u8>,
    body_len_bytes: u64,
) -> Result<u64, ConsolidateError<E>> {
    let mut next = ranges.next_row().map_err(spill_failed)?;
    let Some(range) = next else {
        output.seek(SeekFrom::Start(body_len_bytes)).map_err(output_failed)?;
        return Ok(body_len_bytes);
    };
    let mut end = range.offset_bytes;
    while let Some(range) = next {
        next = ranges.next_row().map_err(spill_failed)?;
        let kept_start = range.offset_bytes + range.len_bytes;
        let kept_end = next.map_or(body_len_bytes, |next| next.offset_bytes);
        move_down(output, buffer, kept_start..kept_end, end).map_err(output_failed)?;
        end += kept_end - kept_start;
    }
    output.truncate(end).and_then(|()| output.seek(SeekFrom::Start(end))).map_err(output_failed)
}

fn same_text(
    first: &Written,
    second: &Written,
    output: &mut (impl Read + Seek),
    buffer: &mut Vec<u8>,
) -> io::Result<bool> {
    if first.len_bytes != second.len_bytes {
        return Ok(false);
    }
    let len = first.len_bytes as usize;
    buffer.resize(2 * len, 0);
    let (first_text, second_text) = buffer.split_at_mut(len);
    output.seek(SeekFrom::Start(first.offset_bytes))?;
    output.read_exact(first_text)?;
    output.seek(SeekFrom::Start(second.offset_bytes))?;
    output.read_exact(second_text)?;
    Ok(first_text == second_text)
}

fn move_down(
    output: &mut impl Spool,
    buffer: &mut Vec<u8>,
    mut from: std::ops::Range<u64>,
    mut to: u64,
) -> io::Result<()> {
    while from.start < from.end {
        let len = (from.end - from.start).min(MOVE_LEN_BYTES as u64);
        buffer.resize(len as usize, 0);
        output.seek(SeekFrom::Start(from.start))?;
        output.read_exact(buffer)?;
        output.seek(SeekFrom::Start(to))?;
        output.write_all(buffer)?;
        from.start += len;
        to += len;
    }
    Ok(())
}
