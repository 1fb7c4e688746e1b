//! The files that a page is written to.

use std::path::PathBuf;

use clap::Args;
use durable::Visibility;
use page::{EncodeError, Image, ImageText, LayoutForm, Page, intel_hex, nvm3, s_record};

use crate::{
    commands::page::target::Target,
    exit::Exit,
    failure::Failure,
    files::{Draft, Existing, write_together},
};

/// The options that name output files. All of them hold the device's private keys.
#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    #[command(flatten)]
    files: OutputFiles,
    /// Replace existing files
    #[arg(long)]
    force: bool,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
struct OutputFiles {
    /// Write the bytes of the page
    #[arg(long, value_name = "FILE")]
    bin: Option<PathBuf>,
    /// Write Intel HEX
    #[arg(long, value_name = "FILE")]
    hex: Option<PathBuf>,
    /// Write Motorola S-records
    #[arg(long, value_name = "FILE")]
    srec: Option<PathBuf>,
    /// Write NVM3 objects for Simplicity Commander
    #[arg(long, value_name = "FILE")]
    nvm3: Option<PathBuf>,
}

impl OutputArgs {
    /// Writes NVM3 objects; such a page has no flash image.
    pub(super) fn write_objects(
        &self,
        page: &Page,
        target: &Target,
    ) -> Result<Vec<PathBuf>, Failure> {
        let OutputFiles { bin, hex, srec, nvm3: path } = &self.files;
        let LayoutForm::Nvm3 { key_base } = *target.layout.form() else {
            return Err(Failure::new(Exit::Usage, format!("{} has no NVM3", target.chip.name))
                .hint("say --bin, --hex or --srec".to_owned()));
        };
        if [bin, hex, srec].iter().any(|path| path.is_some()) {
            let message =
                format!("pages of {} are NVM3 objects without an image", target.chip.name);
            return Err(Failure::new(Exit::Usage, message).hint("say --nvm3 FILE alone".to_owned()));
        }
        let text = nvm3::write(page, key_base).map_err(|error| encode_failure(target, &error))?;
        self.write(path.iter().map(|path| (path.clone(), Encoded::Text(text.clone()))).collect())
    }

    /// Writes a flash image in every form that was asked for.
    pub(super) fn write_image(
        &self,
        image: Image,
        target: &Target,
    ) -> Result<Vec<PathBuf>, Failure> {
        if self.files.nvm3.is_some() {
            return Err(Failure::new(Exit::Usage, format!("{} has no NVM3", target.chip.name))
                .hint("say --bin, --hex or --srec".to_owned()));
        }
        let too_high = |error| Failure::new(Exit::Usage, format!("bad address: {error}"));
        let mut encoded = Vec::new();
        if let Some(path) = &self.files.hex {
            let text = intel_hex::write(&image, target.address).map_err(too_high)?;
            encoded.push((path.clone(), Encoded::Text(text)));
        }
        if let Some(path) = &self.files.srec {
            let text = s_record::write(&image, target.address).map_err(too_high)?;
            encoded.push((path.clone(), Encoded::Text(text)));
        }
        if let Some(path) = &self.files.bin {
            encoded.push((path.clone(), Encoded::Image(image)));
        }
        self.write(encoded)
    }

    fn write(&self, encoded: Vec<(PathBuf, Encoded)>) -> Result<Vec<PathBuf>, Failure> {
        let existing = if self.force { Existing::Replace } else { Existing::Refuse };
        let drafts: Vec<Draft<'_>> = encoded
            .iter()
            .map(|(path, encoded)| Draft { path: path.clone(), bytes: encoded.bytes() })
            .collect();
        write_together(&drafts, Visibility::OwnerOnly, existing)?;
        Ok(encoded.into_iter().map(|(path, _)| path).collect())
    }
}

/// A page ready to be written.
enum Encoded {
    Image(Image),
    Text(ImageText),
}

impl Encoded {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Image(image) => image,
            Self::Text(text) => text.as_bytes(),
        }
    }
}

/// Why a page does not fit the layout.
pub(super) fn encode_failure(target: &Target, error: &EncodeError) -> Failure {
    Failure::new(Exit::Refused, format!("no page is written for {}: {error}", target.name()))
        .hint(error.hint())
}
