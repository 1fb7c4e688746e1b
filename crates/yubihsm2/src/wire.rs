//! How values stand in a payload: fixed order, big-endian, no padding, nothing left over.
//!
//! One trait serves both directions and both ends, so that a client and a device cannot differ.

use thiserror::Error;
use zeroize::Zeroizing;

use crate::{error_code::ErrorCode, firmware::MessageLimit, secret::SecretBytes};

/// A value with one encoding in a payload.
///
/// A type that takes "all that is left" (such as `Vec<u8>`) can only stand last.
pub trait Wire: Sized {
    /// Appends the encoding.
    fn write(&self, out: &mut Writer);

    /// Reads the value off the front.
    ///
    /// # Errors
    ///
    /// [`WireError`] where the bytes end too early or stand for no value of the type.
    fn read(input: &mut Reader<'_>) -> Result<Self, WireError>;

    /// The encoding on its own.
    fn to_bytes(&self) -> SecretBytes {
        let mut out = Writer::new();
        self.write(&mut out);
        out.finish()
    }

    /// Reads a value that takes up all of `bytes`.
    ///
    /// # Errors
    ///
    /// [`WireError`], of which [`WireError::Trailing`] for bytes after the value.
    fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let mut input = Reader::new(bytes);
        let value = Self::read(&mut input)?;
        input.finish()?;
        Ok(value)
    }
}

/// Why bytes are no value of the type. Offsets count from the start of the payload.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum WireError {
    /// The bytes end inside a field.
    #[error("payload ends at byte {offset}: {needed} bytes are missing")]
    Truncated {
        /// Where the payload ends.
        offset: usize,
        /// How many bytes are missing at least.
        needed: usize,
    },
    /// Bytes follow the last field.
    #[error("{excess} bytes follow the payload's last field at byte {offset}")]
    Trailing {
        /// Where the last field ends.
        offset: usize,
        /// How many bytes follow it.
        excess: usize,
    },
    /// A part has a length of its own that is not the one it must have.
    #[error("{field} has {found} bytes instead of {expected}")]
    Length {
        /// The part.
        field: &'static str,
        /// The length that it must have, in bytes.
        expected: usize,
        /// The length that it has, in bytes.
        found: usize,
    },
    /// A field holds a value that it must not hold.
    #[error("{field} at byte {offset} is not valid")]
    Value {
        /// The field.
        field: &'static str,
        /// Where it stands.
        offset: usize,
    },
}

impl WireError {
    /// The code that a device answers a request with which fails so.
    pub const fn error_code(self) -> ErrorCode {
        match self {
            Self::Truncated { .. } | Self::Trailing { .. } | Self::Length { .. } => {
                ErrorCode::WRONG_LENGTH
            }
            Self::Value { .. } => ErrorCode::INVALID_DATA,
        }
    }
}

/// Collects an encoding. Zeroised on drop, because payloads carry keys.
#[derive(Debug)]
pub struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    /// Room for the largest message, so that the bytes are not copied about while it grows.
    pub(crate) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(MessageLimit::FROM_2_4.frame_len_bytes())))
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn finish(mut self) -> SecretBytes {
        SecretBytes::new(std::mem::take(&mut *self.0))
    }
}

/// Reads fields off the front of a payload.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// Where the next field begins.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// How many bytes are left.
    pub(crate) fn remaining(&self) -> usize {
        self.bytes.len() - self.offset
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        if count > self.remaining() {
            return Err(WireError::Truncated {
                offset: self.bytes.len(),
                needed: count - self.remaining(),
            });
        }
        let taken = &self.bytes[self.offset..self.offset + count];
        self.offset += count;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// All but the last `kept` bytes.
    pub(crate) fn all_but(&mut self, kept: usize) -> Result<&'a [u8], WireError> {
        if kept > self.remaining() {
            let needed = kept - self.remaining();
            return Err(WireError::Truncated { offset: self.bytes.len(), needed });
        }
        self.take(self.remaining() - kept)
    }

    pub(crate) fn rest(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.offset..];
        self.offset = self.bytes.len();
        rest
    }

    pub(crate) fn finish(&self) -> Result<(), WireError> {
        match self.remaining() {
            0 => Ok(()),
            excess => Err(WireError::Trailing { offset: self.offset, excess }),
        }
    }
}

