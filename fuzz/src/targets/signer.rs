//! What a person lists for a batch, and what a line sends to a signing server.

use signer::{
    batch::{RowsForm, read_rows},
    service::{JsonCall, SignAnswer, SignCall},
};

/// Lists of devices in both forms. Every row has its number, counted upwards.
pub fn batch_rows(data: &[u8]) {
    for form in [RowsForm::Csv, RowsForm::JsonLines] {
        if let Ok(rows) = read_rows(data, form) {
            assert!(rows.iter().zip(1..).all(|((number, _), expected)| *number == expected));
        }
    }
}

/// Calls to sign and their answers, in the compact form: one value has one spelling.
pub fn service_binary(data: &[u8]) {
    if let Ok(call) = SignCall::from_binary(data) {
        assert_eq!(call.to_binary(), data);
    }
    if let Ok(answer) = SignAnswer::from_binary(data) {
        assert_eq!(answer.to_binary(), data);
    }
}

/// Calls to sign in the readable form: what is understood goes into the compact form too.
pub fn service_json(data: &[u8]) {
    if let Ok(call) = JsonCall::parse(data).and_then(JsonCall::call) {
        assert_eq!(SignCall::from_binary(&call.to_binary()), Ok(call));
    }
}
