//! The job: everything that is decided before the night shift begins.
//!
//! A job file is TOML, `docs/job.md` lists its keys. [`Job::parse`] takes a text and gives a [`Job`] in which every value
//! makes sense by itself, or a [`JobError`] with the line. Files that a job names are read by whoever runs it.

mod driver;
mod error;
mod plant;
mod read;
mod section;
mod serials;
mod template;

use std::{num::NonZeroU32, path::PathBuf};

use page::PageVersion;
use sidewalk::{Apid, Stage};
use signer::{package::PackageId, service::ServerUrl};

pub use self::{
    driver::{BoardSettings, DiagPort, DriverSettings, FileForm, Template},
    error::{JobError, Problem},
    plant::{AwayPolicy, HookTarget, LabelSettings, LabelTarget, PlantSettings},
    read::{JOB_LEN_BYTES_MAX, SLOTS_MAX},
    serials::{CheckDigit, Pattern, PatternError, SerialSettings},
    template::{JobAnswers, JobPage, SignedByAnswers, job_text},
};
use crate::driver::check::Check;

/// A job, checked.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name, for people and reports.
    pub name: String,
    /// What is made.
    pub product: Product,
    /// What its page looks like.
    pub page: PageSettings,
    /// Who signs.
    pub signing: SigningSettings,
    /// Where serial numbers come from.
    pub serials: SerialSettings,
    /// How the line works.
    pub line: LineSettings,
    /// How boards are reached.
    pub driver: DriverSettings,
    /// Test steps.
    pub checks: Vec<CheckSettings>,
    /// Labels, where there are any.
    pub label: Option<LabelSettings>,
    /// The plant's systems, where there are any.
    pub plant: PlantSettings,
}

/// What is made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Product {
    /// The tag of the DAK, such as `RNET_DAK_NAME`.
    pub tag: String,
    /// The stage, where the tag does not tell.
    pub stage: Option<Stage>,
    /// The device type that Amazon assigned.
    pub device_type: String,
    /// The advertised product id.
    pub apid: Apid,
    /// The board id, which only on-device generation knows.
    pub board_id: Option<String>,
    /// Where the application server's key stands.
    pub app_server_key: AppServerKey,
    /// The trust file; without it Amazon's roots count.
    pub trust: Option<PathBuf>,
}

/// Where the application server's public key stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AppServerKey {
    /// In the job.
    Bytes([u8; 32]),
    /// In the answer of `aws iotwireless get-device-profile`.
    Profile(PathBuf),
}

/// What the page looks like and where it goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageSettings {
    /// The chip's name in the catalogue.
    pub chip: String,
    /// The firmware generation; without it the chip's first.
    pub firmware: Option<String>,
    /// The version of the page.
    pub version: PageVersion,
    /// The address, where firmware was built with another than its generation's.
    pub address: Option<u32>,
    /// A catalogue file with chips of the user's own.
    pub chips_file: Option<PathBuf>,
}

/// Who signs, and how it is reached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SigningSettings {
    /// Who signs.
    pub by: SignedBy,
    /// PEM files for mutual TLS: authority, certificate, key.
    pub ca_cert: Option<PathBuf>,
    /// The client's certificate.
    pub client_cert: Option<PathBuf>,
    /// The client's key.
    pub client_key: Option<PathBuf>,
}

/// Who signs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SignedBy {
    /// HSMs that this line opens itself.
    Hsms {
        /// URLs of connectors or `usb://`.
        urls: Vec<String>,
        /// The file with the PIN; without it the PIN is asked for.
        pin_file: Option<PathBuf>,
        /// The HSM's authentication key that the PIN is for.
        pin_slot: Option<u16>,
    },
    /// A signing server, which has the PIN.
    Server {
        /// Servers that share one record; another is asked when one does not answer.
        urls: Vec<ServerUrl>,
        /// The job package that pays, where the server shall not look for it.
        package: Option<PackageId>,
    },
}

/// How the line works.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LineSettings {
    /// The line's name, unique in the plant.
    pub name: String,
    /// How many devices the job may make.
    pub count: Option<u64>,
    /// How many slots there are.
    pub slots: u16,
    /// The journal's file.
    pub journal: PathBuf,
    /// The directory for control logs.
    pub control_logs: PathBuf,
    /// How often a step that may be repeated is tried.
    pub attempts: NonZeroU32,
    /// What is done with a board that carries a finished device of this line.
    pub finished_boards: FinishedBoards,
}

/// What is done with a board that carries a finished device of this line.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum FinishedBoards {
    /// It is refused: somebody forgot to change boards.
    #[default]
    Refuse,
    /// It is told again that it passed, after its page was read and compared.
    Confirm,
}

/// A test step of the customer's own.
#[derive(Clone, Debug)]
pub struct CheckSettings {
    /// Before the identity, or after it.
    pub is_before: bool,
    /// What is done, and what its answer must be.
    pub check: Check,
}
