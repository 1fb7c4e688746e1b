//! What a line needs from the edge of the program.

use std::{path::Path, sync::Arc};

use durable::{DurableError, Operation};
use hsm::Credentials;
use journal::{Journal, UnixMillis};
use line::{
    AssemblyError, Control, Edge, FixtureError, LineError, LineMode, LineParts, OpenSigner,
    event::Listeners,
    job::{Job, SignedBy},
    label::LabelError,
    metrics::ServeError,
    plant::PlantError,
};

use crate::{
    clock,
    exit::Exit,
    failure::Failure,
    hsm_access::TlsArgs,
    pin::{PinArgs, pin_of_file},
    trust::TrustArgs,
};

/// The PIN: from the option, or from the file that the job names, or from a prompt. Where a signing server has it, none.
pub(crate) fn read_credentials(job: &Job, pin: &PinArgs) -> Result<Option<Credentials>, Failure> {
    let pin = match &job.signing.by {
        SignedBy::Server { .. } => return Ok(None),
        SignedBy::Hsms { pin_file: Some(path), .. } if !pin.is_given() => pin_of_file(path)?,
        SignedBy::Hsms { .. } => pin.read()?,
    };
    Ok(Some(pin.into()))
}

/// Opens everything that a line has.
pub(crate) fn parts_of(
    job: Job,
    credentials: Option<Credentials>,
    mode: LineMode,
    control: Arc<Control>,
    listeners: Listeners,
) -> Result<LineParts, Failure> {
    let tls = TlsArgs {
        ca_cert: job.signing.ca_cert.clone(),
        client_cert: job.signing.client_cert.clone(),
        client_key: job.signing.client_key.clone(),
    };
    let edge = Edge {
        credentials,
        tls: tls.client()?,
        anchors: TrustArgs::of_file(job.product.trust.clone()).anchors()?,
        clock: clock::unix_millis,
        fill_random,
        standard_input: standard_input(&job)?,
    };
    make_directory(&job.line.control_logs)?;
    // The journal first: a second process on it must not even open sessions.
    let journal = Arc::new(job.open_journal(fill_random)?);
    let pages = job.page_maker()?;
    let serials = Arc::new(job.open_serials(edge.standard_input.as_deref())?);
    let drivers = job.open_fixtures(&pages)?;
    let labels = job.open_labels()?;
    let plant = job.open_plant(&listeners)?;
    let OpenSigner { stage, signing } = job.open_signer(&edge, &control, &listeners)?;
    Ok(LineParts {
        stage,
        mode,
        journal,
        signing,
        pages,
        serials,
        drivers,
        labels,
        plant,
        control,
        listeners,
        clock: edge.clock,
        fill_random,
        job,
    })
}

/// Makes the directory for control logs, so that it is not missed only when the first board is finished.
fn make_directory(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path)
        .map_err(|error| DurableError::new(Operation::CreateDirectory, path, &error).into())
}

/// Opens the journal of a job that no line is running.
pub(crate) fn open_journal(job: &Job) -> Result<Journal, Failure> {
    if !job.line.journal.exists() {
        let path = job.line.journal.display();
        return Err(Failure::new(Exit::Io, format!("there is no journal {path} yet"))
            .hint("`curbside line run` makes it".to_owned()));
    }
    Ok(job.open_journal(fill_random)?)
}

/// The time for the journal.
pub(crate) fn now() -> UnixMillis {
    clock::unix_millis()
}

fn standard_input(job: &Job) -> Result<Option<Vec<u8>>, Failure> {
    use line::{job::SerialSettings, serials::LIST_LEN_BYTES_MAX};
    match &job.serials {
        SerialSettings::List { path, .. } if path.as_os_str() == "-" => {
            Ok(Some(durable::read_bounded_from(
                std::io::stdin().lock(),
                "standard input",
                LIST_LEN_BYTES_MAX,
            )?))
        }
        _ => Ok(None),
    }
}

fn fill_random(bytes: &mut [u8]) -> bool {
    getrandom::fill(bytes).is_ok()
}

impl From<journal::JournalError> for Failure {
    fn from(error: journal::JournalError) -> Self {
        use journal::JournalError;
        let exit = match &error {
            JournalError::InUse { .. } | JournalError::NewerFormat { .. } => Exit::Refused,
            JournalError::NotAJournal { .. } | JournalError::Row { .. } => Exit::Malformed,
            JournalError::KeyFileOther { .. } | JournalError::Unseal { .. } => Exit::NotGenuine,
            JournalError::File(error) => return error.clone().into(),
            _ => Exit::Io,
        };
        Self::new(exit, format!("failed to {error}")).hint(error.hint())
    }
}

impl From<AssemblyError> for Failure {
    fn from(error: AssemblyError) -> Self {
        let exit = match error {
            AssemblyError::Disk(error) => return error.into(),
            AssemblyError::Fleet(error) => return error.into(),
            AssemblyError::Endpoint(error) => return error.into(),
            AssemblyError::Selection(error) => return error.into(),
            AssemblyError::Server(error) => return error.into(),
            AssemblyError::Authorities(_) => Exit::NotGenuine,
            AssemblyError::Stage { .. } => Exit::HsmContent,
            AssemblyError::Serials(_) => Exit::Io,
            AssemblyError::Page(_) | AssemblyError::NoPin => Exit::Usage,
            AssemblyError::File { .. }
            | AssemblyError::List { .. }
            | AssemblyError::Catalogue(_) => Exit::Malformed,
        };
        Self::new(exit, &error).hint(error.hint())
    }
}

impl From<FixtureError> for Failure {
    fn from(error: FixtureError) -> Self {
        let exit = match error {
            FixtureError::Disk(error) => return error.into(),
            FixtureError::NoProbeSupport => Exit::Unsupported,
            FixtureError::Template(_) => Exit::Malformed,
            FixtureError::Driver(_) | FixtureError::Tray(_) => Exit::Io,
            _ => Exit::Usage,
        };
        Self::new(exit, &error).hint(error.hint())
    }
}

impl From<LabelError> for Failure {
    fn from(error: LabelError) -> Self {
        let exit = match &error {
            LabelError::Template { .. } | LabelError::Utf8 { .. } => Exit::Malformed,
            _ => Exit::Io,
        };
        Self::new(exit, format!("failed to {error}")).hint(error.hint())
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::new(Exit::Io, format!("failed to {error}"))
    }
}

impl From<PlantError> for Failure {
    fn from(error: PlantError) -> Self {
        Self::new(Exit::Usage, format!("failed to {error}")).hint(error.hint())
    }
}

impl From<LineError> for Failure {
    fn from(error: LineError) -> Self {
        let exit = match error {
            LineError::Journal(error) => return error.into(),
            LineError::Page(_) => Exit::Refused,
            LineError::NotGenuine { .. } => Exit::NotGenuine,
            LineError::SlotPanicked => Exit::Defect,
            LineError::Logs(_) | LineError::Serials(_) | LineError::Thread(_) => Exit::Io,
        };
        Self::new(exit, &error).hint(error.hint())
    }
}
