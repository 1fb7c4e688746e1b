//! A device's two certificates, authorities cached: ours beside the bare libraries and the public tool.

use std::{hint::black_box, path::Path, thread, time::Instant};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use ed25519_dalek::{Verifier as _, VerifyingKey};
use sidewalk::{Certificate, Chain, Curve, Level, Verifier, VerifyPath};

use crate::{
    Fallible,
    bench::{
        authority::{Authority, Device, processors},
        python::Python,
        report::{Report, Section, Whose},
        rounds::{Measurement, Rounds},
    },
};

/// How many devices a measurement verifies: about a tenth of a second a core and more.
const DEVICES: usize = 4000;

/// How many of them the public tool verifies, at twelve signatures each.
const DEVICES_OF_PEER: usize = 200;

/// How many chains go to [`Verifier::verify_many`] at once.
const MANY: usize = 256;

/// Verifies whole chains with the public tool's library, imports and first use outside the measurement.
const PEER: &str = r#"
import json, sys, time
from sid_signing_tool.cert import SidewalkCertChain
from sid_signing_tool.types import CURVE
chains = [(bytes.fromhex(text), CURVE.ED25519 if number % 2 == 0 else CURVE.P256R1)
          for number, text in enumerate(open(sys.argv[1]).read().split())]
def check(raw, curve):
    SidewalkCertChain.from_raw(raw, curve).validate()
for raw, curve in chains[:2]:
    check(raw, curve)
start = time.perf_counter()
for raw, curve in chains:
    check(raw, curve)
print(json.dumps({"seconds": time.perf_counter() - start}))
"#;

const RAW: &str = "dalek and aws-lc-rs alone, 1 core";
const RAW_ALL: &str = "dalek and aws-lc-rs alone, all cores";
const PLAIN: &str = "plain path, 1 core";
const PLAIN_ALL: &str = "plain path, all cores";
const TABLES: &str = "tables, many at once, 1 core";
const TABLES_ALL: &str = "tables, many at once, all cores";
const TABLES_ALONE: &str = "tables, one by one, 1 core";
const TOOL: &str = "sid_signing_tool.cert, in process, nothing cached";

pub(super) fn measure(
    report: &mut Report,
    rounds: usize,
    scratch: &Path,
    python: Option<&Python>,
) -> Fallible<()> {
    let authority = Authority::new()?;
    let devices = authority.devices(DEVICES, |_, device| Ok(device))?;
    let chains = scratch.join("chains.txt");
    std::fs::write(&chains, hex_lines(&devices))?;
    let raw = Raw::new(devices.first().ok_or("no device")?)?;
    let plain = Verifier::with_path(authority.anchors()?, VerifyPath::Plain);
    let tables = Verifier::new(authority.anchors()?);
    let mut measurements: Vec<Measurement<'_>> = vec![
        (RAW, Box::new(|| rate(1, &devices, |devices| raw.verify(devices)))),
        (PLAIN, Box::new(|| rate(1, &devices, |devices| one_by_one(&plain, devices)))),
        (TABLES, Box::new(|| rate(1, &devices, |devices| many(&tables, devices)))),
        (TABLES_ALONE, Box::new(|| rate(1, &devices, |devices| one_by_one(&tables, devices)))),
        (RAW_ALL, Box::new(|| rate(processors(), &devices, |devices| raw.verify(devices)))),
        (
            PLAIN_ALL,
            Box::new(|| rate(processors(), &devices, |devices| one_by_one(&plain, devices))),
        ),
        (TABLES_ALL, Box::new(|| rate(processors(), &devices, |devices| many(&tables, devices)))),
    ];
    match python {
        Some(python) => measurements.push((
            TOOL,
            Box::new(|| Ok(DEVICES_OF_PEER as f64 / python.measure(PEER, &[&chains])?.seconds)),
        )),
        None => report.skip("the public tool's verification: run `cargo xtask peers` first"),
    }
    let rounds = Rounds::take(rounds, measurements)?;
    report.sections.push(section(&rounds, python.is_some()));
    Ok(())
}

/// The rate of [`Verifier::verify_many`] on all processors: the limit of checking a log.
pub(super) fn limit(devices: &[Device], verifier: &Verifier) -> Fallible<f64> {
    rate(processors(), devices, |devices| many(verifier, devices))
}

