//! The command line as the public tool's `argparse` takes it.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
};

use durable::{DurableError, Operation};
use sidewalk::Smsn;
use signer::OutputForm;
use zeroize::Zeroizing;

use crate::{
    compat::argument_parser::{self, HELP, Options, Parsed, Spec, UsageError, VERSION},
    exit::Exit,
    failure::Failure,
    hsm_access::TlsArgs,
};

/// The options, in the order of the public tool's help.
const SPECS: [Spec; 29] = [
    HELP,
    VERSION,
    Spec::ShortValue('p', "--product"),
    Spec::Value("--pin"),
    Spec::Value("--pin_slot"),
    Spec::Value("--eddsa_csr"),
    Spec::Value("--ecdsa_csr"),
    Spec::ShortValue('c', "--connector"),
    Spec::Value("--ca_cert"),
    Spec::Value("--client_cert"),
    Spec::Value("--client_key"),
    Spec::ShortValue('s', "--smsn_len"),
    Spec::ShortFlag('g', "--generate_smsn"),
    Spec::ShortValue('d', "--device_type"),
    Spec::ShortValue('D', "--dsn"),
    Spec::ShortValue('a', "--apid"),
    Spec::Value("--outform"),
    Spec::Value("--control_log_dir"),
    Spec::Value("--control_log_ver"),
    Spec::ShortValue('o', "-o"),
    Spec::Value("--ed25519_private_key"),
    Spec::Value("--p256r1_private_key"),
    Spec::Value("--ed25519_private_key_file"),
    Spec::Value("--p256r1_private_key_file"),
    Spec::Value("--device_profile_json"),
    Spec::Flag("--cache_cert"),
    Spec::ShortFlag('v', "--verbose"),
    Spec::Value("--verify_cert"),
    Spec::Flag("--test_cert"),
];

const REQUIRED: [&str; 3] = ["--product", "--pin", "--connector"];

/// A command line that asks for certificates.
pub(super) struct CommandLine {
    pub(super) product: String,
    pub(super) pin: Zeroizing<Vec<u8>>,
    pub(super) pin_slot: Option<u16>,
    pub(super) eddsa_csr: Option<Vec<u8>>,
    pub(super) ecdsa_csr: Option<Vec<u8>>,
    pub(super) connector: String,
    pub(super) tls: TlsArgs,
    pub(super) smsn_len: u64,
    pub(super) generate_smsn: bool,
    pub(super) device_type: Option<String>,
    pub(super) dsn: Option<String>,
    pub(super) apid: Option<String>,
    pub(super) form: OutputForm,
    control_log_dir: Option<PathBuf>,
    pub(super) control_log_ver: String,
    output: Option<PathBuf>,
    pub(super) ed25519_private_key: Option<Zeroizing<Vec<u8>>>,
    pub(super) p256r1_private_key: Option<Zeroizing<Vec<u8>>>,
    pub(super) ed25519_private_key_file: Option<PathBuf>,
    pub(super) p256r1_private_key_file: Option<PathBuf>,
    pub(super) device_profile: Option<PathBuf>,
    pub(super) verbose: usize,
    pub(super) test_cert: bool,
}

/// What was asked for.
pub(super) enum Understood {
    /// The text of the help.
    Help(String),
    /// The version of the tool.
    Version,
    /// Certificates.
    Run(Box<CommandLine>),
}

impl CommandLine {
    pub(super) fn parse(program: &str, args: &[OsString]) -> Result<Understood, Failure> {
        let usage = |error: UsageError| {
            Failure::new(Exit::Usage, format!("{program}: {}", error.0))
                .hint(format!("`{program} --help` shows what can stand there"))
        };
        let options = match argument_parser::parse(&SPECS, args).map_err(usage)? {
            Parsed::Help => return Ok(Understood::Help(help(program))),
            Parsed::Version => return Ok(Understood::Version),
            Parsed::Options(options) => options,
        };
        let read = Self::read(&Values(&options)).map_err(usage)?;
        Ok(Understood::Run(Box::new(read)))
    }

    /// Where control logs go. To the public tool an empty text is no directory.
    pub(super) fn control_log_dir(&self) -> Option<&Path> {
        self.control_log_dir.as_deref().filter(|path| !path.as_os_str().is_empty())
    }

