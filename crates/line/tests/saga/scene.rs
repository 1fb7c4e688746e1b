//! A product, its DAK in memory, and a line that a test starts again and again on one journal.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicI64, Ordering},
    },
};

use journal::{DeviceKey, DeviceRecord, Journal, JournalView, UnixMillis};
use line::{
    Control, Line, LineMode, LineParts,
    driver::Driver,
    event::{Event, Listeners, SlotEvent, Totals},
    job::Job,
    serials::Serials,
    signing::{Signing, SigningFailure, SigningLoad},
};
use page::ValueId;
use sidewalk::{
    CertificateAuthority, Chain, Curve, PrivateKey, PrivateKeyError, Serial, Stage, TrustAnchor,
    TrustAnchors, Verifier,
};
use signer::{ReuseError, SignedDevice, Signer, SigningRequest, SoftwareSigner};
use tempfile::TempDir;

use super::rig::{Rig, TestBoard};

/// Where everything of a test stands.
pub(crate) struct Scene {
    pub(crate) directory: TempDir,
    pub(crate) signing: Arc<dyn Signing>,
    /// Lines of the job file that differ from the usual ones: table and key to value.
    changes: HashMap<(&'static str, &'static str), String>,
    /// What the operator scans when a slot asks for it.
    pub(crate) scan: fn(u16) -> Vec<String>,
}

/// Stands between the line and whoever signs.
struct Between {
    inner: Arc<dyn Signing>,
    happens: Box<Happens>,
}

type Happens = dyn Fn(&SigningRequest) -> Result<(), SigningFailure> + Send + Sync;

impl Signing for Between {
    fn sign(&self, request: SigningRequest) -> Result<SignedDevice, SigningFailure> {
        (self.happens)(&request)?;
        self.inner.sign(request)
    }

    fn reuse(
        &self,
        request: SigningRequest,
        ed25519: Chain,
        p256r1: Chain,
    ) -> Result<SignedDevice, ReuseError> {
        self.inner.reuse(request, ed25519, p256r1)
    }

    fn issuers_bytes(&self, curve: Curve) -> &[u8] {
        self.inner.issuers_bytes(curve)
    }

    fn verifier(&self) -> &Verifier {
        self.inner.verifier()
    }

    fn load(&self) -> SigningLoad {
        self.inner.load()
    }
}

