//! `curbside page show`.

use std::{fmt::Display, path::PathBuf};

use clap::Args;
use page::{
    Catalogue, Container, DetectedPage, Detection, FindingCode, LayoutForm, Mandatory,
    PAGE_LEN_MAX, TEXT_LEN_MAX, TextError, detect, intel_hex, nvm3, s_record,
};
use zeroize::Zeroizing;

use crate::{
    block::{Block, Remark},
    commands::{
        Format,
        page::target::{LayoutArgs, parse_address},
    },
    describe,
    exit::Exit,
    failure::Failure,
    input::Input,
};

/// The largest flash dump that is searched. No known chip has more flash.
pub(crate) const FLASH_LEN_BYTES_MAX: u64 = TEXT_LEN_MAX as u64;

/// How much of a larger dump is taken for the page: the smallest flash region of one.
const DUMP_PAGE_LEN: usize = 4096;

/// Show a page in any format, value by value
///
/// Finds the page in its bytes, in Intel HEX, S-records, NVM3 objects or a whole flash dump. Whatever can be read is
/// shown, with what is wrong beside it; private keys are not shown.
#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// A page, a file for a programmer, or a flash dump; `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The address of the file's first byte, decimal or 0x…, where the file does not say
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    address: Option<u32>,
    /// Fail with exit code 3 unless the page is exactly right
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    layout: LayoutArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &ShowArgs) -> Result<(), Failure> {
    let catalogue = args.layout.catalogue()?;
    let input = Input::of_file(args.file.clone());
    let found = find(&input, &catalogue, args.address)?;
    if found.pages.is_empty() {
        return Err(no_page(&input));
    }
    let blocks: Vec<Block> =
        found.pages.iter().map(|page| describe_page(&found, page, &catalogue)).collect();
    args.format.print(&Block::new("").list("pages", blocks))?;
    let verdicts = found.pages.iter().find_map(|page| strict_verdict(&found, page).err());
    match verdicts {
        Some(fault) if args.strict => {
            Err(Failure::new(Exit::Malformed, format!("{input}: {fault}")))
        }
        _ => Ok(()),
    }
}

/// A file and the pages in it.
pub(crate) struct Found {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) container: Container,
    pub(crate) pages: Vec<DetectedPage>,
}

impl Found {
    /// Looks for pages in the bytes of a file.
    pub(crate) fn of(
        bytes: Zeroizing<Vec<u8>>,
        catalogue: &Catalogue,
        address: Option<u32>,
    ) -> Result<Self, TextError> {
        let Detection { container, pages } = detect(catalogue, &bytes, address)?;
        Ok(Self { bytes, container, pages })
    }
}

pub(super) fn find(
    input: &Input,
    catalogue: &Catalogue,
    address: Option<u32>,
) -> Result<Found, Failure> {
    let bytes = input.read(FLASH_LEN_BYTES_MAX)?;
    Found::of(bytes, catalogue, address).map_err(|error| text_failure(input, &error))
}

pub(super) fn no_page(input: &Input) -> Failure {
    Failure::new(Exit::Malformed, format!("there is no manufacturing page in {input}"))
        .hint(format!("`curbside explain {input}` says what it is, if it can be told"))
}

pub(super) fn text_failure(name: &dyn Display, error: &TextError) -> Failure {
    Failure::new(Exit::Malformed, format!("failed to read {name}: {error}")).hint(error.hint())
}

/// A page with its place, its values, and every remark on it.
pub(crate) fn describe_page(found: &Found, page: &DetectedPage, catalogue: &Catalogue) -> Block {
    let container = match found.container {
        Container::Binary => "bytes",
        Container::IntelHex => "Intel HEX",
        Container::SRecord => "S-records",
        Container::Nvm3 => "NVM3 objects",
    };
    let address = page.address.map(|address| format!("{address:#010x}"));
    let chips = page.address.map(|address| chips_at(catalogue, page, address));
    let verdict = strict_verdict(found, page);
    let findings = &page.diagnosis.findings;
    Block::new(format!("manufacturing page at byte {} in {container}", page.offset))
        .text("container", container)
        .for_programs()
        .number("offset_bytes", page.offset)
        .for_programs()
        .maybe("address", address)
        .maybe("chips", chips.filter(|chips| !chips.is_empty()))
        .text("layout", page.layout.name())
        .extended_by(describe::page(&page.diagnosis))
        .text(
            "strict_verdict",
            match &verdict {
                Ok(()) => "a good page".to_owned(),
                Err(fault) => fault.clone(),
            },
        )
        .remarks(findings.iter().map(describe::finding).collect::<Vec<Remark>>())
}

/// What the strict decoder says to a page that was found.
pub(crate) fn strict_verdict(found: &Found, page: &DetectedPage) -> Result<(), String> {
    let keys_in_store =
        page.diagnosis.findings.iter().any(|finding| finding.code == FindingCode::KeysInStore);
    let mandatory = if keys_in_store { Mandatory::KeysInStore } else { Mandatory::Complete };
    if let LayoutForm::Nvm3 { .. } = page.layout.form() {
        let parsed = nvm3::parse_strict(&found.bytes, mandatory);
        return parsed.map(drop).map_err(|error| error.to_string());
    }
    let memory = match found.container {
        Container::IntelHex => intel_hex::parse(&found.bytes).ok(),
        Container::SRecord => s_record::parse(&found.bytes).ok(),
        Container::Binary | Container::Nvm3 => None,
    };
    let segment = memory.as_ref().zip(page.address).and_then(|(memory, address)| {
        let base = address.checked_sub(u32::try_from(page.offset).ok()?)?;
        memory.segments().iter().find(|segment| segment.address == base)
    });
    let bytes = segment.map_or(&found.bytes[..], |segment| &segment.bytes[..]);
    let rest = bytes.get(page.offset..).unwrap_or_default();
    let image = match rest.get(..DUMP_PAGE_LEN) {
        Some(region) if bytes.len() > PAGE_LEN_MAX => region,
        _ => rest,
    };
    let decoded = page.layout.decode_strict(image, mandatory);
    decoded.map(drop).map_err(|fault| fault.to_string())
}

/// The chips whose firmware looks for such a page at this address.
fn chips_at(catalogue: &Catalogue, page: &DetectedPage, address: u32) -> String {
    let mut names: Vec<&str> = Vec::new();
    for platform in catalogue.platforms() {
        let version = page.diagnosis.page.version();
        if platform.layout(version).is_none_or(|layout| layout.name() != page.layout.name()) {
            continue;
        }
        let chips = platform.chips().iter();
        let at_address = chips.filter(|chip| chip.sites.iter().any(|site| site.address == address));
        names.extend(at_address.map(|chip| chip.name.as_str()));
    }
    names.join(", ")
}
