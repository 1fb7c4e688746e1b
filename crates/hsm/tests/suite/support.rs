//! A software device on the bench: it can be unplugged, slowed down and lied about.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hsm::{
    Authority, Credentials, DeviceRequest, DeviceSignatures, Endpoint, FleetMembers, Link, Pin,
    Selection, Session, SessionError, TransportError,
    program::{Admin, Existing, Material, Plan, ProgramError, Programmed, program},
};
use sidewalk::{
    ChainForm, Curve, PrivateKey, PrivateKeyError, Smsn, Stage, TrustAnchors, Verifier,
};
use soft_hsm::{
    Randomness as _, SeededRandomness,
    device::{Device, Settings},
};
use yubihsm2::{
    Command, DEFAULT_PASSWORD, FirmwareVersion, Frame, MessageLimit, ObjectId, StaticKeys,
};
use zeroize::Zeroizing;

/// What happens to the next frames.
pub(crate) type Fault = Box<dyn FnMut(&Frame) -> Mishap + Send>;

/// What happens to one frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mishap {
    /// Nothing.
    None,
    /// It does not arrive.
    LostOnTheWay,
    /// It arrives, and its answer is lost.
    AnswerLost,
    /// It arrives, and its answer comes with a bit flipped.
    AnswerDamaged,
}

/// A device on the bench. Clones are the same device.
#[derive(Clone)]
pub(crate) struct Bench {
    name: String,
    inner: Arc<Mutex<Inner>>,
    frames: Arc<AtomicU64>,
    is_plugged: Arc<AtomicBool>,
}

struct Inner {
    device: Device,
    settings: Settings,
    random: SeededRandomness,
    started: Instant,
    /// Added to the clock.
    skipped: Duration,
    pace: Pace,
    fault: Option<Fault>,
}

/// How long a command takes.
#[derive(Clone, Copy, Debug)]
enum Pace {
    Every(Duration),
    /// The vendor's figures for what signs a device: 121 ms and 73 ms.
    Hardware,
}

impl Pace {
    fn of(self, command: Command) -> Duration {
        match (self, command) {
            (Self::Every(latency), _) => latency,
            (Self::Hardware, Command::SIGN_EDDSA) => Duration::from_millis(121),
            (Self::Hardware, Command::SIGN_ECDSA) => Duration::from_millis(73),
            (Self::Hardware, _) => Duration::ZERO,
        }
    }
}

impl Bench {
    /// A factory-fresh device.
    pub(crate) fn fresh(serial: u32) -> Self {
        Self::with_firmware(serial, FirmwareVersion::V2_4_1)
    }

    pub(crate) fn with_firmware(serial: u32, firmware: FirmwareVersion) -> Self {
        let mut random = SeededRandomness::from_number(u64::from(serial));
        let settings = Settings { firmware, serial: Some(serial) };
        let device = Device::factory_fresh(settings, &mut random);
        let inner = Inner {
            device,
            settings,
            random,
            started: Instant::now(),
            skipped: Duration::ZERO,
            pace: Pace::Every(Duration::ZERO),
            fault: None,
        };
        Self {
            name: format!("bench {serial}"),
            inner: Arc::new(Mutex::new(inner)),
            frames: Arc::default(),
            is_plugged: Arc::new(AtomicBool::new(true)),
        }
    }

