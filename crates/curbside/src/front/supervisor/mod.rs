//! What is told to whoever started us as a service: systemd, or Windows' service control manager. Started by a person we
//! tell nobody.

#[cfg(unix)]
mod systemd;
mod watch;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use systemd as manager;
#[cfg(windows)]
use windows as manager;

pub(crate) use self::manager::{is_credential, ready, reloading, run, stopping};
pub(crate) use self::watch::{Health, watch};
#[cfg(windows)]
pub(crate) use self::windows::stop_asked;

/// As which service a command runs, where it can.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct ServiceArgs {
    /// Run as a service of Windows, as `sc.exe create` sets it up; elsewhere a service manager needs nothing of the kind
    #[arg(long, hide = cfg!(not(windows)))]
    service: bool,
}
