//! The keys of a chip file as they stand in the TOML text.

use serde::Deserialize;
use toml::Spanned;

use crate::Dialect;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFile {
    pub(crate) schema: Spanned<u32>,
    pub(crate) platform: String,
    pub(crate) default_chip: Spanned<String>,
    #[serde(rename = "layouts")]
    pub(crate) use_layouts: RawUseLayouts,
    #[serde(default, rename = "layout")]
    pub(crate) layouts: Vec<RawLayout>,
    #[serde(default, rename = "dialect")]
    pub(crate) dialects: Vec<RawDialect>,
    #[serde(default, rename = "chip")]
    pub(crate) chips: Vec<RawChip>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawUseLayouts {
    pub(crate) short: Option<Spanned<String>>,
    pub(crate) v7: Option<Spanned<String>>,
    pub(crate) v8: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawVersion {
    Short,
    V7,
    V8,
    Nvm3,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLayout {
    pub(crate) name: Spanned<String>,
    pub(crate) version: RawVersion,
    pub(crate) page_len: Option<Spanned<u64>>,
    pub(crate) slots: Option<Spanned<Vec<Spanned<RawSlot>>>>,
    pub(crate) word_len: Option<Spanned<u64>>,
    pub(crate) magic: Option<Spanned<RawPlace>>,
    pub(crate) version_slot: Option<Spanned<RawPlace>>,
    pub(crate) key_base: Option<Spanned<u64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSlot {
    pub(crate) id: String,
    pub(crate) offset: u32,
    pub(crate) len: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPlace {
    pub(crate) offset: u32,
    pub(crate) len: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDialect {
    pub(crate) name: Spanned<String>,
    title: String,
    reads: Vec<RawVersion>,
    checks_magic: bool,
    skips_record_pad: bool,
    element_len_max: Option<u32>,
    on_device_serial_rule: Option<RawSerialRule>,
    rewrites_on_first_boot: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawSerialRule {
    Nordic,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawChip {
    pub(crate) name: Spanned<String>,
    pub(crate) device: String,
    pub(crate) sites: Vec<Spanned<RawSite>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSite {
    pub(crate) generation: String,
    pub(crate) address: u32,
    pub(crate) region_len: u32,
    pub(crate) dialect: String,
}

impl RawDialect {
    pub(crate) fn dialect(&self) -> Dialect {
        Dialect {
            name: self.name.get_ref().clone(),
            title: self.title.clone(),
            reads_short: self.reads.contains(&RawVersion::Short),
            reads_v7: self.reads.contains(&RawVersion::V7),
            reads_v8: self.reads.contains(&RawVersion::V8),
            checks_magic: self.checks_magic,
            skips_record_pad: self.skips_record_pad,
            element_len_max: self.element_len_max.map(|len| len as usize),
            nordic_serial_rule: matches!(self.on_device_serial_rule, Some(RawSerialRule::Nordic)),
            rewrites_on_first_boot: self.rewrites_on_first_boot,
        }
    }
}
