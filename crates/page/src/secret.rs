//! Buffers that carry private keys: wiped when dropped, silent in `Debug`.

use std::{fmt, ops::Deref};

use zeroize::Zeroizing;

/// Bytes of a page or of a file made from one. They hold private keys, so they are wiped when dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct Image(Zeroizing<Vec<u8>>);

/// Text made from a page (Intel HEX, S-records, NVM3), wiped when dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct ImageText(Zeroizing<String>);

impl Image {
    pub(crate) fn blank(len: usize) -> Self {
        Self(Zeroizing::new(vec![crate::BLANK; len]))
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    /// Adds bytes; a buffer that is outgrown is wiped.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut grown = Vec::with_capacity(needed.max(2 * self.0.capacity()));
            grown.extend_from_slice(&self.0);
            self.0 = Zeroizing::new(grown);
        }
        self.0.extend_from_slice(bytes);
    }

    /// Callers reserve first: growth would leave a copy of the old bytes behind.
    pub(crate) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl From<Vec<u8>> for Image {
    /// Takes the bytes over; from here on they are wiped when dropped.
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl ImageText {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(capacity)))
    }

    /// Callers reserve first: growth would leave a copy of the old text behind.
    pub(crate) fn text_mut(&mut self) -> &mut String {
        &mut self.0
    }
}

impl Deref for Image {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Deref for ImageText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<[u8]> for Image {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl AsRef<[u8]> for ImageText {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({} bytes)", self.len())
    }
}

impl fmt::Debug for ImageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImageText({} bytes)", self.len())
    }
}
