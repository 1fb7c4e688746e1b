//! From a job to the parts of a line: opens the journal, the HSMs, the numbers and the fixtures.
//!
//! What only the program's edge has is passed in: PIN, trust, clock, randomness.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use durable::DurableError;
use hsm::{
    Credentials, Endpoint, EndpointError, Fleet, FleetError, FleetEvent, FleetMembers,
    FleetOptions, FleetStart, Observer, Selection, SelectionError, TlsClient,
};
use journal::{Journal, JournalError, JournalOptions};
use page::{Catalogue, CatalogueError};
use sidewalk::{Stage, TrustAnchors, Verifier};
use signer::{SignError, Signer, service::SigningClientError};

use crate::{
    clock::Clock,
    event::{Event, Listeners},
    job::{AppServerKey, Job, SerialSettings, SignedBy},
    label::{LabelError, LabelPrinter},
    page_maker::{PageMaker, PageSettingsError},
    plant::{Plant, PlantError, outbox_of},
    run::Control,
    serials::{LIST_LEN_BYTES_MAX, ListError, Serials, SerialsError, read_list},
    signing::Signing,
    signing_server,
};

/// The largest catalogue file of a user's own, in bytes; the largest built-in one has 10 KB.
const CATALOGUE_LEN_BYTES_MAX: u64 = 1024 * 1024;

/// The largest device profile, in bytes; AWS's have under 2 KB.
const PROFILE_LEN_BYTES_MAX: u64 = 1024 * 1024;

/// Why an HSM does not sign whose audit log is full.
const LOG_FULL: &str = "its audit log is full: `curbside hsm audit --advance`";

/// What the edge of the program brings.
pub struct Edge {
    /// The PIN of the HSMs, where the line opens them itself.
    pub credentials: Option<Credentials>,
    /// How connectors and signing servers are talked to over TLS.
    pub tls: TlsClient,
    /// The roots that are trusted.
    pub anchors: TrustAnchors,
    /// The wall clock.
    pub clock: Clock,
    /// The source of randomness; false where there is none.
    pub fill_random: fn(&mut [u8]) -> bool,
    /// What stands on standard input, for a list of serial numbers that comes from there.
    pub standard_input: Option<Vec<u8>>,
}

/// Whoever signs for a line, connected.
pub struct OpenSigner {
    /// The stage of the product.
    pub stage: Stage,
    /// Its signatures.
    pub signing: Arc<dyn Signing>,
}

impl Job {
    /// The stage of its product.
    pub fn stage(&self) -> Option<Stage> {
        self.product.stage.or_else(|| Stage::of_product_tag(&self.product.tag))
    }

    /// What its pages look like.
    ///
    /// # Errors
    ///
    /// A file that it names cannot be read or makes no sense; [`PageSettingsError`].
    pub fn page_maker(&self) -> Result<PageMaker, AssemblyError> {
        let own;
        let catalogue = match &self.page.chips_file {
            None => Catalogue::built_in(),
            Some(path) => {
                let text = text_of(path, CATALOGUE_LEN_BYTES_MAX)?;
                own = Catalogue::built_in().extended_by(&path.to_string_lossy(), &text)?;
                &own
            }
        };
        let key = match &self.product.app_server_key {
            AppServerKey::Bytes(key) => *key,
            AppServerKey::Profile(path) => app_server_key_of_profile(path)?,
        };
        Ok(PageMaker::new(&self.page, catalogue, self.product.apid, key)?)
    }

    /// Opens its journal, or makes one.
    ///
    /// # Errors
    ///
    /// [`JournalError`]; another process has it.
    pub fn open_journal(
        &self,
        fill_random: fn(&mut [u8]) -> bool,
    ) -> Result<Journal, JournalError> {
        Journal::open(JournalOptions { path: self.line.journal.clone(), fill_random })
    }

