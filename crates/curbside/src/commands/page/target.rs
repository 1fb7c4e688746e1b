//! For which chip, firmware and format a page is.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, ValueEnum};
use page::{
    CATALOGUE_TEXT_LEN_MAX, Catalogue, CatalogueError, Chip, Layout, LayoutForm, PageVersion,
    Platform, Site,
};

use crate::{exit::Exit, failure::Failure};

/// The options that name a chip and what runs on it.
#[derive(Args, Debug)]
#[command(next_help_heading = "Chip")]
pub(super) struct TargetArgs {
    /// The chip; `curbside page chips` lists them, `generic` stands for a board of your own
    #[arg(long, value_name = "NAME")]
    chip: String,
    /// The firmware generation; without this the chip's first
    #[arg(long, value_name = "GENERATION")]
    firmware: Option<String>,
    /// The page format; without this what the chip's current firmware reads
    #[arg(long, value_enum)]
    format: Option<PageFormat>,
    #[command(flatten)]
    layout: LayoutArgs,
    /// The page's address, decimal or 0x…; without this where the firmware looks
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    address: Option<u32>,
}

/// The option that names a file of layouts or chips.
#[derive(Args, Debug)]
pub(super) struct LayoutArgs {
    /// Chips or layouts of your own
    ///
    /// A `.toml` file adds chips in the form of Curbside's own chip files; a `.yaml` file is a layout of
    /// `sid_provision` (its --config).
    #[arg(long, value_name = "FILE")]
    layout: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum PageFormat {
    /// Fixed offsets, for firmware of SDK 1.15 and before
    V7,
    /// Records, for firmware of SDK 1.16 and later
    V8,
    /// NVM3 objects of Silicon Labs
    Nvm3,
}

/// Where and how a page is written.
pub(super) struct Target {
    pub(super) chip: Chip,
    pub(super) site: Site,
    pub(super) layout: Arc<Layout>,
    pub(super) version: PageVersion,
    pub(super) address: u32,
}

impl TargetArgs {
    pub(super) fn target(&self) -> Result<Target, Failure> {
        let catalogue = self.layout.catalogue()?;
        let (platform, chip) = find_chip(&catalogue, &self.chip)?;
        let site = match &self.firmware {
            None => chip.default_site(),
            Some(name) => chip.site(name).ok_or_else(|| unknown_firmware(chip, name))?,
        };
        let (layout, version) = match self.layout.tool_config()? {
            Some(layout) => {
                let version = version_of(&layout);
                (Arc::new(layout), version)
            }
            None => self.layout_of(platform)?,
        };
        Ok(Target {
            chip: chip.clone(),
            site: site.clone(),
            layout,
            version,
            address: self.address.unwrap_or(site.address),
        })
    }

    fn layout_of(&self, platform: &Platform) -> Result<(Arc<Layout>, PageVersion), Failure> {
        let version = match self.format {
            Some(PageFormat::V7) => PageVersion::Fixed,
            Some(PageFormat::V8 | PageFormat::Nvm3) | None => PageVersion::Tlv,
        };
        let is_nvm3 = |layout: &Layout| matches!(layout.form(), LayoutForm::Nvm3 { .. });
        let layout = platform
            .layout(version)
            .filter(|layout| self.format != Some(PageFormat::Nvm3) || is_nvm3(layout));
        layout.map(|layout| (Arc::clone(layout), version)).ok_or_else(|| {
            let message = format!("chips of {} have no pages of this format", platform.name());
            Failure::new(Exit::Usage, message)
                .hint("`curbside page chips` lists the formats of each".to_owned())
        })
    }
}

impl LayoutArgs {
    /// The built-in chips, and those of a file.
    pub(super) fn catalogue(&self) -> Result<Cow<'static, Catalogue>, Failure> {
        let built_in = Catalogue::built_in();
        match &self.layout {
            Some(path) if !is_yaml(path) => {
                let text = read_text(path)?;
                let extended = built_in.extended_by(&path.display().to_string(), &text);
                extended.map(Cow::Owned).map_err(|error| bad_layout(&error))
            }
            _ => Ok(Cow::Borrowed(built_in)),
        }
    }

    fn tool_config(&self) -> Result<Option<Layout>, Failure> {
        let Some(path) = self.layout.as_deref().filter(|path| is_yaml(path)) else {
            return Ok(None);
        };
        let text = read_text(path)?;
        let layout = Layout::from_tool_config(&path.display().to_string(), &text);
        layout.map(Some).map_err(|error| bad_layout(&error))
    }
}