    /// The file for the output; `None` for stdout. A link is followed, as the public tool writes through it; what is no
    /// plain file is refused.
    pub(super) fn output_file(&self) -> Result<Option<PathBuf>, Failure> {
        let Some(path) = self.output.as_deref().filter(|path| *path != Path::new("-")) else {
            return Ok(None);
        };
        let failed = |error: io::Error| DurableError::new(Operation::Open, path, &error);
        match path.metadata() {
            Ok(metadata) if metadata.is_file() => Ok(Some(path.canonicalize().map_err(failed)?)),
            Ok(_) => {
                let message = format!("{} is not a plain file", path.display());
                Err(Failure::new(Exit::Refused, message)
                    .hint("leave -o out to write to stdout".to_owned()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(path.to_owned())),
            Err(error) => Err(failed(error).into()),
        }
    }

    fn read(values: &Values<'_>) -> Result<Self, UsageError> {
        let missing: Vec<String> = SPECS
            .iter()
            .filter(|spec| REQUIRED.contains(&spec.name()) && !values.0.has(spec.name()))
            .map(|spec| spec.full_name())
            .collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(UsageError(format!("the following arguments are required: {missing}")));
        }
        let pin = values.0.value("--pin").unwrap_or_default();
        let form = match values.choice("--outform", &["json", "flat"])?.as_deref() {
            Some("flat") => OutputForm::Flat,
            _ => OutputForm::Json,
        };
        // What is verified is always verified; the option only has to make sense.
        values.verify_cert()?;
        Ok(Self {
            product: values.text("--product")?.unwrap_or_default(),
            pin: Zeroizing::new(pin.as_encoded_bytes().to_vec()),
            pin_slot: values.number("--pin_slot", "int")?,
            eddsa_csr: values.csr("--eddsa_csr")?,
            ecdsa_csr: values.csr("--ecdsa_csr")?,
            connector: values.text("--connector")?.unwrap_or_default(),
            tls: TlsArgs {
                ca_cert: values.readable_file("--ca_cert")?,
                client_cert: values.readable_file("--client_cert")?,
                client_key: values.readable_file("--client_key")?,
            },
            smsn_len: values.smsn_len()?,
            generate_smsn: values.0.has("--generate_smsn"),
            device_type: values.text("--device_type")?,
            dsn: values.text("--dsn")?,
            apid: values.text("--apid")?,
            form,
            control_log_dir: values.path("--control_log_dir"),
            control_log_ver: values
                .text("--control_log_ver")?
                .unwrap_or_else(|| control_log::VERSION.to_owned()),
            output: values.path("-o"),
            ed25519_private_key: values.private_key("--ed25519_private_key")?,
            p256r1_private_key: values.private_key("--p256r1_private_key")?,
            ed25519_private_key_file: values.path("--ed25519_private_key_file"),
            p256r1_private_key_file: values.path("--p256r1_private_key_file"),
            device_profile: values.path("--device_profile_json"),
            verbose: values.0.count("--verbose"),
            test_cert: values.0.has("--test_cert"),
        })
    }
}

/// The options' values, read as what they must be.
struct Values<'o>(&'o Options);

