//! One measurement in a process of its own, so that its peak memory is its own.

use std::{
    fs::File,
    io::{self, Read, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use control_log::{CheckOptions, check, consolidate};
use sidewalk::{TrustAnchors, Verifier};

use crate::{
    Fallible,
    bench::{
        authority::processors,
        journal,
        logs::{log_path, spill},
        python::Measured,
    },
    command::output,
};

/// Starts this program as a worker.
pub(super) fn start(work: &str, arguments: &[&Path]) -> Fallible<Measured> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "--worker", work]).args(arguments);
    Ok(serde_json::from_str(&output(command)?)?)
}

/// Does the work and prints what it took.
pub(super) fn run(work: &Path, arguments: &[PathBuf]) -> Fallible<()> {
    let start = Instant::now();
    match (work.to_str(), arguments) {
        (Some("consolidate"), [directory, count, out]) => {
            consolidated(directory, number(count)?, out)?;
        }
        (Some("copy"), [directory, count, out]) => copied(directory, number(count)?, out)?,
        (Some("journal"), [path, devices]) => {
            return journal::search(path, u32::try_from(number(devices)?)?);
        }
        (Some("check"), [log, trust, count]) => checked(log, trust, number(count)?)?,
        _ => return Err("no such work".into()),
    }
    let seconds = start.elapsed().as_secs_f64();
    let peak_memory_bytes = peak_memory_bytes();
    println!(
        "{}",
        serde_json::json!({ "seconds": seconds, "peak_memory_bytes": peak_memory_bytes })
    );
    Ok(())
}

fn consolidated(directory: &Path, count: usize, out: &Path) -> Fallible<()> {
    let mut output = spill(out)?;
    let sources = (0..count).map(|number| File::open(log_path(directory, number)));
    let spilled = out.with_extension("spill");
    let options = consolidate::Options::default();
    let summary = consolidate(sources, &mut output, || spill(&spilled), &options, |_| {})?;
    match summary.records_written() {
        written if written == count as u64 => Ok(()),
        written => Err(format!("{written} of {count} devices were written").into()),
    }
}

/// Opens, reads and writes the same files and does nothing else.
fn copied(directory: &Path, count: usize, out: &Path) -> Fallible<()> {
    let mut output = io::BufWriter::with_capacity(256 * 1024, File::create(out)?);
    let mut text = Vec::new();
    for number in 0..count {
        text.clear();
        File::open(log_path(directory, number))?.read_to_end(&mut text)?;
        output.write_all(&text)?;
    }
    Ok(output.flush()?)
}

fn checked(log: &Path, trust: &Path, count: usize) -> Fallible<()> {
    let verifier = Verifier::new(TrustAnchors::parse(&std::fs::read_to_string(trust)?)?);
    let threads = NonZeroUsize::new(processors()).unwrap_or(NonZeroUsize::MIN);
    let mut spilled = 0;
    let open_spill = || {
        spilled += 1;
        spill(&log.with_extension(format!("spill{spilled}")))
    };
    let options = CheckOptions::with_threads(threads);
    let summary = check(File::open(log)?, &verifier, &options, open_spill, |_| {})?;
    if summary.is_acceptable() && summary.records == count as u64 {
        Ok(())
    } else {
        Err(format!("a sound log was refused: {summary:?}").into())
    }
}

fn number(text: &Path) -> Fallible<usize> {
    Ok(text.to_str().unwrap_or_default().parse()?)
}

/// The most memory that this process has held; known on Linux.
pub(super) fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}
