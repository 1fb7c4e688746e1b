//! Manufacturing pages: in process, and one whole program beside the public tool's.

use std::{
    hint::black_box,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use page::{Catalogue, PageVersion, input::read_aws_certificate, intel_hex};
use sidewalk::Curve;

use crate::{
    Fallible,
    bench::{
        authority::Authority,
        python::Python,
        report::{Report, Section, Whose},
        rounds::{Measurement, Rounds},
    },
    repository::Repository,
};

/// How many pages a measurement builds.
const PAGES: usize = 20_000;

/// How many processes a measurement starts.
const PROCESSES: usize = 10;

const IMAGE: &str = "from values read to the image";
const FILES: &str = "from JSON to the image and Intel HEX";

const OURS: &str = "curbside compat sid_provision";
const TOOL: &str = "sid_provision";
const EMPTY: &str = "curbside --version";

pub(super) fn measure(
    report: &mut Report,
    rounds: usize,
    scratch: &Path,
    repository: &Repository,
    python: Option<&Python>,
) -> Fallible<()> {
    let json = certificate_json()?;
    measure_building(report, rounds, &json)?;
    let file = scratch.join("certificate.json");
    std::fs::write(&file, &json)?;
    measure_processes(report, rounds, scratch, repository, python)
}

fn measure_building(report: &mut Report, rounds: usize, json: &[u8]) -> Fallible<()> {
    let platform = Catalogue::built_in().platform("nordic").ok_or("no Nordic platform")?;
    let layout = platform.layout(PageVersion::Tlv).ok_or("no Nordic layout")?;
    let address = platform.default_chip().default_site().address;
    let input = read_aws_certificate(json)?;
    let measurements: Vec<Measurement<'_>> = vec![
        (
            IMAGE,
            Box::new(|| {
                let start = Instant::now();
                for _ in 0..PAGES {
                    let page = input.page_unchecked_like_sid_provision(PageVersion::Tlv);
                    black_box(layout.encode(&page)?);
                }
                Ok(PAGES as f64 / start.elapsed().as_secs_f64())
            }),
        ),
        (
            FILES,
            Box::new(|| {
                let start = Instant::now();
                for _ in 0..PAGES {
                    let input = read_aws_certificate(black_box(json))?;
                    let page = input.page_unchecked_like_sid_provision(PageVersion::Tlv);
                    let image = layout.encode(&page)?;
                    black_box(intel_hex::write(&image, address)?);
                }
                Ok(PAGES as f64 / start.elapsed().as_secs_f64())
            }),
        ),
    ];
    let rounds = Rounds::take(rounds, measurements)?;
    let mut section = Section::new("Build a manufacturing page, in process, 1 core", "pages/s");
    for name in [IMAGE, FILES] {
        section.figure(Whose::Ours, name, rounds.rate(name));
    }
    section.ratio("pages/s, values to image", rounds.rate(IMAGE), Some(50_000.0));
    report.sections.push(section);
    Ok(())
}

fn measure_processes(
    report: &mut Report,
    rounds: usize,
    scratch: &Path,
    repository: &Repository,
    python: Option<&Python>,
) -> Fallible<()> {
    let curbside = match repository.curbside_optimised() {
        Ok(curbside) => curbside,
        Err(error) => {
            report.skip(format!("whole processes: {error}"));
            return Ok(());
        }
    };
    let arguments = [
        "nordic",
        "aws",
        "--certificate_json",
        "certificate.json",
        "--output_bin",
        "page.bin",
        "--output_hex",
        "page.hex",
    ];
    let ours = || {
        let mut command = Command::new(&curbside);
        command.args(["compat", "sid_provision"]).args(arguments);
        command
    };
    let empty = || {
        let mut command = Command::new(&curbside);
        command.arg("--version");
        command
    };
    let mut measurements: Vec<Measurement<'_>> = vec![
        (OURS, Box::new(|| processes(scratch, ours))),
        (EMPTY, Box::new(|| processes(scratch, empty))),
    ];
    match python {
        Some(python) => measurements.push((
            TOOL,
            Box::new(|| {
                processes(scratch, || {
                    let mut command = Command::new(python.program("sid_provision"));
                    command.args(arguments);
                    command
                })
            }),
        )),
        None => report.skip("the public tool's process: run `cargo xtask peers` first"),
    }
    let rounds = Rounds::take(rounds, measurements)?;
    let mut section = Section::new("Build a manufacturing page, one whole process", "processes/s");
    section.figure(Whose::Ours, OURS, rounds.rate(OURS));
    section.figure(Whose::Limit, EMPTY, rounds.rate(EMPTY));
    section.ratio("to a process that does nothing", rounds.ratio(OURS, EMPTY), None);
    if python.is_some() {
        section.figure(Whose::Peer, TOOL, rounds.rate(TOOL));
        section.ratio("to the public tool", rounds.ratio(OURS, TOOL), Some(20.0));
    }
    report.sections.push(section);
    Ok(())
}

/// Processes a second. Each starts without the files that the one before it wrote.
fn processes(scratch: &Path, command: impl Fn() -> Command) -> Fallible<f64> {
    let mut seconds = 0.0;
    for _ in 0..PROCESSES {
        for file in ["page.bin", "page.hex"] {
            match std::fs::remove_file(scratch.join(file)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        let mut command = command();
        command.current_dir(scratch).stdin(Stdio::null()).stdout(Stdio::null());
        let start = Instant::now();
        let status = command.stderr(Stdio::null()).status()?;
        seconds += start.elapsed().as_secs_f64();
        if !status.success() {
            return Err(format!("{} failed", command.get_program().display()).into());
        }
    }
    Ok(PROCESSES as f64 / seconds)
}

/// A device as AWS IoT hands it out, keys included.
fn certificate_json() -> Fallible<Vec<u8>> {
    let device = Authority::new()?.device(7)?;
    let private =
        |curve| -> Fallible<_> { Ok(hex::encode(Authority::device_key(curve, 7)?.expose_bytes())) };
    let json = serde_json::json!({
        "eD25519": device.ed25519.to_base64(),
        "p256R1": device.p256r1.to_base64(),
        "metadata": {
            "smsn": device.ed25519.smsn().to_string(),
            "apid": "BNCH",
            "devicePrivKeyEd25519": private(Curve::Ed25519)?,
            "devicePrivKeyP256R1": private(Curve::P256r1)?,
        },
        "applicationServerPublicKey": Authority::device_key(Curve::Ed25519, 8)?.public_key().to_string(),
    });
    Ok(serde_json::to_vec(&json)?)
}
