//! `curbside hsm serve`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;
use soft_hsm::{
    OsRandomness, Randomness, SeededRandomness, SoftHsm, SoftHsmEvent,
    connector::{Connector, ConnectorOptions, FaultPlan, Latency, Rule},
    device::Settings,
    store::{DeviceStore, KeySource, Opened, Origin, Passphrase, StoreError, StoreFault},
};
use yubihsm2::{DEFAULT_PASSWORD, FirmwareVersion};
use zeroize::Zeroizing;

use crate::{
    commands::hsm::front::{FrontArgs, StopSignals},
    exit::Exit,
    failure::Failure,
    terminal,
};

/// The largest passphrase file, in bytes: the longest passphrase and a line end.
const PASSPHRASE_FILE_LEN_BYTES_MAX: u64 = 1026;

/// The largest fault plan, in bytes. A rehearsal has a few lines.
const FAULT_PLAN_LEN_BYTES_MAX: u64 = 64 * 1024;

/// Serve a software YubiHSM 2 as the vendor's connector serves hardware
///
/// The device lives in a directory of its own. Where there is none yet, a factory-fresh device is made, which opens
/// with the published default password until its authentication key 1 is replaced. What a command changes is on the
/// disk before its answer leaves; a kill or a power cut at any instant loses nothing that was acknowledged.
///
/// It serves until Ctrl-C or SIGTERM.
#[derive(Args, Debug)]
#[command(after_help = "Faults for rehearsals, ACTION [ARGUMENT] WHEN:
  drop at 7                    the 7th frame is lost before the device has it
  drop-answer every 100        every 100th frame is executed, and its answer lost
  delay 250ms with 2.5%        by chance; --seed makes it the same again
  error storage-failed at 60s  once, a minute after the start
  unplug 5s every 1min         power is lost: sessions end, status NO_DEVICE
  lose-sessions every 200      all sessions end")]
pub(crate) struct ServeArgs {
    /// The directory of the device; made where there is none, for its owner only
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
    #[command(flatten)]
    front: FrontArgs,
    /// Encrypt the store under the passphrase in this file, instead of under a key file in DIR
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The serial number of a new device, shown on the status page too; without this a random one
    #[arg(long, value_name = "N")]
    serial: Option<u32>,
    /// The firmware that the device behaves as
    #[arg(long, value_name = "VERSION", default_value = "2.4.1")]
    firmware: FirmwareVersion,
    /// Take as long as hardware does, one operation at a time
    #[arg(long, value_enum, value_name = "MODEL")]
    latency: Option<LatencyChoice>,
    /// Let something go wrong; may be given more than once
    #[arg(long = "fault", value_name = "SPEC")]
    faults: Vec<Rule>,
    /// Let go wrong what this file says, one fault a line; # begins a comment
    #[arg(long, value_name = "FILE")]
    fault_plan: Option<PathBuf>,
    /// Make keys, nonces and chances from this number, the same every time; for rehearsals only
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum LatencyChoice {
    /// The vendor's published figures; estimates where there are none
    Yubihsm2,
}

/// What scripts learn from the line with --json.
#[derive(Serialize)]
struct Started<'a> {
    url: &'a str,
    address: String,
    store: String,
    store_is_new: bool,
    serial: u32,
    firmware: String,
    default_key: bool,
}

pub(crate) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let faults = args.fault_plan()?;
    let opened = DeviceStore::open(&args.store, &args.key_source()?)?;
    let origin = opened.origin;
    let hsm = args.start(opened)?.with_faults(faults).with_events(tell);
    let hsm = match args.latency {
        Some(LatencyChoice::Yubihsm2) => hsm.with_latency(Latency::YubiHsm2),
        None => hsm,
    };
    let (serial, default_key) =
        hsm.state().map_or((0, false), |state| (state.identity().serial, state.has_default_key()));
    let options = ConnectorOptions { hosts: args.front.hosts(), pinned_serial: args.serial };
    let stop = StopSignals::listen()?;
    let serving = Connector::bind(&args.front.listen, options, hsm)?;
    let url = args.front.url(serving.local_addr());
    terminal::note(&format!(
        "serving a software YubiHSM 2 at {url}: store {}, serial {serial:010}, firmware {}",
        args.store.display(),
        args.firmware,
    ));
    args.warn(origin, default_key);
    FrontArgs::warn(serving.local_addr());
    args.front.print(&Started {
        url: &url,
        address: serving.local_addr().to_string(),
        store: args.store.display().to_string(),
        store_is_new: origin == Origin::New,
        serial,
        firmware: args.firmware.to_string(),
        default_key,
    })?;
    stop.wait()?;
    match serving.shutdown() {
        Some(hsm) => Ok(hsm.close()?),
        None => Err(Failure::new(Exit::Defect, "the device stopped unexpectedly")),
    }
}

