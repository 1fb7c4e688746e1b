//! The public tools, in the Python that `cargo xtask peers` installed them into.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use crate::{Fallible, command::output, repository::Repository};

/// A Python with the public tools.
pub(super) struct Python {
    programs: PathBuf,
}

/// What a measured script prints.
#[derive(Deserialize)]
pub(super) struct Measured {
    pub(super) seconds: f64,
    pub(super) peak_memory_bytes: Option<u64>,
}

impl Python {
    /// `None` where the tools are not installed.
    pub(super) fn find(repository: &Repository) -> Fallible<Option<Self>> {
        let venv = repository.target()?.join("peers").join("venv");
        let programs = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let python = Self { programs };
        Ok(python.program("python").exists().then_some(python))
    }

    /// The path of a program in it.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Runs a script that prints what it measured.
    pub(super) fn measure(&self, script: &str, arguments: &[&Path]) -> Fallible<Measured> {
        let mut command = Command::new(self.program("python"));
        command.arg("-c").arg(script).args(arguments);
        Ok(serde_json::from_str(&output(command)?)?)
    }
}
