//! Ten million devices.

use std::{fs, time::Instant};

use journal::{DeviceKey, JournalView, measure};

use crate::support::{fill_random, open};

const DEVICES: u32 = 10_000_000;
const LOOK_UPS: u32 = 1000;

#[test]
#[ignore = "a measurement: takes minutes and 10 GB of disk; run it alone and in release"]
fn ten_million_devices_open_at_once_and_are_found_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("line.journal");
    let start = Instant::now();
    measure::fill(&path, DEVICES, fill_random).unwrap();
    println!("filled in {:?}, {} MiB", start.elapsed(), fs::metadata(&path).unwrap().len() >> 20);

    let start = Instant::now();
    let journal = open(&path);
    println!("opened in {:?}", start.elapsed());
    let start = Instant::now();
    let unfinished = journal.unfinished().unwrap().len();
    println!("{unfinished} unfinished devices in {:?}", start.elapsed());
    let start = Instant::now();
    let counts = journal.counts(None).unwrap();
    println!("counts in {:?}", start.elapsed());
    assert_eq!(counts.devices(), u64::from(DEVICES));
    assert_eq!(counts.unfinished(), unfinished as u64);

    let number = |n: u32| n.wrapping_mul(2_654_435_761) % DEVICES;
    let mut micros: [Vec<u128>; 4] = Default::default();
    for look_up in 0..LOOK_UPS {
        let n = number(look_up);
        let (dsn, smsn, chip) = (measure::dsn(n), measure::smsn(n), measure::chip(n));
        let log = measure::log(n / measure::DEVICES_PER_LOG);
        let keys = [
            DeviceKey::Dsn(&dsn),
            DeviceKey::Smsn(&smsn),
            DeviceKey::Chip(&chip),
            DeviceKey::Log(&log),
        ];
        for (key, micros) in keys.iter().zip(&mut micros) {
            let start = Instant::now();
            let found = journal.find(key).unwrap();
            micros.push(start.elapsed().as_micros());
            let is_first = matches!(key, DeviceKey::Log(_)) || found[0].dsn == dsn;
            assert!(is_first && !found.is_empty());
        }
    }
    for (name, mut micros) in ["DSN", "SMSN", "chip", "log"].into_iter().zip(micros) {
        micros.sort_unstable();
        let [half, most, worst] = [500, 990, 999].map(|index| micros[index]);
        println!("look-up by {name}: p50 {half} us, p99 {most} us, worst {worst} us");
    }
    let start = Instant::now();
    let view = JournalView::open(&path).unwrap();
    assert_eq!(view.unfinished_records().unwrap().len(), unfinished);
    println!("a view's unfinished records in {:?}", start.elapsed());
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    println!("memory: {peak}");
}
