//! JSON that is walked field by field, so that an error can name the field.
//!
//! Text without escapes is borrowed from the input: a private key in it is not copied, and wiping the input
//! is the caller's part.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use sidewalk::{Apid, Chain, ChainText, Curve};
use zeroize::Zeroizing;

use super::{FieldError, InputError, JSON_LEN_MAX, PrivateKeyBytes};

/// Any JSON, as far as we look at it.
pub(super) enum Json<'a> {
    Null,
    /// A number or a boolean, neither of which any field of ours is.
    Other,
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// A value and the path that led to it.
pub(super) struct Field<'j, 'a> {
    path: String,
    json: Option<&'j Json<'a>>,
}

/// Reads a whole input.
pub(super) fn parse(bytes: &[u8]) -> Result<Json<'_>, InputError> {
    if bytes.len() > JSON_LEN_MAX {
        return Err(InputError::TooLarge { found: bytes.len() });
    }
    // The parser's own message may quote the input; its place is enough.
    serde_json::from_slice(bytes)
        .map_err(|error| InputError::Syntax { line: error.line(), column: error.column() })
}

impl<'a> Json<'a> {
    /// The whole input, whose path is empty.
    pub(super) fn root(&self) -> Field<'_, 'a> {
        Field { path: String::new(), json: Some(self) }
    }
}

impl<'j, 'a> Field<'j, 'a> {
    /// The member of an object; absent where this is no object. The last of a name counts, as in Python.
    pub(super) fn member(&self, name: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        let json = match self.json {
            Some(Json::Object(members)) => {
                members.iter().rfind(|(key, _)| key == name).map(|(_, value)| value)
            }
            _ => None,
        };
        Self { path: format!("{}{dot}{name}", self.path), json }
    }

    /// The items of a list; none where it is absent or null.
    pub(super) fn items(&self) -> Result<Vec<Self>, InputError> {
        match self.json {
            None | Some(Json::Null) => Ok(Vec::new()),
            Some(Json::List(items)) => Ok(items
                .iter()
                .enumerate()
                .map(|(index, json)| Self {
                    path: format!("{}[{index}]", self.path),
                    json: Some(json),
                })
                .collect()),
            Some(_) => Err(self.error(FieldError::Type { expected: "a list" })),
        }
    }

    /// The text, or `None` where the field is absent or null.
    pub(super) fn optional_text(&self) -> Result<Option<&'j str>, InputError> {
        match self.json {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(FieldError::Type { expected: "text" })),
        }
    }

    pub(super) fn text(&self) -> Result<&'j str, InputError> {
        self.optional_text()?.ok_or_else(|| self.error(FieldError::Missing))
    }

    /// Bytes written as hex of either case.
    pub(super) fn hex(&self) -> Result<Zeroizing<Vec<u8>>, InputError> {
        let text = self.text()?;
        // The decoder would take a leading `0x`, which the public tool refuses.
        if !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(self.error(FieldError::Hex));
        }
        hex::decode(text).map(Zeroizing::new).map_err(|_| self.error(FieldError::Hex))
    }

    pub(super) fn hex_array<const N: usize>(&self) -> Result<Zeroizing<[u8; N]>, InputError> {
        let bytes = self.hex()?;
        let array: [u8; N] = bytes[..]
            .try_into()
            .map_err(|_| self.error(FieldError::Length { expected: N, found: bytes.len() }))?;
        Ok(Zeroizing::new(array))
    }

    /// A private key. The cloud sometimes writes a P-256 key of 33 bytes with 00 in front, which is cut.
    pub(super) fn private_key(&self, curve: Curve) -> Result<PrivateKeyBytes, InputError> {
        let bytes = self.hex()?;
        let key = match (curve, &bytes[..]) {
            (Curve::P256r1, [0, key @ ..]) if key.len() == 32 => key,
            (_, key) => key,
        };
        let key: [u8; 32] = key
            .try_into()
            .map_err(|_| self.error(FieldError::Length { expected: 32, found: bytes.len() }))?;
        Ok(PrivateKeyBytes::new(key))
    }

    pub(super) fn chain(&self, curve: Curve) -> Result<Chain, InputError> {
        ChainText::parse_base64(curve, self.text()?.as_bytes())
            .map_err(|error| self.error(FieldError::Chain(error)))
    }

    /// The APID itself, or the last four characters of a device type id.
    pub(super) fn apid(&self) -> Result<Apid, InputError> {
        let text = self.text()?;
        let last_four = match text.char_indices().rev().nth(3) {
            Some((start, _)) => &text[start..],
            None => text,
        };
        last_four.parse().map_err(|error| self.error(FieldError::Apid(error)))
    }

    pub(super) fn exact_apid(&self) -> Result<Apid, InputError> {
        self.text()?.parse().map_err(|error| self.error(FieldError::Apid(error)))
    }

    pub(super) fn error(&self, error: FieldError) -> InputError {
        let field = if self.path.is_empty() { ".".to_owned() } else { self.path.clone() };
        InputError::Field { field, error }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json<'de>, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json<'de>, E> {
        Ok(Json::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json<'de>, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json<'de>, E> {
        Ok(Json::Other)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut object = Vec::new();
        while let Some((Key(key), value)) = members.next_entry()? {
            object.push((key, value));
        }
        Ok(Json::Object(object))
    }
}

/// A member's name, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::Text(text) => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("a member's name is text")),
        }
    }
}
