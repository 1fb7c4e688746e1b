//! The settings of a server: one TOML file, which `docs/signing-service.md` explains key by key.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

/// The largest settings file, in bytes. A long one has a hundred lines.
pub const SETTINGS_LEN_BYTES_MAX: u64 = 256 * 1024;

/// The only version of settings that there is.
const SCHEMA: u32 = 1;

/// How long a device waits for an HSM where the settings do not say.
const WAIT_DEFAULT: Duration = Duration::from_secs(60);

/// The longest that it may: a server has so long for an intent before others take it up, and needs the rest of the time
/// for its database.
const WAIT_MAX_S: u64 = 60;

/// What a signing server is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The version of this file: 1.
    pub schema: u32,
    /// The server's name: of its own among the servers of one database.
    pub name: String,
    /// Where it listens.
    #[serde(default = "listen_default")]
    pub listen: Vec<SocketAddr>,
    /// The directory with ca.pem, server.pem, server.key and, where something is revoked, ca.crl.
    pub certificates: PathBuf,
    /// A file, or `postgres://…` for several servers.
    pub database: String,
    /// A file with the password of PostgreSQL.
    pub database_password_file: Option<PathBuf>,
    /// The key that signs checkpoints of the evidence log, as `curbside audit keygen` makes it.
    pub evidence_key: PathBuf,
    /// Where metrics are shown without TLS: this machine only, unless a person says otherwise.
    pub metrics: Option<SocketAddr>,
    /// The directory with job packages.
    pub packages: Option<PathBuf>,
    /// The keys of the device makers whose packages count.
    #[serde(default)]
    pub makers: Vec<String>,
    /// The products.
    #[serde(rename = "product")]
    pub products: Vec<ProductSettings>,
}

/// A product of a server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductSettings {
    /// The tag of its DAK.
    pub tag: String,
    /// Its stage, where the tag does not tell.
    pub stage: Option<String>,
    /// Its HSMs.
    pub hsms: Vec<String>,
    /// The file with their PIN.
    pub pin_file: PathBuf,
    /// The PIN's authentication key, where it is not the usual one.
    pub pin_slot: Option<u16>,
    /// The roots that are trusted in place of Amazon's, for a rehearsal.
    pub trust: Option<PathBuf>,
    /// The authority of connectors behind TLS.
    pub ca_cert: Option<PathBuf>,
    /// The certificate to show to them.
    pub client_cert: Option<PathBuf>,
    /// Its key.
    pub client_key: Option<PathBuf>,
    /// Whether each device must be paid by a job package.
    #[serde(default)]
    pub needs_package: bool,
    /// How long a device waits for an HSM, in seconds.
    pub wait_s: Option<u64>,
    /// Who keeps the HSMs' audit logs; without it nobody does, and an HSM that insists on its log stops once that is full.
    pub audit: Option<AuditSettings>,
}

/// How the audit logs of a product's HSMs are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditSettings {
    /// The directory for them.
    pub logs: PathBuf,
    /// The authentication key that may read the log and let the HSM forget it (get-log-entries).
    pub slot: u16,
    /// The file with its password.
    pub pin_file: PathBuf,
}

/// Why settings make no sense.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", .0.trim_end())]
pub struct SettingsError(String);

impl Settings {
    /// Reads settings. Relative paths in them count from `base`, the directory of the file.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] names the line where it can.
    pub fn parse(text: &str, base: &Path) -> Result<Self, SettingsError> {
        let mut settings: Self =
            toml::from_str(text).map_err(|error| SettingsError(error.to_string()))?;
        settings.check()?;
        settings.count_from(base);
        Ok(settings)
    }

