//! Runs the program as a public tool, in a directory of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// The vectors of the page crate: outputs of the real tools.
const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../page/tests/vectors/");

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_curbside");

/// A directory that a tool runs in.
pub(crate) struct Place(TempDir);

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    /// The directory as the program sees it, links followed.
    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().canonicalize().expect("the directory exists")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "a test's input, not a product of ours")]
    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.file(name), bytes).expect("a file can be written");
    }

    #[expect(clippy::disallowed_methods, reason = "small files of this test")]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.file(name)).expect("the file is there")
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.file(name).exists()
    }

    /// The names of all files, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("the directory can be read");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Runs `curbside compat TOOL …` here. Words are split at spaces.
    pub(crate) fn run(&self, line: &str) -> Ended {
        self.run_words(&line.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run_words(&self, words: &[&str]) -> Ended {
        let mut command = Command::new(PROGRAM);
        command.arg("compat").args(words);
        self.end(command)
    }

    /// Runs another program here, such as a link to ours.
    pub(crate) fn run_program(&self, program: &Path, words: &[&str]) -> Ended {
        let mut command = Command::new(program);
        command.args(words);
        self.end(command)
    }

    fn end(&self, mut command: Command) -> Ended {
        let output = command.current_dir(self.path()).output().expect("the program runs");
        Ended {
            code: output.status.code().expect("no signal"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// A vector of the page crate.
#[expect(clippy::disallowed_methods, reason = "a vector of a few kilobytes")]
pub(crate) fn page_vector(name: &str) -> Vec<u8> {
    fs::read(Path::new(PAGES).join(name)).expect("the vector is there")
}

/// A file beside this one.
#[expect(clippy::disallowed_methods, reason = "a file of a few kilobytes")]
pub(crate) fn beside(name: &str) -> Vec<u8> {
    let directory = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat"));
    fs::read(directory.join(name)).expect("the file is there")
}

/// A vector of the identity crate.
#[expect(clippy::disallowed_methods, reason = "a vector of some kilobytes")]
pub(crate) fn sidewalk_vector(name: &str) -> Vec<u8> {
    let directory = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../sidewalk/tests/vectors"));
    fs::read(directory.join(name)).expect("the vector is there")
}
