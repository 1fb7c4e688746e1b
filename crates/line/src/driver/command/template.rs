//! Templates as data files. Their schema stands at the head of each file in `templates/`.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use super::{
    placeholder::PlaceholderError,
    step::{RawStep, Step, StepFault, compile},
};
use crate::driver::page_file::PageFormat;

/// The largest template file in bytes; the built-in ones have two thousand.
pub const TEMPLATE_LEN_MAX: u64 = 64 * 1024;

/// The schema that this program reads.
const SCHEMA: u32 = 1;

/// The placeholders that every step knows.
pub(super) const COMMON: [&str; 8] =
    ["probe", "device", "chip", "address", "address_hex", "len", "len_hex", "end_hex"];

/// The placeholder of the page's file, or of the file that is read into.
pub(super) const FILE: &str = "file";

/// How one programmer is used: what to run to look, read, write and reset.
#[derive(Clone, Debug)]
pub struct Template {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) page_format: PageFormat,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) look: Look,
    pub(super) read: Option<Read>,
    pub(super) write: Vec<Step>,
    pub(super) reset: Vec<Step>,
}

/// How a board is looked for.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) step: Step,
    /// What the output says where no board is; looked at before the exit code.
    pub(super) empty: Option<Regex>,
    /// The exit codes that mean the same.
    pub(super) empty_exit_codes: Vec<i32>,
    /// Where the chip's id stands in it.
    pub(super) chip: Option<Regex>,
}

/// How the region is read.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) step: Step,
    pub(super) form: ReadForm,
}

