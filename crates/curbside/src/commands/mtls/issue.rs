//! `curbside mtls issue`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mtls::{
    authority::{
        DAYS_DEFAULT, NewPeer, PeerFiles, PeerKey, Purpose, REQUEST_LEN_BYTES_MAX, SigningRequest,
        SubjectName, directory_name,
    },
    identity::{Role, check_name},
};

use super::{
    authority::{CaArgs, KeyChoice, random},
    passphrase::PassphraseArgs,
    peer,
};
use crate::{clock, commands::Format, exit::Exit, failure::Failure};

/// Issue the certificate of a server or a client
///
/// Writes ca.pem, server.pem and server.key, or client.pem and client.key, into a directory named after the peer; a server
/// gets the revocation list ca.crl too. The extensions are those of the public recipe, and besides them the names that
/// modern clients insist on (subjectAltName), and the role and the line's name of a client.
///
/// With --csr it signs a request that `openssl req` made: the subject is kept, and the private key stays where it is.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  curbside mtls issue server hsm-server.plant.example --san 10.0.0.5
  curbside mtls issue client line-1
  curbside mtls issue client anna --role operator --key p256
  curbside mtls issue client line-2 --csr client.csr --out line-2")]
pub(crate) struct IssueArgs {
    /// Which end it is for
    #[arg(value_enum)]
    purpose: PurposeChoice,
    /// The peer's name: of a server what line PCs type, of a client its line
    name: String,
    /// A host name or an address of the server beside NAME; may be given more than once
    #[arg(long, value_name = "NAME")]
    san: Vec<SubjectName>,
    /// What the client may do
    #[arg(long, value_enum)]
    role: Option<RoleChoice>,
    /// The line's name, where it is not NAME
    #[arg(long, value_name = "NAME")]
    line: Option<String>,
    /// Sign this request (PKCS #10, PEM) instead of making a key
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    csr: Option<PathBuf>,
    /// What key it gets
    #[arg(long, value_enum, default_value_t = KeyChoice::Rsa2048)]
    key: KeyChoice,
    /// How many days it is valid; never longer than the authority
    #[arg(long, value_name = "N", default_value_t = DAYS_DEFAULT)]
    days: u32,
    /// The directory for its files; without this one named after it
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    ca: CaArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum PurposeChoice {
    /// A signing server, or nginx before a connector
    Server,
    /// A line PC, a person, a program
    Client,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum RoleChoice {
    /// Asks for signatures; the default
    Line,
    /// Changes what a server does
    Operator,
    /// Reads health and metrics
    Monitor,
}

impl From<PurposeChoice> for Purpose {
    fn from(choice: PurposeChoice) -> Self {
        match choice {
            PurposeChoice::Server => Self::Server,
            PurposeChoice::Client => Self::Client,
        }
    }
}

impl From<RoleChoice> for Role {
    fn from(choice: RoleChoice) -> Self {
        match choice {
            RoleChoice::Line => Self::Line,
            RoleChoice::Operator => Self::Operator,
            RoleChoice::Monitor => Self::Monitor,
        }
    }
}

pub(crate) fn run(args: &IssueArgs) -> Result<(), Failure> {
    args.check()?;
    let purpose = args.purpose.into();
    let authority = args.ca.open()?;
    let request = args.request()?;
    let directory = args.out.clone().unwrap_or_else(|| directory_name(&args.name).into());
    let files = PeerFiles { purpose, has_key: request.is_none(), directory: &directory };
    files.check(authority.certificate().pem())?;
    let unlocked = args.ca.unlock(&args.passphrase)?;
    let peer = NewPeer {
        purpose,
        name: &args.name,
        role: args.role.map(Role::from),
        line: args.line.as_deref(),
        names: &args.san,
        days: args.days,
        key: match &request {
            Some(request) => PeerKey::Request(request),
            None => PeerKey::New(args.key.into()),
        },
    };
    let issued = unlocked.issue(&peer, clock::unix_seconds(), &mut random)?;
    let block = peer::write(&files, unlocked.authority(), &issued)?;
    let advice = peer::advice(purpose, issued.key_pem.is_some(), &directory);
    args.format.print(&block.remarks(vec![advice]).for_people())
}

impl IssueArgs {
    /// What the command line can be told before anybody types a passphrase.
    fn check(&self) -> Result<(), Failure> {
        for name in std::iter::once(&self.name).chain(&self.line) {
            check_name(name).map_err(|error| {
                Failure::new(Exit::Usage, format!("failed to issue the certificate: {error}"))
                    .hint("names have 1 to 64 bytes, without control characters".to_owned())
            })?;
        }
        let misplaced = match self.purpose {
            PurposeChoice::Server if self.role.is_some() => Some("--role is of clients"),
            PurposeChoice::Server if self.line.is_some() => Some("--line is of clients"),
            PurposeChoice::Client if !self.san.is_empty() => Some("--san is of servers"),
            PurposeChoice::Client
                if self.line.is_some() && !matches!(self.role, None | Some(RoleChoice::Line)) =>
            {
                Some("--line is of the role line")
            }
            _ => None,
        };
        match misplaced {
            Some(message) => Err(Failure::new(Exit::Usage, message)),
            None if self.purpose == PurposeChoice::Server => {
                mtls::authority::server_names(&self.name, &self.san)
                    .map(drop)
                    .map_err(|error| mtls::authority::AuthorityError::from(error).into())
            }
            None => Ok(()),
        }
    }

    fn request(&self) -> Result<Option<SigningRequest>, Failure> {
        let Some(path) = &self.csr else { return Ok(None) };
        let pem = durable::read_bounded(path, REQUEST_LEN_BYTES_MAX)?;
        let request = SigningRequest::from_pem(&pem)
            .map_err(mtls::authority::AuthorityError::from)
            .map_err(Failure::from)
            .map_err(|failure| failure.hint(format!("this was {}", path.display())))?;
        Ok(Some(request))
    }
}
