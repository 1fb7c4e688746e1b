//! Control logs: many into one, and one checked.

use std::{
    cell::Cell,
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use control_log::{Ending, Writer, single_log};
use sidewalk::Verifier;

use crate::{
    Fallible,
    bench::{
        authority::{Authority, Device},
        python::{Measured, Python},
        report::{MEBIBYTE, Report, Section, Whose},
        rounds::{Measurement, Rounds},
        verify, worker,
    },
    command::output,
};

/// What the public script does, without its printing: read every file, gather, write once with an indent.
const PEER: &str = r#"
import json, os, sys, time
directory, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
start = time.perf_counter()
logs = []
for number in range(count):
    with open(os.path.join(directory, f"{number:06}.txt")) as file:
        logs += json.load(file)["controlLogs"]
with open(out, "w") as file:
    json.dump({"controlLogs": logs}, file, indent=2)
seconds = time.perf_counter() - start
try:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
except ImportError:
    peak = None
print(json.dumps({"seconds": seconds, "peak_memory_bytes": peak}))
"#;

const CONSOLIDATE: &str = "consolidate";
const COPY: &str = "open, read, write, nothing else";
const PYTHON: &str = "the script's work in Python";
const SCRIPT: &str = "the script itself";

const CHECK: &str = "check, all cores";
const VERIFY: &str = "verification alone, all cores";

/// How many of the devices the limit of checking is measured on.
const DEVICES_OF_LIMIT: usize = 4000;

/// How many control logs the flatness of memory is measured on, beside all of them.
const SHARE_OF_FEW: usize = 10;

/// Where a device's control log stands.
pub(super) fn log_path(directory: &Path, number: usize) -> PathBuf {
    directory.join(format!("{number:06}.txt"))
}

/// A file to write and read back.
pub(super) fn spill(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)
}

pub(super) fn measure_consolidation(
    report: &mut Report,
    rounds: usize,
    scratch: &Path,
    count: usize,
    python: Option<&Python>,
    script: Option<&Path>,
) -> Fallible<()> {
    let logs = scratch.join("logs");
    std::fs::create_dir_all(&logs)?;
    eprintln!("making {count} control logs");
    Authority::new()?.devices(count, |number, device| {
        Ok(std::fs::write(log_path(&logs, number), single_log(&device.entry()?))?)
    })?;
    let [ours, limit, peer] = [const { Cell::new(None) }; 3];
    let out = scratch.join("consolidated.txt");
    let all = PathBuf::from(count.to_string());
    let arguments = [logs.as_path(), all.as_path(), out.as_path()];
    let kept = |peak: &Cell<Option<u64>>, measured: Measured| {
        peak.set(peak.get().max(measured.peak_memory_bytes));
        count as f64 / measured.seconds
    };
    let mut measurements: Vec<Measurement<'_>> = vec![
        (CONSOLIDATE, Box::new(|| Ok(kept(&ours, worker::start("consolidate", &arguments)?)))),
        (COPY, Box::new(|| Ok(kept(&limit, worker::start("copy", &arguments)?)))),
    ];
    match python {
        Some(python) => measurements
            .push((PYTHON, Box::new(|| Ok(kept(&peer, python.measure(PEER, &arguments)?))))),
        None => report.skip("consolidation in Python: run `cargo xtask peers` first"),
    }
    match (python, script) {
        (Some(python), Some(script)) => {
            measurements.push((SCRIPT, Box::new(|| run_script(python, script, &logs, count))))
        }
        (None, Some(_)) => report.skip("the real consolidation script: it needs Python's packages"),
        _ => {}
    }
    let rounds = Rounds::take(rounds, measurements)?;

    let few = PathBuf::from((count / SHARE_OF_FEW).to_string());
    let of_few = worker::start("consolidate", &[&logs, &few, &out])?.peak_memory_bytes;
    let mut section = Section::new(format!("Consolidate {count} control logs"), "logs/s");
    section.figure_with_memory(Whose::Ours, CONSOLIDATE, rounds.rate(CONSOLIDATE), ours.get());
    section.figure_with_memory(Whose::Limit, COPY, rounds.rate(COPY), limit.get());
    section.ratio("to the limit", rounds.ratio(CONSOLIDATE, COPY), Some(0.8));
    if python.is_some() {
        section.figure_with_memory(Whose::Peer, PYTHON, rounds.rate(PYTHON), peer.get());
        section.ratio(
            "to the script's work in Python",
            rounds.ratio(CONSOLIDATE, PYTHON),
            Some(5.0),
        );
        if script.is_some() {
            section.figure(Whose::Peer, SCRIPT, rounds.rate(SCRIPT));
            section.ratio("to the script itself", rounds.ratio(CONSOLIDATE, SCRIPT), Some(5.0));
        }
    }
    if let (Some(all), Some(few)) = (ours.get(), of_few) {
        section.bound("peak memory in MiB", all as f64 / MEBIBYTE, 64.0);
        section.ratio("peak memory of a tenth of the logs, in MiB", few as f64 / MEBIBYTE, None);
    }
    report.sections.push(section);
    Ok(())
}