/// What a program gives when it reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ReadForm {
    /// It writes a file.
    File(PageFormat),
    /// It prints addresses and words of 32 bits.
    Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTemplate {
    schema: u32,
    name: String,
    title: String,
    page_format: PageFormat,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    look: RawLook,
    read: Option<RawRead>,
    write: Vec<RawStep>,
    #[serde(default)]
    reset: Vec<RawStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLook {
    step: RawStep,
    empty: Option<String>,
    #[serde(default)]
    empty_exit_codes: Vec<i32>,
    chip: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRead {
    step: RawStep,
    format: RawForm,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawForm {
    Hex,
    Bin,
    S37,
    Words,
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct TemplateError {
    /// The file.
    pub file: String,
    /// What is wrong with it.
    pub fault: TemplateFault,
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TemplateFault {
    /// It is no TOML, or has other keys.
    #[error("{0}")]
    Syntax(String),
    /// It is of another schema.
    #[error("schema {found} is not {SCHEMA}")]
    Schema {
        /// What stands there.
        found: u32,
    },
    /// A step.
    #[error("step {step}: {fault}")]
    Step {
        /// Its section, with a number where there are several.
        step: String,
        /// What is wrong with it.
        fault: StepFault,
    },
    /// No step writes the page's file.
    #[error("no step of [[write]] names {{file}}")]
    NothingWritten,
    /// The reading step does not say where to.
    #[error("[read] reads into a file, but its step does not name {{file}}")]
    NothingRead,
    /// The pattern for the chip does not say what of it is the id.
    #[error("[look] has a pattern `chip` without a group `(?<chip>…)`")]
    ChipGroup,
}

impl TemplateError {
    /// What the operator can do.
    pub fn hint(&self) -> Option<String> {
        Some(match &self.fault {
            TemplateFault::Step { fault: StepFault::Refused(_), .. } => {
                "let the programmer erase the sectors that it writes, and no more".to_owned()
            }
            TemplateFault::Schema { .. } => "use the template of this release".to_owned(),
            TemplateFault::Syntax(_) | TemplateFault::Step { .. } => {
                "the keys are explained at the head of the built-in templates".to_owned()
            }
            _ => return None,
        })
    }
}

impl Template {
    /// Reads a template. `file` only serves the error.
    ///
    /// # Errors
    ///
    /// [`TemplateError`], among others where a step could erase more than the page's region.
    pub fn parse(file: &str, text: &str) -> Result<Self, TemplateError> {
        Self::from_text(text).map_err(|fault| TemplateError { file: file.to_owned(), fault })
    }

    /// The name by which a job chooses it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Settings of its own and their defaults; one that is empty must be given.
    pub const fn settings(&self) -> &BTreeMap<String, String> {
        &self.settings
    }

    /// Every step, with its section's name.
    pub(super) fn steps(&self) -> impl Iterator<Item = (String, &Step)> {
        let look = [("look".to_owned(), &self.look.step)].into_iter();
        let read = self.read.iter().map(|read| ("read".to_owned(), &read.step));
        let numbered =
            |section: &'static str| move |(index, step)| (format!("{section} {}", index + 1), step);
        look.chain(read)
            .chain(self.write.iter().enumerate().map(numbered("write")))
            .chain(self.reset.iter().enumerate().map(numbered("reset")))
    }

    fn from_text(text: &str) -> Result<Self, TemplateFault> {
        let raw: RawTemplate =
            toml::from_str(text).map_err(|error| TemplateFault::Syntax(error.to_string()))?;
        if raw.schema != SCHEMA {
            return Err(TemplateFault::Schema { found: raw.schema });
        }
        let step = |name: &str, raw| {
            Step::new(raw).map_err(|fault| TemplateFault::Step { step: name.to_owned(), fault })
        };
        let steps = |section: &str, raw: Vec<RawStep>| -> Result<Vec<Step>, TemplateFault> {
            let numbered = raw.into_iter().enumerate();
            numbered.map(|(index, raw)| step(&format!("{section} {}", index + 1), raw)).collect()
        };
        let template = Self {
            look: read_look(raw.look, &step)?,
            read: raw.read.map(|read| read_read(read, &step)).transpose()?,
            write: steps("write", raw.write)?,
            reset: steps("reset", raw.reset)?,
            name: raw.name,
            title: raw.title,
            page_format: raw.page_format,
            settings: raw.settings,
        };
        template.check_placeholders()?;
        Ok(template)
    }

    /// Every name must stand for something wherever it is used, and the page must get to the board.
    fn check_placeholders(&self) -> Result<(), TemplateFault> {
        for (section, step) in self.steps() {
            let fault = |fault: PlaceholderError| TemplateFault::Step {
                step: section.clone(),
                fault: fault.into(),
            };
            let has_file = section == "read" || section.starts_with("write");
            for name in step.placeholders().map_err(fault)? {
                let is_known = COMMON.contains(&name)
                    || self.settings.contains_key(name)
                    || (has_file && name == FILE);
                if !is_known {
                    return Err(fault(PlaceholderError::Unknown { name: name.to_owned() }));
                }
            }
        }
        let names_file = |step: &Step| step.placeholders().is_ok_and(|names| names.contains(&FILE));
        if !self.write.iter().any(names_file) {
            return Err(TemplateFault::NothingWritten);
        }
        match &self.read {
            Some(Read { step, form: ReadForm::File(_) }) if !names_file(step) => {
                Err(TemplateFault::NothingRead)
            }
            _ => Ok(()),
        }
    }
}

fn read_look(
    raw: RawLook,
    step: &impl Fn(&str, RawStep) -> Result<Step, TemplateFault>,
) -> Result<Look, TemplateFault> {
    let pattern = |text: &str| {
        compile(text).map_err(|fault| TemplateFault::Step { step: "look".to_owned(), fault })
    };
    let chip = raw.chip.as_deref().map(pattern).transpose()?;
    if let Some(chip) = &chip
        && !chip.capture_names().flatten().any(|name| name == "chip")
    {
        return Err(TemplateFault::ChipGroup);
    }
    let empty = raw.empty.as_deref().map(pattern).transpose()?;
    let empty_exit_codes = raw.empty_exit_codes;
    Ok(Look { step: step("look", raw.step)?, empty, empty_exit_codes, chip })
}

fn read_read(
    raw: RawRead,
    step: &impl Fn(&str, RawStep) -> Result<Step, TemplateFault>,
) -> Result<Read, TemplateFault> {
    let form = match raw.format {
        RawForm::Hex => ReadForm::File(PageFormat::IntelHex),
        RawForm::Bin => ReadForm::File(PageFormat::Binary),
        RawForm::S37 => ReadForm::File(PageFormat::SRecord),
        RawForm::Words => ReadForm::Words,
    };
    Ok(Read { step: step("read", raw.step)?, form })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::command::mass_erase::Refusal;

    fn template(write: &str) -> Result<Template, TemplateFault> {
        let text = format!(
            "schema = 1\nname = 'mine'\ntitle = 'Mine'\npage_format = 'hex'\n\n\
             [look]\nstep.argv = ['tool']\n\n[[write]]\n{write}\n"
        );
        Template::from_text(&text)
    }

    #[test]
    fn a_mass_erase_with_the_page_is_refused_by_name() {
        let Err(TemplateFault::Step { step, fault }) =
            template("argv = ['nrfjprog', '--chiperase', '--program', '{file}']")
        else {
            panic!("taken");
        };
        assert_eq!(step, "write 1");
        assert_eq!(fault.to_string(), "a mass erase never follows the page: `--chiperase`");
    }

    #[test]
    fn a_mass_erase_after_the_page_is_refused_too() {
        let two = "argv = ['tool', '{file}']\n[[write]]\nargv = ['tool', '--eraseall']";
        assert!(matches!(
            template(two),
            Err(TemplateFault::Step { step, fault: StepFault::Refused(_) }) if step == "write 2"
        ));
        let reset = "argv = ['tool', '{file}']\n[[reset]]\nargv = ['tool', 'recover']";
        assert!(matches!(
            template(reset),
            Err(TemplateFault::Step { step, fault: StepFault::Refused(_) }) if step == "reset 1"
        ));
    }

    #[test]
    fn nrfutil_without_an_erase_mode_is_refused() {
        let fault = template("argv = ['nrfutil', 'device', 'program', '--firmware', '{file}']");
        assert!(matches!(
            fault,
            Err(TemplateFault::Step { fault: StepFault::Refused(Refusal::NrfutilDefault), .. })
        ));
    }

    #[test]
    fn a_template_that_never_writes_the_page_is_refused() {
        assert_eq!(template("argv = ['tool']").unwrap_err(), TemplateFault::NothingWritten);
    }

    #[test]
    fn an_unknown_placeholder_is_refused() {
        let fault = template("argv = ['tool', '{file}', '{serial}']").unwrap_err();
        assert_eq!(fault.to_string(), "step write 1: {serial} stands for nothing here");
    }

    #[test]
    fn a_script_and_the_argument_that_names_it_go_together() {
        for write in ["argv = ['tool', '{script}', '{file}']", "argv = ['tool']\nscript = '{file}'"]
        {
            assert!(matches!(
                template(write),
                Err(TemplateFault::Step { fault: StepFault::Script, .. })
            ));
        }
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let text = "schema = 2\nname = 'a'\ntitle = 'a'\npage_format = 'hex'\nwrite = []\n\
                    look.step.argv = ['a']";
        assert_eq!(Template::from_text(text).unwrap_err(), TemplateFault::Schema { found: 2 });
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(matches!(
            template("argv = ['tool', '{file}']\ntimeout = 3"),
            Err(TemplateFault::Syntax(_))
        ));
    }
}