impl ServeArgs {
    fn key_source(&self) -> Result<KeySource, Failure> {
        let Some(path) = &self.passphrase_file else {
            return Ok(KeySource::KeyFile);
        };
        durable::refuse_open_to_others(path)?;
        let content = durable::read_bounded(path, PASSPHRASE_FILE_LEN_BYTES_MAX)?;
        let passphrase = Passphrase::from_file_content(&Zeroizing::new(content));
        let passphrase = passphrase.map_err(|fault| {
            Failure::new(Exit::Malformed, format!("failed to read {}: {fault}", path.display()))
        })?;
        Ok(KeySource::Passphrase(passphrase))
    }

    fn fault_plan(&self) -> Result<FaultPlan, Failure> {
        let mut rules = self.faults.clone();
        if let Some(path) = &self.fault_plan {
            rules.extend(rules_of_file(path)?);
        }
        Ok(FaultPlan::new(rules, self.seed.unwrap_or_default()))
    }

    fn start(&self, opened: Opened) -> Result<SoftHsm, Failure> {
        if let (Some(wanted), Some(state)) = (self.serial, &opened.state)
            && state.identity().serial != wanted
        {
            let found = state.identity().serial;
            let store = self.store.display();
            return Err(Failure::new(
                Exit::Refused,
                format!(
                    "the device in {store} has the serial number {found:010}, not {wanted:010}"
                ),
            )
            .hint("leave --serial out, or name another directory".to_owned()));
        }
        let random: Box<dyn Randomness> = match self.seed {
            Some(seed) => Box::new(SeededRandomness::from_number(seed)),
            None => Box::new(OsRandomness::open().map_err(|error| Failure::new(Exit::Io, error))?),
        };
        let settings = Settings { firmware: self.firmware, serial: self.serial };
        Ok(SoftHsm::start(opened, settings, random)?)
    }

    fn warn(&self, origin: Origin, default_key: bool) {
        match origin {
            Origin::New => terminal::note("note: the store is new, the device factory-fresh"),
            Origin::Existing => {}
            Origin::ExistingCut => terminal::note(
                "note: a change that was never acknowledged was cut from the store's end",
            ),
        }
        if self.seed.is_some() {
            terminal::note("warning: with --seed anybody who knows the number knows every key");
        }
        if default_key {
            let password = String::from_utf8_lossy(DEFAULT_PASSWORD);
            terminal::note(&format!(
                "warning: authentication key 1 still has the published password {password:?}"
            ));
        }
    }
}

fn rules_of_file(path: &Path) -> Result<Vec<Rule>, Failure> {
    let malformed = |line: usize, fault: &dyn std::fmt::Display| {
        let place = format!("{}, line {line}", path.display());
        Failure::new(Exit::Malformed, format!("failed to read {place}: {fault}"))
    };
    let bytes = durable::read_bounded(path, FAULT_PLAN_LEN_BYTES_MAX)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| malformed(1, &"it is no UTF-8 text"))?;
    let mut rules = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let spec = line.split_once('#').map_or(line, |(spec, _)| spec);
        if !spec.trim().is_empty() {
            rules.push(spec.parse().map_err(|error| malformed(index + 1, &error))?);
        }
    }
    Ok(rules)
}

fn tell(event: SoftHsmEvent) {
    let hint = match &event {
        SoftHsmEvent::ChangeRefused(error) | SoftHsmEvent::DeviceLost(error) => error.hint(),
        SoftHsmEvent::DeviceBack => None,
    };
    terminal::note(&format!("hsm: {event}"));
    if let Some(hint) = hint {
        terminal::note(&format!("hint: {hint}"));
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match &error.fault {
            StoreFault::Disk(disk) => match disk.cause {
                durable::Cause::OpenToOthers { .. } => Exit::Refused,
                _ => Exit::Io,
            },
            StoreFault::InUse { .. }
            | StoreFault::NotAStore
            | StoreFault::PassphraseNeeded
            | StoreFault::PassphraseNotNeeded => Exit::Refused,
            StoreFault::WrongKeyFile | StoreFault::WrongPassphrase => Exit::NotGenuine,
            StoreFault::Newer { .. } => Exit::Unsupported,
            StoreFault::Damaged(_)
            | StoreFault::KeyFileLength
            | StoreFault::PassphraseLength { .. }
            | StoreFault::DerivationCost
            | StoreFault::Content => Exit::Malformed,
            StoreFault::Absent | StoreFault::KeyFileMissing | StoreFault::NoRandomness(_) => {
                Exit::Io
            }
            StoreFault::TooLarge { .. } | StoreFault::NotReady => Exit::Defect,
        };
        Self::new(exit, &error).hint(error.hint())
    }
}
