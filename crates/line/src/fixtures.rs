//! The fixtures of a job: a driver for each slot.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use device::{
    BoardModel, DiagnosticsOptions, Fault, FaultSpecError, Firmware, FlashTime, ModelError,
    SeededRandomness, Shell, Sleep, Tray, TrayError, WRITE_STEP_LEN,
};
use durable::DurableError;

use crate::{
    driver::{
        Driver, DriverError,
        command::{
            CommandDriver, CommandError, CommandSettings, TEMPLATE_LEN_MAX,
            Template as ToolTemplate, TemplateError, built_in_template, built_in_template_names,
        },
        diag::{
            ChipCommand, ChipCommandError, DiagDriver, DiagSettings, ProgramSource, SerialSource,
            TcpSource, WireSource,
        },
        files::{FilesDriver, FilesSettings, PageFormat, ReadBack},
        sim::{SimDriver, SimKeys, SimSettings},
    },
    job::{BoardSettings, DiagPort, DriverSettings, FileForm, Job, Template},
    page_maker::PageMaker,
};

/// How many boards a simulated tray gets where the job does not say.
const BOARDS: u64 = 100;

impl Job {
    /// Opens a driver for each slot.
    ///
    /// # Errors
    ///
    /// [`FixtureError`]: a template, a tray or a setting that cannot be used. No board was touched.
    pub fn open_fixtures(&self, pages: &PageMaker) -> Result<Vec<Box<dyn Driver>>, FixtureError> {
        let slots = 1..=u32::from(self.line.slots);
        match &self.driver {
            DriverSettings::Sim(settings) => self.simulated(settings, pages, slots),
            DriverSettings::Files { directory, form, readback, wait_ms } => slots
                .map(|slot| {
                    let format = page_format(*form);
                    let read_back = readback.as_ref().map(|pattern| ReadBack {
                        pattern: directory.join(pattern).to_string_lossy().into_owned(),
                        format,
                        patience: Duration::from_millis(*wait_ms),
                    });
                    let settings = FilesSettings {
                        directory: directory.clone(),
                        slot,
                        format,
                        address: pages.address(),
                        region_len: pages.region_len(),
                        read_back,
                    };
                    Ok(Box::new(FilesDriver::new(settings)?) as Box<dyn Driver>)
                })
                .collect(),
            DriverSettings::Command { template, probes, device, settings } => {
                let template = tool_template(template)?;
                slots
                    .zip(probes)
                    .map(|(slot, probe)| {
                        let settings = CommandSettings {
                            probe: Some(probe.clone()),
                            device: device
                                .clone()
                                .unwrap_or_else(|| pages.device_part().to_owned()),
                            chip: self.page.chip.clone(),
                            address: pages.address(),
                            region_len: pages.region_len(),
                            settings: settings.clone(),
                            scratch: self.scratch(slot),
                        };
                        let driver = CommandDriver::new(template.clone(), settings)?;
                        Ok(Box::new(driver) as Box<dyn Driver>)
                    })
                    .collect()
            }
            DriverSettings::Probe { .. } => Err(FixtureError::NoProbeSupport),
            DriverSettings::Diag { ports, chip_id_command, chip_id_pattern, store_ms } => {
                let chip = chip_id_command
                    .as_ref()
                    .map(|command| {
                        ChipCommand::new(
                            command,
                            chip_id_pattern.as_deref().unwrap_or(CHIP_PATTERN),
                        )
                    })
                    .transpose()?;
                let settings = DiagSettings {
                    chip,
                    store_patience: Duration::from_millis(*store_ms),
                    ..DiagSettings::default()
                };
                let drivers = ports.iter().map(|port| {
                    Box::new(DiagDriver::new(wire_source(port), settings.clone()))
                        as Box<dyn Driver>
                });
                Ok(drivers.collect())
            }
        }
    }

