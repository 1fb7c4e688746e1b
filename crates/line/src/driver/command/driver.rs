//! The driver: runs a template's steps for one probe.

use std::{collections::BTreeMap, path::PathBuf};

use page::Image;
use regex::Regex;

use super::{
    Template, TemplateError,
    placeholder::{PlaceholderError, Values},
    run::Ended,
    step::StepFault,
    template::{FILE, ReadForm, TemplateFault},
    words,
};
use crate::driver::{
    ChipId, Delivery, Driver, DriverError, FoundPage, KeyOrigin, Presence, page_file,
    scratch::Scratch,
};

/// The largest file that a tool may read back: a whole flash of 2 MiB as text.
const READ_LEN_MAX: u64 = 8 * 1024 * 1024;

/// Which probe programs which chip, and where.
#[derive(Clone, Debug)]
pub struct CommandSettings {
    /// The probe's serial number; needed where the template names it.
    pub probe: Option<String>,
    /// The vendor's part number, as programming tools want it ([`page::Chip::device`]).
    pub device: String,
    /// The chip's name in the catalogue ([`page::Chip::name`]).
    pub chip: String,
    /// Address of the page's first byte.
    pub address: u32,
    /// Size of the page's flash region in bytes.
    pub region_len: usize,
    /// The template's own settings, where they differ from its defaults.
    pub settings: BTreeMap<String, String>,
    /// A directory for this slot alone, best in memory: pages pass through it.
    pub scratch: PathBuf,
}

/// Programs boards by running the programs of a template.
#[derive(Debug)]
pub struct CommandDriver {
    template: Template,
    values: Values,
    address: u32,
    region_len: usize,
    scratch: Scratch,
    /// An anonymous board was let go and has not been seen to leave.
    is_old_board: bool,
}

/// Why a driver cannot be made of a template.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CommandError {
    /// The template does not go with the settings.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A setting that the template does not know, or that has characters which end a word.
    #[error("setting {name} cannot be {value:?}")]
    Setting {
        /// Its name.
        name: String,
        /// What it was set to.
        value: String,
    },
    /// A setting without a default was not given.
    #[error("setting {name} is missing")]
    Missing {
        /// Its name.
        name: String,
    },
    /// The scratch directory.
    #[error(transparent)]
    Scratch(#[from] DriverError),
}

impl CommandError {
    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Template(error) => error.hint(),
            Self::Setting { .. } => Some(
                "a value is one word without quotes, braces or semicolons, and the template must know its name"
                    .to_owned(),
            ),
            Self::Missing { name } => Some(format!("give {name} in the job's driver settings")),
            Self::Scratch(error) => error.hint(),
        }
    }
}

impl CommandDriver {
    /// A driver for one probe.
    ///
    /// # Errors
    ///
    /// [`CommandError`].
    pub fn new(template: Template, settings: CommandSettings) -> Result<Self, CommandError> {
        let values = values(&template, &settings)?;
        for (section, step) in template.steps() {
            // What stands for a file is ours, and cannot be an option.
            let mut values = values.clone();
            values.insert(FILE.to_owned(), FILE.to_owned());
            step.refuse_with(&values).map_err(|fault| match fault {
                StepFault::Placeholder(PlaceholderError::Unknown { name }) => {
                    CommandError::Missing { name }
                }
                fault => CommandError::Template(TemplateError {
                    file: template.name().to_owned(),
                    fault: TemplateFault::Step { step: section, fault },
                }),
            })?;
        }
        let scratch = Scratch::new(settings.scratch)?;
        let CommandSettings { address, region_len, .. } = settings;
        Ok(Self { template, values, address, region_len, scratch, is_old_board: false })
    }

    fn with_file(&self, path: &std::path::Path) -> Values {
        let mut values = self.values.clone();
        values.insert(FILE.to_owned(), path.display().to_string());
        values
    }

    fn refuse_other_place(&self, address: u32, region_len: usize) -> Result<(), DriverError> {
        if (address, region_len) == (self.address, self.region_len) {
            return Ok(());
        }
        Err(DriverError::Unsupported { what: "other place for the page than its own" })
    }
}

impl Driver for CommandDriver {
    fn look(&mut self) -> Result<Presence, DriverError> {
        let look = &self.template.look;
        let ended = look.step.run(&self.values, &self.scratch)?;
        let says_empty = look.empty.as_ref().is_some_and(|empty| empty.is_match(&ended.output));
        if says_empty || ended.code.is_some_and(|code| look.empty_exit_codes.contains(&code)) {
            self.is_old_board = false;
            return Ok(Presence::Empty);
        }
        look.step.judge(&ended, true)?;
        let Some(chip) = &look.chip else {
            // The board that was let go looks like any other until it is gone.
            let is_old = self.is_old_board;
            return Ok(if is_old { Presence::Empty } else { Presence::Anonymous });
        };
        chip_in(chip, &ended).map(Presence::Board).ok_or_else(|| DriverError::Garbled {
            what: format!("{} tells no chip id", look.step.program()),
        })
    }