    /// The way to it in this process.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let bench = self.clone();
        Endpoint::in_process(self.name.clone(), move |frame| bench.exchange(frame))
    }

    /// One frame in, one frame out, as a connector does.
    pub(crate) fn exchange(&self, frame: &Frame) -> Result<Frame, TransportError> {
        let place = self.name.clone();
        self.frames.fetch_add(1, Ordering::Relaxed);
        let mut inner = self.lock();
        let mishap = match &mut inner.fault {
            Some(fault) => fault(frame),
            None => Mishap::None,
        };
        if !self.is_plugged.load(Ordering::Relaxed) {
            return Err(TransportError::NoDevice { place });
        }
        if mishap == Mishap::LostOnTheWay {
            return Err(TransportError::Lost { place });
        }
        let now = inner.started.elapsed() + inner.skipped;
        let Inner { device, random, pace, .. } = &mut *inner;
        let handled = device.handle(&frame.encode(), now, random);
        let mut answer = handled.answer;
        // The lock is held: a device does one thing at a time.
        std::thread::sleep(pace.of(handled.work.command));
        if mishap == Mishap::AnswerLost {
            return Err(TransportError::Lost { place });
        }
        if mishap == Mishap::AnswerDamaged
            && let Some(last) = answer.last_mut()
        {
            *last ^= 1;
        }
        Frame::decode(&answer, MessageLimit::FROM_2_4)
            .map_err(|fault| TransportError::Frame { place, fault })
    }

    /// How many frames it was sent so far.
    pub(crate) fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }

    /// How many sessions are open on it.
    pub(crate) fn sessions_open(&self) -> usize {
        self.lock().device.sessions_open()
    }

    /// Pulls the plug, also while a frame is held up.
    pub(crate) fn unplug(&self) {
        self.is_plugged.store(false, Ordering::Relaxed);
    }

    /// Puts the plug in again: the objects are there, the sessions are not.
    pub(crate) fn replug(&self) {
        let mut inner = self.lock();
        let state = inner.device.state().clone();
        let Inner { device, settings, .. } = &mut *inner;
        *device = Device::power_on(*settings, state).0;
        inner.started = Instant::now();
        self.is_plugged.store(true, Ordering::Relaxed);
    }

    /// Lets time pass on the device.
    pub(crate) fn skip(&self, time: Duration) {
        self.lock().skipped += time;
    }

    /// Makes every command take this long.
    pub(crate) fn slow_down(&self, latency: Duration) {
        self.lock().pace = Pace::Every(latency);
    }

    /// Makes signatures take as long as on hardware.
    pub(crate) fn pace_as_hardware(&self) {
        self.lock().pace = Pace::Hardware;
    }

    /// Holds every frame up while the lock that is returned is held.
    pub(crate) fn gate(&self) -> Arc<Mutex<()>> {
        let gate = Arc::new(Mutex::new(()));
        let passed = Arc::clone(&gate);
        self.break_with(move |_| {
            drop(passed.lock());
            Mishap::None
        });
        gate
    }

    /// Says what happens to the frames from now on.
    pub(crate) fn break_with(&self, fault: impl FnMut(&Frame) -> Mishap + Send + 'static) {
        self.lock().fault = Some(Box::new(fault));
    }

    /// Nothing happens to frames any more.
    pub(crate) fn mend(&self) {
        self.lock().fault = None;
    }

    /// A session with the key of a factory-fresh device.
    pub(crate) fn admin_session(&self) -> Session {
        let link = Link::open(&self.endpoint()).unwrap();
        let slot = ObjectId::DEFAULT_AUTHENTICATION_KEY;
        Session::open(link, &[slot], &admin(), MessageLimit::FROM_2_4).unwrap()
    }

    /// A session with a PIN in a slot.
    pub(crate) fn session(&self, slot: u16, text: &str) -> Result<Session, SessionError> {
        let link = Link::open(&self.endpoint())?;
        let credentials = Credentials::Pin(pin(text));
        Session::open(link, &[ObjectId(slot)], &credentials, MessageLimit::FROM_2_4)
    }

    /// Puts a product onto it.
    pub(crate) fn program(
        &self,
        plan: &Plan,
        existing: Existing,
    ) -> Result<Programmed, ProgramError> {
        let slot = ObjectId::DEFAULT_AUTHENTICATION_KEY;
        let admin = Admin { slot, credentials: admin() };
        program(&self.endpoint(), &admin, plan, &pin(PIN), existing, &mut |_, _| {})
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

/// The PIN of all products on the bench.
pub(crate) const PIN: &str = "1234";

pub(crate) fn pin(text: &str) -> Pin {
    Pin::new(&Zeroizing::new(text.as_bytes().to_vec())).unwrap()
}

pub(crate) fn admin() -> Credentials {
    Credentials::Keys(StaticKeys::from_password(DEFAULT_PASSWORD))
}

/// A plan with keys that a seed gives.
pub(crate) fn plan(stage: Stage, form: ChainForm, daks: usize, seed: u64) -> Plan {
    named_plan("DUMMY", stage, form, daks, seed)
}

pub(crate) fn named_plan(
    name: &str,
    stage: Stage,
    form: ChainForm,
    daks: usize,
    seed: u64,
) -> Plan {
    let mut random = SeededRandomness::from_number(seed);
    let materials = Material::generate(form, daks, |bytes| {
        random.fill(bytes);
        Ok(())
    });
    Plan::new(&name.parse().unwrap(), stage, materials.unwrap(), 1_767_225_600).unwrap()
}

/// The roots of a plan.
pub(crate) fn roots(plan: &Plan) -> TrustAnchors {
    plan.materials().next().unwrap().roots().unwrap()
}

/// What selects the first product of a plan.
pub(crate) fn selection(plan: &Plan) -> Selection {
    Selection::new(plan.tags().next().unwrap().clone()).unwrap()
}

/// A production dummy and a device that holds it.
pub(crate) fn dummy() -> (Bench, Plan) {
    let bench = Bench::fresh(7_550_054);
    let plan = plan(Stage::Production, ChainForm::Long, 1, 1);
    bench.program(&plan, Existing::Refuse).unwrap();
    (bench, plan)
}

/// Devices that hold the same product.
pub(crate) fn replicas(count: u32) -> (Vec<Bench>, Plan) {
    let plan = plan(Stage::Production, ChainForm::Long, 1, 11);
    let benches: Vec<_> = (1..=count).map(Bench::fresh).collect();
    for bench in &benches {
        bench.program(&plan, Existing::Refuse).unwrap();
    }
    (benches, plan)
}

/// Waits for something that will come; gives up after a time that only a defect takes.
pub(crate) fn wait_until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it did not come in 20 s");
}

/// What a fleet of these devices needs.
pub(crate) fn members(benches: &[Bench], plan: &Plan) -> FleetMembers {
    FleetMembers {
        endpoints: benches.iter().map(Bench::endpoint).collect(),
        credentials: pin(PIN).into(),
        selection: selection(plan),
        verifier: Arc::new(Verifier::new(roots(plan))),
    }
}

/// A device to be signed; the same for the same number.
pub(crate) fn request(number: u32) -> DeviceRequest {
    let mut random = SeededRandomness::from_number(u64::from(number) | 1 << 40);
    let mut smsn = [0; Smsn::LEN_BYTES];
    random.fill(&mut smsn);
    let mut key = |curve| {
        let key = PrivateKey::generate::<PrivateKeyError>(curve, |bytes| {
            random.fill(bytes);
            Ok(())
        });
        *key.unwrap().public_key()
    };
    let (ed25519, p256r1) = (key(Curve::Ed25519), key(Curve::P256r1));
    DeviceRequest::new(Smsn::from_bytes(smsn), ed25519, p256r1).unwrap()
}

/// Whether the signatures make genuine chains.
pub(crate) fn is_genuine(
    authority: &Authority,
    verifier: &Verifier,
    request: &DeviceRequest,
    signatures: &DeviceSignatures,
) -> bool {
    Curve::ALL.into_iter().all(|curve| {
        let key = request.public_key(curve);
        let chain = authority.chain(request.smsn(), key, signatures.signature(curve)).unwrap();
        verifier.verify(chain).is_ok()
    })
}
