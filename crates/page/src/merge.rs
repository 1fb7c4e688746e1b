//! Puts values into an image that is a page already, as the public tool does, and refuses anything else.

use crate::{
    BLANK, EncodeError, Image, Layout, LayoutForm, PAGE_LEN_MAX, Page, RECORD_HEADER_LEN, ValueId,
    encode::{append_record, encoded_len, write_head},
    layout::{FixedForm, TlvForm},
};

/// Why values were not merged into an existing image.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MergeError {
    /// The new values do not fit the layout.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The file is neither a page of this layout nor blank.
    #[error("the existing image is no page of layout {layout}")]
    NotAPage {
        /// The layout's name.
        layout: String,
    },
    /// The existing page's records cannot be followed to their end.
    #[error("the existing page cannot be read on from byte {offset}")]
    Derails {
        /// Where the record starts that reaches past the end.
        offset: usize,
    },
    /// The existing page has a value twice: which one counts would depend on the reader.
    #[error("the existing page has {id} twice, again at byte {offset}")]
    Duplicate {
        /// The value.
        id: ValueId,
        /// Where its second record starts.
        offset: usize,
    },
    /// Firmware has taken the existing page over; it would not look at new values.
    #[error("firmware has taken the existing page over (flags record at byte {offset})")]
    TakenOver {
        /// Where the flags record starts.
        offset: usize,
    },
    /// There is something behind the end of the existing page's list.
    #[error("the existing page has bytes behind its end, from byte {offset}")]
    DataAfterEnd {
        /// The first such byte.
        offset: usize,
    },
    /// The file is larger than any page.
    #[error("{found} bytes are over the limit of {PAGE_LEN_MAX}")]
    TooLarge {
        /// Size of the file in bytes.
        found: usize,
    },
}

impl MergeError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Encode(error) => error.hint(),
            Self::TakenOver { .. } => {
                Some("merge into the image as it was before the first boot".to_owned())
            }
            _ => Some("remove the file or name another one to write a fresh page".to_owned()),
        }
    }
}

impl Layout {
    /// `existing` with the values of `page` put in.
    ///
    /// Fixed offsets are overwritten in place, and an image shorter than the page is filled with FF. With
    /// records, the one of the same id is taken out and the new one put at the end of the list, so the
    /// result is not sorted. Blank flash behind the list is dropped: records after it would never be read.
    ///
    /// # Errors
    ///
    /// [`MergeError`] where `existing` is neither blank nor a page of this layout, or the values do not fit.
    pub fn merge(&self, existing: &[u8], page: &Page) -> Result<Image, MergeError> {
        if existing.len() > PAGE_LEN_MAX {
            return Err(MergeError::TooLarge { found: existing.len() });
        }
        if existing.iter().all(|byte| *byte == BLANK) {
            return self.merge_into_blank(existing, page);
        }
        self.check_version(page)?;
        if !self.head_matches(existing) {
            return Err(MergeError::NotAPage { layout: self.name().to_owned() });
        }
        match self.form() {
            LayoutForm::Fixed(form) => self.merge_fixed(form, existing, page),
            LayoutForm::Tlv(form) => merge_records(form, existing, page),
            LayoutForm::Short(_) | LayoutForm::Nvm3 { .. } => Ok(self.encode(page)?),
        }
    }

    fn merge_into_blank(&self, existing: &[u8], page: &Page) -> Result<Image, MergeError> {
        match self.form() {
            LayoutForm::Fixed(form) if existing.len() > form.page_len => {
                self.check_version(page)?;
                self.merge_fixed(form, existing, page)
            }
            _ => Ok(self.encode(page)?),
        }
    }

    fn merge_fixed(
        &self,
        form: &FixedForm,
        existing: &[u8],
        page: &Page,
    ) -> Result<Image, MergeError> {
        let mut image = Image::blank(existing.len().max(form.page_len));
        image.bytes_mut()[..existing.len()].copy_from_slice(existing);
        self.overwrite_slots(form, page, image.bytes_mut())?;
        Ok(image)
    }
}

fn merge_records(form: &TlvForm, existing: &[u8], page: &Page) -> Result<Image, MergeError> {
    let start = form.records_start();
    let mut image = Image::with_capacity(existing.len() + encoded_len(form, page));
    image.append(existing.get(..start).ok_or(MergeError::Derails { offset: 0 })?);
    write_head(form, page, image.bytes_mut());
    let mut seen: Vec<ValueId> = Vec::with_capacity(page.len());
    let mut position = start;
    while let Some((id, record_len)) = record(form, existing, position)? {
        if id == ValueId::NORDIC_FLAGS {
            return Err(MergeError::TakenOver { offset: position });
        }
        if seen.contains(&id) {
            return Err(MergeError::Duplicate { id, offset: position });
        }
        seen.push(id);
        if page.value(id).is_none() {
            image.append(&existing[position..position + record_len]);
        }
        position += record_len;
    }
    if let Some(index) = existing[position..].iter().position(|byte| *byte != BLANK) {
        return Err(MergeError::DataAfterEnd { offset: position + index });
    }
    for (id, value) in page.iter() {
        append_record(form, id, value, image.bytes_mut())?;
    }
    Ok(image)
}

/// The id and whole size of the record at `position`, or `None` at the end of the list.
fn record(
    form: &TlvForm,
    image: &[u8],
    position: usize,
) -> Result<Option<(ValueId, usize)>, MergeError> {
    let rest = &image[position..];
    if rest.iter().take(2).all(|byte| *byte == BLANK) {
        return Ok(None);
    }
    let derails = MergeError::Derails { offset: position };
    let [tag_high, tag_low, high, low, ..] = *rest else { return Err(derails) };
    let record_len = form.record_len(usize::from(u16::from_be_bytes([high, low])));
    if record_len > rest.len() || record_len < RECORD_HEADER_LEN {
        return Err(derails);
    }
    Ok(Some((ValueId::new(u16::from_be_bytes([tag_high, tag_low])), record_len)))
}
