//! Numbers in a query.

use signer::service::{Refusal, RefusalCode};

/// The number that a query has under a key; keys that are not known are left alone.
pub(super) fn number(query: Option<&str>, key: &str) -> Result<Option<u64>, Refusal> {
    let pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == key).map(|(_, value)| value);
    let Some(value) = values.next() else { return Ok(None) };
    match value.parse() {
        Ok(number) if values.next().is_none() => Ok(Some(number)),
        _ => Err(Refusal::new(RefusalCode::Malformed, format!("{key} is one whole number"))),
    }
}

/// The number that a query must have.
pub(super) fn needed(query: Option<&str>, key: &str) -> Result<u64, Refusal> {
    let found = number(query, key)?;
    found.ok_or_else(|| {
        Refusal::new(RefusalCode::Malformed, format!("the query needs {key}=NUMBER"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_a_number_once() {
        assert_eq!(number(Some("a=1&b=2"), "b"), Ok(Some(2)));
        assert_eq!(number(Some("a=1"), "b"), Ok(None));
        assert_eq!(number(None, "b"), Ok(None));
        for bad in ["b=", "b=-1", "b=x", "b=1&b=1", "b=99999999999999999999"] {
            assert!(number(Some(bad), "b").is_err(), "{bad}");
        }
        assert!(needed(Some("a=1"), "b").is_err());
    }
}
