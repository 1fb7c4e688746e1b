//! A product on software HSMs that serve on free ports, and the program run beside them.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::Value;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_curbside");

/// The PIN of every product here.
pub(crate) const PIN: &str = "260403";

/// A directory with HSMs that hold one product.
pub(crate) struct Plant {
    place: TempDir,
    hsms: Vec<Served>,
    tag: String,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Plant {
    /// One HSM with one product of the test stage.
    pub(crate) fn new() -> Self {
        Self::of_hsms(1)
    }

    /// Replicas.
    pub(crate) fn of_hsms(count: usize) -> Self {
        Self::programmed(count, &[])
    }

    /// The legacy layout with the short chain.
    pub(crate) fn legacy() -> Self {
        Self::programmed(1, &["--legacy"])
    }

    fn programmed(count: usize, options: &[&str]) -> Self {
        let place = TempDir::new().expect("a temporary directory");
        let hsms: Vec<Served> = (0..count)
            .map(|number| Served::start(&place.path().join(format!("hsm{number}")), &[]))
            .collect();
        let mut plant = Self { place, hsms, tag: String::new() };
        plant.put("pin", format!("{PIN}\n"));
        owner_only(&plant.path("pin"));
        let mut command = plant.command(&["hsm", "init", "--product", "LAMP", "--stage", "test"]);
        command.args(["--pin-file", "pin", "--json"]).args(options);
        for hsm in &plant.hsms {
            command.args(["--connector", &hsm.url]);
        }
        let ended = ended(&mut command);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let summary: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        plant.tag = text(&summary["products"][0]["tag"]);
        let trust = text(&summary["trust_file"]);
        let copied = fs::copy(plant.path(&trust), plant.path("trust"));
        copied.expect("init has written a trust file");
        plant
    }

    pub(crate) fn tag(&self) -> &str {
        &self.tag
    }

    pub(crate) fn url(&self) -> &str {
        &self.hsms[0].url
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "a test prepares its files")]
    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("a file in the test's own directory");
    }

    #[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file that the command has written")
    }

    /// The control logs, by name.
    pub(crate) fn logs(&self) -> Vec<String> {
        let entries = self.place.path().read_dir().expect("the test's own directory");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with("C_CONTROL_LOG_"))
            .collect();
        names.sort();
        names
    }

    /// `curbside sign` with everything that says where, and these words.
    pub(crate) fn sign(&self, line: &str) -> Ended {
        let words: Vec<&str> = line.split_whitespace().collect();
        ended(&mut self.sign_command(&words))
    }

    pub(crate) fn sign_command(&self, words: &[&str]) -> Command {
        let mut command = self.command(&["sign", "--product", &self.tag, "--pin-file", "pin"]);
        command.args(["--trust", "trust"]).args(words);
        for hsm in &self.hsms {
            command.args(["--connector", &hsm.url]);
        }
        command
    }

    /// The public tool's command line with everything that says where, and these words.
    pub(crate) fn tool(&self, words: &[&str]) -> Ended {
        let mut command = self.command(&["compat", "sid_signing_tool", "-p", &self.tag]);
        ended(command.args(["--pin", PIN, "-c", self.url()]).args(words))
    }

    /// Another command of the program, run here.
    pub(crate) fn run(&self, line: &str) -> Ended {
        let words: Vec<&str> = line.split_whitespace().collect();
        ended(&mut self.command(&words))
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(words).current_dir(self.place.path()).stdin(Stdio::null());
        command
    }

    /// Both private keys of a new device, as PEM files `ed25519.priv` and `p256.priv`.
    pub(crate) fn generate_keys(&self) {
        let ended = self.run("key generate");
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }

    /// Ends an HSM's process and starts it anew: its sessions are gone.
    pub(crate) fn restart(&mut self, number: usize) {
        self.restart_with(number, &[]);
    }

    /// The same, with options of `hsm serve`.
    pub(crate) fn restart_with(&mut self, number: usize, options: &[&str]) {
        let store = self.path(&format!("hsm{number}"));
        // The old one must let go of the store first.
        drop(std::mem::replace(&mut self.hsms[number], Served::nobody()));
        self.hsms[number] = Served::start(&store, options);
    }

    /// Begins sessions until the first HSM has no more to give; they end after 30 s.
    pub(crate) fn take_all_sessions(&self) {
        // CREATE SESSION with authentication key 1 and a challenge of zeros.
        let frame = [&[0x03, 0x00, 0x0a, 0x00, 0x01][..], &[0; 8]].concat();
        for _ in 0..16 {
            let mut stream = TcpStream::connect(self.address()).expect("it listens");
            let head = format!(
                "POST /connector/api HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                frame.len()
            );
            stream.write_all(head.as_bytes()).expect("it reads");
            stream.write_all(&frame).expect("it reads");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).expect("it answers");
        }
    }

    fn address(&self) -> &str {
        self.url().strip_prefix("http://").expect("an http URL")
    }
}

/// A web server that is no connector: it answers everything with a page. It ends with the test's process.
pub(crate) fn web_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _asked = stream.read(&mut request);
            let page = "<html><body>It works</body></html>";
            let _answered = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{page}",
                page.len()
            );
        }
    });
    url
}

/// A software HSM in a process of its own, killed when dropped.
struct Served {
    child: Option<Child>,
    url: String,
}

impl Served {
    fn start(store: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["hsm", "serve", "--listen", "127.0.0.1:0", "--json", "--store"])
            .arg(store)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let started: Value = serde_json::from_str(&line).expect("it says where it serves");
        Self { child: Some(child), url: text(&started["url"]) }
    }

    fn nobody() -> Self {
        Self { child: None, url: String::new() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _gone = child.kill();
            let _gone = child.wait();
        }
    }
}

/// Runs a command to its end.
pub(crate) fn ended(command: &mut Command) -> Ended {
    let output = command.output().expect("the program runs");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A text in JSON.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[cfg(unix)]
fn owner_only(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("our own file");
}

#[cfg(not(unix))]
fn owner_only(_path: &Path) {}
