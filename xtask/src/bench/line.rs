//! Lines at work: as fast as this machine makes devices, what the host costs each, and lines bound by HSMs or slots.

mod flush;
mod rehearsal;

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use journal::{Filter, JournalView, Step};
use line::signing::Signing;
use sidewalk::{
    CertificateAuthority, Curve, PrivateKey, PrivateKeyError, Serial, Smsn, TrustAnchor,
    TrustAnchors, Verifier,
};
use signer::{Signer, SigningRequest, SoftwareSigner};

use self::{
    flush::FlushTimes,
    rehearsal::{Made, Rehearsal},
};
use crate::{
    Fallible,
    bench::{
        authority::processors,
        bare_signer::BareSigner,
        edge::fill_random,
        hsms::{HsmPace, Hsms},
        report::{Report, Section, Whose},
        rounds::{Measurement, Rounds},
    },
};

/// How many devices a run makes: some seconds.
const DEVICES: u64 = 20_000;

/// How many the limit is measured on.
const DEVICES_OF_LIMIT: usize = 10_000;

/// How many devices one slot makes alone, one after the other.
const DEVICES_OF_ONE_SLOT: u64 = 1000;

/// HSMs without latency: two keep two processors busy.
const HSMS: usize = 2;

/// How often a device waits for the disk: intent, signature with page, proof. Control logs are flushed beside it.
const FLUSHES_PER_DEVICE: f64 = 3.0;

/// What hardware takes for the two signatures of a device: the vendor's 121 and 73 ms.
const SECONDS_PER_SIGNING: f64 = 0.194;

/// Lines and the slots of each.
const ONE_LINE: (&str, usize, u16) = ("1 line of 64 slots, until in control logs", 1, 64);
const TWO_LINES: (&str, usize, u16) = ("2 lines of 32 slots, until in control logs", 2, 32);
const CRYPTOGRAPHY: &str = "keys, signatures, verification, all cores";

/// A line that something slower than this machine holds back.
struct HeldBack {
    names: [&'static str; 3],
    slots: u16,
    hsms: usize,
    flash: Duration,
    devices: u64,
    /// What the slots alone would make in a second.
    slots_limit: f64,
    /// What of its limit it must reach.
    promised: Option<f64>,
}

/// A tenth of the usual flash time, and HSMs that sign a third of what all slots could make; then a tenth of the slots
/// too, which keeps one HSM as busy as the usual flash time does. HSMs cannot be hurried: a board's own signature
/// takes up to the time of two, since two sessions take turns, and that is no trifle beside 2 s. So the slots' share is
/// told here and promised for the usual time.
const SHORT: [HeldBack; 2] = [
    HeldBack {
        names: [
            "64 slots, 2 HSMs, flash 2 s",
            "2 times 1 / 194 ms",
            "64 slots, 2 HSMs, share of the HSMs' limit",
        ],
        slots: 64,
        hsms: 2,
        flash: Duration::from_secs(2),
        devices: 64 + 160,
        slots_limit: 64.0 / (2.0 + SECONDS_PER_SIGNING),
        promised: Some(SHARE_PROMISED),
    },
    HeldBack {
        names: [
            "7 slots, 1 HSM, flash 2 s",
            "7 slots / (2 s + 194 ms)",
            "7 slots, 1 HSM, share of the slots' limit",
        ],
        slots: 7,
        hsms: 1,
        flash: Duration::from_secs(2),
        devices: 7 * 8,
        slots_limit: 7.0 / (2.0 + SECONDS_PER_SIGNING),
        promised: None,
    },
];

/// The usual flash time, three rounds: more than a minute.
const LONG: [HeldBack; 1] = [HeldBack {
    names: [
        "64 slots, 1 HSM, flash 20 s",
        "64 slots / 20 s",
        "64 slots, 1 HSM, share of the slots' limit",
    ],
    slots: 64,
    hsms: 1,
    flash: Duration::from_secs(20),
    devices: 64 * 3,
    slots_limit: 64.0 / 20.0,
    promised: Some(SHARE_PROMISED),
}];

/// What of its limit a line must reach.
const SHARE_PROMISED: f64 = 0.97;

pub(super) fn measure(
    report: &mut Report,
    rounds: usize,
    scratch: &Path,
    is_long: bool,
) -> Fallible<()> {
    let places = Places { root: scratch.join("line"), used: Cell::new(0) };
    measure_throughput(report, rounds, &places)?;
    measure_host_time(report, &places)?;
    measure_held_back(report, &places, "in 2 s", &SHORT)?;
    if is_long {
        measure_held_back(report, &places, "in 20 s", &LONG)?;
    } else {
        report.skip("a line with the real flash time of 20 s: --long");
    }
    Ok(())
}

fn measure_throughput(report: &mut Report, rounds: usize, places: &Places) -> Fallible<()> {
    let hsms = Hsms::serve(&places.next()?, HSMS, HsmPace::Machine)?;
    let bare = BareSigner::signer()?;
    let lines =
        |(_, lines, slots): (&str, usize, u16)| rate_of_lines(&hsms, &places.next()?, lines, slots);
    let measurements: Vec<Measurement<'_>> = vec![
        (ONE_LINE.0, Box::new(|| lines(ONE_LINE))),
        (TWO_LINES.0, Box::new(|| lines(TWO_LINES))),
        (CRYPTOGRAPHY, Box::new(|| rate_of_cryptography(&bare))),
    ];
    let rounds = Rounds::take(rounds, measurements)?;
    let mut section = Section::new(
        format!("Make devices: {HSMS} HSMs without latency, boards in memory, journal on the disk"),
        "devices/s",
    );
    section.figure(Whose::Ours, ONE_LINE.0, rounds.rate(ONE_LINE.0));
    section.figure(Whose::Ours, TWO_LINES.0, rounds.rate(TWO_LINES.0));
    section.figure(Whose::Limit, CRYPTOGRAPHY, rounds.rate(CRYPTOGRAPHY));
    section.ratio("1 line, devices a second", rounds.rate(ONE_LINE.0), Some(2500.0));
    section.ratio("2 lines, devices a second", rounds.rate(TWO_LINES.0), Some(2500.0));
    section.ratio("1 line to the limit", rounds.ratio(ONE_LINE.0, CRYPTOGRAPHY), None);
    section.ratio("2 lines to the limit", rounds.ratio(TWO_LINES.0, CRYPTOGRAPHY), None);
    report.sections.push(section);
    Ok(())
}

