//! A large journal: opened, searched, and what memory that takes.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use journal::{DeviceKey, Journal, JournalOptions, measure};
use serde::{Deserialize, Serialize};

use crate::{
    Fallible,
    bench::{
        edge::fill_random,
        report::{MEBIBYTE, Report, Section, Whose},
        worker,
    },
    command::output,
};

/// How many devices the journal holds; all that a journal is made for takes minutes.
const DEVICES: u32 = 1_000_000;
const DEVICES_LONG: u32 = 10_000_000;

/// How many devices are looked up, each by every key.
const LOOK_UPS: u32 = 1000;

/// Scatters the look-ups over the file, with no device twice (Knuth's multiplier is prime).
const SCATTER: u64 = 2_654_435_761;

/// Half, all but a hundredth, and all of the look-ups by each key.
const NAMES: [[&str; 3]; 4] = [
    ["look-up by DSN, p50 in ms", "look-up by DSN, p99 in ms", "look-up by DSN, worst in ms"],
    ["look-up by SMSN, p50 in ms", "look-up by SMSN, p99 in ms", "look-up by SMSN, worst in ms"],
    ["look-up by chip, p50 in ms", "look-up by chip, p99 in ms", "look-up by chip, worst in ms"],
    ["look-up by log, p50 in ms", "look-up by log, p99 in ms", "look-up by log, worst in ms"],
];
const LOOKED_UP: [&str; 4] = ["by DSN", "by SMSN", "by chip", "by log, 256 devices each"];

/// What the process that searched has to say.
#[derive(Deserialize, Serialize)]
struct Searched {
    open_seconds: f64,
    /// For each key: p50, p99 and the worst, in milliseconds.
    look_ups_ms: [[f64; 3]; 4],
    /// For each key: in a second.
    rates: [f64; 4],
    peak_memory_bytes: Option<u64>,
}

pub(super) fn measure(report: &mut Report, scratch: &Path, is_long: bool) -> Fallible<()> {
    let devices = if is_long { DEVICES_LONG } else { DEVICES };
    let directory = scratch.join("journal");
    std::fs::create_dir_all(&directory)?;
    let path = directory.join("line.journal");
    eprintln!("filling a journal with {devices} devices");
    measure::fill(&path, devices, fill_random)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "--worker", "journal"]).arg(&path).arg(devices.to_string());
    let searched: Searched = serde_json::from_str(&output(command)?)?;
    std::fs::remove_dir_all(&directory)?;

    let work =
        format!("Search a journal of {devices} devices, in the system's memory as far as it fits");
    let mut section = Section::new(work, "look-ups/s");
    for (name, rate) in LOOKED_UP.into_iter().zip(searched.rates) {
        section.figure_with_memory(Whose::Ours, name, rate, searched.peak_memory_bytes);
    }
    section.bound("open in s", searched.open_seconds, 2.0);
    for ([p50_name, p99_name, worst_name], [p50, p99, worst]) in
        NAMES.into_iter().zip(searched.look_ups_ms)
    {
        section.ratio(p50_name, p50, None);
        section.bound(p99_name, p99, 5.0);
        section.ratio(worst_name, worst, None);
    }
    if let Some(peak) = searched.peak_memory_bytes {
        section.bound("peak memory in MiB", peak as f64 / MEBIBYTE, 200.0);
    }
    report.sections.push(section);
    if !is_long {
        report.skip(format!("a journal of {DEVICES_LONG} devices: --long"));
    }
    Ok(())
}

/// Searches in a process of its own and prints what it took.
pub(super) fn search(path: &Path, devices: u32) -> Fallible<()> {
    let start = Instant::now();
    let journal = Journal::open(JournalOptions { path: PathBuf::from(path), fill_random })?;
    let open_seconds = start.elapsed().as_secs_f64();
    let mut times: [Vec<f64>; 4] = Default::default();
    for number in 0..LOOK_UPS {
        let n = u32::try_from(u64::from(number) * SCATTER % u64::from(devices))?;
        let (dsn, smsn, chip) = (measure::dsn(n), measure::smsn(n), measure::chip(n));
        let log = measure::log(n / measure::DEVICES_PER_LOG);
        let keys = [
            DeviceKey::Dsn(&dsn),
            DeviceKey::Smsn(&smsn),
            DeviceKey::Chip(&chip),
            DeviceKey::Log(&log),
        ];
        for (key, times) in keys.iter().zip(&mut times) {
            let start = Instant::now();
            let found = journal.find(key)?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
            let is_right = match key {
                DeviceKey::Log(_) => !found.is_empty(),
                _ => found.iter().any(|record| record.dsn == dsn),
            };
            if !is_right {
                return Err(format!("{key:?} does not find device {dsn}").into());
            }
        }
    }
    let rates = times.each_ref().map(|times| 1e3 * times.len() as f64 / times.iter().sum::<f64>());
    let look_ups_ms = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        let last = times.len() - 1;
        [times[last / 2], times[last * 99 / 100], times[last]]
    });
    let peak_memory_bytes = worker::peak_memory_bytes();
    let searched = Searched { open_seconds, look_ups_ms, rates, peak_memory_bytes };
    println!("{}", serde_json::to_string(&searched)?);
    Ok(())
}
