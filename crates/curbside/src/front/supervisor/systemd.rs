//! systemd: the protocol of `sd_notify(3)`, on the socket that `NOTIFY_SOCKET` names.

use std::{env, path::Path, time::Duration};

use sd_notify::NotifyState;

use super::ServiceArgs;
use crate::{exit::Exit, failure::Failure};

/// Runs the command as it stands: systemd needs no entry of its own.
pub(crate) fn run<F>(args: ServiceArgs, command: F) -> Result<(), Failure>
where
    F: FnOnce() -> Result<(), Failure> + Send + 'static,
{
    if args.service {
        return Err(Failure::new(Exit::Usage, "--service is for Windows alone")
            .hint("docs/operation.md says how systemd starts Curbside".to_owned()));
    }
    command()
}

/// Whether systemd has put a file there for us alone, as `LoadCredential=` asks. Nobody else gets into its directory; the mode
/// of the file may name a group all the same, where a list of access rights stands behind it.
pub(crate) fn is_credential(path: &Path) -> bool {
    // As the socket, it is the manager's word and no setting of ours.
    env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|directory| {
        let directory = Path::new(&directory);
        directory.is_absolute() && path.parent() == Some(directory)
    })
}

/// We listen, and serve.
pub(crate) fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Files are read again; [`ready`] follows.
pub(crate) fn reloading() {
    // Without a clock the manager waits for `READY=1` all the same.
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// The end has begun.
pub(crate) fn stopping(status: &str) {
    tell(&[NotifyState::Stopping, NotifyState::Status(status)]);
}

/// How we are, in words.
pub(super) fn status(status: &str) {
    tell(&[NotifyState::Status(status)]);
}

/// We are healthy, once more.
pub(super) fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// Within which time the manager wants to hear from us, where it does.
pub(super) fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

fn tell(states: &[NotifyState<'_>]) {
    // A manager that does not listen is no reason not to serve.
    let _lost = sd_notify::notify(states);
}
