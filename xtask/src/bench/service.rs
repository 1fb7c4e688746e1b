//! The signing service: what many lines get of it, and what is left of its HSMs' rate. Lines and HSMs run on the processors
//! that the server runs on.

mod server;

use std::{
    path::Path,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use hsm::DeviceRequest;
use sidewalk::{Curve, PublicKey, Smsn};
use signer::{DeviceSigner as _, Signer, SigningRequest, service::SigningClient};

use self::server::Server;
use crate::{
    Fallible,
    bench::{
        authority::{Authority, processors},
        bare_signer::BareSigner,
        hsms::{HsmPace, Hsms},
        report::{Report, Section, Whose},
        rounds::{Measurement, Rounds},
    },
    repository::Repository,
};

/// Lines that ask as fast as they are answered, a device each at a time.
const BUSY_LINES: usize = 64;

/// HSMs without latency: two keep two processors busy.
const BUSY_HSMS: usize = 2;

/// How many devices a measurement signs: some seconds.
const DEVICES: usize = 6_000;

/// Lines before HSMs as slow as hardware.
const LINES: usize = 100;

/// What hardware takes for the two signatures of a device: the vendor's 121 and 73 ms.
const SECONDS_PER_DEVICE: f64 = 0.194;

/// How many devices each such HSM signs: 25 s.
const DEVICES_PER_HSM: usize = 128;

/// The share of its HSMs' rate that the service must reach.
const SHARE_PROMISED: f64 = 0.97;

const OURS: &str = "64 lines, mutual TLS, quota, evidence, SQLite";
const ALONE: &str = "signatures and verification alone, all cores";

/// HSMs, what they reach, the limit, the share, and how far lines are apart.
const FLEETS: [(usize, [&str; 4]); 4] = [
    (1, ["1 HSM", "1 times 1 / 194 ms", "1 HSM to its limit", "1 HSM, devices between lines"]),
    (2, ["2 HSMs", "2 times 1 / 194 ms", "2 HSMs to their limit", "2 HSMs, devices between lines"]),
    (4, ["4 HSMs", "4 times 1 / 194 ms", "4 HSMs to their limit", "4 HSMs, devices between lines"]),
    (8, ["8 HSMs", "8 times 1 / 194 ms", "8 HSMs to their limit", "8 HSMs, devices between lines"]),
];

pub(super) fn measure(
    report: &mut Report,
    rounds: usize,
    scratch: &Path,
    repository: &Repository,
) -> Fallible<()> {
    let curbside = repository.curbside_optimised()?;
    let place = scratch.join("service");
    let devices = Devices::new()?;
    measure_throughput(report, rounds, &curbside, &place, &devices)?;
    measure_fleets(report, &curbside, &place, &devices)
}

fn measure_throughput(
    report: &mut Report,
    rounds: usize,
    curbside: &Path,
    place: &Path,
    devices: &Devices,
) -> Fallible<()> {
    let hsms = Hsms::serve(&place.join("busy-hsms"), BUSY_HSMS, HsmPace::Machine)?;
    let server = Server::start(curbside, &place.join("busy"), &hsms)?;
    let lines = server.lines(BUSY_LINES)?;
    let bare = BareSigner::signer()?;
    let measurements: Vec<Measurement<'_>> = vec![
        (OURS, Box::new(|| Ok(sign(&lines, devices, DEVICES)?.rate()))),
        (ALONE, Box::new(|| rate_of_cryptography(&bare, devices))),
    ];
    let rounds = Rounds::take(rounds, measurements)?;
    let mut section = Section::new(
        format!("Signing service: {BUSY_HSMS} HSMs without latency, lines on the same processors"),
        "devices/s",
    );
    section.figure(Whose::Ours, OURS, rounds.rate(OURS));
    section.figure(Whose::Limit, ALONE, rounds.rate(ALONE));
    section.ratio("devices a second", rounds.rate(OURS), Some(1500.0));
    section.ratio("to the limit", rounds.ratio(OURS, ALONE), None);
    report.sections.push(section);
    Ok(())
}

fn measure_fleets(
    report: &mut Report,
    curbside: &Path,
    place: &Path,
    devices: &Devices,
) -> Fallible<()> {
    let mut section = Section::new(
        format!("Signing service: HSMs as slow as hardware, {LINES} lines"),
        "devices/s",
    );
    for (count, [name, limit_name, share_name, apart_name]) in FLEETS {
        eprintln!("signing {} devices with {name} for {LINES} lines", count * DEVICES_PER_HSM);
        let place = place.join(format!("fleet-{count}"));
        let hsms = Hsms::serve(&place.join("hsms"), count, HsmPace::Hardware)?;
        let server = Server::start(curbside, &place.join("server"), &hsms)?;
        let lines = server.lines(LINES)?;
        let signed = sign(&lines, devices, count * DEVICES_PER_HSM)?;
        let (rate, limit) = (signed.steady_rate(count * 2)?, count as f64 / SECONDS_PER_DEVICE);
        section.figure(Whose::Ours, name, rate);
        section.figure(Whose::Limit, limit_name, limit);
        section.ratio(share_name, rate / limit, Some(SHARE_PROMISED));
        section.bound(apart_name, signed.apart() as f64, 1.0);
    }
    report.sections.push(section);
    Ok(())
}