/// Lines that share the HSMs and start at once, each with its own sessions, journal and control logs.
fn rate_of_lines(hsms: &Hsms, directory: &Path, lines: usize, slots: u16) -> Fallible<f64> {
    let devices = DEVICES / lines as u64;
    let ready: Vec<_> = (0..lines)
        .map(|number| {
            let directory = directory.join(number.to_string());
            let rehearsal =
                Rehearsal { directory: &directory, slots, devices, flash: Duration::ZERO };
            rehearsal.prepare(hsms.signer()?)
        })
        .collect::<Fallible<_>>()?;
    let made: Vec<Made> = thread::scope(|scope| {
        let running: Vec<_> =
            ready.into_iter().map(|ready| scope.spawn(move || ready.run())).collect();
        let joined = running
            .into_iter()
            .map(|line| line.join().unwrap_or_else(|_| Err("a line died".into())));
        joined.collect::<Fallible<_>>()
    })?;
    std::fs::remove_dir_all(directory)?;
    let began = made.iter().map(|made| made.began).min();
    let ended = made.iter().map(|made| made.logged).max();
    let (began, ended) = began.zip(ended).ok_or("there was no line")?;
    Ok((devices * lines as u64) as f64 / (ended - began).as_secs_f64())
}

/// What a device costs at the least: two new key pairs, two signatures, two verifications.
fn rate_of_cryptography(bare: &Signer<BareSigner>) -> Fallible<f64> {
    let next = AtomicUsize::new(0);
    let device = |number: usize| -> Fallible<()> {
        let mut smsn = [0x5A; Smsn::LEN_BYTES];
        smsn[..8].copy_from_slice(&(number as u64).to_be_bytes());
        let [ed25519, p256r1] = Curve::ALL.map(new_key);
        let request = SigningRequest::from_private_keys(Smsn::from_bytes(smsn), ed25519?, p256r1?)?;
        bare.sign(request)?;
        Ok(())
    };
    let start = Instant::now();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors())
            .map(|_| {
                scope.spawn(|| -> Fallible<()> {
                    loop {
                        match next.fetch_add(1, Ordering::Relaxed) {
                            number if number < DEVICES_OF_LIMIT => device(number)?,
                            _ => return Ok(()),
                        }
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|_| Err("a worker died".into())))
    })?;
    Ok(DEVICES_OF_LIMIT as f64 / start.elapsed().as_secs_f64())
}