/// How a run went.
pub(crate) struct Ran {
    pub(crate) totals: Totals,
    pub(crate) events: Vec<Event>,
    pub(crate) control: Arc<Control>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::of_serial([0, 0, 1])
    }

    /// A product whose authorities' serials end like this.
    pub(crate) fn of_serial(end: [u8; 3]) -> Self {
        let (signer, anchors) = product(end);
        let signing = Arc::new(Signer::new(signer, Verifier::new(anchors)));
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("logs")).unwrap();
        Self { directory, signing, changes: HashMap::new(), scan: |_| Vec::new() }
    }

    /// The same with one value of the job changed.
    pub(crate) fn with(mut self, table: &'static str, key: &'static str, value: &str) -> Self {
        self.changes.insert((table, key), value.to_owned());
        self
    }

    /// The same with something that happens before whoever signs is asked.
    pub(crate) fn before_signing(
        mut self,
        happens: impl Fn(&SigningRequest) -> Result<(), SigningFailure> + Send + Sync + 'static,
    ) -> Self {
        let happens = Box::new(happens);
        self.signing = Arc::new(Between { inner: Arc::clone(&self.signing), happens });
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn job(&self, slots: usize) -> Job {
        let mut tables: Vec<(&str, Vec<(&str, String)>)> = vec![
            (
                "product",
                vec![
                    ("tag", "\"RNET_DAK_TEST\"".to_owned()),
                    ("device_type", "\"A17XHX23H06INH\"".to_owned()),
                    ("apid", "\"pd25\"".to_owned()),
                    ("application_server_key", format!("{:?}", "ab".repeat(32))),
                ],
            ),
            ("page", vec![("chip", "\"nrf52840\"".to_owned())]),
            ("signing", vec![("hsms", "[\"http://localhost:1\"]".to_owned())]),
            (
                "serials",
                vec![
                    ("source", "\"range\"".to_owned()),
                    ("pattern", "\"T{:04}\"".to_owned()),
                    ("last", "9999".to_owned()),
                ],
            ),
            (
                "line",
                vec![
                    ("slots", slots.to_string()),
                    ("journal", "\"journal\"".to_owned()),
                    ("control_logs", "\"logs\"".to_owned()),
                ],
            ),
            ("driver", vec![("kind", "\"sim\"".to_owned())]),
        ];
        for ((table, key), value) in &self.changes {
            let (_, keys) = tables.iter_mut().find(|(name, _)| name == table).unwrap();
            keys.retain(|(name, _)| name != key);
            if !value.is_empty() {
                keys.push((key, value.clone()));
            }
        }
        let mut text = "name = \"test\"\n".to_owned();
        for (table, keys) in tables {
            text.push_str(&format!("[{table}]\n"));
            for (key, value) in keys {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        Job::parse(&text, self.directory.path()).unwrap()
    }

    /// Runs the line over these fixtures until their boards are done.
    pub(crate) fn run(&self, rigs: &[Rig]) -> Ran {
        let drivers = rigs.iter().map(|rig| Box::new(rig.clone()) as Box<dyn Driver>).collect();
        self.run_drivers(drivers, LineMode::Run, rigs)
    }

    /// Finishes what is unfinished.
    pub(crate) fn resume(&self, rigs: &[Rig]) -> Ran {
        let drivers = rigs.iter().map(|rig| Box::new(rig.clone()) as Box<dyn Driver>).collect();
        self.run_drivers(drivers, LineMode::Resume, rigs)
    }

    fn run_drivers(&self, drivers: Vec<Box<dyn Driver>>, mode: LineMode, rigs: &[Rig]) -> Ran {
        let events: Arc<Mutex<Vec<Event>>> = Arc::default();
        let serials: Arc<OnceLock<Arc<Serials>>> = Arc::default();
        let control = Arc::new(Control::default());
        let listener = {
            let (events, control) = (Arc::clone(&events), Arc::clone(&control));
            let (rigs, serials, scan) = (rigs.to_vec(), Arc::clone(&serials), self.scan);
            move |event: &Event| {
                events.lock().unwrap().push(event.clone());
                if let Event::Slot { slot, what: SlotEvent::WaitingForSerial } = event {
                    for text in scan(*slot) {
                        serials.get().unwrap().scanned(&text).unwrap();
                    }
                }
                // Nobody puts another board in: the line ends when all are out.
                let is_look = matches!(event, Event::Slot { what: SlotEvent::TakeOut, .. });
                let is_over = rigs.iter().all(Rig::is_done);
                if is_look && is_over {
                    control.stop(line::StopReason::Asked);
                }
            }
        };
        let parts = self.parts(drivers, mode, &control, Listeners::new(vec![Box::new(listener)]));
        serials.set(Arc::clone(&parts.serials)).unwrap();
        let journal = Arc::clone(&parts.journal);
        let totals = Line::prepare(parts).unwrap().run().unwrap();
        Arc::into_inner(journal).expect("the line lets go of its journal").close().unwrap();
        let events = events.lock().unwrap().clone();
        Ran { totals, events, control }
    }

    pub(crate) fn parts(
        &self,
        drivers: Vec<Box<dyn Driver>>,
        mode: LineMode,
        control: &Arc<Control>,
        listeners: Listeners,
    ) -> LineParts {
        let job = self.job(drivers.len());
        let pages = job.page_maker().unwrap();
        let serials = Arc::new(job.open_serials(None).unwrap());
        LineParts {
            stage: Stage::Production,
            mode,
            journal: Arc::new(job.open_journal(fill_random).unwrap()),
            signing: Arc::clone(&self.signing),
            pages,
            serials,
            drivers,
            labels: None,
            plant: None,
            control: Arc::clone(control),
            listeners,
            clock,
            fill_random,
            job,
        }
    }

    pub(crate) fn journal(&self) -> Journal {
        self.job(1).open_journal(fill_random).unwrap()
    }

    pub(crate) fn view(&self) -> JournalView {
        JournalView::open(self.path("journal")).unwrap()
    }

    /// The one device that the journal has under a serial number.
    pub(crate) fn record(&self, dsn: &str) -> DeviceRecord {
        let found = self.view().find(&DeviceKey::Dsn(dsn)).unwrap();
        let [record] = found.as_slice() else { panic!("{} devices {dsn}", found.len()) };
        record.clone()
    }

    /// How often each device stands in the control logs.
    pub(crate) fn logged(&self) -> HashMap<String, u32> {
        let mut counts = HashMap::new();
        for entry in fs::read_dir(self.path("logs")).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            for log in json["controlLogs"].as_array().unwrap() {
                let smsn = log["device"]["serialNumber"].as_str().unwrap();
                *counts.entry(smsn.to_owned()).or_default() += 1;
            }
        }
        counts
    }
}

impl Ran {
    /// What was said of slots, in order.
    pub(crate) fn slot_events(&self) -> impl Iterator<Item = (u16, &SlotEvent)> {
        self.events.iter().filter_map(|event| match event {
            Event::Slot { slot, what } => Some((*slot, what)),
            _ => None,
        })
    }

    /// Why boards were refused.
    pub(crate) fn refusals(&self) -> Vec<&str> {
        let refusals = self.slot_events().filter_map(|(_, what)| match what {
            SlotEvent::Refused { why, .. } => Some(why.as_str()),
            _ => None,
        });
        refusals.collect()
    }

    /// Why devices failed.
    pub(crate) fn failures(&self) -> Vec<&str> {
        let failures = self.slot_events().filter_map(|(_, what)| match what {
            SlotEvent::Failed { why, .. } => Some(why.as_str()),
            _ => None,
        });
        failures.collect()
    }
}

/// The SMSN on a board's page, read as the line reads it.
pub(crate) fn smsn_of(board: &TestBoard) -> Option<String> {
    let catalogue = page::Catalogue::built_in();
    let layout = catalogue.layout("nordic-v8").unwrap();
    let page = layout.decode_strict(&board.region, page::Mandatory::Complete).ok()?;
    page.value(ValueId::SMSN).map(hex::encode)
}

/// The wall clock of all tests of this process; a test may set it as it likes.
pub(crate) static NOW: AtomicI64 = AtomicI64::new(1_900_000_000_000);

pub(crate) fn clock() -> UnixMillis {
    UnixMillis(NOW.load(Ordering::Relaxed))
}

pub(crate) fn fill_random(bytes: &mut [u8]) -> bool {
    getrandom::fill(bytes).is_ok()
}

fn product([second, third, fourth]: [u8; 3]) -> (SoftwareSigner, TrustAnchors) {
    let authority = |curve| {
        let ladder = (1_u8..=5).map(|level| {
            // A first byte of 0x31 to 0x35 is what Nordic's on-device firmware may misread.
            let serial = Serial::parse(&[0x30 + level, second, third, fourth]).unwrap();
            let fill =
                |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|_| PrivateKeyError::NotRandom);
            (serial, PrivateKey::generate(curve, fill).unwrap())
        });
        CertificateAuthority::certify(ladder.collect()).unwrap()
    };
    let (ed25519, p256r1) = (authority(Curve::Ed25519), authority(Curve::P256r1));
    let root = |authority: &CertificateAuthority| {
        let key = PrivateKey::from_bytes(authority.curve(), &[1; 32]).unwrap();
        let chain = authority.issue(sidewalk::Smsn::from_bytes([0; 32]), key.public_key());
        TrustAnchor::of(&chain.unwrap())
    };
    let anchors = TrustAnchors::new([root(&ed25519), root(&p256r1)]);
    (SoftwareSigner::new(ed25519, p256r1).unwrap(), anchors)
}

/// Whether a path is there, for tests that look at directories.
pub(crate) fn files_in(path: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
