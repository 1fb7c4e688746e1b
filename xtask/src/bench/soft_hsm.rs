//! A software HSM in a process of its own, as `curbside hsm serve` makes it.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::Fallible;

/// A served HSM, ended when dropped.
pub(super) struct SoftHsm {
    child: Child,
    url: String,
}

impl SoftHsm {
    /// Serves the HSM of a store on a free port.
    pub(super) fn serve(curbside: &Path, store: &Path, options: &[&str]) -> Fallible<Self> {
        let mut child = Command::new(curbside)
            .args(["hsm", "serve", "--listen", "127.0.0.1:0", "--json", "--store"])
            .arg(store)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("no standard output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let started: Value =
            serde_json::from_str(&line).map_err(|_| "hsm serve does not say where it serves")?;
        let url = started["url"].as_str().ok_or("hsm serve says no URL")?.to_owned();
        Ok(Self { child, url })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The most memory that it has held; known on Linux.
    pub(super) fn peak_memory_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes * 1024)
    }
}

impl Drop for SoftHsm {
    fn drop(&mut self) {
        // It may have ended by itself, which the measurement has noticed.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}
