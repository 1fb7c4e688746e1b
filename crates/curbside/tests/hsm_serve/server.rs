//! The program, serving.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// A process that serves, killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// What its line says.
    pub(crate) line: Value,
}

impl Server {
    /// Starts it on a store and a free port, with further words of the command line.
    pub(crate) fn start(store: &Path, words: &[&str]) -> Self {
        Self::run(&mut command(store, words))
    }

    /// Starts it as a command line says.
    pub(crate) fn run(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            panic!("it does not serve: {}", rest(&mut child));
        }
        Self { child, line: serde_json::from_str(&line).unwrap() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.line["address"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, or what comes next to it.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop with SIGTERM; its exit code and all that it wrote to stderr.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let text = rest(&mut self.child);
        (self.child.wait().unwrap().code(), text)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _dead_already = self.child.kill();
        let _dead_already = self.child.wait();
    }
}

/// The command line on a store and a free port.
pub(crate) fn command(store: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_curbside"));
    command
        .args(["hsm", "serve", "--json", "--listen", "127.0.0.1:0", "--store"])
        .arg(store)
        .args(words)
        .stdin(Stdio::null());
    command
}

fn rest(child: &mut Child) -> String {
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}
