//! S-records for Silicon Labs chips, made by Simplicity Commander from the NVM3 objects: the flash form of
//! NVM3 is known to Silicon Labs' tool only.

use std::{
    ffi::OsStr,
    io,
    path::Path,
    process::{Command, Output},
};

use durable::{DurableError, Operation};
use tempfile::{Builder, TempDir};

use crate::{compat::provision::output, exit::Exit, failure::Failure, terminal};

/// The NVM3 region's size, as Commander takes it.
const REGION_LEN: &str = "0x6000";

/// The largest S-record file that is taken from Commander. A full region of 24 KiB has under 100 KiB of text.
const S37_LEN_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What Commander is told.
pub(super) struct S37<'a> {
    pub(super) commander: &'a Path,
    pub(super) chip: &'a str,
    /// The part number.
    pub(super) device: &'a str,
    /// Where the NVM3 region begins.
    pub(super) address: u32,
    pub(super) nvm3: &'a Path,
}

impl S37<'_> {
    /// Makes the file. `name` is how the person calls it, `target` where that leads.
    pub(super) fn make(&self, name: &Path, target: &Path) -> Result<(), Failure> {
        let directory = private_directory(target)?;
        let init_file = directory.path().join(format!("initfile_{}.s37", self.chip));
        let s37 = directory.path().join(format!("{}.s37", self.chip));
        self.call(["--version".as_ref()])?;

        terminal::print(&format!("Creating init file for {}\n", self.chip))?;
        let address = self.address.to_string();
        self.call([
            "nvm3".as_ref(),
            "initfile".as_ref(),
            "--address".as_ref(),
            OsStr::new(&address),
            "--size".as_ref(),
            REGION_LEN.as_ref(),
            "--device".as_ref(),
            self.device.as_ref(),
            "--outfile".as_ref(),
            init_file.as_os_str(),
        ])?;

        terminal::print(&format!("Creating manufacturing image for {}\n", self.chip))?;
        self.call([
            "nvm3".as_ref(),
            "set".as_ref(),
            init_file.as_os_str(),
            "--nvm3file".as_ref(),
            self.nvm3.as_os_str(),
            "--outfile".as_ref(),
            s37.as_os_str(),
        ])?;

        let text = page::Image::from(durable::read_bounded(&s37, S37_LEN_BYTES_MAX)?);
        output::replace(name, target, &text)?;
        terminal::print("Removing intermediary files\n")
    }

    /// Runs Commander and passes on what it says. A line that speaks of an error is a failure, as in the
    /// public tool; so is an exit code other than 0, which that tool does not look at.
    fn call<'w>(&self, words: impl IntoIterator<Item = &'w OsStr>) -> Result<(), Failure> {
        let commander = self.commander.display();
        let output = Command::new(self.commander).args(words).output().map_err(|error| {
            let exit = match error.kind() {
                io::ErrorKind::NotFound => Exit::Unsupported,
                _ => Exit::Io,
            };
            Failure::new(exit, format!("failed to run {commander}: {error}")).hint(
                "install Simplicity Commander or name it with --commander-bin; the .nvm3 file is complete"
                    .to_owned(),
            )
        })?;
        let Output { status, stdout, stderr } = output;
        let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        for line in stdout.lines() {
            terminal::print(&format!("{line}\n"))?;
        }
        for line in stderr.lines() {
            terminal::note(line);
        }
        let speaks_of_error = |text: &str| text.to_lowercase().contains("error");
        if !status.success() || speaks_of_error(&stdout) || speaks_of_error(&stderr) {
            return Err(Failure::new(Exit::Io, format!("{commander} failed: {status}"))
                .hint("what it says itself stands above".to_owned()));
        }
        Ok(())
    }
}

/// A directory beside the final file that only its owner can enter: what Commander writes there holds private
/// keys. It is removed with everything in it when dropped.
fn private_directory(target: &Path) -> Result<TempDir, Failure> {
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = Builder::new();
    builder.prefix(durable::TEMPORARY_PREFIX);
    #[cfg(unix)]
    {
        use std::{fs::Permissions, os::unix::fs::PermissionsExt};
        builder.permissions(Permissions::from_mode(0o700));
    }
    Ok(builder
        .tempdir_in(parent)
        .map_err(|error| DurableError::new(Operation::Create, parent, &error))?)
}
