//! A page that is asked for: the command line with its files read and its defaults filled in.

use std::{
    ffi::OsStr,
    fmt::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use durable::Cause;
use page::{Catalogue, Chip, Layout, PageVersion, Platform, input::JSON_LEN_MAX};
use zeroize::Zeroizing;

use crate::{
    compat::provision::{
        application_key, chip_address,
        command_line::{CommandLine, InputKind},
        config,
    },
    exit::Exit,
    failure::Failure,
};

/// Everything that a page and its files are made of.
pub(super) struct Request {
    pub(super) platform: Platform,
    pub(super) chip: Chip,
    /// Where the page will stand; `None` where nothing says so.
    pub(super) address: Option<u32>,
    pub(super) layout: Arc<Layout>,
    pub(super) input: Input,
    pub(super) dump_raw_values: bool,
    pub(super) outputs: Outputs,
}

/// The device's values as they come.
pub(super) enum Input {
    Acs { json: JsonFile, app_server_key: [u8; 32] },
    BlackBox { json: JsonFile },
    AwsCertificate { json: JsonFile },
    AwsDevice { wireless_device: JsonFile, device_profile: JsonFile },
}

/// A JSON file. It holds private keys.
pub(super) struct JsonFile {
    /// As it stands on the command line.
    pub(super) name: String,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// The files to write.
pub(super) enum Outputs {
    /// An image, and Intel HEX where an address is known.
    Image { bin: PathBuf, hex: Option<PathBuf> },
    /// NVM3 objects, and S-records made of them by Simplicity Commander.
    Nvm3 { nvm3: PathBuf, s37: PathBuf, commander: PathBuf },
}

impl Request {
    pub(super) fn read(command_line: &CommandLine) -> Result<Self, Failure> {
        let options = &command_line.options;
        let Some(platform) = Catalogue::built_in_platform(command_line.platform) else {
            let name = command_line.platform;
            return Err(Failure::new(Exit::Defect, format!("no chip file describes {name}")));
        };
        let chip = chip(command_line, &platform)?.clone();
        let address = address(command_line, &chip)?;
        Ok(Self {
            layout: layout(command_line, &platform)?,
            input: input(command_line)?,
            dump_raw_values: options.has("--dump_raw_values"),
            outputs: outputs(command_line, &chip, address)?,
            platform,
            chip,
            address,
        })
    }

    /// The chip as the public tool prints it.
    pub(super) fn chip_text(&self) -> String {
        let mut text = self.chip.name.clone();
        // The public tool has no part numbers for Nordic, and a generic chip has none.
        if !matches!(self.platform.name(), "nordic" | "generic") {
            let _ = write!(text, ":{}", self.chip.device);
        }
        if let Some(address) = self.address {
            let _ = write!(text, " address: {address:#x}");
        }
        text
    }
}

fn chip<'p>(command_line: &CommandLine, platform: &'p Platform) -> Result<&'p Chip, Failure> {
    let Some(name) = command_line.options.value("--chip") else {
        return Ok(platform.default_chip());
    };
    let name = name.to_string_lossy();
    platform.chip(&name).ok_or_else(|| {
        let choices: Vec<_> = platform.chips().iter().map(|chip| chip.name.as_str()).collect();
        command_line.bad_choice("--chip", &name, &choices)
    })
}

fn address(command_line: &CommandLine, chip: &Chip) -> Result<Option<u32>, Failure> {
    let given = match command_line.options.value("--addr") {
        None => None,
        Some(text) => {
            let text = text.to_string_lossy();
            let number = chip_address::parse(&text).ok_or_else(|| {
                command_line.bad_value("--addr", &format!("invalid auto_int value: '{text}'"))
            })?;
            Some(number)
        }
    };
    if command_line.platform == "generic" {
        return Ok(given);
    }
    // To the public tool 0 is no address, and it takes the chip's own.
    Ok(Some(given.filter(|address| *address != 0).unwrap_or(chip.default_site().address)))
}

