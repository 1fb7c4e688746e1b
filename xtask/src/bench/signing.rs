//! Signing with software HSMs over HTTP: as fast as it goes, beside the public tool; and as fast as hardware, with replicas.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use hsm::{Endpoint, Fleet, FleetMembers, FleetOptions, Pin, ProductTag, Selection, TlsClient};
use serde_json::Value;
use sidewalk::{Curve, Smsn, TrustAnchors, Verifier};
use signer::{DeviceSigner, Signer, SigningRequest};
use zeroize::Zeroizing;

use crate::{
    Fallible,
    bench::{
        authority::{Authority, processors},
        bare_signer::BareSigner,
        python::Python,
        report::{MEBIBYTE, Report, Section, Whose},
        rounds::{Measurement, Rounds},
        soft_hsm::SoftHsm,
    },
    command::output,
    repository::Repository,
};

/// How many devices a measurement signs: some seconds.
const DEVICES: usize = 20_000;

/// How many of them the public tool signs, a process each.
const DEVICES_OF_PEER: usize = 5;

/// How many callers sign at once.
const CALLERS: usize = 8;

/// How many callers each HSM gets where there are several: two sessions, and a device waiting for each.
const CALLERS_PER_HSM: usize = 4;

/// How many sessions each HSM is kept busy with.
const SESSIONS_PER_HSM: usize = 2;

/// What hardware takes for the two signatures of a device: the vendor's 121 and 73 ms.
const SECONDS_PER_DEVICE: f64 = 0.194;

/// Before the measurement begins all HSMs must be busy, and then each must sign some dozens.
const WARM_UP: Duration = Duration::from_secs(2);
const WINDOW: Duration = Duration::from_secs(15);

const PIN: &str = "260403";

const OURS: &str = "through HTTP and the secure channel, verified";
const ALONE: &str = "signatures and verification alone, all cores";
const TOOL: &str = "sid_signing_tool, a process a device";

/// Replicas, what they reach, the limit, the share, the wait, and the share that is promised.
const FLEETS: [(usize, [&str; 4], f64); 4] = [
    (1, ["1 HSM", "1 times 1 / 194 ms", "1 HSM to its limit", "1 HSM, p99 wait in ms"], 0.98),
    (2, ["2 HSMs", "2 times 1 / 194 ms", "2 HSMs to their limit", "2 HSMs, p99 wait in ms"], 0.97),
    (4, ["4 HSMs", "4 times 1 / 194 ms", "4 HSMs to their limit", "4 HSMs, p99 wait in ms"], 0.97),
    (8, ["8 HSMs", "8 times 1 / 194 ms", "8 HSMs to their limit", "8 HSMs, p99 wait in ms"], 0.97),
];

pub(super) fn measure(
    report: &mut Report,
    rounds: usize,
    scratch: &Path,
    repository: &Repository,
    python: Option<&Python>,
) -> Fallible<()> {
    let curbside = repository.curbside_optimised()?;
    let stores: Vec<PathBuf> = (0..8).map(|number| scratch.join(format!("hsm{number}"))).collect();
    let product = Product::program(&curbside, scratch, &stores)?;
    measure_without_latency(report, rounds, &curbside, &stores[0], &product, python)?;
    measure_with_latency(report, &curbside, &stores, &product)
}