    fn simulated(
        &self,
        settings: &BoardSettings,
        pages: &PageMaker,
        slots: impl Iterator<Item = u32>,
    ) -> Result<Vec<Box<dyn Driver>>, FixtureError> {
        let catalogue = page::Catalogue::built_in();
        let model = BoardModel::find(catalogue, &self.page.chip, self.page.firmware.as_deref())?;
        let tray = match &settings.tray {
            None => Tray::in_memory(model, settings.boards, settings.seed),
            Some(path) => {
                if !path.exists() {
                    let count = settings.boards.unwrap_or(BOARDS);
                    let mut randomness = SeededRandomness::new(settings.seed);
                    Tray::make(path, count, &model, Firmware::default(), &mut randomness)?;
                }
                Tray::directory(path, catalogue)?
            }
        };
        let faults: Vec<Fault> =
            settings.faults.iter().map(|spec| spec.parse()).collect::<Result<_, _>>()?;
        let time = (settings.flash_ms > 0).then(|| {
            // The job says how long a page takes; flash is written step by step.
            let steps = u32::try_from(pages.region_len() / WRITE_STEP_LEN).unwrap_or(1).max(1);
            let write = Duration::from_millis(settings.flash_ms) / steps;
            let time = FlashTime { erase: Duration::ZERO, write, read: Duration::ZERO };
            (time, Arc::new(RealSleep) as Arc<dyn Sleep>)
        });
        let keys = if settings.is_on_device {
            SimKeys::Board(Box::new(DiagnosticsOptions::of(Shell::Nordic)))
        } else {
            SimKeys::Host
        };
        Ok(slots
            .map(|slot| {
                let settings = SimSettings {
                    keys: keys.clone(),
                    faults: faults.clone(),
                    time: time.clone(),
                    seed: settings.seed,
                };
                Box::new(SimDriver::new(Arc::clone(&tray), slot, settings)) as Box<dyn Driver>
            })
            .collect())
    }

    /// Where a slot's page files pass through: a directory that only its owner may enter.
    fn scratch(&self, slot: u32) -> PathBuf {
        let mut name = self.line.journal.as_os_str().to_owned();
        name.push(format!(".slot-{slot}"));
        PathBuf::from(name)
    }
}

/// What a chip id looks like where the job does not say: 64 bits in hexadecimal.
const CHIP_PATTERN: &str = r"\b(?<chip>[0-9A-Fa-f]{16})\b";

const fn page_format(form: FileForm) -> PageFormat {
    match form {
        FileForm::Hex => PageFormat::IntelHex,
        FileForm::Bin => PageFormat::Binary,
        FileForm::S37 => PageFormat::SRecord,
    }
}

fn tool_template(template: &Template) -> Result<ToolTemplate, FixtureError> {
    match template {
        Template::Named(name) => match built_in_template(name) {
            Some(template) => Ok(template?),
            None => Err(FixtureError::UnknownTemplate {
                name: name.clone(),
                known: built_in_template_names().collect::<Vec<_>>().join(", "),
            }),
        },
        Template::File(path) => {
            let bytes = durable::read_bounded(path, TEMPLATE_LEN_MAX)?;
            let text = String::from_utf8_lossy(&bytes);
            Ok(ToolTemplate::parse(&file_name(path), &text)?)
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn wire_source(port: &DiagPort) -> Box<dyn WireSource> {
    match port {
        DiagPort::Serial { port, baud } => {
            Box::new(SerialSource { path: port.into(), baud: *baud })
        }
        DiagPort::Tcp(address) => Box::new(TcpSource(*address)),
        DiagPort::Program(argv) => Box::new(ProgramSource { argv: argv.clone() }),
    }
}

/// Lets simulated flash take its time.
struct RealSleep;

impl Sleep for RealSleep {
    fn sleep(&self, time: Duration) {
        thread::sleep(time);
    }
}

/// Why a fixture cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// A file.
    #[error("failed to {0}")]
    Disk(#[from] DurableError),
    /// A template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A template does not go with the job.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// No such template.
    #[error("no template is called {name:?}")]
    UnknownTemplate {
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// A directory or file of the driver.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// The command that asks a board for its chip's name.
    #[error(transparent)]
    Chip(#[from] ChipCommandError),
    /// The chip of simulated boards.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The tray of simulated boards.
    #[error(transparent)]
    Tray(#[from] TrayError),
    /// A fault of simulated boards.
    #[error(transparent)]
    Fault(#[from] FaultSpecError),
    /// There is no driver of that kind: the library's serial ports come under a licence that this project does not take.
    #[error("the probe-rs library is not built in")]
    NoProbeSupport,
}

impl FixtureError {
    /// What a person can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Disk(error) => error.hint(),
            Self::Template(error) => error.hint(),
            Self::UnknownTemplate { known, .. } => Some(format!("there are {known}, or a file of your own")),
            Self::Driver(error) => error.hint(),
            Self::Model(error) => error.hint(),
            Self::Tray(error) => error.hint(),
            Self::Command(error) => error.hint(),
            Self::NoProbeSupport => Some(
                "use the driver command with the template probe-rs: it runs that project's own program"
                    .to_owned(),
            ),
            Self::Chip(_) | Self::Fault(_) => None,
        }
    }
}
