//! The manufacturing page of a Sidewalk device: the stretch of flash that holds its keys, certificates and
//! identity.
//!
//! A [`Page`] is a map from [`ValueId`] to bytes. A [`Layout`] says where those bytes stand in flash; layouts,
//! chips and addresses are data files behind a [`Catalogue`]. A layout encodes a page to an [`Image`]
//! ([`Layout::encode`], [`Layout::merge`]) and decodes one, strictly for the line
//! ([`Layout::decode_strict`]) or leniently for diagnosis ([`Layout::decode_lenient`]). [`intel_hex`],
//! [`s_record`] and [`nvm3`] are the files programmers take. [`lint()`] tells what given firmware would misread.
//!
//! Outputs are those of `sid_provision` 0.2.3 byte for byte. That tool checks nothing, so what becomes a page
//! here is an [`input::PageInput`] that passed [`input::PageInput::check`], or one for which the caller said
//! aloud that it takes the tool's stance.
//!
//! The crate is pure: no files, clock, sockets or randomness. Nothing here panics on any bytes, memory is
//! bounded by named limits, and whatever holds a private key is wiped when dropped and silent in `Debug`.

mod ca_serial;
mod catalogue;
mod catalogue_file;
mod catalogue_schema;
mod compare;
mod decode;
mod detect;
mod encode;
mod finding;
mod identity;
pub mod input;
pub mod intel_hex;
mod layout;
mod layout_rules;
mod lint;
pub mod memory;
mod merge;
mod model;
pub mod nvm3;
pub mod s_record;
mod secret;
mod text_lines;
mod tool_config;
mod value_id;
mod yaml;

pub use crate::{
    catalogue::{Catalogue, Chip, Dialect, Platform, Site},
    catalogue_file::{CATALOGUE_TEXT_LEN_MAX, CatalogueError, CatalogueFault},
    compare::{Difference, ValueRow, diff},
    decode::{Diagnosis, Fault, FaultKind, Mandatory, Place, Reading},
    detect::{Container, DetectedPage, Detection, detect},
    encode::EncodeError,
    finding::{Finding, FindingCode, Severity},
    identity::{IdentityFault, check_identity},
    layout::{
        BLANK, FixedForm, Layout, LayoutForm, MAGIC, PAGE_LEN_MAX, RECORD_HEADER_LEN, Slot, TlvForm,
    },
    lint::{lint, lint_on_device_chain},
    merge::MergeError,
    model::{Page, PageVersion},
    secret::{Image, ImageText},
    text_lines::{LINE_LEN_MAX, LineFault, TEXT_LEN_MAX, TextError},
    value_id::{SERIAL_LEN_MAX, VALUE_LEN_MAX, ValueId, ValueIdError, ValueLength},
    yaml::YamlFault,
};
