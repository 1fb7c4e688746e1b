//! Platforms, chips and firmware generations, all read from data files.

use std::sync::{Arc, LazyLock};

use crate::{
    Layout, PageVersion,
    catalogue_file::{self, CatalogueError},
};

/// Everything that is known about chips: built in, or extended by files of the user's own.
///
/// The files' schema stands at the head of each built-in file in `chips/`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Catalogue {
    pub(crate) platforms: Vec<Platform>,
    pub(crate) layouts: Vec<Arc<Layout>>,
    pub(crate) dialects: Vec<Arc<Dialect>>,
}

/// A family of chips that share their layouts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Platform {
    pub(crate) name: String,
    pub(crate) default_chip: usize,
    pub(crate) short: Option<Arc<Layout>>,
    pub(crate) v7: Option<Arc<Layout>>,
    pub(crate) v8: Option<Arc<Layout>>,
    pub(crate) chips: Vec<Chip>,
}

/// One chip and where its firmware generations look for the page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chip {
    /// The name on the command line.
    pub name: String,
    /// The vendor's part number, as programming tools want it.
    pub device: String,
    /// Page places, the default first. Never empty.
    pub sites: Vec<Site>,
}

/// Where one generation of firmware looks for the page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Site {
    /// Which firmware, such as `ncs`, or `tool` for what the public provisioning tool assumes.
    pub generation: String,
    /// Address of the page's first byte; for NVM3 that of the region.
    pub address: u32,
    /// Size of the flash region in bytes.
    pub region_len: usize,
    /// How this firmware reads the page.
    pub dialect: Arc<Dialect>,
}

/// How one generation of firmware reads a page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dialect {
    /// The name in the data file.
    pub name: String,
    /// For people.
    pub title: String,
    /// Reads short-form pages.
    pub reads_short: bool,
    /// Reads version 7.
    pub reads_v7: bool,
    /// Reads version 8.
    pub reads_v8: bool,
    /// Refuses a page without `SID0`.
    pub checks_magic: bool,
    /// Steps over the fill after a record. A reader that does not derails at the first value whose length is
    /// not a multiple of the word.
    pub skips_record_pad: bool,
    /// Size of the buffer a value is read into, in bytes, where the reader does not check it.
    pub element_len_max: Option<usize>,
    /// On-device certificate generation takes serial lengths by Nordic's rule instead of the public tools'.
    pub nordic_serial_rule: bool,
    /// Rewrites the page in a form of its own at the first boot.
    pub rewrites_on_first_boot: bool,
}

impl Dialect {
    /// Whether firmware of this generation reads pages of this version.
    pub fn reads(&self, version: PageVersion) -> bool {
        match version {
            PageVersion::Short(_) => self.reads_short,
            PageVersion::Fixed => self.reads_v7,
            PageVersion::Tlv => self.reads_v8,
        }
    }
}

/// Name and text of every built-in chip file; a file is named for its platform.
const FILES: [(&str, &str); 6] = [
    ("nordic.toml", include_str!("../chips/nordic.toml")),
    ("ti.toml", include_str!("../chips/ti.toml")),
    ("st.toml", include_str!("../chips/st.toml")),
    ("telink.toml", include_str!("../chips/telink.toml")),
    ("silabs.toml", include_str!("../chips/silabs.toml")),
    ("generic.toml", include_str!("../chips/generic.toml")),
];

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    // The text is fixed when the program is built, and a test reads it.
    catalogue_file::load(None, &FILES).expect("the built-in chip files are valid")
});

impl Catalogue {
    /// The chips that are built in.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// One built-in platform, for who needs no other: most are read from a file of their own.
    pub fn built_in_platform(name: &str) -> Option<Platform> {
        let file = FILES.iter().find(|(file, _)| file.strip_suffix(".toml") == Some(name))?;
        match catalogue_file::load(None, &[*file]) {
            Ok(catalogue) => catalogue.platforms.into_iter().next(),
            // It borrows a layout or a dialect from another file.
            Err(_) => Self::built_in().platform(name).cloned(),
        }
    }

    /// This catalogue and what `text` adds. A platform, layout or dialect that is there already is replaced.
    ///
    /// `file_name` only serves the error.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] names file and line of the first fault.
    pub fn extended_by(&self, file_name: &str, text: &str) -> Result<Self, CatalogueError> {
        catalogue_file::load(Some(self), &[(file_name, text)])
    }

    /// Every platform, in the order of the files.
    pub fn platforms(&self) -> &[Platform] {
        &self.platforms
    }

    /// The platform of this name.
    pub fn platform(&self, name: &str) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.name == name)
    }

    /// Every layout.
    pub fn layouts(&self) -> impl Iterator<Item = &Arc<Layout>> {
        self.layouts.iter()
    }

    /// The layout of this name.
    pub fn layout(&self, name: &str) -> Option<&Arc<Layout>> {
        self.layouts.iter().find(|layout| layout.name == name)
    }

    /// The dialect of this name.
    pub fn dialect(&self, name: &str) -> Option<&Arc<Dialect>> {
        self.dialects.iter().find(|dialect| dialect.name == name)
    }
}

impl Platform {
    /// The name on the command line.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The layout for pages of this version, where the platform has one.
    pub fn layout(&self, version: PageVersion) -> Option<&Arc<Layout>> {
        match version {
            PageVersion::Short(_) => self.short.as_ref(),
            PageVersion::Fixed => self.v7.as_ref(),
            PageVersion::Tlv => self.v8.as_ref(),
        }
    }

    /// Every chip, in the order of the file.
    pub fn chips(&self) -> &[Chip] {
        &self.chips
    }

    /// The chip of this name.
    pub fn chip(&self, name: &str) -> Option<&Chip> {
        self.chips.iter().find(|chip| chip.name == name)
    }

    /// The chip taken when none is named.
    pub fn default_chip(&self) -> &Chip {
        &self.chips[self.default_chip]
    }
}

impl Chip {
    /// The place of the default firmware generation.
    pub fn default_site(&self) -> &Site {
        &self.sites[0]
    }

    /// The place of a firmware generation.
    pub fn site(&self, generation: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.generation == generation)
    }
}
