//! `curbside page chips`.

use clap::Args;
use page::{LayoutForm, PageVersion, Platform};

use crate::{
    block::Block,
    commands::{Format, page::target::LayoutArgs},
    failure::Failure,
};

/// List the chips, their firmware generations and page addresses
#[derive(Args, Debug)]
pub(crate) struct ChipsArgs {
    #[command(flatten)]
    layout: LayoutArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &ChipsArgs) -> Result<(), Failure> {
    let catalogue = args.layout.catalogue()?;
    let mut lines = Vec::new();
    for platform in catalogue.platforms() {
        let formats = formats(platform);
        for chip in platform.chips() {
            for site in &chip.sites {
                let address = format!("{:#010x}", site.address);
                let title = &site.dialect.title;
                let line = columns(
                    platform.name(),
                    &chip.name,
                    &site.generation,
                    &address,
                    &formats,
                    title,
                );
                lines.push(
                    Block::line(line)
                        .text("platform", platform.name())
                        .text("chip", &chip.name)
                        .text("device", &chip.device)
                        .text("firmware", &site.generation)
                        .text("address", address)
                        .number("region_len_bytes", site.region_len)
                        .text("formats", &formats)
                        .text("dialect", &site.dialect.name)
                        .text("dialect_title", &site.dialect.title),
                );
            }
        }
    }
    let heading = columns("platform", "chip", "firmware", "address", "formats", "reads pages as");
    let block = Block::new("").list("heading", vec![Block::line(heading)]).for_people();
    args.format.print(&block.list("chips", lines))
}

fn columns(
    platform: &str,
    chip: &str,
    firmware: &str,
    address: &str,
    formats: &str,
    dialect: &str,
) -> String {
    format!("{platform:<10} {chip:<12} {firmware:<19} {address:<10}  {formats:<7}  {dialect}")
}

fn formats(platform: &Platform) -> String {
    let mut formats: Vec<&str> = [(PageVersion::Fixed, "v7"), (PageVersion::Tlv, "v8")]
        .into_iter()
        .filter_map(|(version, name)| {
            platform.layout(version).map(|layout| match layout.form() {
                LayoutForm::Nvm3 { .. } => "nvm3",
                _ => name,
            })
        })
        .collect();
    formats.dedup();
    formats.join(" ")
}
