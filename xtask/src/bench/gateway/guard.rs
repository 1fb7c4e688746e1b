//! What stands before the connector: our gateway or nginx, each in processes of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{Fallible, bench::gateway::client::Place, command::output};

/// A gateway at work, ended when dropped.
pub(super) struct Guard {
    child: Child,
    address: SocketAddr,
    is_ours: bool,
}

impl Guard {
    /// Ours, with its log written to a file as nginx writes its own. The limits on one client are off: all clients here
    /// share an address and a certificate.
    pub(super) fn ours(curbside: &Path, certificates: &Path, upstream: &str) -> Fallible<Self> {
        let mut child = Command::new(curbside)
            .args(["mtls", "gateway", "--listen", "127.0.0.1:0", "--json", "--rate", "0"])
            .args(["--connections-per-address", "4096", "--upstream", upstream, "--certificates"])
            .arg(certificates)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut reader = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let started: Value = serde_json::from_str(&line)?;
        let address = started["addresses"][0].as_str().ok_or("no address")?.parse()?;
        let mut log = fs::File::create(certificates.join("gateway.log"))?;
        // Ends with the process.
        thread::spawn(move || std::io::copy(&mut reader, &mut log));
        Ok(Self { child, address, is_ours: true })
    }

    /// The real nginx with the configuration that the program writes.
    pub(super) fn nginx(
        curbside: &Path,
        certificates: &Path,
        upstream: &str,
        scratch: &Path,
        name: &str,
    ) -> Fallible<Self> {
        let place = scratch.join(format!("nginx-{name}"));
        fs::create_dir_all(&place)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = place.join("server.conf");
        let mut write = Command::new(curbside);
        write.args(["mtls", "nginx", "--listen", &port.to_string(), "--upstream", upstream]);
        write.arg("--certificates").arg(certificates).arg("--log-path").arg(&place);
        write.arg("--out").arg(&server);
        if name == "tuned" {
            write.arg("--tuned");
        }
        output(write)?;
        let main = place.join("nginx.conf");
        let text = format!(
            "daemon off;\nworker_processes auto;\npid {0}/pid;\nerror_log {0}/error.log;\n\
             worker_rlimit_nofile 8192;\nevents {{ worker_connections 4096; }}\n\
             http {{ client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;\n\
             keepalive_requests 100000000;\ninclude {1};\n}}\n",
            place.display(),
            server.display(),
        );
        fs::write(&main, text)?;
        let child = Command::new("nginx")
            .arg("-c")
            .arg(&main)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let guard = Self { child, address, is_ours: false };
        for _ in 0..100 {
            if TcpStream::connect(address).is_ok() {
                return Ok(guard);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err("nginx does not listen".into())
    }

    pub(super) fn place(&self, certificates: &Path) -> Fallible<Place> {
        Place::guarded(self.address, certificates)
    }

    /// The same, seen by somebody without a certificate.
    pub(super) fn strange_place(&self, certificates: &Path) -> Fallible<Place> {
        Place::refused(self.address, certificates)
    }

    pub(super) fn is_ours(&self) -> bool {
        self.is_ours
    }

    /// The memory of all its processes now; known on Linux. Pages that nginx's processes share are counted once each.
    pub(super) fn resident_bytes(&self) -> Fallible<u64> {
        let own = self.child.id();
        let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children"))?;
        let mut kibibytes = 0;
        for id in
            std::iter::once(own.to_string()).chain(children.split_whitespace().map(str::to_owned))
        {
            let status = fs::read_to_string(format!("/proc/{id}/status"))?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let words = line.and_then(|line| line.trim().strip_suffix(" kB"));
            kibibytes += words.ok_or("no VmRSS")?.parse::<u64>()?;
        }
        Ok(kibibytes * 1024)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // nginx ends its workers only when it is asked to.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if asked.is_err() {
            let _gone = self.child.kill();
        }
        let _gone = self.child.wait();
    }
}