/// Devices with a number each. They share their keys, since making keys is the lines' work.
struct Devices {
    ed25519: PublicKey,
    p256r1: PublicKey,
    next: AtomicU64,
}

impl Devices {
    fn new() -> Fallible<Self> {
        let key = |curve| Authority::dak_key(curve).map(|key| *key.public_key());
        let (ed25519, p256r1) = (key(Curve::Ed25519)?, key(Curve::P256r1)?);
        Ok(Self { ed25519, p256r1, next: AtomicU64::new(0) })
    }

    fn smsn(&self) -> Smsn {
        let mut smsn = [0x5A; Smsn::LEN_BYTES];
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // Numbers of real devices are hashes, so that they come in no order.
        smsn[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
        Smsn::from_bytes(smsn)
    }

    fn device(&self) -> Fallible<DeviceRequest> {
        Ok(DeviceRequest::new(self.smsn(), self.ed25519, self.p256r1)?)
    }

    fn request(&self) -> Fallible<SigningRequest> {
        Ok(SigningRequest::from_public_keys(self.smsn(), self.ed25519, self.p256r1)?)
    }
}

/// What lines were given.
struct Signed {
    began: Instant,
    /// When each device had its chains, in order.
    at: Vec<Instant>,
    /// How many each line had.
    per_line: Vec<usize>,
}

impl Signed {
    fn rate(&self) -> f64 {
        let last = self.at.last().map_or(f64::NAN, |last| (*last - self.began).as_secs_f64());
        self.at.len() as f64 / last
    }

    /// Without the first and the last few, when not all HSMs are at work.
    fn steady_rate(&self, few: usize) -> Fallible<f64> {
        let steady = self.at.get(few..self.at.len().saturating_sub(few)).unwrap_or_default();
        let (first, last) = steady.first().zip(steady.last()).ok_or("too few were signed")?;
        Ok((steady.len() - 1) as f64 / (*last - *first).as_secs_f64())
    }

    /// How many devices more the luckiest line had than the unluckiest.
    fn apart(&self) -> usize {
        let most = self.per_line.iter().max().copied().unwrap_or_default();
        most - self.per_line.iter().min().copied().unwrap_or_default()
    }
}

/// Has so many devices signed by lines that ask again once they are answered.
fn sign(lines: &[SigningClient], devices: &Devices, count: usize) -> Fallible<Signed> {
    let taken = AtomicUsize::new(0);
    let work = |line: &SigningClient| -> Fallible<Vec<Instant>> {
        let mut at = Vec::new();
        while taken.fetch_add(1, Ordering::Relaxed) < count {
            line.sign(&devices.device()?)?;
            at.push(Instant::now());
        }
        Ok(at)
    };
    let began = Instant::now();
    let per_line = on_threads(lines.iter().map(|line| move || work(line)))?;
    let counts = per_line.iter().map(Vec::len).collect();
    let mut at = per_line.concat();
    at.sort_unstable();
    Ok(Signed { began, at, per_line: counts })
}

/// What a device costs at the least: two signatures, two verifications.
fn rate_of_cryptography(bare: &Signer<BareSigner>, devices: &Devices) -> Fallible<f64> {
    let taken = AtomicUsize::new(0);
    let work = || -> Fallible<()> {
        while taken.fetch_add(1, Ordering::Relaxed) < DEVICES {
            bare.sign(devices.request()?)?;
        }
        Ok(())
    };
    let began = Instant::now();
    on_threads((0..processors()).map(|_| work))?;
    Ok(DEVICES as f64 / began.elapsed().as_secs_f64())
}

fn on_threads<T: Send, W: FnOnce() -> Fallible<T> + Send>(
    works: impl Iterator<Item = W>,
) -> Fallible<Vec<T>> {
    thread::scope(|scope| {
        let threads: Vec<_> = works
            .map(|work| scope.spawn(move || work().map_err(|error| error.to_string())))
            .collect();
        let ended = threads.into_iter().map(|thread| match thread.join() {
            Ok(ended) => ended.map_err(Into::into),
            Err(_) => Err("a line died".into()),
        });
        ended.collect()
    })
}
