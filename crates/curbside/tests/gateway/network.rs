//! A software HSM with a product, a gateway before it, and certificates of a local authority.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_curbside");
const PIN: &str = "260403";

/// The set-up, ended when dropped.
pub(crate) struct Network {
    place: TempDir,
    hsm: Process,
    gateway: Option<Process>,
    tag: String,
}

/// A process that says in JSON lines what it does, killed when dropped.
pub(crate) struct Process {
    pub(crate) child: Child,
    lines: BufReader<ChildStdout>,
    pub(crate) started: Value,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut process = Self { child, lines, started: Value::Null };
        process.started = process.line().expect("it says where it serves");
        process
    }

    /// The next line; `None` at the end.
    pub(crate) fn line(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a pipe");
        (!line.is_empty()).then(|| serde_json::from_str(&line).expect("JSON"))
    }

    /// The next line with this value under this key; others are passed over.
    pub(crate) fn line_with(&mut self, key: &str, value: &str) -> Value {
        loop {
            let line = self.line().expect("a line of that kind");
            if line[key] == value {
                return line;
            }
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

impl Network {
    pub(crate) fn new() -> Self {
        let place = TempDir::new().expect("a temporary directory");
        let mut serve = Command::new(PROGRAM);
        serve.args(["hsm", "serve", "--listen", "127.0.0.1:0", "--json", "--store"]);
        let hsm = Process::start(serve.arg(place.path().join("hsm")));
        let mut network = Self { place, hsm, gateway: None, tag: String::new() };
        network.secret("pin", PIN);
        network.secret("passphrase", "rehearsal");
        let url = network.hsm_url();
        let init = "hsm init --product LAMP --stage test --pin-file pin --json --connector";
        let ended = network.done(&format!("{init} {url}"));
        let summary: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        network.tag = summary["products"][0]["tag"].as_str().expect("a tag").to_owned();
        let trust = summary["trust_file"].as_str().expect("a path");
        fs::copy(network.path(trust), network.path("trust")).expect("init has written it");
        network.done("mtls init --ca ca --passphrase-file passphrase");
        network.issue("server localhost --san 127.0.0.1", "server");
        network.issue("client line-7", "line");
        let mut command = network.command("mtls gateway --listen 127.0.0.1:0 --json");
        command.args(["--certificates", "server", "--upstream", &url]);
        network.gateway = Some(Process::start(&mut command));
        network
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub(crate) fn gateway(&mut self) -> &mut Process {
        self.gateway.as_mut().expect("it was started")
    }

    pub(crate) fn hsm_url(&self) -> String {
        self.hsm.started["url"].as_str().expect("a URL").to_owned()
    }

    pub(crate) fn url(&self) -> String {
        let gateway = self.gateway.as_ref().expect("it was started");
        format!("https://{}", gateway.started["addresses"][0].as_str().expect("an address"))
    }

    /// Signs a new device over the network with the certificate in a directory.
    pub(crate) fn sign(&self, certificates: &str) -> Ended {
        let (tag, url) = (&self.tag, self.url());
        self.run(&format!(
            "sign --product {tag} --pin-file pin --trust trust --connector {url} \
             --ca-cert {certificates}/ca.pem --client-cert {certificates}/client.pem \
             --client-key {certificates}/client.key \
             --device-type A17XHX23H06INH --dsn SN1 --apid pd25"
        ))
    }

    pub(crate) fn issue(&self, what: &str, out: &str) {
        fs::create_dir_all(self.path(out)).expect("our own directory");
        self.done(&format!("mtls issue {what} --ca ca --passphrase-file passphrase --out {out}"));
    }

    /// A command that must end well.
    pub(crate) fn done(&self, line: &str) -> Ended {
        let ended = self.run(line);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        ended
    }

    pub(crate) fn run(&self, line: &str) -> Ended {
        let output = self.command(line).output().expect("the program runs");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(line.split_whitespace()).current_dir(self.place.path());
        command.stdin(Stdio::null());
        command
    }

    #[expect(clippy::disallowed_methods, reason = "a test prepares its files")]
    fn secret(&self, name: &str, content: &str) {
        fs::write(self.path(name), format!("{content}\n")).expect("our own file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let owner_only = fs::Permissions::from_mode(0o600);
            fs::set_permissions(self.path(name), owner_only).expect("our own file");
        }
    }
}