/// Runs a copy of the real script where it writes nobody else's files. It expands patterns itself; so many
/// paths would be longer than a command line may be.
fn run_script(python: &Python, script: &Path, logs: &Path, count: usize) -> Fallible<f64> {
    let out = logs.with_file_name("script");
    std::fs::create_dir_all(&out)?;
    let mut command = Command::new(python.program("python"));
    command.arg(script.canonicalize()?).arg(format!("{}/*.txt", logs.display())).current_dir(&out);
    let start = Instant::now();
    output(command)?;
    let rate = count as f64 / start.elapsed().as_secs_f64();
    std::fs::remove_dir_all(&out)?;
    Ok(rate)
}

pub(super) fn measure_check(
    report: &mut Report,
    rounds: usize,
    scratch: &Path,
    count: usize,
) -> Fallible<()> {
    eprintln!("making a control log of {count} devices");
    let authority = Authority::new()?;
    let log = scratch.join("check.txt");
    let mut writer = Writer::new(File::create(&log)?);
    for entry in authority.devices(count, |_, device| device.entry())? {
        writer.push(&entry)?;
    }
    writer.finish(Ending::Bare)?;
    let trust = scratch.join("trust.txt");
    std::fs::write(&trust, authority.anchors()?.to_text())?;

    let devices: Vec<Device> =
        authority.devices(DEVICES_OF_LIMIT.min(count), |_, device| Ok(device))?;
    let verifier = Verifier::new(authority.anchors()?);
    let all = PathBuf::from(count.to_string());
    let peak = Cell::new(None);
    let measurements: Vec<Measurement<'_>> = vec![
        (
            CHECK,
            Box::new(|| {
                let measured = worker::start("check", &[&log, &trust, &all])?;
                peak.set(peak.get().max(measured.peak_memory_bytes));
                Ok(count as f64 / measured.seconds)
            }),
        ),
        (VERIFY, Box::new(|| verify::limit(&devices, &verifier))),
    ];
    let rounds = Rounds::take(rounds, measurements)?;
    let work = format!("Check a control log of {count} devices: parse and fully verify");
    let mut section = Section::new(work, "devices/s");
    section.figure_with_memory(Whose::Ours, CHECK, rounds.rate(CHECK), peak.get());
    section.figure(Whose::Limit, VERIFY, rounds.rate(VERIFY));
    section.ratio("to the limit", rounds.ratio(CHECK, VERIFY), Some(0.8));
    if let Some(peak) = peak.get() {
        section.bound("peak memory in MiB", peak as f64 / MEBIBYTE, 128.0);
    }
    report.sections.push(section);
    Ok(())
}
