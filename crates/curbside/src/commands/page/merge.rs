//! `curbside page merge`.

use std::path::{Path, PathBuf};

use clap::Args;
use page::{Container, Image, LayoutForm, MergeError, intel_hex, s_record};

use crate::{
    commands::{
        Format,
        page::{
            build,
            device::DeviceArgs,
            lint::AcceptArgs,
            output::OutputArgs,
            show,
            target::{Target, TargetArgs},
        },
    },
    exit::Exit,
    failure::Failure,
    input::Input,
};

/// Put a device's values into an existing page
///
/// For an image that holds more than the device's identity, such as application values: the same checks as
/// `page build`, then the values of EXISTING that have the same id give way. An image that is no page of this layout
/// is refused. EXISTING itself is not changed.
#[derive(Args, Debug)]
pub(crate) struct MergeArgs {
    /// The existing page: bytes from the page's start, Intel HEX or S-records
    #[arg(value_name = "EXISTING")]
    existing: PathBuf,
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

pub(crate) fn run(args: &MergeArgs) -> Result<(), Failure> {
    let target = args.target.target()?;
    if let LayoutForm::Nvm3 { .. } = target.layout.form() {
        let message =
            format!("pages of {} are NVM3 objects, which are not merged", target.chip.name);
        return Err(Failure::new(Exit::Unsupported, message).hint(
            "write the new objects alone: Simplicity Commander leaves the others as they are"
                .to_owned(),
        ));
    }
    let existing = existing_image(&args.existing, &target)?;
    let input = args.device.checked()?;
    let page = input.page(target.version);
    let merged = target.layout.merge(&existing, &page).map_err(|error| {
        let exit = match error {
            MergeError::NotAPage { .. } | MergeError::Derails { .. } => Exit::Malformed,
            _ => Exit::Refused,
        };
        let message = format!("failed to merge into {}: {error}", args.existing.display());
        Failure::new(exit, message).hint(error.hint())
    })?;
    let whole = target.layout.decode_lenient(&merged).page;
    let findings = args.accept.lint(&whole, &target)?;
    let files = args.output.write_image(merged, &target)?;
    args.format.print(&build::report(&whole, &target, &findings, &files))
}

fn existing_image(path: &Path, target: &Target) -> Result<Image, Failure> {
    let bytes = Input::of_file(path.to_owned()).read(show::FLASH_LEN_BYTES_MAX)?;
    let memory = match Container::of(&bytes) {
        Container::Binary | Container::Nvm3 => return Ok(Image::from(bytes.to_vec())),
        Container::IntelHex => intel_hex::parse(&bytes),
        Container::SRecord => s_record::parse(&bytes),
    };
    let memory = memory.map_err(|error| show::text_failure(&path.display(), &error))?;
    match memory.segments() {
        [segment] if segment.address == target.address => Ok(segment.bytes.clone()),
        _ => {
            let message = format!(
                "{} holds other memory than one page at {:#010x}",
                path.display(),
                target.address
            );
            Err(Failure::new(Exit::Refused, message)
                .hint("cut the page out of it first; the rest would be lost".to_owned()))
        }
    }
}
