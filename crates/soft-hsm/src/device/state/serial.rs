//! Values of the wire protocol in what is stored: as their bytes on the wire.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer, Serializer,
    de::{Error, SeqAccess, Visitor},
};
use yubihsm2::Wire;
use zeroize::Zeroizing;

/// No stored value is longer: an object record is bounded by a message, a log by its 62 entries.
const LEN_BYTES_MAX: usize = 1 << 16;

/// Writes a value as its bytes.
pub(in crate::device) fn serialize<T: Wire, S: Serializer>(
    value: &T,
    out: S,
) -> Result<S::Ok, S::Error> {
    out.serialize_bytes(&value.to_bytes())
}

/// Reads a value that takes up all its bytes.
pub(in crate::device) fn deserialize<'de, T: Wire, D: Deserializer<'de>>(
    input: D,
) -> Result<T, D::Error> {
    input.deserialize_byte_buf(Bytes(PhantomData))
}

struct Bytes<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for Bytes<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value's bytes on the wire")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
        T::from_bytes(bytes).map_err(E::custom)
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<T, E> {
        self.visit_bytes(&Zeroizing::new(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<T, A::Error> {
        // Room from the start, so that growing leaves no copy behind that is not zeroised.
        let mut bytes = Zeroizing::new(Vec::with_capacity(LEN_BYTES_MAX));
        while let Some(byte) = items.next_element::<u8>()? {
            if bytes.len() == LEN_BYTES_MAX {
                return Err(A::Error::invalid_length(bytes.len() + 1, &self));
            }
            bytes.push(byte);
        }
        self.visit_bytes(&bytes)
    }
}
