//! The files: image, Intel HEX, NVM3 objects, S-records.
//!
//! All of them hold private keys, so only their owner may read them. Everything is encoded and every place is
//! tried before the first is written; each file is whole or absent, and one that is replaced is replaced at once.

use std::{
    borrow::Cow,
    io,
    path::{Path, PathBuf},
};

use durable::{Cause, DurableError, Operation, Visibility};
use page::{Image, LayoutForm, MergeError, PAGE_LEN_MAX, Page, ValueId, intel_hex, nvm3};

use crate::{
    compat::provision::{
        commander,
        request::{Outputs, Request},
    },
    exit::Exit,
    failure::Failure,
    terminal,
};

pub(super) fn write(request: &Request, page: &Page) -> Result<(), Failure> {
    match &request.outputs {
        Outputs::Image { bin, hex } => write_image(request, page, bin, hex.as_deref()),
        Outputs::Nvm3 { nvm3, s37, commander } => {
            let key_base = match request.layout.form() {
                LayoutForm::Nvm3 { key_base } => *key_base,
                _ => nvm3::KEY_BASE,
            };
            let text = nvm3::write(page, key_base)
                .map_err(|error| Failure::new(Exit::Refused, &error).hint(error.hint()))?;
            let (nvm3_target, s37_target) = (target(nvm3)?, target(s37)?);
            replace(nvm3, &nvm3_target, text.as_ref())?;
            let Some(address) = request.address else {
                return Err(Failure::new(Exit::Defect, "the chip has no address"));
            };
            let device = &request.chip.device;
            let chip = &request.chip.name;
            commander::S37 { commander, chip, device, address, nvm3: &nvm3_target }
                .make(s37, &s37_target)
        }
    }
}

/// Writes `bytes` to `target`, and says so by the name that the person knows.
pub(super) fn replace(name: &Path, target: &Path, bytes: &[u8]) -> Result<(), Failure> {
    durable::write_replace(target, Visibility::OwnerOnly, bytes)?;
    terminal::print(&format!("Generated {}\n", name.display()))
}

fn write_image(
    request: &Request,
    page: &Page,
    bin: &Path,
    hex: Option<&Path>,
) -> Result<(), Failure> {
    let refused = |error: page::EncodeError| Failure::new(Exit::Refused, &error).hint(error.hint());
    let image = request.layout.encode(page).map_err(refused)?;
    let hex = match (hex, request.address) {
        (Some(path), Some(address)) => {
            let text = intel_hex::write(&image, address)
                .map_err(|error| Failure::new(Exit::Usage, error))?;
            Some((path, target(path)?, text))
        }
        _ => None,
    };
    let bin_target = target(bin)?;
    let merged = match existing(&bin_target)? {
        Some(existing) => {
            let merged = merge(request, page, bin, &existing)?;
            if hex.is_some() && *merged != *image {
                terminal::note("note: the hex file has the new values only, as the public tool's");
            }
            Cow::Owned(merged)
        }
        None => Cow::Borrowed(&image),
    };
    replace(bin, &bin_target, &merged)?;
    if let Some((path, target, text)) = hex {
        replace(path, &target, text.as_ref())?;
    }
    Ok(())
}

fn merge(request: &Request, page: &Page, bin: &Path, existing: &[u8]) -> Result<Image, Failure> {
    let merged = request.layout.merge(existing, page).map_err(|error| {
        Failure::new(Exit::Refused, format!("{} is in the way: {error}", bin.display()))
            .hint(error.hint())
    })?;
    let before = request.layout.decode_lenient(existing).page;
    let smsn = before.value(ValueId::SMSN);
    if smsn.is_some() && smsn != page.value(ValueId::SMSN) {
        terminal::note(&format!(
            "note: {} was the page of another device; values that this one lacks stay in it",
            bin.display()
        ));
    }
    Ok(merged)
}

/// What stands in the file that is to be written, if there is one.
fn existing(target: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match durable::read_bounded(target, PAGE_LEN_MAX as u64) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(DurableError { cause: Cause::NotFound, .. }) => Ok(None),
        Err(DurableError { cause: Cause::TooLarge { .. }, path, .. }) => {
            let path = path.display();
            let hint = MergeError::TooLarge { found: 0 }.hint();
            Err(Failure::new(
                Exit::Refused,
                format!("{path} is in the way: it is larger than any page"),
            )
            .hint(hint))
        }
        Err(error) => Err(error.into()),
    }
}

/// Where a path leads. A link is followed, as the public tool writes through it. What is no plain file, a
/// device or a pipe, is refused: replacing one would remove it.
fn target(path: &Path) -> Result<PathBuf, Failure> {
    let failed = |error: io::Error| DurableError::new(Operation::Open, path, &error);
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(path.canonicalize().map_err(failed)?),
        Ok(_) => {
            let path = path.display();
            Err(Failure::new(Exit::Refused, format!("{path} is not a plain file")).hint(
                "name a file; it holds private keys and is readable by its owner only".to_owned(),
            ))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(failed(error).into()),
    }
}
