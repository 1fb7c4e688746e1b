//! `curbside line new`.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::PathBuf,
};

use clap::Args;
use line::job::{Job, JobAnswers, SignedByAnswers, job_text};

use crate::{
    exit::Exit,
    failure::Failure,
    files::{Draft, Existing, write_together},
    terminal,
};

/// Write a job file: asks what is not said
#[derive(Args, Debug)]
pub(crate) struct NewArgs {
    /// The file to write
    #[arg(value_name = "JOB", default_value = "job.toml")]
    path: PathBuf,
    /// The job's name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The product's tag, such as RNET_DAK_NAME
    #[arg(long, value_name = "TAG")]
    product: Option<String>,
    /// The device type that Amazon assigned
    #[arg(long, value_name = "TYPE")]
    device_type: Option<String>,
    /// The advertised product id, four characters
    #[arg(long, value_name = "APID")]
    apid: Option<String>,
    /// The application server's key, 64 hex digits, or the file of a device profile
    #[arg(long, value_name = "HEX|FILE")]
    app_server_key: Option<String>,
    /// A trust file, for a rehearsal
    #[arg(long, value_name = "FILE")]
    trust: Option<String>,
    /// The chip; `curbside page chips` lists them
    #[arg(long, value_name = "CHIP")]
    chip: Option<String>,
    /// An HSM; may be said more than once
    #[arg(long = "hsm", value_name = "URL")]
    hsms: Vec<String>,
    /// The file with the PIN
    #[arg(long, value_name = "FILE")]
    pin_file: Option<String>,
    /// A signing server in place of HSMs, https://HOST:PORT; may be said more than once
    #[arg(long = "server", value_name = "URL", conflicts_with_all = ["hsms", "pin_file"])]
    servers: Vec<String>,
    /// The job package that pays, where the server shall not look for it
    #[arg(long, value_name = "ID", requires = "servers")]
    package: Option<String>,
    /// The directory with the line's ca.pem, client.pem and client.key for the signing server
    #[arg(long, value_name = "DIR", default_value = ".", requires = "servers")]
    certificates: PathBuf,
    /// The pattern of serial numbers
    #[arg(long, value_name = "PATTERN")]
    serials: Option<String>,
    /// How many devices
    #[arg(long, value_name = "N")]
    count: Option<u64>,
    /// How many slots
    #[arg(long, value_name = "N")]
    slots: Option<u16>,
    /// How boards are reached: sim, or a command template's name such as nrfutil
    #[arg(long, value_name = "DRIVER")]
    driver: Option<String>,
    /// The probe of each slot
    #[arg(long = "probe", value_name = "SERIAL")]
    probes: Vec<String>,
}

pub(super) fn run(args: &NewArgs) -> Result<(), Failure> {
    let mut asker = Asker { is_person: io::stdin().is_terminal() };
    let slots: u16 = asker.parsed(args.slots, "slots", "How many slots?", "1")?;
    let count: u64 = asker.parsed(args.count, "count", "How many devices?", "1000")?;
    let driver = asker.text(&args.driver, "driver", "Driver (sim, nrfutil, jlink, ...)?", "sim")?;
    let answers = JobAnswers {
        name: asker.text(&args.name, "name", "Name of the job?", "job")?,
        tag: asker.text(&args.product, "product", "Product tag?", "")?,
        device_type: asker.text(&args.device_type, "device-type", "Device type?", "")?,
        apid: asker.text(&args.apid, "apid", "APID?", "")?,
        app_server_key: asker.text(
            &args.app_server_key,
            "app-server-key",
            "Application server key (hex) or device profile (file)?",
            "device-profile.json",
        )?,
        trust: args.trust.clone(),
        chip: asker.text(&args.chip, "chip", "Chip?", "nrf52840")?,
        page: Default::default(),
        line: None,
        signed_by: signed_by(args, &mut asker)?,
        pattern: asker.text(&args.serials, "serials", "Serial numbers?", "SN{:06}")?,
        numbers: (1, count),
        count: Some(count),
        slots,
        driver: driver_text(&driver, slots, &args.probes),
    };
    let text = job_text(&answers);
    // What is written here can be read: a bad answer is told now, with its line.
    Job::parse(&text, args.path.parent().unwrap_or(std::path::Path::new(""))).map_err(|error| {
        Failure::new(Exit::Malformed, format!("these answers make no job: {error}"))
            .hint(error.hint())
    })?;
    let draft = Draft { path: args.path.clone(), bytes: text.as_bytes() };
    write_together(&[draft], durable::Visibility::Shared, Existing::Refuse)?;
    terminal::note(&format!("{} is written", args.path.display()));
    terminal::note(&format!("hint: `curbside line run {}` takes boards in", args.path.display()));
    Ok(())
}

/// Who signs. A person is asked for an HSM where nothing is said: who has a signing server knows its name.
fn signed_by(args: &NewArgs, asker: &mut Asker) -> Result<SignedByAnswers, Failure> {
    if args.servers.is_empty() {
        let urls = match args.hsms.as_slice() {
            [] => vec![asker.text(&None, "hsm", "HSM?", "http://localhost:12345")?],
            urls => urls.to_vec(),
        };
        return Ok(SignedByAnswers::Hsms { urls, pin_file: args.pin_file.clone() });
    }
    let file = |name: &str| args.certificates.join(name).to_string_lossy().into_owned();
    Ok(SignedByAnswers::Server {
        urls: args.servers.clone(),
        package: args.package.clone(),
        ca_cert: file("ca.pem"),
        client_cert: file("client.pem"),
        client_key: file("client.key"),
    })
}

fn driver_text(driver: &str, slots: u16, probes: &[String]) -> String {
    if driver == "sim" {
        return "kind = \"sim\"\ntray = \"boards\"\n".to_owned();
    }
    let quoted = |text: &str| format!("{text:?}");
    let probes: Vec<String> = (0..usize::from(slots))
        .map(|slot| probes.get(slot).map_or_else(|| format!("PROBE-{}", slot + 1), Clone::clone))
        .map(|probe| quoted(&probe))
        .collect();
    format!("kind = \"command\"\ntemplate = {}\nprobes = [{}]\n", quoted(driver), probes.join(", "))
}

/// Asks a person who is there; elsewhere everything without a default must be said.
struct Asker {
    is_person: bool,
}

impl Asker {
    fn text(
        &mut self,
        given: &Option<String>,
        option: &str,
        question: &str,
        default: &str,
    ) -> Result<String, Failure> {
        if let Some(given) = given {
            return Ok(given.clone());
        }
        if !self.is_person {
            if default.is_empty() {
                return Err(Failure::new(Exit::Usage, format!("--{option} is missing"))
                    .hint("on a terminal it is asked for".to_owned()));
            }
            return Ok(default.to_owned());
        }
        let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
        let mut stderr = io::stderr().lock();
        let _lost = write!(stderr, "{question}{shown} ").and_then(|()| stderr.flush());
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).map_err(|error| {
            Failure::new(Exit::Io, format!("failed to read the answer: {error}"))
        })?;
        let answer = answer.trim();
        Ok(if answer.is_empty() { default } else { answer }.to_owned())
    }

    fn parsed<T: std::str::FromStr + std::fmt::Display>(
        &mut self,
        given: Option<T>,
        option: &str,
        question: &str,
        default: &str,
    ) -> Result<T, Failure> {
        let given = given.map(|value| value.to_string());
        let text = self.text(&given, option, question, default)?;
        text.parse()
            .map_err(|_| Failure::new(Exit::Usage, format!("{text:?} is no number for --{option}")))
    }
}
