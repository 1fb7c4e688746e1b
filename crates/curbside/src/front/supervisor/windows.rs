//! Windows' service control manager.
//!
//! It starts the program, wants its main thread for the dispatcher, and calls an entry point on a thread of its own. The
//! command is handed from one to the other.

use std::{
    ffi::OsString,
    path::Path,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::sync::watch;
use windows_service::{
    define_windows_service,
    service::{
        ServiceControl, ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus,
        ServiceType,
    },
    service_control_handler::{self, ServiceControlHandlerResult, ServiceStatusHandle},
    service_dispatcher,
};

use super::ServiceArgs;
use crate::{exit::Exit, failure::Failure};

/// A service that has its process to itself may be registered under any name: the manager does not look at this one.
const NAME: &str = "curbside";

/// How long starting and stopping may take before the manager takes us for hung. HSMs are opened one after the other, and
/// calls in hand may take half a minute.
const WAIT_HINT: Duration = Duration::from_secs(90);

/// What the entry point runs.
type Command = Box<dyn FnOnce() -> Result<(), Failure> + Send>;

static COMMAND: Mutex<Option<Command>> = Mutex::new(None);
static RESULT: Mutex<Option<Result<(), Failure>>> = Mutex::new(None);
static HANDLE: OnceLock<ServiceStatusHandle> = OnceLock::new();
static STOP: OnceLock<watch::Sender<bool>> = OnceLock::new();

define_windows_service!(entry, serve);

/// Runs the command, as a service where the arguments say so.
pub(crate) fn run<F>(args: ServiceArgs, command: F) -> Result<(), Failure>
where
    F: FnOnce() -> Result<(), Failure> + Send + 'static,
{
    if !args.service {
        return command();
    }
    *COMMAND.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(command));
    service_dispatcher::start(NAME, entry).map_err(|error| {
        Failure::new(Exit::Usage, format!("failed to run as a service: {error}"))
            .hint("--service is for the service control manager: docs/operation.md".to_owned())
    })?;
    RESULT.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or(Ok(()))
}

/// The entry point. It returns when the command has ended.
fn serve(_arguments: Vec<OsString>) {
    let handler = |control: ServiceControl| match control {
        ServiceControl::Stop | ServiceControl::Shutdown => {
            stop().send_replace(true);
            ServiceControlHandlerResult::NoError
        }
        ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
        _ => ServiceControlHandlerResult::NotImplemented,
    };
    let Ok(handle) = service_control_handler::register(NAME, handler) else { return };
    let handle = HANDLE.get_or_init(|| handle);
    report(ServiceState::StartPending, ServiceExitCode::NO_ERROR);
    let command = COMMAND.lock().unwrap_or_else(PoisonError::into_inner).take();
    let result = command.map_or(Ok(()), |command| command());
    let exit_code = match &result {
        Ok(()) => ServiceExitCode::NO_ERROR,
        Err(failure) => ServiceExitCode::ServiceSpecific(failure.exit() as u32),
    };
    *RESULT.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    // The process may be ended as soon as this is known.
    let _lost = handle.set_service_status(told(ServiceState::Stopped, exit_code));
}

/// The manager hands no files over.
pub(crate) fn is_credential(_path: &Path) -> bool {
    false
}

/// We listen, and serve.
pub(crate) fn ready(_status: &str) {
    report(ServiceState::Running, ServiceExitCode::NO_ERROR);
}

/// Files are read again: the manager has no word for it.
pub(crate) fn reloading() {}

/// The end has begun.
pub(crate) fn stopping(_status: &str) {
    report(ServiceState::StopPending, ServiceExitCode::NO_ERROR);
}

/// The manager shows no words.
pub(super) fn status(_status: &str) {}

/// The manager has no watchdog.
pub(super) fn alive() {}

/// The manager has no watchdog.
pub(super) fn watchdog() -> Option<Duration> {
    None
}

/// Returns when the manager asks us to stop; never where a person started us.
pub(crate) async fn stop_asked() {
    let mut asked = stop().subscribe();
    // Its sender lives as long as the process.
    let _never = asked.wait_for(|is_asked| *is_asked).await.is_err();
}

fn stop() -> &'static watch::Sender<bool> {
    STOP.get_or_init(|| watch::channel(false).0)
}

fn report(state: ServiceState, exit_code: ServiceExitCode) {
    if let Some(handle) = HANDLE.get() {
        // Without the manager there is nobody to tell.
        let _lost = handle.set_service_status(told(state, exit_code));
    }
}

fn told(state: ServiceState, exit_code: ServiceExitCode) -> ServiceStatus {
    let is_pending = matches!(state, ServiceState::StartPending | ServiceState::StopPending);
    ServiceStatus {
        service_type: ServiceType::OWN_PROCESS,
        current_state: state,
        controls_accepted: match state {
            ServiceState::Running => ServiceControlAccept::STOP | ServiceControlAccept::SHUTDOWN,
            _ => ServiceControlAccept::empty(),
        },
        exit_code,
        checkpoint: 0,
        wait_hint: if is_pending { WAIT_HINT } else { Duration::ZERO },
        process_id: None,
    }
}
