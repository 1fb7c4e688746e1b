//! A job file for a product, as `curbside line new` writes it.

use std::fmt::Write as _;

/// What a person answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JobAnswers {
    /// The job's name.
    pub name: String,
    /// The product's tag.
    pub tag: String,
    /// The device type.
    pub device_type: String,
    /// The APID.
    pub apid: String,
    /// The application server's key in hex, or the path of a device profile.
    pub app_server_key: String,
    /// The trust file, for a rehearsal.
    pub trust: Option<String>,
    /// The chip.
    pub chip: String,
    /// What is settled of product and page beyond that.
    pub page: JobPage,
    /// The line's name, where it is not the job's.
    pub line: Option<String>,
    /// Who signs.
    pub signed_by: SignedByAnswers,
    /// The pattern of serial numbers.
    pub pattern: String,
    /// First and last number.
    pub numbers: (u64, u64),
    /// How many devices.
    pub count: Option<u64>,
    /// How many slots.
    pub slots: u16,
    /// The lines of the table `driver`, without its head.
    pub driver: String,
}

/// What a job package settles; nothing of it is asked of a person.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct JobPage {
    /// The stage, where the tag does not tell.
    pub stage: Option<String>,
    /// The firmware generation.
    pub firmware: Option<String>,
    /// The version of the page, 7 or 8.
    pub version: Option<u8>,
    /// The page's address.
    pub address: Option<u32>,
}

/// Who signs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SignedByAnswers {
    /// HSMs of the line's own.
    Hsms {
        /// Where they are.
        urls: Vec<String>,
        /// The PIN's file.
        pin_file: Option<String>,
    },
    /// A signing server.
    Server {
        /// Where it is, and others that share its record.
        urls: Vec<String>,
        /// The job package that pays, where it is named.
        package: Option<String>,
        /// The file of the authority that its certificate is of.
        ca_cert: String,
        /// The line's certificate.
        client_cert: String,
        /// Its key.
        client_key: String,
    },
}

/// The text of a job file.
pub fn job_text(answers: &JobAnswers) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let is_key = answers.app_server_key.len() == 64
        && answers.app_server_key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut text = format!(
        "# A Curbside job: docs/job.md explains every key. Paths count from this file's directory.\n\
         schema = 1\nname = {}\n\n[product]\ntag = {}\ndevice_type = {}\napid = {}\n",
        quoted(&answers.name),
        quoted(&answers.tag),
        quoted(&answers.device_type),
        quoted(&answers.apid),
    );
    let key = if is_key { "application_server_key" } else { "device_profile" };
    let mut put = |key: &str, value: String| {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{key} = {value}");
    };
    put(key, quoted(&answers.app_server_key));
    if let Some(trust) = &answers.trust {
        put("trust", quoted(trust));
    }
    if let Some(stage) = &answers.page.stage {
        put("stage", quoted(stage));
    }
    put("\n[page]\nchip", quoted(&answers.chip));
    if let Some(firmware) = &answers.page.firmware {
        put("firmware", quoted(firmware));
    }
    if let Some(version) = answers.page.version {
        put("version", version.to_string());
    }
    if let Some(address) = answers.page.address {
        put("address", format!("{address:#x}"));
    }
    let list = |urls: &[String]| {
        let urls: Vec<String> = urls.iter().map(|url| quoted(url)).collect();
        format!("[{}]", urls.join(", "))
    };
    match &answers.signed_by {
        SignedByAnswers::Hsms { urls, pin_file } => {
            put("\n[signing]\nhsms", list(urls));
            if let Some(path) = pin_file {
                put("pin_file", quoted(path));
            }
        }
        SignedByAnswers::Server { urls, package, ca_cert, client_cert, client_key } => {
            put("\n[signing]\nserver", list(urls));
            if let Some(package) = package {
                put("package", quoted(package));
            }
            put("ca_cert", quoted(ca_cert));
            put("client_cert", quoted(client_cert));
            put("client_key", quoted(client_key));
        }
    }
    put("\n[serials]\nsource", quoted("range"));
    put("pattern", quoted(&answers.pattern));
    put("first", answers.numbers.0.to_string());
    put("last", answers.numbers.1.to_string());
    put("\n[line]\nslots", answers.slots.to_string());
    if let Some(line) = &answers.line {
        put("name", quoted(line));
    }
    if let Some(count) = answers.count {
        put("count", count.to_string());
    }
    text.push_str("\n[driver]\n");
    text.push_str(&answers.driver);
    text
}
