//! A PostgreSQL server of this run, flushing as it does for everybody.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{Fallible, command::output};

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server on a socket in a directory. Ends with it; the directory's owner removes the files.
pub(super) struct Postgres {
    process: Child,
    directory: PathBuf,
}

impl Postgres {
    /// Makes and starts one in a new directory below `/tmp`, since the path of a socket must be short and open to the
    /// server's user; `None` where there is no PostgreSQL.
    pub(super) fn start() -> Fallible<Option<Self>> {
        let Some(programs) = programs() else { return Ok(None) };
        let directory =
            PathBuf::from(format!("/tmp/curbside-bench-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&directory)?;
        let is_root = output(with("id", &["-u"]))?.trim() == "0";
        if is_root {
            let mut chown = with("chown", &["postgres:postgres"]);
            output_of(chown.arg(&directory))?;
        }
        let data = directory.join("data");
        let mut made = program(&programs.join("initdb"), is_root);
        made.args(["--no-sync", "--username=curbside", "--encoding=UTF8", "--locale=C"]);
        output_of(made.args(["--auth=trust", "-D"]).arg(&data))?;
        let mut command = program(&programs.join("postgres"), is_root);
        command.args(["-c", "listen_addresses=", "-k"]).arg(&directory).arg("-D").arg(&data);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let server = Self { process, directory };
        let began = Instant::now();
        while !server.directory.join(".s.PGSQL.5432").exists() {
            if began.elapsed() > PATIENCE {
                return Err("PostgreSQL does not start".into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        // The socket is there a moment before the server answers.
        thread::sleep(Duration::from_secs(1));
        Ok(Some(server))
    }

    pub(super) fn url(&self) -> String {
        format!("postgres://curbside@/postgres?host={}", self.directory.display())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Nobody needs what it would still write.
        let _ended = self.process.kill().and_then(|()| self.process.wait());
        let _removed = std::fs::remove_dir_all(&self.directory);
    }
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> =
        versions.flatten().map(|version| version.path().join("bin")).collect();
    found.retain(|directory| directory.join("initdb").exists());
    found.sort();
    found.pop()
}

/// A program of PostgreSQL, which refuses to run as root.
fn program(path: &Path, is_root: bool) -> Command {
    let mut command = with("setpriv", &["--pdeathsig", "KILL"]);
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.arg(path);
    command
}

fn with(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

fn output_of(command: &mut Command) -> Fallible<()> {
    let done = command.output()?;
    if done.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&done.stderr).into_owned().into())
}
