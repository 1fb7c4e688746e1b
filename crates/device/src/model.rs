//! What kind of board it is: the chip, the firmware generation, and where and how that looks for its page.

use std::sync::Arc;

use page::{Catalogue, Chip, Layout, LayoutForm, PageVersion, Platform, Site};

use crate::flash::FlashGeometry;

/// A chip and the firmware generation on it. Boards of one kind share it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BoardModel {
    platform: Platform,
    chip: Chip,
    site: Site,
}

/// Why there is no such model.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// No platform has a chip of that name.
    #[error("the chip {name:?} is not known")]
    UnknownChip {
        /// The name.
        name: String,
    },
    /// The chip has no firmware generation of that name.
    #[error("no firmware {generation:?} is known for {chip}; known are {known}")]
    UnknownGeneration {
        /// The chip.
        chip: String,
        /// The name that was asked for.
        generation: String,
        /// The names there are.
        known: String,
    },
    /// The page's region does not begin and end where sectors of a possible size do.
    #[error(
        "a page region of {region_len} bytes at {address:#010x} does not consist of whole sectors"
    )]
    Unaligned {
        /// Address of the region.
        address: u32,
        /// Its size in bytes.
        region_len: usize,
    },
}

impl ModelError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownChip { .. } => Some("`curbside page chips` lists the chips".to_owned()),
            Self::UnknownGeneration { .. } => None,
            Self::Unaligned { .. } => {
                Some("check address and region_len in the chip file".to_owned())
            }
        }
    }
}

impl BoardModel {
    /// Finds a chip by its name, or `PLATFORM/CHIP`, or the default chip of a platform. Without a generation it
    /// is the chip's first.
    ///
    /// # Errors
    ///
    /// [`ModelError`].
    pub fn find(
        catalogue: &Catalogue,
        chip: &str,
        generation: Option<&str>,
    ) -> Result<Arc<Self>, ModelError> {
        let unknown = || ModelError::UnknownChip { name: chip.to_owned() };
        let (platform, found) = find_chip(catalogue, chip).ok_or_else(unknown)?;
        let site = match generation {
            None => found.default_site(),
            Some(name) => found.site(name).ok_or_else(|| ModelError::UnknownGeneration {
                chip: found.name.clone(),
                generation: name.to_owned(),
                known: found
                    .sites
                    .iter()
                    .map(|site| site.generation.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })?,
        };
        Self::new(platform.clone(), found.clone(), site.clone())
    }

    /// Puts a model together; `site` may stand at another address than the chip's own sites, as a product's
    /// firmware may.
    ///
    /// # Errors
    ///
    /// [`ModelError::Unaligned`].
    pub fn new(platform: Platform, chip: Chip, site: Site) -> Result<Arc<Self>, ModelError> {
        let model = Self { platform, chip, site };
        match model.erase_unit() {
            Some(_) => Ok(Arc::new(model)),
            None => Err(ModelError::Unaligned {
                address: model.site.address,
                region_len: model.site.region_len,
            }),
        }
    }

    /// The platform's name.
    pub fn platform_name(&self) -> &str {
        self.platform.name()
    }

    /// The chip.
    pub fn chip(&self) -> &Chip {
        &self.chip
    }

    /// Where and how the firmware looks for the page.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The layout for pages of a version, where the platform has one.
    pub fn layout(&self, version: PageVersion) -> Option<&Arc<Layout>> {
        self.platform.layout(version)
    }

    /// Whether values are NVM3 objects.
    pub fn is_nvm3(&self) -> bool {
        self.layout(PageVersion::Tlv)
            .is_some_and(|layout| matches!(layout.form(), LayoutForm::Nvm3 { .. }))
    }

    /// The flash of such a board.
    pub fn geometry(&self) -> FlashGeometry {
        let word_len = match self.layout(PageVersion::Tlv).map(|layout| layout.form()) {
            Some(LayoutForm::Tlv(form)) => form.word_len,
            _ => DEFAULT_WORD_LEN,
        };
        FlashGeometry {
            page_address: self.site.address,
            region_len: self.site.region_len,
            // The constructor found one.
            erase_unit: self.erase_unit().unwrap_or(SECTOR_LENS[0]),
            word_len,
        }
    }

    /// The largest sector that the region consists of.
    fn erase_unit(&self) -> Option<u32> {
        let fits = |len: &u32| {
            let region_len = u32::try_from(self.site.region_len).unwrap_or(0);
            region_len > 0
                && self.site.address.is_multiple_of(*len)
                && region_len.is_multiple_of(*len)
                && self.site.address.checked_add(region_len).is_some()
        };
        // A region of 8 KiB is one sector on TI and STM32; elsewhere sectors are no larger than 4 KiB.
        let eight = (self.site.region_len == 8192).then_some(8192);
        eight.filter(fits).or_else(|| SECTOR_LENS.into_iter().find(fits))
    }
}

/// Sector sizes that are tried, in bytes: Nordic's, Telink's and Silicon Labs' first.
const SECTOR_LENS: [u32; 4] = [4096, 2048, 1024, 512];

/// Where no layout says: Arm flash is written in words of 4 bytes.
const DEFAULT_WORD_LEN: usize = 4;

fn find_chip<'c>(catalogue: &'c Catalogue, name: &str) -> Option<(&'c Platform, &'c Chip)> {
    if let Some((platform, chip)) = name.split_once('/') {
        let platform = catalogue.platform(platform)?;
        return Some((platform, platform.chip(chip)?));
    }
    catalogue
        .platforms()
        .iter()
        .flat_map(|platform| platform.chips().iter().map(move |chip| (platform, chip)))
        .find(|(_, chip)| chip.name.eq_ignore_ascii_case(name))
        .or_else(|| catalogue.platform(name).map(|platform| (platform, platform.default_chip())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_site_makes_a_board() {
        let catalogue = Catalogue::built_in();
        for platform in catalogue.platforms() {
            for chip in platform.chips() {
                for site in &chip.sites {
                    let model = BoardModel::new(platform.clone(), chip.clone(), site.clone());
                    assert!(model.is_ok(), "{} {}", chip.name, site.generation);
                }
            }
        }
    }

    #[test]
    fn sectors_are_8_kib_on_stm32_and_4_kib_on_nordic() {
        let unit = |chip| {
            let model = BoardModel::find(Catalogue::built_in(), chip, None).unwrap();
            model.geometry().erase_unit
        };
        assert_eq!(unit("WBA55xG"), 8192);
        assert_eq!(unit("nrf52840"), 4096);
        assert_eq!(unit("xg24"), 4096);
    }

    #[test]
    fn an_unknown_generation_names_those_there_are() {
        let error = BoardModel::find(Catalogue::built_in(), "nrf5340", Some("tool")).unwrap_err();
        assert!(error.to_string().ends_with("known are ncs, ncs-2.6"), "{error}");
    }
}
