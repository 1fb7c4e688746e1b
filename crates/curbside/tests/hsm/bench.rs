//! Software HSMs that serve on free ports, and the program run beside them.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_curbside");

/// A directory, and the HSMs that live in it. They end with it.
pub(crate) struct Bench {
    place: TempDir,
    hsms: Vec<Served>,
}

struct Served {
    process: Child,
    url: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        // One that has ended already cannot be ended.
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// What was printed, as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Bench {
    /// So many factory-fresh HSMs, a file `pin` and a file `wrong-pin`.
    pub(crate) fn of_hsms(count: usize) -> Self {
        let mut bench =
            Self { place: TempDir::new().expect("a temporary directory"), hsms: Vec::new() };
        bench.put("pin", "1234\n");
        bench.put("wrong-pin", "4321\n");
        for number in 0..count {
            let options = ["--seed", "7", "--serial", &(number + 1).to_string()].map(String::from);
            bench.serve(&format!("hsm{number}"), &options);
        }
        bench
    }

    /// One HSM with a production dummy on it.
    pub(crate) fn with_dummy() -> Self {
        let bench = Self::of_hsms(1);
        let ended = bench.run("hsm init -c URL0 --pin-file pin");
        assert_eq!(ended.code, Some(0), "{ended:?}");
        bench
    }

    /// Serves one more, with these options.
    pub(crate) fn serve(&mut self, store: &str, options: &[String]) {
        let mut process = self
            .command(&["hsm", "serve", "--store", store, "--listen", "127.0.0.1:0", "--json"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let stdout = process.stdout.take().expect("its stdout is a pipe");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
        let started: Value = serde_json::from_str(&line).expect("JSON");
        let url = started["url"].as_str().expect("its URL").to_owned();
        self.hsms.push(Served { process, url });
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "a test prepares its files")]
    pub(crate) fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file in the test's own directory");
    }

    #[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file that the command has written")
    }

    /// Runs the program with the words of `line`, where `URL0` stands for the first HSM.
    pub(crate) fn run(&self, line: &str) -> Ended {
        let words: Vec<String> = line.split_whitespace().map(|word| self.word(word)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = self.command(&words).output().expect("the program runs");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn word(&self, word: &str) -> String {
        let index = word.strip_prefix("URL").and_then(|index| index.parse::<usize>().ok());
        index.map_or_else(|| word.to_owned(), |index| self.hsms[index].url.clone())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(words).current_dir(self.place.path()).stdin(Stdio::null());
        command
    }
}

/// A URL where nothing listens.
pub(crate) fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().expect("its address"))
}
