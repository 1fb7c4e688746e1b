//! A PostgreSQL server of a test's own: Debian's program on a directory of its own, flushing as it does for everybody.
//!
//! Tests alone use it. What goes wrong here is the test's failure, so that everything panics.
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a helper that cannot do its part fails the test; one that is not there is told to whoever watches"
)]

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use postgres::{Client, NoTls};
use tempfile::TempDir;

/// How long a server may take to answer: with a crash behind it, and other tests beside it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The password of the only user, for connections over TCP.
pub const PASSWORD: &str = "correct horse";

/// A running server. Ends with it.
pub struct PostgresServer {
    directory: TempDir,
    programs: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl PostgresServer {
    /// Makes and starts one; `None`, and says so, where there is no PostgreSQL.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("SKIPPED: there is no PostgreSQL here; its Debian package is `postgresql`");
            return None;
        };
        let directory = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { directory, programs, port, process: None };
        let password = server.password_file();
        durable::write_new(&password, durable::Visibility::OwnerOnly, PASSWORD.as_bytes()).unwrap();
        for file in [server.directory.path(), &password] {
            give_away(file);
        }
        let made = server
            .program("initdb")
            .args(["--no-sync", "--username=curbside", "--encoding=UTF8", "--locale=C"])
            .args(["--auth-local=trust", "--auth-host=scram-sha-256"])
            .arg("--pwfile")
            .arg(&password)
            .arg(server.data())
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        server.restart(&[]);
        Some(server)
    }

    /// Starts the server, with settings like `fsync=off`, and waits until it answers.
    pub fn restart(&mut self, settings: &[&str]) {
        self.kill();
        let began = Instant::now();
        loop {
            let mut command = self.program("postgres");
            command.arg("-D").arg(self.data()).arg("-k").arg(self.directory.path());
            command.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
            for setting in settings {
                command.args(["-c", setting]);
            }
            let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // After a crash it refuses to start until the last process of the one before has ended.
            loop {
                if Client::connect(&self.url(), NoTls).is_ok() {
                    self.process = Some(process);
                    return;
                }
                assert!(began.elapsed() < PATIENCE, "PostgreSQL does not start");
                thread::sleep(Duration::from_millis(20));
                if process.try_wait().unwrap().is_some() {
                    break;
                }
            }
        }
    }

    /// Kills all processes of the server with SIGKILL, the first one first: one of a server that recovers may outlive
    /// it, and no other server starts before that one has ended.
    #[expect(
        clippy::disallowed_methods,
        reason = "a list that the kernel writes, of few processes"
    )]
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let id = process.id();
            let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
            process.kill().unwrap();
            process.wait().unwrap();
            children.split_whitespace().for_each(kill_process);
        }
    }

    /// Kills the processes behind all connections with SIGKILL; the server throws out everybody and recovers by itself.
    pub fn kill_backends(&self) {
        let pids: Vec<i32> = self
            .client()
            .query(
                "SELECT pid FROM pg_stat_activity \
                 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
                &[],
            )
            .map(|rows| rows.iter().map(|row| row.get(0)).collect())
            .unwrap_or_default();
        pids.iter().for_each(|pid| kill_process(&pid.to_string()));
    }

    /// Over the socket, where no password is asked.
    pub fn url(&self) -> String {
        let directory = self.directory.path().display();
        format!("postgres://curbside@/postgres?host={directory}&port={}", self.port)
    }

    /// Over TCP, with a password.
    pub fn tcp_url(&self) -> String {
        format!("postgres://curbside@127.0.0.1:{}/postgres", self.port)
    }

    /// The file with the password.
    pub fn password_file(&self) -> PathBuf {
        self.directory.path().join("password")
    }

    /// A connection past the store. Waits for a server that recovers.
    pub fn client(&self) -> Client {
        let began = Instant::now();
        loop {
            match Client::connect(&self.url(), NoTls) {
                Ok(client) => return client,
                Err(error) => assert!(began.elapsed() < PATIENCE, "{error}"),
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Makes an authority and a certificate for 127.0.0.1 and restarts the server with it, so that it speaks TLS. Returns
    /// the file of the authority.
    pub fn speak_tls(&mut self) -> PathBuf {
        let directory = self.directory.path().to_owned();
        let openssl = |arguments: &str| {
            let mut command = Command::new("openssl");
            command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
            command.args(["-nodes", "-days", "2"]).args(arguments.split(' '));
            let made = command.current_dir(&directory).output().unwrap();
            assert!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
        };
        openssl("-subj /CN=authority -keyout ca.key -out ca.pem");
        openssl(
            "-subj /CN=database -CA ca.pem -CAkey ca.key -addext subjectAltName=IP:127.0.0.1 \
             -addext basicConstraints=critical,CA:FALSE -keyout server.key -out server.pem",
        );
        for name in ["server.key", "server.pem"] {
            give_away(&directory.join(name));
        }
        let file =
            |setting: &str, name: &str| format!("{setting}={}", directory.join(name).display());
        self.restart(&[
            "ssl=on",
            &file("ssl_cert_file", "server.pem"),
            &file("ssl_key_file", "server.key"),
        ]);
        directory.join("ca.pem")
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A program of PostgreSQL, which refuses to run as root. Ends with the thread that starts it.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if is_root() {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        }
        command.arg(self.programs.join(name));
        command
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills a process of a server; it may have ended.
fn kill_process(id: &str) {
    let killed = Command::new("kill").args(["-9", id]).stderr(Stdio::null()).status();
    assert!(killed.is_ok(), "there is no kill");
}

/// The directory with the programs of the newest PostgreSQL from Debian.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> =
        versions.flatten().map(|version| version.path().join("bin")).collect();
    found.retain(|directory| directory.join("initdb").exists());
    found.sort();
    found.pop()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

/// Gives a file to the user that PostgreSQL runs as.
fn give_away(path: &Path) {
    if is_root() {
        let status = Command::new("chown").arg("postgres:postgres").arg(path).status().unwrap();
        assert!(status.success());
    }
}