fn layout(command_line: &CommandLine, platform: &Platform) -> Result<Arc<Layout>, Failure> {
    if let Some(path) = command_line.options.value("--config") {
        return config::read(command_line, Path::new(path));
    }
    platform.layout(PageVersion::Tlv).cloned().ok_or_else(|| {
        let name = platform.name();
        Failure::new(Exit::Defect, format!("no chip file lays out a page for {name}"))
    })
}

fn input(command_line: &CommandLine) -> Result<Input, Failure> {
    let json = |option: &str| {
        let path = command_line.options.value(option);
        path.map(|path| json_file(command_line, option, path)).transpose()
    };
    let absent = |option: &str| command_line.bad_combination(&format!("{option} is missing"));
    match command_line.input {
        InputKind::Acs => {
            let key = command_line.options.value("--app_srv_pub");
            let key = key.ok_or_else(|| absent("--app_srv_pub"))?;
            Ok(Input::Acs {
                json: json("--json")?.ok_or_else(|| absent("--json"))?,
                app_server_key: application_key::read(command_line, key)?,
            })
        }
        InputKind::BlackBox => {
            Ok(Input::BlackBox { json: json("--json")?.ok_or_else(|| absent("--json"))? })
        }
        InputKind::Aws => {
            let wireless_device = json("--wireless_device_json")?;
            let device_profile = json("--device_profile_json")?;
            let certificate = json("--certificate_json")?;
            // As in the public tool, the pair goes before the certificate where all three are given.
            match (wireless_device, device_profile, certificate) {
                (Some(wireless_device), Some(device_profile), _) => {
                    Ok(Input::AwsDevice { wireless_device, device_profile })
                }
                (None, None, Some(json)) => Ok(Input::AwsCertificate { json }),
                (None, None, None) => Err(command_line.bad_combination(
                    "Provide either --wireless_device_json and --device_profile_json or --certificate_json",
                )),
                _ => Err(command_line.bad_combination(
                    "Provide both --wireless_device_json and --device_profile_json",
                )),
            }
        }
    }
}

fn json_file(command_line: &CommandLine, option: &str, path: &OsStr) -> Result<JsonFile, Failure> {
    let name = path.display();
    let bytes = durable::read_bounded(path, JSON_LEN_MAX as u64).map_err(|error| {
        let problem = match error.cause {
            Cause::TooLarge { .. } => format!("Invalid json file {name}: {}", error.cause),
            _ => format!("Opening json file {name} failed !: {}", error.cause),
        };
        command_line.bad_value(option, &problem).hint(error.hint())
    })?;
    Ok(JsonFile { name: name.to_string(), bytes: Zeroizing::new(bytes) })
}

fn outputs(
    command_line: &CommandLine,
    chip: &Chip,
    address: Option<u32>,
) -> Result<Outputs, Failure> {
    let options = &command_line.options;
    let directory = std::env::current_dir().map_err(|error| {
        Failure::new(Exit::Io, format!("failed to find the current directory: {error}"))
    })?;
    let (platform, input) = (command_line.platform, command_line.input.word());
    let stem = format!("{platform}_{input}_{}", chip.name);
    let path = |option: &str, file_name: String| match options.value(option) {
        Some(path) => PathBuf::from(path),
        None => directory.join(file_name),
    };
    if platform == "silabs" {
        return Ok(Outputs::Nvm3 {
            nvm3: path("--output_nvm3", format!("{stem}.nvm3")),
            s37: path("--output_s37", format!("{stem}.s37")),
            commander: options.value("--commander-bin").unwrap_or(OsStr::new("commander")).into(),
        });
    }
    if address.is_none() && options.has("--output_hex") {
        return Err(command_line.bad_combination("--output_hex needs --addr on this platform"));
    }
    Ok(Outputs::Image {
        bin: path("--output_bin", format!("{stem}.bin")),
        hex: address.map(|_| path("--output_hex", format!("{stem}.hex"))),
    })
}