fn measure_without_latency(
    report: &mut Report,
    rounds: usize,
    curbside: &Path,
    store: &Path,
    product: &Product,
    python: Option<&Python>,
) -> Fallible<()> {
    let hsm = SoftHsm::serve(curbside, store, &[])?;
    let requests = requests(DEVICES)?;
    let options = FleetOptions { sessions_per_hsm: 1, ..FleetOptions::default() };
    let opened = product.open(&[hsm.url()], options)?;
    let commands_to_open = opened.who_signs().statistics().commands;
    drop(opened);
    let signer = product.open(&[hsm.url()], FleetOptions::default())?;
    // The first devices open the second session, which is no steady state.
    rate(&signer, &requests, CALLERS)?;
    let before = signer.who_signs().statistics();
    let bare = BareSigner::signer()?;
    let mut measurements: Vec<Measurement<'_>> = vec![
        (OURS, Box::new(|| rate(&signer, &requests, CALLERS))),
        (ALONE, Box::new(|| rate(&bare, &requests, processors()))),
    ];
    if let Some(python) = python {
        measurements.push((TOOL, Box::new(|| rate_of_tool(python, product, hsm.url()))));
    } else {
        report.skip("the public signing tool: `cargo xtask peers` installs it");
    }
    let rounds = Rounds::take(rounds, measurements)?;
    let after = signer.who_signs().statistics();
    let commands =
        (after.commands - before.commands) as f64 / (after.signed - before.signed) as f64;

    let mut section = Section::new("Sign devices with one HSM without latency", "devices/s");
    section.figure(Whose::Ours, OURS, rounds.rate(OURS));
    section.figure(Whose::Limit, ALONE, rounds.rate(ALONE));
    section.ratio("devices a second", rounds.rate(OURS), Some(3000.0));
    section.ratio("share of it that is cryptography", rounds.ratio(OURS, ALONE), None);
    if python.is_some() {
        section.figure(Whose::Peer, TOOL, rounds.rate(TOOL));
        section.ratio("to the public tool", rounds.ratio(OURS, TOOL), None);
    }
    // To the hundredth: some thousand devices in, a session is opened anew.
    section.bound("HSM commands a device", (commands * 100.0).round() / 100.0, 2.0);
    section.bound("HSM commands to open and discover", commands_to_open as f64, 45.0);
    if let Some(peak) = hsm.peak_memory_bytes() {
        section.bound("peak memory of hsm serve in MiB", peak as f64 / MEBIBYTE, 30.0);
    }
    report.sections.push(section);
    Ok(())
}

fn measure_with_latency(
    report: &mut Report,
    curbside: &Path,
    stores: &[PathBuf],
    product: &Product,
) -> Fallible<()> {
    let requests = requests(DEVICES)?;
    let mut section = Section::new("Sign devices with HSMs as slow as hardware", "devices/s");
    for (hsms, [name, limit_name, share_name, wait_name], promised) in FLEETS {
        eprintln!("signing with {name}");
        let served: Vec<SoftHsm> = stores[..hsms]
            .iter()
            .map(|store| SoftHsm::serve(curbside, store, &["--latency", "yubihsm2"]))
            .collect::<Fallible<_>>()?;
        let urls: Vec<&str> = served.iter().map(SoftHsm::url).collect();
        let options =
            FleetOptions { sessions_per_hsm: SESSIONS_PER_HSM, ..FleetOptions::default() };
        let signer = product.open(&urls, options)?;
        let rate = steady_rate(&signer, &requests, CALLERS.max(CALLERS_PER_HSM * hsms))?;
        let limit = hsms as f64 / SECONDS_PER_DEVICE;
        section.figure(Whose::Ours, name, rate);
        section.figure(Whose::Limit, limit_name, limit);
        section.ratio(share_name, rate / limit, Some(promised));
        let wait = signer.who_signs().statistics().queue_wait_p99;
        section.ratio(wait_name, wait.as_secs_f64() * 1e3, None);
    }
    report.sections.push(section);
    Ok(())
}

/// Signs all requests once.
fn rate<S: DeviceSigner>(
    signer: &Signer<S>,
    requests: &[SigningRequest],
    callers: usize,
) -> Fallible<f64> {
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    thread::scope(|scope| {
        let callers: Vec<_> = (0..callers)
            .map(|_| {
                scope.spawn(|| -> Result<(), String> {
                    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                        signer.sign(request.clone()).map_err(|error| error.to_string())?;
                    }
                    Ok(())
                })
            })
            .collect();
        callers.into_iter().try_for_each(|caller| {
            caller.join().unwrap_or_else(|_| Err("a caller died".to_owned()))
        })
    })?;
    Ok(requests.len() as f64 / start.elapsed().as_secs_f64())
}

/// Signs for a while. The rate is the sum of what each HSM did between the first and the last that it finished within
/// the window.
fn steady_rate(
    signer: &Signer<Fleet>,
    requests: &[SigningRequest],
    callers: usize,
) -> Fallible<f64> {
    let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let finished = Mutex::new(BTreeMap::<Option<u32>, Vec<Duration>>::new());
    let start = Instant::now();
    thread::scope(|scope| -> Fallible<()> {
        for _ in 0..callers {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed) % requests.len();
                    let Ok(device) = signer.sign(requests[number].clone()) else {
                        return is_over.store(true, Ordering::Relaxed);
                    };
                    if let Ok(mut finished) = finished.lock() {
                        finished.entry(device.hsm_serial()).or_default().push(start.elapsed());
                    }
                }
            });
        }
        while start.elapsed() < WARM_UP + WINDOW && !is_over.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(50));
        }
        if is_over.swap(true, Ordering::Relaxed) {
            return Err("an HSM stopped signing".into());
        }
        Ok(())
    })?;
    let finished = finished.into_inner().map_err(|_| "a caller died")?;
    finished.into_values().map(rate_of_hsm).sum()
}

