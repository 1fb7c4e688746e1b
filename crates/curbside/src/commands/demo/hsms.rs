//! The software HSMs of a demo, behind connectors on this machine.

use std::path::{Path, PathBuf};

use hsm::{
    Endpoint, Pin, TlsClient,
    program::{Admin, Existing, Material, Plan, ProductName, ProgramError, check_ready, program},
};
use sidewalk::{ChainForm, Stage};
use soft_hsm::{
    OsRandomness, SoftHsm,
    connector::{Connector, ConnectorOptions, Latency, ListenAddress, Serving},
    device::Settings,
    store::{DeviceStore, KeySource},
};
use yubihsm2::FirmwareVersion;
use zeroize::Zeroizing;

use super::DemoArgs;
use crate::{
    clock,
    commands::hsm::factory_key,
    exit::Exit,
    failure::Failure,
    files::{Draft, Existing as ExistingFile, write_together},
    pin::pin_of_file,
    progress::Progress,
};

/// The product that is made: its tag is `RNET_DAK_DUMMY`.
const PRODUCT: &str = "DUMMY";

/// The tag of its DAK.
pub(super) const TAG: &str = "RNET_DAK_DUMMY";

/// HSMs that hold one DAK.
pub(super) struct Hsms {
    serving: Vec<Serving<SoftHsm>>,
    urls: Vec<String>,
    pin: Pin,
    pin_file: PathBuf,
}

impl Hsms {
    /// Starts factory-fresh HSMs, each with a store of its own, and puts the product on all of them.
    pub(super) fn start(args: &DemoArgs, directory: &Path) -> Result<Self, Failure> {
        let pin_file = match &args.pin_file {
            Some(path) => std::path::absolute(path).map_err(|error| {
                Failure::new(Exit::Io, format!("failed to find the PIN: {error}"))
            })?,
            None => draw_pin(directory)?,
        };
        let pin = pin_of_file(&pin_file)?;
        let mut hsms = Self { serving: Vec::new(), urls: Vec::new(), pin, pin_file };
        for number in 1..=args.hsms {
            let store = directory.join(format!("hsm-{number}"));
            hsms.serve(&store, args.real_hsm_pace)?;
        }
        hsms.program(directory)?;
        Ok(hsms)
    }

    /// Where they are.
    pub(super) fn urls(&self) -> &[String] {
        &self.urls
    }

    /// What opens them.
    pub(super) const fn pin(&self) -> &Pin {
        &self.pin
    }

    /// The file with that PIN.
    pub(super) fn pin_file(&self) -> &Path {
        &self.pin_file
    }

    /// Powers them off in order.
    pub(super) fn stop(self) -> Result<(), Failure> {
        for serving in self.serving {
            match serving.shutdown() {
                Some(hsm) => hsm.close()?,
                None => return Err(Failure::new(Exit::Defect, "an HSM stopped unexpectedly")),
            }
        }
        Ok(())
    }

    fn serve(&mut self, store: &Path, has_real_pace: bool) -> Result<(), Failure> {
        let opened = DeviceStore::open(store, &KeySource::KeyFile)?;
        let random = OsRandomness::open().map_err(|error| Failure::new(Exit::Io, error))?;
        let settings = Settings { firmware: FirmwareVersion::V2_4_1, serial: None };
        let hsm = SoftHsm::start(opened, settings, Box::new(random))?;
        let hsm = if has_real_pace { hsm.with_latency(Latency::YubiHsm2) } else { hsm };
        let listen: ListenAddress = "127.0.0.1:0"
            .parse()
            .map_err(|_| Failure::new(Exit::Defect, "the loopback address is not understood"))?;
        let serving = Connector::bind(&listen, ConnectorOptions::default(), hsm)?;
        self.urls.push(format!("http://{}", serving.local_addr()));
        self.serving.push(serving);
        Ok(())
    }

    /// Makes the product once and puts it on every HSM; its root's trust file comes first.
    fn program(&self, directory: &Path) -> Result<(), Failure> {
        let materials = Material::generate(ChainForm::Long, 1, |bytes| {
            getrandom::fill(bytes).map_err(|_| ProgramError::Randomness)
        })?;
        let roots = materials[0].roots().map_err(ProgramError::from)?.to_text();
        let name: ProductName = PRODUCT.parse()?;
        let plan = Plan::new(&name, Stage::Production, materials, clock::unix_seconds())?;
        let draft = Draft { path: trust_file(directory), bytes: roots.as_bytes() };
        write_together(&[draft], durable::Visibility::Shared, ExistingFile::Refuse)?;
        let (slot, credentials) = factory_key();
        let admin = Admin { slot, credentials };
        let progress = Progress::of_items("programming HSMs", self.urls.len() as u64);
        for url in &self.urls {
            let endpoint = Endpoint::parse(url, &TlsClient::default())?;
            check_ready(&endpoint, &admin, &plan, &self.pin, Existing::Refuse)?;
            program(&endpoint, &admin, &plan, &self.pin, Existing::Refuse, &mut |_, _| ())?;
            progress.advance(1);
        }
        progress.finish();
        Ok(())
    }
}

/// Where the product's root stands.
pub(super) fn trust_file(directory: &Path) -> PathBuf {
    directory.join(format!("{TAG}.trust"))
}

/// Draws a PIN and keeps it in a file that only its owner can read.
fn draw_pin(directory: &Path) -> Result<PathBuf, Failure> {
    let mut bytes = Zeroizing::new([0; 8]);
    getrandom::fill(bytes.as_mut_slice())
        .map_err(|error| Failure::new(Exit::Io, format!("failed to draw a PIN: {error}")))?;
    let text = Zeroizing::new(format!("{}\n", hex::encode(bytes.as_slice())));
    let path = std::path::absolute(directory.join("pin.txt")).map_err(|error| {
        Failure::new(Exit::Io, format!("failed to find {}: {error}", directory.display()))
    })?;
    durable::write_new(&path, durable::Visibility::OwnerOnly, text.as_bytes())?;
    Ok(path)
}