impl Values<'_> {
    fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.value(name).map(PathBuf::from)
    }

    fn text(&self, name: &str) -> Result<Option<String>, UsageError> {
        let value = self.0.value(name).map(OsStr::to_str);
        value.map(|text| text.map(str::to_owned).ok_or_else(|| bad(name, "not text"))).transpose()
    }

    fn choice(&self, name: &str, choices: &[&str]) -> Result<Option<String>, UsageError> {
        let text = self.text(name)?;
        match &text {
            Some(word) if !choices.contains(&word.as_str()) => {
                Err(argument_parser::invalid_choice(name, word, choices))
            }
            _ => Ok(text),
        }
    }

    fn number<N: std::str::FromStr>(
        &self,
        name: &str,
        kind: &str,
    ) -> Result<Option<N>, UsageError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(bad(name, &format!("invalid {kind} value: '{text}'"))),
        }
    }

    fn smsn_len(&self) -> Result<u64, UsageError> {
        match self.number::<i64>("--smsn_len", "lenth_of_data")? {
            None => Ok(Smsn::LEN_BYTES as u64),
            Some(number) => match u64::try_from(number) {
                Ok(0) | Err(_) => Err(bad("--smsn_len", "must be greater than 0")),
                Ok(number) => Ok(number),
            },
        }
    }

    fn verify_cert(&self) -> Result<(), UsageError> {
        match self.number::<i64>("--verify_cert", "int")? {
            None | Some(0 | 1) => Ok(()),
            Some(number) => {
                Err(bad("--verify_cert", &format!("invalid choice: {number} (choose from 0, 1)")))
            }
        }
    }

    /// Base64; to the public tool an empty text is no request.
    fn csr(&self, name: &str) -> Result<Option<Vec<u8>>, UsageError> {
        let Some(text) = self.0.value(name) else { return Ok(None) };
        let text: Vec<u8> = text
            .as_encoded_bytes()
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let bytes = base64_simd::STANDARD
            .decode_to_vec(&text)
            .map_err(|_| bad(name, "unable to decode"))?;
        Ok(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }

    /// Hex, in pairs, white space between them. The public tool's message repeats the key.
    fn private_key(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, UsageError> {
        let Some(text) = self.0.value(name) else { return Ok(None) };
        let digits: Zeroizing<Vec<u8>> = Zeroizing::new(
            text.as_encoded_bytes()
                .iter()
                .copied()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect(),
        );
        let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
        let decoded = hex::decode(digits.as_slice()).ok().filter(|_| is_hex);
        match decoded {
            Some(bytes) => Ok(Some(Zeroizing::new(bytes))),
            None => Err(bad(name, "invalid hexstr value")),
        }
    }

    fn readable_file(&self, name: &str) -> Result<Option<PathBuf>, UsageError> {
        let Some(path) = self.path(name) else { return Ok(None) };
        match durable::open_read(&path) {
            Ok(_) => Ok(Some(path)),
            Err(_) => Err(bad(name, "unable to open file")),
        }
    }
}

fn bad(name: &str, problem: &str) -> UsageError {
    let spec = SPECS.iter().find(|spec| spec.name() == name);
    let name = spec.map_or_else(|| name.to_owned(), |spec| spec.full_name());
    UsageError(format!("argument {name}: {problem}"))
}

fn help(program: &str) -> String {
    let mut text = format!(
        "usage: {program} -p PRODUCT --pin PIN -c CONNECTOR [options]\n\n\
         Signs one device with an HSM.\n\noptions:\n"
    );
    for spec in SPECS {
        let (name, about) = (spec.full_name(), about(spec.name()));
        text.push_str(&format!("  {name:<27} {about}\n"));
    }
    text
}

fn about(option: &str) -> &'static str {
    match option {
        "--help" => "shows this and ends",
        "--version" => "shows the version and ends",
        "--product" => "tag of the product on the HSM",
        "--pin" => "PIN of the HSM's signing domain",
        "--pin_slot" => "authentication key that the PIN is for",
        "--eddsa_csr" => "Ed25519 signing request, base64",
        "--ecdsa_csr" => "P-256 signing request, base64",
        "--connector" => "URL of the connector",
        "--ca_cert" => "authority of the connector's certificate, PEM",
        "--client_cert" => "certificate that this client shows, PEM",
        "--client_key" => "private key of that certificate, PEM",
        "--smsn_len" => "size of the SMSN in bytes; 32",
        "--generate_smsn" => "generates the SMSN from device type, DSN and APID",
        "--device_type" => "device type of the product",
        "--dsn" => "serial number of the device",
        "--apid" => "advertised product id",
        "--outform" => "json or flat",
        "--control_log_dir" => "directory for the control log",
        "--control_log_ver" => "version of the control log; 4-0-1",
        "-o" => "file for the output; stdout",
        "--ed25519_private_key" => "Ed25519 private key, hex",
        "--p256r1_private_key" => "P-256 private key, hex",
        "--ed25519_private_key_file" => "Ed25519 private key, PEM file",
        "--p256r1_private_key_file" => "P-256 private key, PEM file",
        "--device_profile_json" => "answer of `aws iotwireless get-device-profile`",
        "--cache_cert" => "changes nothing, as in the public tool",
        "--verbose" => "says more",
        "--verify_cert" => "0 or 1; certificates are verified in any case",
        "--test_cert" => "the product is of the test stage where its tag does not tell",
        _ => "",
    }
}
