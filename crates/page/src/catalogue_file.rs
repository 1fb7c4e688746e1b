//! Reads the data files behind a [`Catalogue`], with the line of whatever is wrong in them.

use std::{ops::Range, sync::Arc};

use toml::Spanned;

use crate::{
    Catalogue, Chip, FixedForm, Layout, LayoutForm, PAGE_LEN_MAX, Platform, Site, Slot, TlvForm,
    ValueId, YamlFault,
    catalogue_schema::{RawChip, RawFile, RawLayout, RawPlace, RawSlot, RawVersion},
};

/// The largest chip file in bytes; the built-in ones stay below 16 KiB.
pub const CATALOGUE_TEXT_LEN_MAX: usize = 1024 * 1024;

/// No chip writes flash in larger words; the largest known is 16 bytes.
pub(crate) const WORD_LEN_MAX: usize = 256;

/// The schema this program reads.
const SCHEMA: u32 = 1;

/// What is wrong in a chip or layout file, and where.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{file}, line {line}: {fault}")]
pub struct CatalogueError {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub fault: CatalogueFault,
}

/// What is wrong in a chip or layout file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CatalogueFault {
    /// The text is not TOML, or a key is unknown, missing or of the wrong type.
    #[error("{0}")]
    Syntax(String),
    /// The text of a tool's configuration file is not YAML of the kind that is understood.
    #[error(transparent)]
    Yaml(#[from] YamlFault),
    /// A value in a tool's configuration file is of the wrong type.
    #[error("`{key}` is not {expected}")]
    Type {
        /// The key.
        key: String,
        /// What was expected in its place.
        expected: &'static str,
    },
    /// The file is of another schema.
    #[error("schema {0} is not known here, only {SCHEMA}")]
    Schema(u32),
    /// The file exceeds [`CATALOGUE_TEXT_LEN_MAX`].
    #[error("{0} bytes of text are over the limit of {CATALOGUE_TEXT_LEN_MAX}")]
    TooLarge(usize),
    /// A value id is neither a known name nor a number.
    #[error("{0:?} is neither the name nor the number of a value")]
    ValueId(String),
    /// A key that this kind of layout needs is missing.
    #[error("a layout of this version needs `{0}`")]
    Missing(&'static str),
    /// A key that this kind of layout has no use for.
    #[error("a layout of this version has no `{0}`")]
    Superfluous(&'static str),
    /// A number is outside its range.
    #[error("`{key}` is {found}, which is not within {min}..={max}")]
    Range {
        /// The key.
        key: &'static str,
        /// What stands there.
        found: u64,
        /// The smallest good value.
        min: u64,
        /// The largest good value.
        max: u64,
    },
    /// A slot is too small for its value, or reaches over the end of the page.
    #[error("the slot of {id} is {len} bytes at {offset}, which does not fit")]
    Slot {
        /// The value.
        id: ValueId,
        /// Where the slot starts.
        offset: usize,
        /// Its size in bytes.
        len: usize,
    },
    /// A slot has no bytes.
    #[error("the slot of {0} ends before it starts")]
    Backwards(ValueId),
    /// Two slots share bytes.
    #[error("the slots of {0} and {1} overlap")]
    Overlap(ValueId, ValueId),
    /// A name is used twice.
    #[error("the name {0:?} is used twice")]
    Duplicate(String),
    /// A name is used that nothing has.
    #[error("there is no {kind} {name:?}")]
    Unknown {
        /// What was looked for.
        kind: &'static str,
        /// Its name.
        name: String,
    },
}

impl CatalogueError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self.fault {
            CatalogueFault::Syntax(_) | CatalogueFault::Schema(_) => {
                "the schema of chip files stands at the head of every built-in one"
            }
            CatalogueFault::Yaml(_) | CatalogueFault::Type { .. } => {
                "the public tool's config.yaml and config_legacy.yaml show the form"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl CatalogueFault {
    /// The value whose slot is at fault.
    pub(crate) fn culprit(&self) -> Option<ValueId> {
        match self {
            Self::Slot { id, .. } | Self::Backwards(id) | Self::Overlap(_, id) => Some(*id),
            _ => None,
        }
    }
}

/// Reads files into a catalogue that starts as `base`, each file replacing what has the same name.
pub(crate) fn load(
    base: Option<&Catalogue>,
    files: &[(&str, &str)],
) -> Result<Catalogue, CatalogueError> {
    let mut catalogue = base.cloned().unwrap_or(Catalogue {
        platforms: Vec::new(),
        layouts: Vec::new(),
        dialects: Vec::new(),
    });
    let mut parsed = Vec::with_capacity(files.len());
    for (name, text) in files {
        let source = Source { name, text };
        parsed.push((source, source.parse()?));
    }
    // Layouts and dialects first, because a platform may use those of another file.
    for (source, file) in &parsed {
        source.refuse_duplicates(file.layouts.iter().map(|layout| &layout.name))?;
        source.refuse_duplicates(file.dialects.iter().map(|dialect| &dialect.name))?;
        source.refuse_duplicates(file.chips.iter().map(|chip| &chip.name))?;
        for raw in &file.layouts {
            let layout = Arc::new(source.layout(raw)?);
            catalogue.layouts.retain(|known| known.name != layout.name);
            catalogue.layouts.push(layout);
        }
        for raw in &file.dialects {
            let dialect = Arc::new(raw.dialect());
            catalogue.dialects.retain(|known| known.name != dialect.name);
            catalogue.dialects.push(dialect);
        }
    }
    for (source, file) in &parsed {
        let platform = source.platform(&catalogue, file)?;
        catalogue.platforms.retain(|known| known.name != platform.name);
        catalogue.platforms.push(platform);
    }
    Ok(catalogue)
}

/// A file being read, which can tell the line of any part.
#[derive(Clone, Copy)]
struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn parse(self) -> Result<RawFile, CatalogueError> {
        if self.text.len() > CATALOGUE_TEXT_LEN_MAX {
            return Err(self.error(0..0, CatalogueFault::TooLarge(self.text.len())));
        }
        let file: RawFile = toml::from_str(self.text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            self.error(span, CatalogueFault::Syntax(error.message().to_owned()))
        })?;
        if *file.schema.get_ref() != SCHEMA {
            let fault = CatalogueFault::Schema(*file.schema.get_ref());
            return Err(self.error(file.schema.span(), fault));
        }
        Ok(file)
    }

    fn error(self, span: Range<usize>, fault: CatalogueFault) -> CatalogueError {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        CatalogueError { file: self.name.to_owned(), line, fault }
    }

    fn refuse_duplicates<'n>(
        self,
        names: impl Iterator<Item = &'n Spanned<String>>,
    ) -> Result<(), CatalogueError> {
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            if seen.contains(&name.get_ref().as_str()) {
                let fault = CatalogueFault::Duplicate(name.get_ref().clone());
                return Err(self.error(name.span(), fault));
            }
            seen.push(name.get_ref());
        }
        Ok(())
    }

    fn layout(self, raw: &RawLayout) -> Result<Layout, CatalogueError> {
        let form = match raw.version {
            RawVersion::Short => LayoutForm::Short(self.fixed_form(raw)?),
            RawVersion::V7 => LayoutForm::Fixed(self.fixed_form(raw)?),
            RawVersion::V8 => LayoutForm::Tlv(self.tlv_form(raw)?),
            RawVersion::Nvm3 => {
                self.refuse_keys_of_others(raw, &["key_base"])?;
                let key_base = self.required(raw, &raw.key_base, "key_base")?;
                LayoutForm::Nvm3 { key_base: self.ranged(key_base, "key_base", 0, 0xF_FFFF)? }
            }
        };
        Ok(Layout { name: raw.name.get_ref().clone(), form })
    }

    fn fixed_form(self, raw: &RawLayout) -> Result<FixedForm, CatalogueError> {
        self.refuse_keys_of_others(raw, &["page_len", "slots"])?;
        let page_len = self.required(raw, &raw.page_len, "page_len")?;
        let page_len: usize = self.ranged(page_len, "page_len", 1, PAGE_LEN_MAX as u64)?;
        let raw_slots = self.required(raw, &raw.slots, "slots")?.get_ref();
        let mut slots = Vec::with_capacity(raw_slots.len());
        for raw_slot in raw_slots {
            let RawSlot { id, offset, len } = raw_slot.get_ref();
            let unknown = || self.error(raw_slot.span(), CatalogueFault::ValueId(id.clone()));
            slots.push((id.parse().map_err(|_| unknown())?, slot(*offset, *len)));
        }
        FixedForm::new(page_len, slots).map_err(|fault| {
            let is_culprit = |slot: &&Spanned<RawSlot>| {
                fault.culprit().is_some_and(|id| slot.get_ref().id.parse() == Ok(id))
            };
            let culprit = raw_slots.iter().rfind(is_culprit);
            self.error(culprit.map_or(raw.name.span(), Spanned::span), fault)
        })
    }

    fn tlv_form(self, raw: &RawLayout) -> Result<TlvForm, CatalogueError> {
        self.refuse_keys_of_others(raw, &["word_len", "magic", "version_slot"])?;
        let word_len = self.required(raw, &raw.word_len, "word_len")?;
        let word_len = self.ranged(word_len, "word_len", 1, WORD_LEN_MAX as u64)?;
        let version = self.required(raw, &raw.version_slot, "version_slot")?;
        let place = |raw: &Spanned<RawPlace>| slot(raw.get_ref().offset, raw.get_ref().len);
        TlvForm::new(word_len, raw.magic.as_ref().map(place), place(version)).map_err(|fault| {
            let culprit = match &raw.magic {
                Some(magic) if fault.culprit() == Some(ValueId::MAGIC) => magic,
                _ => version,
            };
            self.error(culprit.span(), fault)
        })
    }

    fn refuse_keys_of_others(self, raw: &RawLayout, own: &[&str]) -> Result<(), CatalogueError> {
        let present = [
            ("page_len", raw.page_len.as_ref().map(Spanned::span)),
            ("slots", raw.slots.as_ref().map(Spanned::span)),
            ("word_len", raw.word_len.as_ref().map(Spanned::span)),
            ("magic", raw.magic.as_ref().map(Spanned::span)),
            ("version_slot", raw.version_slot.as_ref().map(Spanned::span)),
            ("key_base", raw.key_base.as_ref().map(Spanned::span)),
        ];
        for (key, span) in present {
            if let Some(span) = span
                && !own.contains(&key)
            {
                return Err(self.error(span, CatalogueFault::Superfluous(key)));
            }
        }
        Ok(())
    }

    fn required<'r, T>(
        self,
        raw: &RawLayout,
        value: &'r Option<T>,
        key: &'static str,
    ) -> Result<&'r T, CatalogueError> {
        value.as_ref().ok_or_else(|| self.error(raw.name.span(), CatalogueFault::Missing(key)))
    }

    fn ranged<T: TryFrom<u64>>(
        self,
        value: &Spanned<u64>,
        key: &'static str,
        min: u64,
        max: u64,
    ) -> Result<T, CatalogueError> {
        let found = *value.get_ref();
        (min..=max)
            .contains(&found)
            .then(|| T::try_from(found).ok())
            .flatten()
            .ok_or_else(|| self.error(value.span(), CatalogueFault::Range { key, found, min, max }))
    }

    fn platform(self, catalogue: &Catalogue, file: &RawFile) -> Result<Platform, CatalogueError> {
        let chips: Vec<Chip> =
            file.chips.iter().map(|raw| self.chip(catalogue, raw)).collect::<Result<_, _>>()?;
        let default = &file.default_chip;
        let default_chip =
            chips.iter().position(|chip| chip.name == *default.get_ref()).ok_or_else(|| {
                let name = default.get_ref().clone();
                self.error(default.span(), CatalogueFault::Unknown { kind: "chip", name })
            })?;
        let layout = |name: &Option<Spanned<String>>| {
            name.as_ref().map(|name| self.find_layout(catalogue, name)).transpose()
        };
        Ok(Platform {
            name: file.platform.clone(),
            default_chip,
            short: layout(&file.use_layouts.short)?,
            v7: layout(&file.use_layouts.v7)?,
            v8: layout(&file.use_layouts.v8)?,
            chips,
        })
    }

    fn find_layout(
        self,
        catalogue: &Catalogue,
        name: &Spanned<String>,
    ) -> Result<Arc<Layout>, CatalogueError> {
        catalogue.layout(name.get_ref()).cloned().ok_or_else(|| {
            let fault = CatalogueFault::Unknown { kind: "layout", name: name.get_ref().clone() };
            self.error(name.span(), fault)
        })
    }

    fn chip(self, catalogue: &Catalogue, raw: &RawChip) -> Result<Chip, CatalogueError> {
        let mut sites: Vec<Site> = Vec::with_capacity(raw.sites.len());
        for raw_site in &raw.sites {
            let site = raw_site.get_ref();
            let dialect = catalogue.dialect(&site.dialect).cloned().ok_or_else(|| {
                let fault = CatalogueFault::Unknown { kind: "dialect", name: site.dialect.clone() };
                self.error(raw_site.span(), fault)
            })?;
            if sites.iter().any(|known| known.generation == site.generation) {
                let fault = CatalogueFault::Duplicate(site.generation.clone());
                return Err(self.error(raw_site.span(), fault));
            }
            let room = u64::from(u32::MAX) + 1 - u64::from(site.address);
            let region_len = u64::from(site.region_len);
            let max = room.min(PAGE_LEN_MAX as u64);
            if !(1..=max).contains(&region_len) {
                let fault =
                    CatalogueFault::Range { key: "region_len", found: region_len, min: 1, max };
                return Err(self.error(raw_site.span(), fault));
            }
            sites.push(Site {
                generation: site.generation.clone(),
                address: site.address,
                region_len: site.region_len as usize,
                dialect,
            });
        }
        if sites.is_empty() {
            return Err(self.error(raw.name.span(), CatalogueFault::Missing("sites")));
        }
        Ok(Chip { name: raw.name.get_ref().clone(), device: raw.device.clone(), sites })
    }
}

fn slot(offset: u32, len: u32) -> Slot {
    Slot { offset: offset as usize, len: len as usize }
}