/// The sessions of one HSM finish at about the same time, again and again: from the end of the first such burst to the
/// end of the last.
fn rate_of_hsm(mut finished: Vec<Duration>) -> Fallible<f64> {
    finished.retain(|at| (WARM_UP..=WARM_UP + WINDOW).contains(at));
    finished.sort();
    match (finished.get(SESSIONS_PER_HSM - 1), finished.last()) {
        (Some(first), Some(last)) if last > first => {
            Ok((finished.len() - SESSIONS_PER_HSM) as f64 / (*last - *first).as_secs_f64())
        }
        _ => Err("an HSM signed nothing within the window".into()),
    }
}

/// The public tool as a line calls it: a process a device.
fn rate_of_tool(python: &Python, product: &Product, url: &str) -> Fallible<f64> {
    let request = requests(1)?.remove(0);
    let [eddsa, ecdsa] = Curve::ALL
        .map(|curve| base64_simd::STANDARD.encode_to_string(request.device().message(curve)));
    let start = Instant::now();
    for _ in 0..DEVICES_OF_PEER {
        let mut command = Command::new(python.program("python"));
        command.args(["-m", "sid_signing_tool", "-p", product.tag.as_str(), "-c", url]);
        command.args(["--pin", PIN, "--eddsa_csr", &eddsa, "--ecdsa_csr", &ecdsa]);
        output(command)?;
    }
    Ok(DEVICES_OF_PEER as f64 / start.elapsed().as_secs_f64())
}

/// Devices that ask with their keys alone, since the HSM's work is measured and not theirs.
fn requests(count: usize) -> Fallible<Vec<SigningRequest>> {
    (0..count)
        .map(|number| {
            let mut smsn = [0x5A; Smsn::LEN_BYTES];
            smsn[..8].copy_from_slice(&(number as u64).to_be_bytes());
            let [ed25519, p256r1] = Curve::ALL.map(|curve| Authority::device_key(curve, number));
            let (ed25519, p256r1) = (*ed25519?.public_key(), *p256r1?.public_key());
            Ok(SigningRequest::from_public_keys(Smsn::from_bytes(smsn), ed25519, p256r1)?)
        })
        .collect()
}

/// A product that all HSMs hold.
struct Product {
    tag: ProductTag,
    anchors: TrustAnchors,
    pin: Pin,
}

impl Product {
    /// Makes HSMs in these stores and puts one product onto all.
    fn program(curbside: &Path, scratch: &Path, stores: &[PathBuf]) -> Fallible<Self> {
        let pin = scratch.join("pin");
        fs::write(&pin, PIN)?;
        let served: Vec<SoftHsm> = stores
            .iter()
            .map(|store| SoftHsm::serve(curbside, store, &[]))
            .collect::<Fallible<_>>()?;
        let mut command = Command::new(curbside);
        command.args(["hsm", "init", "--product", "BENCH", "--stage", "test", "--json"]);
        command.arg("--out-dir").arg(scratch).arg("--pin-file").arg(&pin);
        for hsm in &served {
            command.args(["--connector", hsm.url()]);
        }
        let summary: Value = serde_json::from_str(&output(command)?)?;
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("init says too little");
        let trust = fs::read_to_string(text(&summary["trust_file"])?)?;
        Ok(Self {
            tag: text(&summary["products"][0]["tag"])?.parse()?,
            anchors: TrustAnchors::parse(&trust)?,
            pin: Pin::new(&Zeroizing::new(PIN.as_bytes().to_vec()))?,
        })
    }

    /// A signer that shares its work between the HSMs at these URLs.
    fn open(&self, urls: &[&str], options: FleetOptions) -> Fallible<Signer<Fleet>> {
        let tls = TlsClient::default();
        let endpoints = urls.iter().map(|url| Endpoint::parse(url, &tls));
        let members = FleetMembers {
            endpoints: endpoints.collect::<Result<_, _>>()?,
            credentials: self.pin.clone().into(),
            selection: Selection::new(self.tag.clone())?,
            verifier: Arc::new(Verifier::new(self.anchors.clone())),
        };
        let fleet = Fleet::open(members, options)?;
        Ok(Signer::new(fleet, Verifier::new(self.anchors.clone())))
    }
}