    /// Connects to whoever signs. HSMs that cannot be reached now join when they can, as long as one is there; a signing
    /// server must answer soon. `control` is what ends the waiting for a server later on.
    ///
    /// # Errors
    ///
    /// [`AssemblyError`]: no session is left open.
    pub fn open_signer(
        &self,
        edge: &Edge,
        control: &Arc<Control>,
        listeners: &Listeners,
    ) -> Result<OpenSigner, AssemblyError> {
        match &self.signing.by {
            SignedBy::Hsms { urls, pin_slot, .. } => {
                let signer = self.open_fleet(urls, *pin_slot, edge, listeners)?;
                let stage = signer.who_signs().authority().stage();
                Ok(OpenSigner { stage, signing: Arc::new(signer) })
            }
            SignedBy::Server { urls, package } => {
                let client = signing_server::connect(
                    self,
                    urls,
                    package.as_ref(),
                    edge,
                    control,
                    listeners,
                )?;
                let stage = client.stage();
                if self.stage().is_some_and(|of_job| of_job != stage) {
                    return Err(AssemblyError::Stage { found: stage });
                }
                let signer = Signer::new(client, Verifier::new(edge.anchors.clone()));
                signer.verify_authorities().map_err(AssemblyError::Authorities)?;
                Ok(OpenSigner { stage, signing: Arc::new(signer) })
            }
        }
    }

    fn open_fleet(
        &self,
        urls: &[String],
        pin_slot: Option<u16>,
        edge: &Edge,
        listeners: &Listeners,
    ) -> Result<Signer<Fleet>, AssemblyError> {
        let selection = Selection::said(self.product.tag.parse()?, self.product.stage, pin_slot)?;
        let endpoints = urls.iter().map(|url| Endpoint::parse(url, &edge.tls));
        let members = FleetMembers {
            endpoints: endpoints.collect::<Result<_, _>>()?,
            credentials: edge.credentials.clone().ok_or(AssemblyError::NoPin)?,
            selection,
            verifier: Arc::new(Verifier::new(edge.anchors.clone())),
        };
        let listeners = listeners.clone();
        let observer = Observer::new(move |event| {
            listeners.tell(&match event {
                FleetEvent::Up { place, serial } => {
                    Event::HsmUp { place: place.clone(), serial: *serial }
                }
                FleetEvent::Down { place, error } => {
                    Event::HsmDown { place: place.clone(), why: error.to_string() }
                }
                FleetEvent::LogFull { place } => {
                    Event::HsmDown { place: place.clone(), why: LOG_FULL.to_owned() }
                }
                // What needs nobody's hand now.
                FleetEvent::Short { .. }
                | FleetEvent::LogLow { .. }
                | FleetEvent::LogNotStored { .. }
                | FleetEvent::Drained { .. } => return,
            });
        });
        let options = FleetOptions { start: FleetStart::Any, observer, ..FleetOptions::default() };
        let fleet = Fleet::open(members, options)?;
        Ok(Signer::new(fleet, Verifier::new(edge.anchors.clone())))
    }

    /// Gets its serial numbers ready.
    ///
    /// # Errors
    ///
    /// [`AssemblyError`]: a list that cannot be used, a store that does not answer.
    pub fn open_serials(&self, standard_input: Option<&[u8]>) -> Result<Serials, AssemblyError> {
        let list = match &self.serials {
            SerialSettings::List { path, .. } => Some(read_numbers(path, standard_input)?),
            _ => None,
        };
        let own_store = beside(&self.line.journal, "serials");
        Ok(Serials::open(&self.serials, &self.line.name, list, &own_store)?)
    }

    /// Its label printer, where it has labels.
    ///
    /// # Errors
    ///
    /// [`LabelError`]: a template that cannot be used.
    pub fn open_labels(&self) -> Result<Option<LabelPrinter>, LabelError> {
        self.label.as_ref().map(LabelPrinter::open).transpose()
    }