impl Wire for () {
    fn write(&self, _: &mut Writer) {}

    fn read(_: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(())
    }
}

impl Wire for u8 {
    fn write(&self, out: &mut Writer) {
        out.bytes(&[*self]);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        input.array().map(Self::from_be_bytes)
    }
}

impl Wire for u16 {
    fn write(&self, out: &mut Writer) {
        out.bytes(&self.to_be_bytes());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        input.array().map(Self::from_be_bytes)
    }
}

impl Wire for u32 {
    fn write(&self, out: &mut Writer) {
        out.bytes(&self.to_be_bytes());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        input.array().map(Self::from_be_bytes)
    }
}

impl Wire for u64 {
    fn write(&self, out: &mut Writer) {
        out.bytes(&self.to_be_bytes());
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        input.array().map(Self::from_be_bytes)
    }
}

/// One byte: `00` or `01`.
impl Wire for bool {
    fn write(&self, out: &mut Writer) {
        out.bytes(&[u8::from(*self)]);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let offset = input.offset();
        match u8::read(input)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WireError::Value { field: "flag", offset }),
        }
    }
}

/// One value after the other.
impl<A: Wire, B: Wire> Wire for (A, B) {
    fn write(&self, out: &mut Writer) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok((A::read(input)?, B::read(input)?))
    }
}

impl<const N: usize> Wire for [u8; N] {
    fn write(&self, out: &mut Writer) {
        out.bytes(self);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        input.array()
    }
}

/// All bytes that are left in the payload.
impl Wire for Vec<u8> {
    fn write(&self, out: &mut Writer) {
        out.bytes(self);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        Ok(input.rest().to_vec())
    }
}

/// A last field that may be absent: present where any bytes are left.
impl<T: Wire> Wire for Option<T> {
    fn write(&self, out: &mut Writer) {
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        if input.remaining() == 0 {
            return Ok(None);
        }
        T::read(input).map(Some)
    }
}

/// Declares a struct whose encoding is its fields in order.
macro_rules! wire_struct {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }

        impl crate::wire::Wire for $name {
            fn write(&self, _out: &mut crate::wire::Writer) {
                $(crate::wire::Wire::write(&self.$field, _out);)*
            }

            fn read(
                _input: &mut crate::wire::Reader<'_>,
            ) -> Result<Self, crate::wire::WireError> {
                Ok(Self { $($field: crate::wire::Wire::read(_input)?,)* })
            }
        }
    };
}

/// Makes a list of values that fills what is left of a payload encodable.
macro_rules! wire_list {
    ($($item:ty),* $(,)?) => {$(
        /// Values until the payload ends.
        impl crate::wire::Wire for Vec<$item> {
            fn write(&self, out: &mut crate::wire::Writer) {
                for item in self {
                    crate::wire::Wire::write(item, out);
                }
            }

            fn read(
                input: &mut crate::wire::Reader<'_>,
            ) -> Result<Self, crate::wire::WireError> {
                let mut items = Self::new();
                // Ends: every item takes at least one byte.
                while input.remaining() > 0 {
                    items.push(crate::wire::Wire::read(input)?);
                }
                Ok(items)
            }
        }
    )*};
}

pub(crate) use {wire_list, wire_struct};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_that_ends_inside_a_field_says_how_much_is_missing() {
        assert_eq!(u32::from_bytes(&[1]), Err(WireError::Truncated { offset: 1, needed: 3 }));
    }

    #[test]
    fn bytes_after_the_last_field_are_refused() {
        assert_eq!(u8::from_bytes(&[1, 2]), Err(WireError::Trailing { offset: 1, excess: 1 }));
    }

    #[test]
    fn integers_are_big_endian() {
        assert_eq!(u16::from_bytes(&[0x01, 0x02]), Ok(0x0102));
        assert_eq!(0x0102_0304_u32.to_bytes().as_bytes(), [1, 2, 3, 4]);
    }

    #[test]
    fn a_flag_is_zero_or_one() {
        let error = WireError::Value { field: "flag", offset: 0 };
        assert_eq!(bool::from_bytes(&[2]), Err(error));
        assert_eq!(error.error_code(), ErrorCode::INVALID_DATA);
    }
}