impl Target {
    /// Chip, firmware and format in a few words.
    pub(super) fn name(&self) -> String {
        format!(
            "{}, firmware {}, layout {}",
            self.chip.name,
            self.site.generation,
            self.layout.name()
        )
    }
}

/// `0x…` or decimal.
pub(super) fn parse_address(text: &str) -> Result<u32, String> {
    let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| "an address is a number of 32 bits, decimal or 0x…".to_owned())
}

/// The chip of a name, or the default chip of a platform of that name. `PLATFORM/CHIP` is exact.
fn find_chip<'c>(
    catalogue: &'c Catalogue,
    name: &str,
) -> Result<(&'c Platform, &'c Chip), Failure> {
    if let Some((platform, chip)) = name.split_once('/') {
        let platform = catalogue.platform(platform).ok_or_else(|| unknown_chip(catalogue, name))?;
        let chip = platform.chip(chip).ok_or_else(|| unknown_chip(catalogue, name))?;
        return Ok((platform, chip));
    }
    let matches: Vec<_> = catalogue
        .platforms()
        .iter()
        .flat_map(|platform| platform.chips().iter().map(move |chip| (platform, chip)))
        .filter(|(_, chip)| chip.name.eq_ignore_ascii_case(name))
        .collect();
    match matches[..] {
        [found] => Ok(found),
        [] => {
            let platform = catalogue.platform(name).ok_or_else(|| unknown_chip(catalogue, name))?;
            Ok((platform, platform.default_chip()))
        }
        [_, ..] => {
            let names: Vec<String> = matches
                .iter()
                .map(|(platform, chip)| format!("{}/{}", platform.name(), chip.name))
                .collect();
            Err(Failure::new(Exit::Usage, format!("several chips are called {name}"))
                .hint(format!("say one of {}", names.join(", "))))
        }
    }
}

fn unknown_chip(catalogue: &Catalogue, name: &str) -> Failure {
    let wanted = name.to_ascii_lowercase();
    let near: Vec<&str> = catalogue
        .platforms()
        .iter()
        .flat_map(|platform| platform.chips())
        .map(|chip| chip.name.as_str())
        .filter(|known| {
            let known = known.to_ascii_lowercase();
            known.starts_with(&wanted) || wanted.starts_with(&known)
        })
        .collect();
    let hint = match near[..] {
        [] => "`curbside page chips` lists the chips".to_owned(),
        _ => format!("did you mean {}? `curbside page chips` lists all", near.join(" or ")),
    };
    Failure::new(Exit::Usage, format!("the chip {name:?} is not known")).hint(hint)
}

fn unknown_firmware(chip: &Chip, name: &str) -> Failure {
    let known: Vec<&str> = chip.sites.iter().map(|site| site.generation.as_str()).collect();
    Failure::new(Exit::Usage, format!("no firmware {name:?} is known for {}", chip.name))
        .hint(format!("known are {}", known.join(", ")))
}

fn version_of(layout: &Layout) -> PageVersion {
    match layout.form() {
        LayoutForm::Fixed(_) => PageVersion::Fixed,
        LayoutForm::Tlv(_) | LayoutForm::Nvm3 { .. } | LayoutForm::Short(_) => PageVersion::Tlv,
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = durable::read_bounded(path, CATALOGUE_TEXT_LEN_MAX as u64)?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let message = format!("failed to read {}: not text at byte {offset}", path.display());
        Failure::new(Exit::Malformed, message)
    })
}

fn bad_layout(error: &CatalogueError) -> Failure {
    Failure::new(Exit::Malformed, format!("failed to read {error}")).hint(error.hint())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_decimal_or_hexadecimal() {
        assert_eq!(parse_address("0xFF000"), Ok(0xFF000));
        assert_eq!(parse_address("16"), Ok(16));
        assert!(parse_address("FF000").is_err());
        assert!(parse_address("0x1_0000_0000").is_err());
    }

    #[test]
    fn a_chip_is_found_by_its_name_its_platform_or_both() {
        let catalogue = Catalogue::built_in();
        for name in ["nrf52840", "nordic", "nordic/nrf52840", "NRF52840"] {
            let (platform, chip) = find_chip(catalogue, name).expect("the chip is known");
            assert_eq!((platform.name(), chip.name.as_str()), ("nordic", "nrf52840"), "{name}");
        }
    }

    #[test]
    fn an_unknown_chip_is_a_usage_error_with_its_neighbours() {
        let failure = find_chip(Catalogue::built_in(), "nrf54l").expect_err("no such chip");
        assert_eq!(failure.exit(), Exit::Usage);
        assert!(failure.render().contains("did you mean nrf54l15 or nrf54l10"));
    }
}
