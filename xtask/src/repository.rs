//! Where things are in this repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Fallible;
use crate::command::{output, teed};

/// The checkout that this program was built from.
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    pub(crate) fn here() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self { root: manifest.parent().unwrap_or(manifest).to_owned() }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// `cargo …` at the root, with the cargo that runs us and without colour, so that we can read it.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(arguments).current_dir(&self.root).env("CARGO_TERM_COLOR", "never");
        command
    }

    /// `cargo metadata` of the workspace with every feature, as JSON.
    pub(crate) fn metadata(&self) -> Fallible<Value> {
        let arguments = ["metadata", "--format-version=1", "--all-features"];
        Ok(serde_json::from_str(&output(self.cargo(&arguments))?)?)
    }

    /// Where cargo builds, which a person may have moved.
    pub(crate) fn target(&self) -> Fallible<PathBuf> {
        let arguments = ["metadata", "--format-version=1", "--no-deps"];
        let metadata: Value = serde_json::from_str(&output(self.cargo(&arguments))?)?;
        let directory = metadata["target_directory"].as_str().ok_or("no target directory")?;
        Ok(PathBuf::from(directory))
    }

    /// Builds our program and says where it is.
    pub(crate) fn curbside(&self) -> Fallible<PathBuf> {
        self.built("debug", &["build", "--package", "curbside"])
    }

    /// Builds our program optimised and says where it is.
    #[cfg(feature = "bench")]
    pub(crate) fn curbside_optimised(&self) -> Fallible<PathBuf> {
        self.built("release", &["build", "--quiet", "--release", "--package", "curbside"])
    }

    fn built(&self, folder: &str, build: &[&str]) -> Fallible<PathBuf> {
        if !teed(self.cargo(build))?.succeeded {
            return Err("curbside does not build".into());
        }
        let name = format!("curbside{}", std::env::consts::EXE_SUFFIX);
        Ok(self.target()?.join(folder).join(name))
    }
}
