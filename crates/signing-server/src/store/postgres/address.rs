//! Where the database is, who asks, and how the way to it is protected.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use hsm::TlsClient;
use postgres::{
    Client, Config, NoTls,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;
use zeroize::Zeroizing;

use super::fault::fault_of;
use crate::store::StoreFault;

/// Longer than any password: a larger file is another file.
const PASSWORD_LEN_BYTES_MAX: u64 = 4096;

/// More than the authorities of any company.
const AUTHORITIES_LEN_BYTES_MAX: u64 = 1 << 20;

/// How long a connection may take to be made, and how often one that is silent is looked at.
const REACH: Duration = Duration::from_secs(5);

/// After how long without an answer of the network a connection is given up.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// Where the database is. Holds no password: that is read anew for each connection.
pub(super) struct Address {
    config: Config,
    password_file: Option<PathBuf>,
    /// `None` where none is spoken.
    tls: Option<MakeRustlsConnect>,
    place: String,
}

impl Address {
    /// Reads `postgres://USER@HOST:PORT/DATABASE`, with `?host=/DIRECTORY` for a socket and the options of libpq.
    ///
    /// `sslmode` is `disable`, or `require` or `verify-full`, which are one: the server's certificate must have its name
    /// and come from an authority in the file `sslrootcert`, or from one that the operating system trusts. Without
    /// `sslmode`, sockets and loopback addresses go without TLS and everything else needs it.
    pub(super) fn parse(url: &str, password_file: Option<&Path>) -> Result<Self, StoreFault> {
        // What is wrong with a URL may be its password, so that no part of it is shown.
        let unusable = |what: &str| StoreFault::Settings {
            place: "postgres://…".to_owned(),
            what: what.to_owned(),
        };
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(unusable("it has no URL like postgres://USER@HOST:PORT/DATABASE"));
        }
        let (plain, options) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut authorities, mut others) = (None, None, Vec::new());
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", path)) => authorities = Some(path),
                _ => others.push(option),
            }
        }
        let rest = others.join("&");
        let url = if rest.is_empty() { plain.to_owned() } else { format!("{plain}?{rest}") };
        let mut config: Config =
            url.parse().map_err(|_| unusable("its URL cannot be understood"))?;
        if config.get_password().is_some() {
            return Err(unusable(
                "its URL holds a password, which belongs into a file that only the server reads",
            ));
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(unusable("its URL names no host"));
        }
        let place = place(&config);
        let unusable =
            |what: &str| StoreFault::Settings { place: place.clone(), what: what.to_owned() };
        config.ssl_mode(match mode {
            None if is_local(&config) => SslMode::Disable,
            None | Some("require" | "verify-full") => SslMode::Require,
            Some("disable") => SslMode::Disable,
            Some(_) => return Err(unusable("its sslmode is not disable, require or verify-full")),
        });
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => {
                let pem = authorities
                    .map(|path| durable::read_bounded(path, AUTHORITIES_LEN_BYTES_MAX))
                    .transpose()?;
                let tls = TlsClient::new(pem.as_deref(), None).and_then(|tls| tls.config());
                let tls = tls.map_err(|error| unusable(&error.to_string()))?;
                Some(MakeRustlsConnect::new((*tls).clone()))
            }
        };
        config
            .connect_timeout(REACH)
            .tcp_user_timeout(SILENCE_MAX)
            .keepalives_idle(REACH)
            .keepalives_interval(REACH)
            .keepalives_retries(3);
        Ok(Self { config, password_file: password_file.map(Into::into), tls, place })
    }

    /// The database without any secret, for messages.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Makes a connection. Blocks, and must not be called within tokio.
    pub(super) fn connect(&self) -> Result<Client, StoreFault> {
        let mut config = self.config.clone();
        if let Some(path) = &self.password_file {
            durable::refuse_open_to_others(path)?;
            let bytes = Zeroizing::new(durable::read_bounded(path, PASSWORD_LEN_BYTES_MAX)?);
            config.password(bytes.trim_ascii_end());
        }
        let connected = match &self.tls {
            None => config.connect(NoTls),
            Some(tls) => config.connect(tls.clone()),
        };
        connected.map_err(|error| fault_of(&self.place, &error))
    }
}

/// Whether nobody but this machine hears what is said.
fn is_local(config: &Config) -> bool {
    let is_local_host = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    match config.get_hostaddrs() {
        [] => config.get_hosts().iter().all(is_local_host),
        addresses => addresses.iter().all(IpAddr::is_loopback),
    }
}

/// User, hosts and database.
fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(5432);
    let names: Vec<String> = match config.get_hosts() {
        [] => config.get_hostaddrs().iter().map(ToString::to_string).collect(),
        hosts => hosts
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                Host::Unix(directory) => directory.display().to_string(),
            })
            .collect(),
    };
    let hosts: Vec<String> =
        names.iter().enumerate().map(|(at, name)| format!("{name}:{}", port(at))).collect();
    let user = config.get_user().map(|user| format!("{user}@")).unwrap_or_default();
    let database = config.get_dbname().map(|name| format!("/{name}")).unwrap_or_default();
    format!("postgres://{user}{}{database}", hosts.join(","))
}
