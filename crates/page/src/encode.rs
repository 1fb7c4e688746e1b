//! Writes a page as the public provisioning tool does, byte for byte.

use crate::{
    Image, Layout, LayoutForm, MAGIC, Page, PageVersion, RECORD_HEADER_LEN, Slot, ValueId,
    layout::{FixedForm, TlvForm},
};

/// Why a page cannot be written in a layout.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum EncodeError {
    /// The layout is for another page version, or is a short form, which is never written.
    #[error("layout {layout} does not write pages of version {}", version.number())]
    Version {
        /// The layout's name.
        layout: String,
        /// The page's version.
        version: PageVersion,
    },
    /// NVM3 has no image of its own; it is written as text.
    #[error("layout {layout} stores NVM3 objects and has no flash image")]
    NotAnImage {
        /// The layout's name.
        layout: String,
    },
    /// The layout has no place for a value.
    #[error("layout {layout} has no slot for {id}")]
    NoSlot {
        /// The layout's name.
        layout: String,
        /// The value.
        id: ValueId,
    },
    /// A value is longer than its place: its slot, or what 16 bits of length can say.
    #[error("{id} is {len} bytes, its place holds {len_max}")]
    TooLong {
        /// The value.
        id: ValueId,
        /// Its size in bytes.
        len: usize,
        /// What fits, in bytes.
        len_max: usize,
    },
    /// Magic and version belong to the head of a page, and FFFF ends it; none can be a value.
    #[error("{0} cannot stand among the values")]
    Reserved(ValueId),
}

impl EncodeError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoSlot { id, .. } => {
                Some(format!("write a version 8 page, which takes any value, or leave {id} out"))
            }
            Self::TooLong { id, .. } if id.is_ca_serial() => Some(
                "extended serials need a version 8 page and firmware built on SDK 1.16 or later"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

impl Layout {
    /// The page as it stands in flash, from the page start, without fill behind its last value.
    ///
    /// Values shorter than their slot are filled with 00 on the right, as `sid_provision` does; what has no
    /// value reads FF.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] where the page does not fit the layout.
    pub fn encode(&self, page: &Page) -> Result<Image, EncodeError> {
        if matches!(self.form(), LayoutForm::Nvm3 { .. }) {
            return Err(EncodeError::NotAnImage { layout: self.name().to_owned() });
        }
        self.check_version(page)?;
        match self.form() {
            LayoutForm::Fixed(form) => {
                let mut image = Image::blank(form.page_len);
                self.overwrite_slots(form, page, image.bytes_mut())?;
                Ok(image)
            }
            LayoutForm::Tlv(form) => {
                let mut image = Image::with_capacity(encoded_len(form, page));
                image.bytes_mut().resize(form.records_start(), crate::BLANK);
                write_head(form, page, image.bytes_mut());
                for (id, value) in page.iter() {
                    append_record(form, id, value, image.bytes_mut())?;
                }
                Ok(image)
            }
            LayoutForm::Short(_) | LayoutForm::Nvm3 { .. } => Err(EncodeError::Version {
                layout: self.name().to_owned(),
                version: page.version(),
            }),
        }
    }

    pub(crate) fn check_version(&self, page: &Page) -> Result<(), EncodeError> {
        if self.accepts(page.version()) {
            return Ok(());
        }
        Err(EncodeError::Version { layout: self.name().to_owned(), version: page.version() })
    }

    /// Puts head and values at their places; `image` is at least as long as the page.
    pub(crate) fn overwrite_slots(
        &self,
        form: &FixedForm,
        page: &Page,
        image: &mut [u8],
    ) -> Result<(), EncodeError> {
        if let Some(slot) = form.slot(ValueId::MAGIC) {
            fill_slot(slot, &MAGIC, image);
        }
        if let Some(slot) = form.slot(ValueId::VERSION) {
            fill_slot(slot, &page.version().number().to_be_bytes(), image);
        }
        for (id, value) in page.iter() {
            refuse_reserved(id)?;
            let slot = form
                .slot(id)
                .ok_or_else(|| EncodeError::NoSlot { layout: self.name().to_owned(), id })?;
            if value.len() > slot.len {
                return Err(EncodeError::TooLong { id, len: value.len(), len_max: slot.len });
            }
            fill_slot(slot, value, image);
        }
        Ok(())
    }
}

/// Size of the image of a page in records, in bytes.
pub(crate) fn encoded_len(form: &TlvForm, page: &Page) -> usize {
    let records: usize = page.iter().map(|(_, value)| form.record_len(value.len())).sum();
    form.records_start() + records
}

/// Writes magic and version; `image` holds at least the head.
pub(crate) fn write_head(form: &TlvForm, page: &Page, image: &mut [u8]) {
    if let Some(slot) = form.magic {
        fill_slot(slot, &MAGIC, image);
    }
    fill_slot(form.version, &page.version().number().to_be_bytes(), image);
}

/// Appends one record and its fill.
pub(crate) fn append_record(
    form: &TlvForm,
    id: ValueId,
    value: &[u8],
    image: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    refuse_reserved(id)?;
    let len = u16::try_from(value.len()).map_err(|_| EncodeError::TooLong {
        id,
        len: value.len(),
        len_max: usize::from(u16::MAX),
    })?;
    image.extend_from_slice(&id.number().to_be_bytes());
    image.extend_from_slice(&len.to_be_bytes());
    image.extend_from_slice(value);
    let pad_len = form.record_len(value.len()) - RECORD_HEADER_LEN - value.len();
    image.resize(image.len() + pad_len, crate::BLANK);
    Ok(())
}

pub(crate) fn refuse_reserved(id: ValueId) -> Result<(), EncodeError> {
    if matches!(id, ValueId::MAGIC | ValueId::VERSION | ValueId::END) {
        return Err(EncodeError::Reserved(id));
    }
    Ok(())
}

fn fill_slot(slot: Slot, value: &[u8], image: &mut [u8]) {
    let place = &mut image[slot.offset..slot.end()];
    let (head, rest) = place.split_at_mut(value.len());
    head.copy_from_slice(value);
    rest.fill(0);
}
