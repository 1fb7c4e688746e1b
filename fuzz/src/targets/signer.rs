//! What a person lists for a batch.

use signer::batch::{RowsForm, read_rows};

/// Lists of devices in both forms. Every row has its number, counted upwards.
pub fn batch_rows(data: &[u8]) {
    for form in [RowsForm::Csv, RowsForm::JsonLines] {
        if let Ok(rows) = read_rows(data, form) {
            assert!(rows.iter().zip(1..).all(|((number, _), expected)| *number == expected));
        }
    }
}