/// One slot makes devices one after the other with a DAK in memory; what is neither signing nor flash is the host's.
fn measure_host_time(report: &mut Report, places: &Places) -> Fallible<()> {
    eprintln!("making {DEVICES_OF_ONE_SLOT} devices in one slot");
    let directory = places.next()?;
    let flush = FlushTimes::measure(&directory)?;
    let rehearsal = Rehearsal {
        directory: &directory,
        slots: 1,
        devices: DEVICES_OF_ONE_SLOT,
        flash: Duration::ZERO,
    };
    let made = rehearsal.prepare(signer_in_memory()?)?.run()?;
    let last = made.passed.last().ok_or("no device was made")?;
    let wall = *last - made.began;
    let others = time_of_steps(&made.journal, &[Step::Sign, Step::Flash])?;
    let host = wall.saturating_sub(others).as_secs_f64() / DEVICES_OF_ONE_SLOT as f64;
    let disk = flush.p50.as_secs_f64() * FLUSHES_PER_DEVICE;

    let mut section = Section::new("Host time of a device, one slot", "microseconds");
    section.figure(Whose::Ours, "all but HSM and flash", host * 1e6);
    section.figure(Whose::Limit, "its three flushes of this disk", disk * 1e6);
    section.bound("all but HSM and flash, in ms", host * 1e3, 2.0);
    section.ratio("to its flushes", host / disk, None);
    section.ratio("a flush of this disk, p50 in ms", flush.p50.as_secs_f64() * 1e3, None);
    section.ratio("a flush of this disk, p99 in ms", flush.p99.as_secs_f64() * 1e3, None);
    report.sections.push(section);
    Ok(())
}

/// How long these steps took, all devices of a journal together.
fn time_of_steps(journal: &Path, steps: &[Step]) -> Fallible<Duration> {
    let mut micros = 0;
    JournalView::open(journal)?.for_each(&Filter::default(), |record| {
        if let Some(times) = record.step_times {
            micros += steps.iter().map(|step| u64::from(times.micros(*step))).sum::<u64>();
        }
    })?;
    Ok(Duration::from_micros(micros))
}

fn measure_held_back(
    report: &mut Report,
    places: &Places,
    flash: &str,
    lines: &[HeldBack],
) -> Fallible<()> {
    let work = format!("Make devices: HSMs as slow as hardware, flash {flash}, steady rate");
    let mut section = Section::new(work, "devices/s");
    for line in lines {
        let [name, limit_name, share_name] = line.names;
        eprintln!("making {} devices with {name}", line.devices);
        let hsms = Hsms::serve(&places.next()?, line.hsms, HsmPace::Hardware)?;
        let rehearsal = Rehearsal {
            directory: &places.next()?,
            slots: line.slots,
            devices: line.devices,
            flash: line.flash,
        };
        let made = rehearsal.prepare(hsms.signer()?)?.run()?;
        // All boards of the first round come to the HSMs at once, which is no steady state.
        let (first, last) = (usize::from(line.slots) - 1, made.passed.len() - 1);
        let rate = made.rate_between(first, last)?;
        let limit = line.slots_limit.min(line.hsms as f64 / SECONDS_PER_SIGNING);
        section.figure(Whose::Ours, name, rate);
        section.figure(Whose::Limit, limit_name, limit);
        section.ratio(share_name, rate / limit, line.promised);
    }
    report.sections.push(section);
    Ok(())
}

/// A product whose DAK is in memory.
fn signer_in_memory() -> Fallible<Arc<dyn Signing>> {
    let authority = |curve| -> Fallible<_> {
        let ladder = (1_u8..=5)
            .map(|level| Ok((Serial::parse(&[level, 0x20, 0, 1])?, new_key(curve)?)))
            .collect::<Fallible<_>>()?;
        Ok(CertificateAuthority::certify(ladder)?)
    };
    let (ed25519, p256r1) = (authority(Curve::Ed25519)?, authority(Curve::P256r1)?);
    let root = |authority: &CertificateAuthority| -> Fallible<_> {
        let key = new_key(authority.curve())?;
        let chain = authority.issue(Smsn::from_bytes([0; Smsn::LEN_BYTES]), key.public_key())?;
        Ok(TrustAnchor::of(&chain))
    };
    let anchors = TrustAnchors::new([root(&ed25519)?, root(&p256r1)?]);
    Ok(Arc::new(Signer::new(SoftwareSigner::new(ed25519, p256r1)?, Verifier::new(anchors))))
}

fn new_key(curve: Curve) -> Result<PrivateKey, PrivateKeyError> {
    PrivateKey::generate(curve, |bytes| match fill_random(bytes) {
        true => Ok(()),
        false => Err(PrivateKeyError::NotRandom),
    })
}

/// A new directory for every run, on the disk that is measured.
struct Places {
    root: PathBuf,
    used: Cell<usize>,
}

impl Places {
    fn next(&self) -> Fallible<PathBuf> {
        self.used.set(self.used.get() + 1);
        let place = self.root.join(self.used.get().to_string());
        std::fs::create_dir_all(&place)?;
        Ok(place)
    }
}
