//! How boards are reached, as a job says it.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use super::{error::JobError, section::Section};

/// The longest wait for a programmer or a person with a file, in milliseconds: a day.
const WAIT_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// How boards are reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DriverSettings {
    /// Simulated boards.
    Sim(BoardSettings),
    /// A page file per slot, for gang programmers.
    Files {
        /// Where page files go.
        directory: PathBuf,
        /// In which form.
        form: FileForm,
        /// The file that the programmer reads back, with `{slot}` for the slot's number.
        readback: Option<String>,
        /// How long that file is waited for, in milliseconds.
        wait_ms: u64,
    },
    /// A vendor's program.
    Command {
        /// A built-in template's name, or a file.
        template: Template,
        /// The probe of each slot, as the program names it.
        probes: Vec<String>,
        /// The part number, where it is not the chip's own.
        device: Option<String>,
        /// The template's own settings.
        settings: BTreeMap<String, String>,
    },
    /// The probe-rs library.
    Probe {
        /// The serial number of each slot's probe.
        probes: Vec<String>,
        /// The chip's name in probe-rs, where it is not the part number.
        device: Option<String>,
    },
    /// Diagnostic firmware that makes its own keys.
    Diag {
        /// Each slot's way to the board.
        ports: Vec<DiagPort>,
        /// What the board is asked for its chip's name.
        chip_id_command: Option<String>,
        /// What the answer looks like; the group `chip` is the name.
        chip_id_pattern: Option<String>,
        /// How long `cert store` may take, in milliseconds.
        store_ms: u64,
    },
}

/// A template of a command driver.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Template {
    /// Built in.
    Named(String),
    /// A file of the user's own.
    File(PathBuf),
}

/// Simulated boards.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct BoardSettings {
    /// The directory that keeps them; without it they are in memory.
    pub tray: Option<PathBuf>,
    /// How many boards there are.
    pub boards: Option<u64>,
    /// The seed of their names and faults.
    pub seed: u64,
    /// How long writing a page takes, in milliseconds.
    pub flash_ms: u64,
    /// What goes wrong with them.
    pub faults: Vec<String>,
    /// Whether boards make their own keys, through their diagnostic firmware.
    pub is_on_device: bool,
}

/// The form of page files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileForm {
    /// Intel HEX.
    Hex,
    /// Raw bytes from the page's first byte on.
    Bin,
    /// Motorola S-records.
    S37,
}

/// A way to diagnostic firmware.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DiagPort {
    /// A serial port.
    Serial {
        /// Its name, such as `/dev/ttyACM0` or `COM3`.
        port: String,
        /// Baud.
        baud: u32,
    },
    /// A socket: `tcp://ADDRESS:PORT`.
    Tcp(SocketAddr),
    /// A program's standard input and output.
    Program(Vec<String>),
}

pub(super) fn read(
    section: Section<'_>,
    base: &Path,
    slots: u16,
) -> Result<DriverSettings, JobError> {
    let per_slot = |key: &'static str, given: &[String]| {
        if given.len() == usize::from(slots) {
            return Ok(());
        }
        let problem = format!("{} for {slots} slots; name one a slot", given.len());
        Err(section.bad(key, &problem))
    };
    let settings = match section.text("kind")? {
        "sim" => DriverSettings::Sim(BoardSettings {
            tray: section.optional_path("tray", base)?,
            boards: section.optional_number("boards", 1, u64::MAX)?,
            seed: section.optional_number("seed", 0, u64::MAX)?.unwrap_or(0),
            flash_ms: section.optional_number("flash_ms", 0, WAIT_MS_MAX)?.unwrap_or(0),
            faults: section.texts("faults")?,
            is_on_device: section.optional_flag("on_device")?.unwrap_or(false),
        }),
        "files" => DriverSettings::Files {
            directory: section.path_in("directory", base)?,
            form: match section.optional_text("form")? {
                None | Some("hex") => FileForm::Hex,
                Some("bin") => FileForm::Bin,
                Some("s37") => FileForm::S37,
                Some(_) => return Err(section.bad("form", &"say hex, bin or s37")),
            },
            readback: section.optional_text("readback")?.map(str::to_owned),
            wait_ms: section.optional_number("wait_ms", 1, WAIT_MS_MAX)?.unwrap_or(600_000),
        },
        "command" => {
            let template = section.text("template")?;
            let probes = section.texts("probes")?;
            per_slot("probes", &probes)?;
            DriverSettings::Command {
                template: if template.ends_with(".toml") {
                    Template::File(base.join(template))
                } else {
                    Template::Named(template.to_owned())
                },
                probes,
                device: section.optional_text("device")?.map(str::to_owned),
                settings: section.words("settings")?,
            }
        }
        "probe" => {
            let probes = section.texts("probes")?;
            per_slot("probes", &probes)?;
            DriverSettings::Probe {
                probes,
                device: section.optional_text("device")?.map(str::to_owned),
            }
        }
        "diag" => {
            let baud = section.optional_number("baud", 300, 4_000_000)?.unwrap_or(115_200) as u32;
            let ports = section.texts("ports")?;
            per_slot("ports", &ports)?;
            let pattern = section.optional_text("chip_id_match")?.map(str::to_owned);
            if let Some(pattern) = &pattern {
                let is_good = regex::Regex::new(pattern)
                    .is_ok_and(|regex| regex.capture_names().flatten().any(|name| name == "chip"));
                if !is_good {
                    return Err(section.bad("chip_id_match", &"a pattern with a group (?<chip>…)"));
                }
            }
            DriverSettings::Diag {
                ports: ports
                    .iter()
                    .map(|port| diag_port(port, baud))
                    .collect::<Result<_, _>>()
                    .map_err(|problem| section.bad("ports", &problem))?,
                chip_id_command: section.optional_text("chip_id_command")?.map(str::to_owned),
                chip_id_pattern: pattern,
                store_ms: section.optional_number("store_ms", 1, WAIT_MS_MAX)?.unwrap_or(30_000),
            }
        }
        _ => {
            return Err(section.bad("kind", &"say sim, files, command, probe or diag"));
        }
    };
    section.finish()?;
    Ok(settings)
}

fn diag_port(text: &str, baud: u32) -> Result<DiagPort, String> {
    if let Some(address) = text.strip_prefix("tcp://") {
        let parsed = address.parse().map(DiagPort::Tcp);
        return parsed.map_err(|_| format!("{text} is no tcp://ADDRESS:PORT"));
    }
    if let Some(words) = text.strip_prefix("run:") {
        return Ok(DiagPort::Program(words.split_whitespace().map(str::to_owned).collect()));
    }
    let port = text.strip_prefix("serial:").unwrap_or(text).to_owned();
    Ok(DiagPort::Serial { port, baud })
}