    fn check(&self) -> Result<(), SettingsError> {
        let bad = |what: String| Err(SettingsError(what));
        if self.schema != SCHEMA {
            return bad(format!("schema: this program knows {SCHEMA} only"));
        }
        let is_name = |text: &str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        if !is_name(&self.name) {
            return bad("name: a name has letters, digits, - _ . and at most 64 of them".to_owned());
        }
        if self.listen.is_empty() {
            return bad("listen: name at least one address, such as \"0.0.0.0:8082\"".to_owned());
        }
        if self.products.is_empty() {
            return bad("product: name at least one [[product]]".to_owned());
        }
        for (at, product) in self.products.iter().enumerate() {
            let tag = &product.tag;
            if self.products[..at].iter().any(|other| other.tag == *tag) {
                return bad(format!("product {tag}: it is there twice"));
            }
            if product.hsms.is_empty() {
                return bad(format!("product {tag}: hsms: name at least one"));
            }
            if product.client_cert.is_some() != product.client_key.is_some() {
                return bad(format!("product {tag}: client_cert and client_key belong together"));
            }
            if product.wait_s.is_some_and(|wait_s| !(1..=WAIT_MAX_S).contains(&wait_s)) {
                return bad(format!("product {tag}: wait_s is a number from 1 to {WAIT_MAX_S}"));
            }
            if product.needs_package && (self.packages.is_none() || self.makers.is_empty()) {
                return bad(format!(
                    "product {tag}: needs_package needs packages, a directory, and makers, their keys"
                ));
            }
        }
        Ok(())
    }

    fn count_from(&mut self, base: &Path) {
        let Self { certificates, database_password_file, evidence_key, packages, products, .. } =
            self;
        let mut paths = vec![certificates, evidence_key];
        paths.extend(database_password_file);
        paths.extend(packages);
        for product in products {
            paths.push(&mut product.pin_file);
            paths.extend(&mut product.trust);
            paths.extend(&mut product.ca_cert);
            paths.extend(&mut product.client_cert);
            paths.extend(&mut product.client_key);
            paths.extend(product.audit.iter_mut().flat_map(|it| [&mut it.logs, &mut it.pin_file]));
        }
        for path in paths {
            *path = base.join(&*path);
        }
        if !self.is_postgres() {
            self.database = base.join(&self.database).to_string_lossy().into_owned();
        }
    }

    /// Whether several servers may share the database.
    pub fn is_postgres(&self) -> bool {
        self.database.starts_with("postgres://") || self.database.starts_with("postgresql://")
    }
}

impl ProductSettings {
    /// How long a device waits for an HSM.
    pub fn wait_max(&self) -> Duration {
        self.wait_s.map_or(WAIT_DEFAULT, Duration::from_secs)
    }
}

/// Every interface: line PCs are other machines, and nobody gets in without a certificate.
fn listen_default() -> Vec<SocketAddr> {
    vec![SocketAddr::from(([0, 0, 0, 0], 8082))]
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
schema = 1
name = "signer-1"
certificates = "certs"
database = "signer.db"
evidence_key = "evidence.key"
[[product]]
tag = "RNET_DAK_DUMMY"
hsms = ["http://localhost:12345"]
pin_file = "pin.txt"
"#;

    #[test]
    fn paths_count_from_the_file() {
        let settings = Settings::parse(TEXT, Path::new("/etc/curbside")).unwrap();
        assert_eq!(settings.database, "/etc/curbside/signer.db");
        assert_eq!(settings.products[0].pin_file, Path::new("/etc/curbside/pin.txt"));
        assert_eq!(settings.listen, listen_default());
        let shared = TEXT.replace("signer.db", "postgres://db/signing");
        let shared = Settings::parse(&shared, Path::new("/etc")).unwrap();
        assert_eq!(shared.database, "postgres://db/signing");
        assert!(shared.is_postgres());
    }

    #[test]
    fn what_makes_no_sense_is_said_with_its_place() {
        let said = |text: &str| Settings::parse(text, Path::new("")).unwrap_err().to_string();
        assert!(said(&TEXT.replace("schema = 1", "schema = 2")).contains("schema"));
        assert!(said(&TEXT.replace("pin_file", "pin_fiel")).contains("line 10"));
        assert!(said(&TEXT.replace("[\"http://localhost:12345\"]", "[]")).contains("hsms"));
        assert!(said(&format!("{TEXT}needs_package = true")).contains("makers"));
        assert!(said(&format!("{TEXT}wait_s = 61")).contains("wait_s"));
        assert!(said(&TEXT.replace("signer-1", "signer 1")).contains("name"));
        let twice = format!("{TEXT}{}", &TEXT[TEXT.find("[[").unwrap()..]);
        assert!(said(&twice).contains("twice"));
    }
}