    /// The plant's systems, where it names any. Results of an earlier run are delivered from now on.
    ///
    /// # Errors
    ///
    /// [`PlantError`].
    pub fn open_plant(&self, listeners: &Listeners) -> Result<Option<Plant>, PlantError> {
        if self.plant.route.is_none() && self.plant.result.is_none() {
            return Ok(None);
        }
        Plant::new(&self.plant, &outbox_of(&self.line.journal), listeners.clone()).map(Some)
    }
}

/// The application server's key in an answer of `aws iotwireless get-device-profile`.
///
/// # Errors
///
/// [`AssemblyError::File`].
pub fn app_server_key_of_profile(path: &Path) -> Result<[u8; 32], AssemblyError> {
    let bad = |problem: &str| AssemblyError::File { path: path.into(), problem: problem.into() };
    let bytes = durable::read_bounded(path, PROFILE_LEN_BYTES_MAX)?;
    let json: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|_| bad("it is not JSON"))?;
    let text = json["Sidewalk"]["ApplicationServerPublicKey"].as_str();
    let text = text.ok_or_else(|| bad("it has no Sidewalk.ApplicationServerPublicKey"))?;
    let mut key = [0; 32];
    let is_hex = text.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_hex && hex::decode_to_slice(text, &mut key).is_ok() {
        Ok(key)
    } else {
        Err(bad("its ApplicationServerPublicKey is not 64 hex digits"))
    }
}

fn read_numbers(path: &Path, standard_input: Option<&[u8]>) -> Result<Vec<String>, AssemblyError> {
    let bytes = match standard_input {
        Some(bytes) if path == Path::new("-") => bytes.to_vec(),
        _ => durable::read_bounded(path, LIST_LEN_BYTES_MAX)?,
    };
    read_list(&bytes).map_err(|error| AssemblyError::List { path: path.into(), error })
}

fn text_of(path: &Path, limit_bytes: u64) -> Result<String, AssemblyError> {
    String::from_utf8(durable::read_bounded(path, limit_bytes)?).map_err(|_| AssemblyError::File {
        path: path.into(),
        problem: "it is no UTF-8 text".into(),
    })
}

/// A file beside another, with a further ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Why a line cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum AssemblyError {
    /// A file cannot be read.
    #[error("failed to {0}")]
    Disk(#[from] DurableError),
    /// A file makes no sense.
    #[error("failed to read {}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A list of serial numbers cannot be used.
    #[error("failed to read {}: {error}", path.display())]
    List {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: ListError,
    },
    /// A catalogue file cannot be used.
    #[error("failed to read chips: {0}")]
    Catalogue(#[from] CatalogueError),
    /// The page settings make no sense.
    #[error(transparent)]
    Page(#[from] PageSettingsError),
    /// The product's tag.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The address of an HSM.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The HSMs.
    #[error("failed to {0}")]
    Fleet(#[from] FleetError),
    /// The PIN, which nobody gave.
    #[error("the PIN of the HSMs is not known")]
    NoPin,
    /// The signing server.
    #[error("failed to {0}")]
    Server(#[from] SigningClientError),
    /// The signing server's product is not the job's.
    #[error("the signing server's product is of stage {found}, and the job's is not")]
    Stage {
        /// The server's.
        found: Stage,
    },
    /// The signing server's authorities.
    #[error("the signing server's authorities cannot be used: {0}")]
    Authorities(#[source] SignError<SigningClientError>),
    /// The serial numbers.
    #[error(transparent)]
    Serials(#[from] SerialsError),
}

impl AssemblyError {
    /// What a person can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Disk(error) => error.hint(),
            Self::Page(error) => error.hint(),
            Self::Selection(error) => error.hint(),
            Self::Endpoint(error) => error.hint(),
            Self::Fleet(error) => error.hint(),
            Self::Server(error) => error.hint(),
            Self::Authorities(error) => error.hint(),
            Self::Stage { .. } => Some("check the job's tag and stage, and the server".to_owned()),
            Self::Serials(error) => error.hint(),
            Self::NoPin | Self::File { .. } | Self::List { .. } | Self::Catalogue(_) => None,
        }
    }
}
