//! From text to a job.

use std::{num::NonZeroU32, path::Path, time::Duration};

use page::PageVersion;
use signer::{package::PackageId, service::ServerUrl};
use toml::de::DeTable;

use super::{
    AppServerKey, CheckSettings, FinishedBoards, Job, JobError, LineSettings, PageSettings,
    Problem, Product, SignedBy, SigningSettings, driver, plant,
    section::{Section, line_of},
    serials,
};
use crate::driver::check::{Action, Check, CheckError, Limits};

/// The largest job file that is read, in bytes. A long one has a hundred lines.
pub const JOB_LEN_BYTES_MAX: u64 = 256 * 1024;

/// The most slots of a line: a thread each, and no fixture has more.
pub const SLOTS_MAX: u16 = 256;

/// The most devices of a job: what a journal was measured with.
const COUNT_MAX: u64 = 10_000_000;

/// The most often that a step is tried: more only hides a bad fixture.
const ATTEMPTS_MAX: u64 = 20;

/// The longest that a test step may take, in milliseconds: what [`Check::new`] takes.
const PATIENCE_MS_MAX: u64 = 600 * 1000;

/// The only version of job files that there is.
const SCHEMA: u64 = 1;

impl Job {
    /// Reads a job. Relative paths in it count from `base`, the directory of its file.
    ///
    /// # Errors
    ///
    /// [`JobError`] names the line.
    pub fn parse(text: &str, base: &Path) -> Result<Self, JobError> {
        let table = DeTable::parse(text).map_err(|error| JobError {
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            problem: Problem::Syntax { message: error.message().to_owned() },
        })?;
        let file = Section::of_file(text, &table);
        if file.optional_number("schema", 1, u64::from(u32::MAX))?.is_some_and(|it| it != SCHEMA) {
            return Err(file.bad("schema", &"this program knows schema 1 only; use a newer one"));
        }
        let name = file.parsed("name", name)?;
        let line = line(file.section("line")?, base, &name)?;
        let job = Self {
            product: product(file.section("product")?, base)?,
            page: page(file.section("page")?, base)?,
            signing: signing(file.section("signing")?, base)?,
            serials: serials::read(file.section("serials")?, base)?,
            driver: driver::read(file.section("driver")?, base, line.slots)?,
            checks: file.sections("check")?.into_iter().map(check).collect::<Result<_, _>>()?,
            label: file.optional_section("label")?.map(|it| plant::label(it, base)).transpose()?,
            plant: file
                .optional_section("plant")?
                .map_or_else(|| Ok(Default::default()), |it| plant::read(it, base))?,
            line,
            name,
        };
        file.finish()?;
        Ok(job)
    }
}

fn product(section: Section<'_>, base: &Path) -> Result<Product, JobError> {
    let key = section.optional_parsed("application_server_key", key_of_hex)?;
    let profile = section.optional_path("device_profile", base)?;
    let app_server_key = match (key, profile) {
        (Some(key), None) => AppServerKey::Bytes(key),
        (None, Some(path)) => AppServerKey::Profile(path),
        (None, None) => return Err(section.missing("device_profile")),
        (Some(_), Some(_)) => {
            let problem = "say either this or application_server_key";
            return Err(section.bad("device_profile", &problem));
        }
    };
    let product = Product {
        tag: section.parsed("tag", |tag| tag.parse::<hsm::ProductTag>())?.as_str().to_owned(),
        stage: section.optional_parsed("stage", str::parse)?,
        device_type: section.parsed("device_type", ascii)?,
        apid: section.parsed("apid", str::parse)?,
        board_id: section.optional_parsed("board_id", ascii)?,
        app_server_key,
        trust: section.optional_path("trust", base)?,
    };
    if product.stage.is_none() && sidewalk::Stage::of_product_tag(&product.tag).is_none() {
        let problem = "its front does not tell the stage; add stage = \"production\", \"preproduction\" or \"test\"";
        return Err(section.bad("tag", &problem));
    }
    section.finish()?;
    Ok(product)
}

fn page(section: Section<'_>, base: &Path) -> Result<PageSettings, JobError> {
    let version = match section.optional_number("version", 7, 8)? {
        Some(7) => PageVersion::Fixed,
        _ => PageVersion::Tlv,
    };
    let settings = PageSettings {
        chip: section.text("chip")?.to_owned(),
        firmware: section.optional_text("firmware")?.map(str::to_owned),
        version,
        address: section.optional_number("address", 0, u64::from(u32::MAX))?.map(|it| it as u32),
        chips_file: section.optional_path("chips_file", base)?,
    };
    section.finish()?;
    Ok(settings)
}

fn signing(section: Section<'_>, base: &Path) -> Result<SigningSettings, JobError> {
    let settings = SigningSettings {
        by: signed_by(&section, base)?,
        ca_cert: section.optional_path("ca_cert", base)?,
        client_cert: section.optional_path("client_cert", base)?,
        client_key: section.optional_path("client_key", base)?,
    };
    if settings.client_cert.is_some() != settings.client_key.is_some() {
        return Err(section.bad("client_cert", &"client_cert and client_key belong together"));
    }
    if matches!(settings.by, SignedBy::Server { .. }) && settings.client_cert.is_none() {
        // A server knows a line by nothing else.
        return Err(section.missing("client_cert"));
    }
    section.finish()?;
    Ok(settings)
}

