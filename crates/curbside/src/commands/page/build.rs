//! `curbside page build`.

use std::path::PathBuf;

use clap::Args;
use page::{Finding, LayoutForm, Mandatory, Page, ValueId};

use crate::{
    block::Block,
    commands::{
        Format,
        page::{
            device::DeviceArgs,
            lint::AcceptArgs,
            output::{OutputArgs, encode_failure},
            target::{Target, TargetArgs},
        },
    },
    describe,
    exit::Exit,
    failure::Failure,
};

/// Build the manufacturing page of a device
///
/// A page is only written when both chains are genuine, the SMSN is one in all places, each private key belongs to
/// its chain, and the chip's firmware will read what is written. The files hold private keys and are readable by
/// their owner only.
#[derive(Args, Debug)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    device: DeviceArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    accept: AcceptArgs,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &BuildArgs) -> Result<(), Failure> {
    let target = args.target.target()?;
    let input = args.device.checked()?;
    let page = input.page(target.version);
    let findings = args.accept.lint(&page, &target)?;
    let files = if let LayoutForm::Nvm3 { .. } = target.layout.form() {
        args.output.write_objects(&page, &target)?
    } else {
        let image = target.layout.encode(&page).map_err(|error| encode_failure(&target, &error))?;
        // What firmware will read must be what was meant, whatever the encoder believes.
        let read_back = target.layout.decode_strict(&image, Mandatory::Complete);
        if read_back.as_ref().ok() != Some(&*page) && findings.iter().all(is_harmless) {
            return Err(Failure::new(Exit::Defect, "the page does not read back as it was meant"));
        }
        args.output.write_image(image, &target)?
    };
    args.format.print(&report(&page, &target, &findings, &files))
}

/// What was written, for whom, and where.
pub(super) fn report(
    page: &Page,
    target: &Target,
    findings: &[Finding],
    files: &[PathBuf],
) -> Block {
    let smsn = page.value(ValueId::SMSN).map(hex::encode);
    let apid = page.value(ValueId::APID).map(|apid| String::from_utf8_lossy(apid).into_owned());
    let files = files
        .iter()
        .map(|path| Block::line(path.display().to_string()).text("path", path.display()));
    let block = Block::new("")
        .maybe("smsn", smsn)
        .maybe("apid", apid)
        .text("chip", &target.chip.name)
        .text("firmware", &target.site.generation)
        .text("layout", target.layout.name())
        .number("version", target.version.number())
        .text("address", format!("{:#010x}", target.address))
        .list("files", files.collect());
    // A person has read them on stderr.
    block.remarks(findings.iter().map(describe::finding).collect()).for_programs()
}

/// A fault that was accepted by name may well keep the page from reading back.
fn is_harmless(finding: &Finding) -> bool {
    finding.severity() != page::Severity::Fault
}