fn section(rounds: &Rounds, has_peer: bool) -> Section {
    let work = "Verify a device's two certificates, authorities cached";
    let mut section = Section::new(work, "devices/s");
    for name in [PLAIN, TABLES_ALONE, TABLES, PLAIN_ALL, TABLES_ALL] {
        section.figure(Whose::Ours, name, rounds.rate(name));
    }
    for name in [RAW, RAW_ALL] {
        section.figure(Whose::Limit, name, rounds.rate(name));
    }
    section.ratio("plain path to the libraries, 1 core", rounds.ratio(PLAIN, RAW), Some(0.9));
    let all = rounds.ratio(PLAIN_ALL, RAW_ALL);
    section.ratio("plain path to the libraries, all cores", all, Some(0.9));
    section.ratio("plain path, all cores to 1", rounds.ratio(PLAIN_ALL, PLAIN), None);
    section.ratio("libraries, all cores to 1", rounds.ratio(RAW_ALL, RAW), None);
    section.ratio("tables to the libraries, 1 core", rounds.ratio(TABLES, RAW), Some(1.0));
    section.ratio(
        "tables to the libraries, all cores",
        rounds.ratio(TABLES_ALL, RAW_ALL),
        Some(1.0),
    );
    if has_peer {
        section.figure(Whose::Peer, TOOL, rounds.rate(TOOL));
        section.ratio("plain path to the public tool, 1 core", rounds.ratio(PLAIN, TOOL), None);
    }
    section
}

/// Devices a second, over so many threads with equal shares.
fn rate(
    threads: usize,
    devices: &[Device],
    verify: impl Fn(&[Device]) -> bool + Sync,
) -> Fallible<f64> {
    let share = devices.len().div_ceil(threads).max(1);
    let start = Instant::now();
    let all_good = thread::scope(|scope| {
        let verify = &verify;
        let workers: Vec<_> =
            devices.chunks(share).map(|share| scope.spawn(move || verify(share))).collect();
        workers.into_iter().all(|worker| worker.join().unwrap_or(false))
    });
    let seconds = start.elapsed().as_secs_f64();
    if all_good {
        Ok(devices.len() as f64 / seconds)
    } else {
        Err("a sound chain was refused".into())
    }
}

fn one_by_one(verifier: &Verifier, devices: &[Device]) -> bool {
    devices.iter().all(|device| {
        let (ed25519, p256r1) = (device.ed25519.clone(), device.p256r1.clone());
        black_box(verifier.verify_device(ed25519, p256r1)).is_ok()
    })
}

fn many(verifier: &Verifier, devices: &[Device]) -> bool {
    devices.chunks(MANY / 2).all(|devices| {
        let chains: Vec<Chain> = devices
            .iter()
            .flat_map(|device| [device.ed25519.clone(), device.p256r1.clone()])
            .collect();
        black_box(verifier.verify_many(chains)).iter().all(Result::is_ok)
    })
}

fn hex_lines(devices: &[Device]) -> String {
    let chains =
        devices.iter().take(DEVICES_OF_PEER).flat_map(|device| [&device.ed25519, &device.p256r1]);
    chains.map(|chain| hex::encode(chain.as_bytes()) + "\n").collect()
}

/// The libraries with the DAK's keys prepared, and nothing of ours around them.
struct Raw {
    ed25519: VerifyingKey,
    p256r1: ParsedPublicKey,
}

impl Raw {
    fn new(device: &Device) -> Fallible<Self> {
        let key = |chain: &Chain| chain.certificate(Level::Dak).map(|dak| dak.public_key());
        let ed25519 = key(&device.ed25519).ok_or("no DAK")?;
        let p256r1 = key(&device.p256r1).ok_or("no DAK")?;
        let sec1 = [&[4], p256r1.as_bytes()].concat();
        Ok(Self {
            ed25519: VerifyingKey::from_bytes(ed25519.as_bytes().try_into()?)?,
            p256r1: ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, sec1)
                .map_err(|_| "the DAK's key is refused")?,
        })
    }

    fn verify(&self, devices: &[Device]) -> bool {
        devices.iter().all(|device| {
            self.is_good(&device.ed25519.device()) && self.is_good(&device.p256r1.device())
        })
    }

    fn is_good(&self, certificate: &Certificate<'_>) -> bool {
        let (message, signature) = (certificate.signed_message(), certificate.signature());
        match certificate.curve() {
            Curve::Ed25519 => {
                let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
                self.ed25519.verify(&message, &signature).is_ok()
            }
            Curve::P256r1 => self.p256r1.verify_sig(&message, signature.as_bytes()).is_ok(),
        }
    }
}
