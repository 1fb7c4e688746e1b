//! systemd's own judgement of the units that are shipped.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// The exposure of a unit that is accepted, in tenths: 10.0 is a service without any hardening.
const EXPOSURE_TENTHS_MAX: &str = "20";

/// The units with this build in the place of the installed program.
fn units(place: &TempDir) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/systemd");
    let mut units = Vec::new();
    for entry in fs::read_dir(directory).expect("the units") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "service") {
            continue;
        }
        let text = read(&path);
        assert!(text.contains("ExecStart=/usr/bin/curbside "), "{}", path.display());
        let unit = place.path().join(path.file_name().expect("a name"));
        put(&unit, &text.replace("/usr/bin/curbside", env!("CARGO_BIN_EXE_curbside")));
        units.push(unit);
    }
    assert_eq!(units.len(), 3);
    units
}

#[expect(clippy::disallowed_methods, reason = "a test reads the repository")]
fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a unit")
}

#[expect(clippy::disallowed_methods, reason = "a test prepares its files")]
fn put(path: &Path, text: &str) {
    fs::write(path, text).expect("our own file");
}

/// Runs systemd's analyser, which must find nothing wrong. It needs neither systemd as init nor rights.
fn judged(arguments: &[&str], units: &[PathBuf]) {
    let output = Command::new("systemd-analyze")
        .args(arguments)
        .args(units)
        .env("SYSTEMD_LOG_LEVEL", "warning")
        .output()
        .expect("systemd-analyze runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn systemd_understands_every_line() {
    let place = TempDir::new().expect("a temporary directory");
    judged(&["verify", "--man=no"], &units(&place));
}

#[test]
fn systemd_finds_the_units_hardened() {
    let place = TempDir::new().expect("a temporary directory");
    let threshold = format!("--threshold={EXPOSURE_TENTHS_MAX}");
    for unit in units(&place) {
        judged(&["security", "--no-pager", "--offline=true", &threshold], &[unit]);
    }
}

#[test]
fn the_command_lines_of_the_units_are_ours() {
    let place = TempDir::new().expect("a temporary directory");
    for unit in units(&place) {
        let text = read(&unit);
        let line =
            text.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("a command");
        let mut words = line.split_whitespace();
        let program = words.next().expect("a program");
        // Help goes before everything else, and only for options that there are.
        let output = Command::new(program).args(words).arg("--help").output().expect("it runs");
        assert!(output.status.success(), "{line}: {output:?}");
    }
}
