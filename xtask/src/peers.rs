//! `cargo xtask peers`: the public tools, installed into `target/peers`, against ours.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use clap::Args;

use crate::Fallible;
use crate::command::{answers, teed};
use crate::repository::Repository;
use crate::tally::Report;

/// Every comparison is a program of this name under `tests/peers`.
const COMPARISONS: [&str; 10] = [
    "provision",
    "keys",
    "verdicts",
    "smsn",
    "consolidate",
    "init",
    "signing",
    "gateway",
    "vendor_suite",
    "wrapped",
];
/// The vendor's library whose source package brings a suite for devices.
const VENDOR_SOURCE: &str = "yubihsm==3.1.2";
/// The comparisons that ask the `openssl` program.
const WITH_OPENSSL: [&str; 2] = ["keys", "gateway"];
/// The comparisons behind the real nginx.
const WITH_NGINX: [&str; 1] = ["gateway"];
/// `--long` makes this many times the cases.
const LONG_SCALE: u32 = 10;
/// Package servers stumble; three tries with pauses outlast the usual stumble.
const INSTALL_TRIES: u32 = 3;
const INSTALL_PAUSE: Duration = Duration::from_secs(5);

/// What to compare.
#[derive(Args)]
pub(crate) struct PeersArgs {
    /// Only these comparisons.
    #[arg(value_parser = COMPARISONS)]
    names: Vec<String>,
    /// Seed of the random cases; drawn and printed when not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Run this one case again; needs the seed that found it.
    #[arg(long, requires = "seed", requires = "names")]
    case: Option<u64>,
    /// Ten times the cases.
    #[arg(long)]
    long: bool,
}

impl PeersArgs {
    pub(crate) fn all(seed: Option<u64>, long: bool) -> Self {
        Self { names: Vec::new(), seed, case: None, long }
    }
}

/// Installs the peers, builds our program, runs the comparisons.
pub(crate) fn run(repository: &Repository, args: &PeersArgs) -> Fallible<Report> {
    let mut report = Report::default();
    let python = match install_python(repository) {
        Ok(python) => python,
        Err(error) => {
            report.skip(&format!("all comparisons with the public tools: {error}"));
            return Ok(report);
        }
    };
    let openssl = install_program("openssl", "version");
    let nginx = install_program("nginx", "-v");
    let curbside = repository.curbside()?;
    for name in COMPARISONS {
        if !args.names.is_empty() && !args.names.iter().any(|chosen| chosen == name) {
            continue;
        }
        if let (true, Err(error)) = (WITH_OPENSSL.contains(&name), &openssl) {
            report.skip(&format!("comparison `{name}`: {error}"));
            continue;
        }
        if let (true, Err(error)) = (WITH_NGINX.contains(&name), &nginx) {
            report.skip(&format!("comparison `{name}`: {error}"));
            continue;
        }
        let finished = teed(comparison(repository, args, &python, &curbside, name))?;
        report.read(&format!("peers {name}"), finished.succeeded, &finished.text);
    }
    Ok(report)
}

fn comparison(
    repository: &Repository,
    args: &PeersArgs,
    python: &Path,
    curbside: &Path,
    name: &str,
) -> Command {
    let mut command = Command::new(python);
    command
        .arg("-B")
        .arg(repository.path("tests/peers").join(format!("{name}.py")))
        .arg("--curbside")
        .arg(curbside);
    if let Some(seed) = args.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    if let Some(case) = args.case {
        command.args(["--case", &case.to_string()]);
    }
    if args.long {
        command.args(["--scale", &LONG_SCALE.to_string()]);
    }
    command
}

/// A private Python with the pinned tools, made once and again when the pins change.
fn install_python(repository: &Repository) -> Fallible<PathBuf> {
    let pins = std::fs::read_to_string(repository.path("tests/peers/requirements.txt"))?;
    let directory = repository.target()?.join("peers").join("venv");
    let python = if cfg!(windows) {
        directory.join("Scripts").join("python.exe")
    } else {
        directory.join("bin").join("python")
    };
    let stamp = directory.join("installed.txt");
    if python.exists() && std::fs::read_to_string(&stamp).is_ok_and(|done| done == pins) {
        return Ok(python);
    }
    make_venv(&directory)?;
    tried("pip install", || {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
        pip.arg(repository.path("tests/peers/requirements.txt"));
        pip
    })?;
    fetch_vendor_suite(&python, &directory.with_file_name("vendor-suite"))?;
    std::fs::write(stamp, pins)?;
    Ok(python)
}

