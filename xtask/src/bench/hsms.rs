//! Software HSMs in this process that hold one product, each behind a connector on the loopback.

use std::{path::Path, sync::Arc};

use hsm::{
    Credentials, Endpoint, Fleet, FleetMembers, FleetOptions, Pin, ProductTag, Selection,
    TlsClient,
    program::{Admin, Existing, Material, Plan, ProductName, ProgramError, program},
};
use line::signing::Signing;
use sidewalk::{ChainForm, Stage, TrustAnchors, Verifier};
use signer::Signer;
use soft_hsm::{
    OsRandomness, SoftHsm,
    connector::{Connector, ConnectorOptions, Latency, ListenAddress, Serving},
    device::Settings,
    store::{DeviceStore, KeySource},
};
use yubihsm2::{DEFAULT_PASSWORD, FirmwareVersion, ObjectId, StaticKeys};
use zeroize::Zeroizing;

use crate::{
    Fallible,
    bench::edge::{fill_random, now},
};

/// The product that is made.
const PRODUCT: &str = "BENCH";

/// The tag of its DAK.
pub(super) const TAG: &str = "RNET_DAK_BENCH";

/// Their PIN.
pub(super) const PIN: &str = "260403";

/// How fast they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum HsmPace {
    /// As fast as this machine.
    Machine,
    /// As slow as a YubiHSM 2.
    Hardware,
}

/// HSMs at work, ended when dropped.
pub(super) struct Hsms {
    serving: Vec<Serving<SoftHsm>>,
    endpoints: Vec<Endpoint>,
    pin: Pin,
    anchors: TrustAnchors,
}

impl Hsms {
    /// Makes so many fresh HSMs with stores in this directory and puts one product onto all.
    pub(super) fn serve(directory: &Path, count: usize, pace: HsmPace) -> Fallible<Self> {
        let materials = Material::generate(ChainForm::Long, 1, |bytes| match fill_random(bytes) {
            true => Ok(()),
            false => Err(ProgramError::Randomness),
        })?;
        let material = materials.first().ok_or("no product was made")?;
        let mut hsms = Self {
            serving: Vec::new(),
            endpoints: Vec::new(),
            pin: Pin::new(&Zeroizing::new(PIN.as_bytes().to_vec()))?,
            anchors: material.roots()?,
        };
        let name: ProductName = PRODUCT.parse()?;
        let released_at_unix_s = u64::try_from(now().0 / 1000)?;
        let plan = Plan::new(&name, Stage::Production, materials, released_at_unix_s)?;
        std::fs::create_dir_all(directory)?;
        for number in 1..=count {
            hsms.serve_one(&directory.join(format!("hsm-{number}")), pace)?;
        }
        hsms.program(&plan)?;
        Ok(hsms)
    }

    /// A signer of their product with sessions of its own, as each line has one.
    pub(super) fn signer(&self) -> Fallible<Arc<dyn Signing>> {
        let members = FleetMembers {
            endpoints: self.endpoints.clone(),
            credentials: self.pin.clone().into(),
            selection: Selection::new(TAG.parse::<ProductTag>()?)?,
            verifier: Arc::new(Verifier::new(self.anchors.clone())),
        };
        let fleet = Fleet::open(members, FleetOptions::default())?;
        Ok(Arc::new(Signer::new(fleet, Verifier::new(self.anchors.clone()))))
    }

    /// Where they are, for a program of its own.
    pub(super) fn urls(&self) -> Vec<String> {
        self.serving.iter().map(|serving| format!("http://{}", serving.local_addr())).collect()
    }

    /// The roots of their product.
    pub(super) const fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    fn serve_one(&mut self, store: &Path, pace: HsmPace) -> Fallible<()> {
        let opened = DeviceStore::open(store, &KeySource::KeyFile)?;
        let settings = Settings { firmware: FirmwareVersion::V2_4_1, serial: None };
        let hsm = SoftHsm::start(opened, settings, Box::new(OsRandomness::open()?))?;
        let hsm = match pace {
            HsmPace::Machine => hsm,
            HsmPace::Hardware => hsm.with_latency(Latency::YubiHsm2),
        };
        let listen: ListenAddress =
            "127.0.0.1:0".parse().map_err(|_| "the loopback address is not understood")?;
        let serving = Connector::bind(&listen, ConnectorOptions::default(), hsm)?;
        let url = format!("http://{}", serving.local_addr());
        self.endpoints.push(Endpoint::parse(&url, &TlsClient::default())?);
        self.serving.push(serving);
        Ok(())
    }

    fn program(&self, plan: &Plan) -> Fallible<()> {
        let admin = Admin {
            slot: ObjectId::DEFAULT_AUTHENTICATION_KEY,
            credentials: Credentials::Keys(StaticKeys::from_password(DEFAULT_PASSWORD)),
        };
        for endpoint in &self.endpoints {
            program(endpoint, &admin, plan, &self.pin, Existing::Refuse, &mut |_, _| ())?;
        }
        Ok(())
    }
}

impl Drop for Hsms {
    fn drop(&mut self) {
        for serving in self.serving.drain(..) {
            // What an HSM keeps goes away with the directory.
            let _closed = serving.shutdown();
        }
    }
}
