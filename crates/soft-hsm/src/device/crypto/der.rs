//! As much of DER as ECDSA signatures, private keys and attestation certificates need.

/// Tags of the universal types.
pub(in crate::device) mod tag {
    pub(in crate::device) const INTEGER: u8 = 0x02;
    pub(in crate::device) const BIT_STRING: u8 = 0x03;
    pub(in crate::device) const OCTET_STRING: u8 = 0x04;
    pub(in crate::device) const NULL: u8 = 0x05;
    pub(in crate::device) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(in crate::device) const UTF8_STRING: u8 = 0x0C;
    pub(in crate::device) const UTC_TIME: u8 = 0x17;
    pub(in crate::device) const GENERALIZED_TIME: u8 = 0x18;
    pub(in crate::device) const SEQUENCE: u8 = 0x30;
    pub(in crate::device) const SET: u8 = 0x31;
}

/// A value with its tag and length.
pub(in crate::device) fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    // Room from the start: some values are keys, and growing would leave copies behind.
    let mut out = Vec::with_capacity(len + 6);
    out.push(tag);
    match len {
        0..=0x7F => out.push(len as u8),
        0x80..=0xFF => out.extend_from_slice(&[0x81, len as u8]),
        // Nothing here is longer than a message of a few thousand bytes.
        _ => out.extend_from_slice(&[0x82, (len >> 8) as u8, len as u8]),
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A sequence of values.
pub(in crate::device) fn der_sequence(values: &[Vec<u8>]) -> Vec<u8> {
    let parts: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    der(tag::SEQUENCE, &parts)
}

/// A number that is not negative, from its big-endian bytes.
pub(in crate::device) fn der_integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = bytes.get(zeros..).unwrap_or_default();
    // A zero in front where the first bit would say that the number is negative, or where there is nothing.
    match bytes.first() {
        Some(0..=0x7F) => der(tag::INTEGER, &[bytes]),
        _ => der(tag::INTEGER, &[&[0], bytes]),
    }
}

/// Reads values off the front.
#[derive(Clone, Copy, Debug)]
pub(in crate::device) struct DerReader<'a>(&'a [u8]);

impl<'a> DerReader<'a> {
    /// Reads from the start.
    pub(in crate::device) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next value's content, where it has this tag.
    pub(in crate::device) fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (_, content) = self.whole(tag)?;
        Some(content)
    }

    /// The values inside the next value, where it has this tag.
    pub(in crate::device) fn inside(&mut self, tag: u8) -> Option<Self> {
        self.value(tag).map(Self)
    }

    /// The next value with tag and length, and its content, where it has this tag.
    pub(in crate::device) fn whole(&mut self, tag: u8) -> Option<(&'a [u8], &'a [u8])> {
        let (&found, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (len, content) = match first {
            0..=0x7F => (usize::from(first), rest),
            0x81 => rest.split_first().map(|(len, rest)| (usize::from(*len), rest))?,
            0x82 => rest
                .split_first_chunk()
                .map(|(len, rest)| (usize::from(u16::from_be_bytes(*len)), rest))?,
            _ => return None,
        };
        if found != tag || content.len() < len {
            return None;
        }
        let (whole, rest) = self.0.split_at(self.0.len() - content.len() + len);
        self.0 = rest;
        Some((whole, &content[..len]))
    }

    /// The next number's bytes without leading zeros, where it is not negative.
    pub(in crate::device) fn integer(&mut self) -> Option<&'a [u8]> {
        let bytes = self.value(tag::INTEGER)?;
        let is_negative = *bytes.first()? & 0x80 != 0;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        (!is_negative).then(|| &bytes[zeros..])
    }

    /// Whether the next value has this tag.
    pub(in crate::device) fn is_next(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[test]
    fn numbers_are_minimal_and_never_negative() {
        assert_eq!(der_integer(&[0, 0]), [2, 1, 0]);
        assert_eq!(der_integer(&[0, 0x7F]), [2, 1, 0x7F]);
        assert_eq!(der_integer(&[0x80]), [2, 2, 0, 0x80]);
    }

    #[test]
    fn lengths_of_every_form_read_back() {
        for len in [0, 0x7F, 0x80, 0xFF, 0x100, 3000] {
            let content = vec![7; len];
            let whole = der(tag::OCTET_STRING, &[&content]);
            let mut reader = DerReader::new(&whole);
            assert_eq!(reader.value(tag::OCTET_STRING), Some(content.as_slice()));
            assert_eq!(reader.value(tag::OCTET_STRING), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_values_or_none(bytes in vec(any::<u8>(), 0..40), tag: u8) {
            let mut reader = DerReader::new(&bytes);
            while reader.whole(tag).is_some() {}
            let mut reader = DerReader::new(&bytes);
            while reader.integer().is_some() {}
        }
    }
}
