//! One entry as it was found in a file.

use std::fmt;

use sidewalk::Smsn;

use crate::{
    document::EntryFound,
    entry::VERSION,
    error::{ReadError, ReadProblem},
    shape::{Field, Fields, Found},
};

/// One entry of a control log: valid JSON within the limits, not yet checked further.
#[derive(Clone)]
pub struct Record<'a> {
    number: u64,
    offset_bytes: u64,
    text: &'a [u8],
    fields: Fields,
}

impl<'a> Record<'a> {
    pub(crate) fn new(found: EntryFound, text: &'a [u8]) -> Self {
        Self { number: found.record, offset_bytes: found.offset_bytes, text, fields: found.fields }
    }

    pub(crate) fn from_parts(
        number: u64,
        offset_bytes: u64,
        text: &'a [u8],
        fields: Fields,
    ) -> Self {
        Self { number, offset_bytes, text, fields }
    }

    /// Its place in the file's list, counted from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Where in the file it begins, counted from 0.
    pub fn offset_bytes(&self) -> u64 {
        self.offset_bytes
    }

    /// The entry in the form of the public tools: ASCII, indented as within a file.
    pub fn text(&self) -> &'a str {
        // The transcoder writes ASCII only.
        std::str::from_utf8(self.text).unwrap_or_default()
    }

    /// A known member, where it is there and a text. Characters beyond printable ASCII, quotes and
    /// backslashes stand as JSON escapes; none occurs in a valid member.
    pub fn field(&self, field: Field) -> Option<&'a str> {
        let range = self.fields.found(field).text_range()?;
        std::str::from_utf8(&self.text[range]).ok()
    }

    /// Whether the member is there, as a text or not.
    pub fn has(&self, field: Field) -> bool {
        *self.fields.found(field) != Found::Nothing
    }

    /// What consolidation needs of an entry: that it is of version 4-0-1, and its serial number.
    ///
    /// # Errors
    ///
    /// The version is missing or unknown, or the serial number is missing or malformed.
    pub fn smsn(&self) -> Result<Smsn, ReadError> {
        let missing = |field| self.error(ReadProblem::FieldMissing { field });
        let version = self.field(Field::Version).ok_or_else(|| missing(Field::Version))?;
        if version != VERSION {
            let found = version.to_owned();
            return Err(self.error(ReadProblem::UnknownVersion { found }));
        }
        let serial = self.field(Field::SerialNumber).ok_or_else(|| missing(Field::SerialNumber))?;
        serial.parse().map_err(|_| self.error(ReadProblem::SerialNumber))
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    fn error(&self, problem: ReadProblem) -> ReadError {
        ReadError { record: Some(self.number), offset_bytes: self.offset_bytes, problem }
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("number", &self.number)
            .field("offset_bytes", &self.offset_bytes)
            .field("text", &self.text())
            .finish()
    }
}