    fn key_origin(&self) -> KeyOrigin {
        KeyOrigin::Host
    }

    fn read_page(&mut self) -> Result<FoundPage, DriverError> {
        let Some(read) = &self.template.read else { return Ok(FoundPage::Unreadable) };
        let extension = match read.form {
            ReadForm::File(format) => format.extension(),
            ReadForm::Words => "txt",
        };
        let file = self.scratch.place(&format!("read.{extension}"));
        let ended = read.step.run(&self.with_file(file.path()), &self.scratch)?;
        let prints_page = read.form == ReadForm::Words;
        read.step.judge(&ended, !prints_page)?;
        let image: Image = match read.form {
            ReadForm::Words => words::parse(&ended.output, self.address, self.region_len)?,
            ReadForm::File(_) if !file.path().exists() => {
                return Err(DriverError::Program {
                    program: read.step.program().to_owned(),
                    how: "has written no file".to_owned(),
                });
            }
            ReadForm::File(format) => {
                let bytes = zeroize::Zeroizing::new(file.read(READ_LEN_MAX)?);
                format.decode(&bytes, self.address, self.region_len)?
            }
        };
        Ok(FoundPage::Bytes(image))
    }

    fn install(&mut self, delivery: &Delivery<'_>) -> Result<(), DriverError> {
        let Delivery::Page { image, address, region_len } = *delivery else {
            return Err(DriverError::Unsupported { what: "way to deliver chains" });
        };
        self.refuse_other_place(address, region_len)?;
        let format = self.template.page_format;
        let bytes = format.encode(&page_file::whole_region(image, region_len), address)?;
        let file = self.scratch.write(&format!("page.{}", format.extension()), &bytes)?;
        let values = self.with_file(file.path());
        for step in &self.template.write {
            let ended = step.run(&values, &self.scratch)?;
            step.judge(&ended, true)?;
        }
        Ok(())
    }

    fn let_go(&mut self) -> Result<(), DriverError> {
        self.is_old_board = true;
        for step in &self.template.reset {
            let ended = step.run(&self.values, &self.scratch)?;
            step.judge(&ended, true)?;
        }
        // Tools may leave files of their own where they ran.
        self.scratch.clear()
    }
}

/// The id that the group `chip` matches, without the blanks that tools put between words.
fn chip_in(pattern: &Regex, ended: &Ended) -> Option<ChipId> {
    let found = pattern.captures(&ended.output)?.name("chip")?.as_str();
    let id: String = found.split_whitespace().collect();
    // A probe that reaches no chip reads all ones or all zeros, and would find the same "chip" everywhere.
    let first = id.chars().next()?;
    let is_dead = matches!(first, '0' | 'F' | 'f') && id.chars().all(|digit| digit == first);
    if is_dead { None } else { id.to_ascii_lowercase().parse().ok() }
}

/// What stands for every placeholder but the files.
fn values(template: &Template, settings: &CommandSettings) -> Result<Values, CommandError> {
    let end = u64::from(settings.address) + settings.region_len as u64;
    let mut values = Values::from(
        [
            ("device", settings.device.clone()),
            ("chip", settings.chip.clone()),
            ("address", settings.address.to_string()),
            ("address_hex", format!("{:#010x}", settings.address)),
            ("len", settings.region_len.to_string()),
            ("len_hex", format!("{:#x}", settings.region_len)),
            ("end_hex", format!("{end:#010x}")),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    if let Some(probe) = &settings.probe {
        values.insert("probe".to_owned(), probe.clone());
    }
    for (name, value) in &settings.settings {
        if !template.settings.contains_key(name) {
            return Err(CommandError::Setting { name: name.clone(), value: value.clone() });
        }
    }
    for (name, default) in &template.settings {
        let value = settings.settings.get(name).unwrap_or(default);
        if value.is_empty() {
            return Err(CommandError::Missing { name: name.clone() });
        }
        values.insert(name.clone(), value.clone());
    }
    // In a script a blank, quote, brace or semicolon ends a word, and another command may begin.
    let is_word = |value: &str| {
        !value.is_empty()
            && !value.starts_with('-')
            && value.bytes().all(|byte| {
                byte.is_ascii_graphic()
                    && !matches!(
                        byte,
                        b'"' | b'\'' | b'`' | b'{' | b'}' | b';' | b'$' | b'[' | b']'
                    )
            })
    };
    match values.iter().find(|(_, value)| !is_word(value)) {
        None => Ok(values),
        Some((name, value)) => {
            Err(CommandError::Setting { name: name.clone(), value: value.clone() })
        }
    }
}