/// The source package, unpacked: the suite is not part of what pip installs.
fn fetch_vendor_suite(python: &Path, directory: &Path) -> Fallible<()> {
    tried("pip download", || {
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check"]);
        pip.args(["--no-deps", "--no-binary", ":all:", "--dest"]).arg(directory).arg(VENDOR_SOURCE);
        pip
    })?;
    let unpack = "import pathlib, sys, tarfile\n\
                  for archive in pathlib.Path(sys.argv[1]).glob('*.tar.gz'):\n\
                  \ttarfile.open(archive).extractall(sys.argv[1], filter='data')";
    let mut command = Command::new(python);
    command.args(["-c", unpack]).arg(directory);
    if teed(command)?.succeeded {
        Ok(())
    } else {
        Err("the vendor's source package does not unpack".into())
    }
}

fn make_venv(directory: &Path) -> Fallible<()> {
    let system_python = if cfg!(windows) { "python" } else { "python3" };
    let make = || {
        let mut command = Command::new(system_python);
        command.args(["-m", "venv", "--clear"]).arg(directory);
        command
    };
    if answers(system_python, &["-c", "import ensurepip, venv"]) && teed(make())?.succeeded {
        return Ok(());
    }
    install_debian(&["python3", "python3-venv"])?;
    if teed(make())?.succeeded { Ok(()) } else { Err("python3 -m venv does not work".into()) }
}

/// Makes sure that a program is there which has a Debian package of its name.
pub(crate) fn install_program(name: &str, version_argument: &str) -> Result<(), String> {
    install_program_of(name, name, version_argument)
}

/// The same for a program that a Debian package of another name holds.
pub(crate) fn install_program_of(
    package: &str,
    name: &str,
    version_argument: &str,
) -> Result<(), String> {
    let there = || answers(name, &[version_argument]);
    if there() {
        return Ok(());
    }
    install_debian(&[package]).map_err(|error| error.to_string())?;
    if there() { Ok(()) } else { Err(format!("the program {name} does not run")) }
}

/// Makes sure that a PostgreSQL server is there: Debian puts its programs where no search path looks.
pub(crate) fn install_postgresql() -> Result<(), String> {
    let there = || answers("sh", &["-c", "ls /usr/lib/postgresql/*/bin/initdb"]);
    if there() {
        return Ok(());
    }
    install_debian(&["postgresql"]).map_err(|error| error.to_string())?;
    if there() { Ok(()) } else { Err("PostgreSQL's programs are not in their place".to_owned()) }
}

/// Installs Debian packages where we may: on Debian, as root.
fn install_debian(packages: &[&str]) -> Fallible<()> {
    let root =
        crate::command::output(with_arguments("id", &["-u"])).is_ok_and(|id| id.trim() == "0");
    if !root || !answers("apt-get", &["--version"]) {
        return Err(format!(
            "{} not installed, and apt-get as root is not at hand",
            packages.join(" and ")
        )
        .into());
    }
    tried("apt-get update", || apt_get(&["update"]))?;
    tried("apt-get install", || {
        let mut command = apt_get(&["install", "--yes", "--no-install-recommends"]);
        command.args(packages);
        command
    })
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = with_arguments("apt-get", arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn with_arguments(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

fn tried(what: &str, command: impl Fn() -> Command) -> Fallible<()> {
    for attempt in 1..=INSTALL_TRIES {
        if teed(command())?.succeeded {
            return Ok(());
        }
        eprintln!("{what} failed, attempt {attempt} of {INSTALL_TRIES}");
        if attempt < INSTALL_TRIES {
            thread::sleep(INSTALL_PAUSE * attempt);
        }
    }
    Err(format!("{what} failed {INSTALL_TRIES} times").into())
}