fn signed_by(section: &Section<'_>, base: &Path) -> Result<SignedBy, JobError> {
    let hsms = section.texts("hsms")?;
    let servers = section.text_or_texts("server")?;
    let pin_file = section.optional_path("pin_file", base)?;
    let pin_slot = section.optional_number("pin_slot", 1, 0xFFFE)?.map(|slot| slot as u16);
    let package = section.optional_parsed("package", str::parse::<PackageId>)?;
    if servers.is_empty() {
        if hsms.is_empty() {
            let problem = "name at least one HSM, such as \"http://localhost:12345\", or a server";
            return Err(section.bad("hsms", &problem));
        }
        if package.is_some() {
            return Err(section.bad("package", &"only a signing server takes packages"));
        }
        return Ok(SignedBy::Hsms { urls: hsms, pin_file, pin_slot });
    }
    if !hsms.is_empty() {
        return Err(section.bad("server", &"say either this or hsms"));
    }
    for (key, is_said) in [("pin_file", pin_file.is_some()), ("pin_slot", pin_slot.is_some())] {
        if is_said {
            return Err(section.bad(key, &"the PIN is the signing server's"));
        }
    }
    let urls = servers.iter().map(|url| url.parse::<ServerUrl>());
    let urls = urls.collect::<Result<_, _>>().map_err(|error| section.bad("server", &error))?;
    Ok(SignedBy::Server { urls, package })
}

fn line(section: Section<'_>, base: &Path, job_name: &str) -> Result<LineSettings, JobError> {
    let name = section.optional_parsed("name", name)?.unwrap_or_else(|| job_name.to_owned());
    let attempts = section.optional_number("attempts", 1, ATTEMPTS_MAX)?.unwrap_or(3);
    let settings = LineSettings {
        count: section.optional_number("count", 1, COUNT_MAX)?,
        slots: section.optional_number("slots", 1, u64::from(SLOTS_MAX))?.unwrap_or(1) as u16,
        journal: section
            .optional_path("journal", base)?
            .unwrap_or_else(|| base.join(format!("{name}.journal"))),
        control_logs: section
            .optional_path("control_logs", base)?
            .unwrap_or_else(|| base.join("control-logs")),
        attempts: NonZeroU32::new(attempts as u32).unwrap_or(NonZeroU32::MIN),
        finished_boards: match section.optional_text("finished_boards")? {
            None | Some("refuse") => FinishedBoards::Refuse,
            Some("confirm") => FinishedBoards::Confirm,
            Some(_) => return Err(section.bad("finished_boards", &"say refuse or confirm")),
        },
        name,
    };
    section.finish()?;
    Ok(settings)
}

fn check(section: Section<'_>) -> Result<CheckSettings, JobError> {
    let say = section.optional_text("say")?;
    let run = section.texts("run")?;
    let action = match say {
        Some(line) if run.is_empty() => Action::Say(line.to_owned()),
        None if !run.is_empty() => Action::Run(run),
        Some(_) => return Err(section.bad("say", &"say either this or run")),
        None => return Err(section.missing("say")),
    };
    let is_before = match section.text("when")? {
        "before" => true,
        "after" => false,
        _ => return Err(section.bad("when", &"say before or after")),
    };
    let limits = section.limits("limits")?.into_iter();
    let limits = limits.map(|(name, min, max)| (name, Limits { min: Some(min), max: Some(max) }));
    let patience = section.optional_number("patience_ms", 1, PATIENCE_MS_MAX)?;
    let check = Check::new(
        section.parsed("name", name)?,
        action,
        patience.map(Duration::from_millis),
        section.optional_text("match")?,
        limits.collect(),
    );
    let check = check.map_err(|error| {
        let key = match error {
            CheckError::Words { .. } => "say",
            CheckError::Patience { .. } => "patience_ms",
            CheckError::Pattern { .. } => "match",
            CheckError::Limit { .. } => "limits",
        };
        section.bad(key, &first_line(&error.to_string()))
    })?;
    section.finish()?;
    Ok(CheckSettings { is_before, check })
}

/// A name that can stand in file names, metrics and messages.
fn name(text: &str) -> Result<String, &'static str> {
    let is_good = !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !text.starts_with('.');
    if is_good {
        Ok(text.to_owned())
    } else {
        Err("a name has letters, digits, - _ . and at most 64 of them")
    }
}

fn ascii(text: &str) -> Result<String, &'static str> {
    let is_good =
        !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_good { Ok(text.to_owned()) } else { Err("this has 1 to 64 visible ASCII characters") }
}

fn key_of_hex(text: &str) -> Result<[u8; 32], &'static str> {
    let mut key = [0; 32];
    let is_hex = text.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_hex && hex::decode_to_slice(text, &mut key).is_ok() {
        Ok(key)
    } else {
        Err("this has 64 hex digits")
    }
}

/// The last line of a pattern's error says what is wrong; those before draw it.
pub(super) fn first_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
