//! `curbside mtls nginx`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use durable::Visibility;
use mtls::nginx::{
    LISTEN_DEFAULT, NginxConfig, NginxError, NginxPath, Platform, UPSTREAM_DEFAULT, Upstream,
};

use crate::{
    failure::Failure,
    files::{Draft, Existing, write_together},
    terminal,
};

/// Write the public recipe's configuration of nginx
///
/// Writes the server block that stands before a connector: TLS on port 8081, a client certificate of the authority in ca.pem,
/// 403 for everybody else. By default it is the recipe to the letter, and besides it ssl_crl where the directory has a
/// revocation list. --tuned adds kept connections, limits and time-outs.
///
/// `curbside mtls gateway` does the same without nginx.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  curbside mtls nginx --certificates /etc/nginx/sidewalk --out /etc/nginx/sites-available/reverse-proxy.conf
  curbside mtls nginx --platform windows --certificates C:/nginx/sidewalk --crl
  curbside mtls nginx --certificates /etc/nginx/sidewalk --upstream http://10.0.0.7:12345 --tuned")]
pub(crate) struct NginxArgs {
    /// The directory of server.pem, server.key and ca.pem on the machine with nginx
    #[arg(long, value_name = "DIR")]
    certificates: String,
    /// For which system
    #[arg(long, value_enum, default_value_t = PlatformChoice::Ubuntu)]
    platform: PlatformChoice,
    /// The port on which line PCs are awaited
    #[arg(long, value_name = "PORT", default_value_t = LISTEN_DEFAULT, value_parser = clap::value_parser!(u16).range(1..))]
    listen: u16,
    /// The connector
    #[arg(long, value_name = "URL", default_value = UPSTREAM_DEFAULT)]
    upstream: Upstream,
    /// The directory of the logs; without this the recipe's
    #[arg(long, value_name = "DIR")]
    log_path: Option<String>,
    /// Use the revocation list ca.crl, also where this machine does not see one in the directory
    #[arg(long)]
    crl: bool,
    /// Add what the recipe lacks: kept connections, limits, time-outs
    #[arg(long)]
    tuned: bool,
    /// The file to write; without this it goes to stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long, requires = "out")]
    force: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum PlatformChoice {
    /// And every other Linux
    Ubuntu,
    Windows,
}

impl From<PlatformChoice> for Platform {
    fn from(choice: PlatformChoice) -> Self {
        match choice {
            PlatformChoice::Ubuntu => Self::Ubuntu,
            PlatformChoice::Windows => Self::Windows,
        }
    }
}

pub(crate) fn run(args: &NginxArgs) -> Result<(), Failure> {
    let platform = args.platform.into();
    let path = |option: &str, path: &str| {
        NginxPath::new(path, platform)
            .map_err(|error: NginxError| Failure::from(error).hint(format!("this was {option}")))
    };
    let logs = args.log_path.as_deref().unwrap_or(platform.log_path_default());
    let config = NginxConfig {
        listen: args.listen,
        upstream: args.upstream.clone(),
        certificates: path("--certificates", &args.certificates)?,
        logs: path("--log-path", logs)?,
        has_revocation_list: args.crl || PathBuf::from(&args.certificates).join("ca.crl").exists(),
        is_tuned: args.tuned,
    };
    let text = config.render();
    let Some(out) = &args.out else { return terminal::print(&text) };
    let draft = Draft { path: out.clone(), bytes: text.as_bytes() };
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    write_together(&[draft], Visibility::Shared, existing)
}
