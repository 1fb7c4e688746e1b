//! A package's text: TOML in one spelling.

use std::fmt::Write as _;

use serde::Deserialize;
use sidewalk::Stage;

use super::{
    PackageError, PackageTerms,
    terms::PackagePage,
    time::{format_utc, parse_utc},
};

/// The first value of every package: what it is, and the version of its form.
const FORMAT: &str = "curbside-job-package/1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    id: String,
    product: String,
    stage: String,
    apid: String,
    device_type: String,
    count: u64,
    not_before: String,
    not_after: String,
    lines: Vec<String>,
    trust_sha256: String,
    page: Page,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    chip: String,
    firmware: Option<String>,
    version: u8,
    address: Option<u32>,
}

/// What stands before everything else, for a look at the version before anything is complained about.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
}

impl PackageTerms {
    /// The text that is signed.
    pub fn to_text(&self) -> String {
        let quoted = |text: &str| format!("\"{text}\"");
        let lines: Vec<String> = self.lines.iter().map(|line| quoted(line)).collect();
        let mut text = String::new();
        let mut put = |key: &str, value: &str| {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{key} = {value}");
        };
        put("format", &quoted(FORMAT));
        put("id", &quoted(self.id.as_str()));
        put("product", &toml_text(&self.product));
        put("stage", &quoted(self.stage.label()));
        put("apid", &quoted(self.apid.as_str()));
        put("device_type", &toml_text(&self.device_type));
        put("count", &self.count.to_string());
        put("not_before", &quoted(&format_utc(self.not_before_unix)));
        put("not_after", &quoted(&format_utc(self.not_after_unix)));
        put("lines", &format!("[{}]", lines.join(", ")));
        put("trust_sha256", &quoted(&hex::encode(self.trust_sha256)));
        put("\n[page]\nchip", &toml_text(&self.page.chip));
        if let Some(firmware) = &self.page.firmware {
            put("firmware", &toml_text(firmware));
        }
        put("version", &self.page.version.to_string());
        if let Some(address) = self.page.address {
            put("address", &format!("{address:#X}").replacen("0X", "0x", 1));
        }
        text
    }

    /// Reads a text that was signed.
    ///
    /// # Errors
    ///
    /// [`PackageError`] for everything that [`PackageTerms::to_text`] would not write, byte by byte.
    pub(super) fn from_text(text: &str) -> Result<Self, PackageError> {
        // A newer package may have keys that this version does not know: that it is newer is what counts.
        if let Ok(Head { format: Some(format) }) = toml::from_str(text)
            && format != FORMAT
        {
            return Err(PackageError::OtherFormat { found: format.chars().take(40).collect() });
        }
        let document: Document = toml::from_str(text).map_err(|error| PackageError::Toml {
            line: error.span().map(|span| text[..span.start].matches('\n').count() + 1),
            problem: error.message().to_owned(),
        })?;
        if document.format != FORMAT {
            return Err(PackageError::OtherFormat { found: document.format });
        }
        let value = |key, expected| PackageError::Value { key, expected };
        let time = |key, text: &str| {
            parse_utc(text).map_err(|_| value(key, "a time in UTC such as 2031-04-02T08:00:00Z"))
        };
        let stage = [Stage::Production, Stage::PreProduction, Stage::Test]
            .into_iter()
            .find(|stage| stage.label() == document.stage);
        let mut trust_sha256 = [0; 32];
        hex::decode_to_slice(&document.trust_sha256, &mut trust_sha256)
            .map_err(|_| value("trust_sha256", "64 hex digits"))?;
        let terms = Self {
            id: document.id.parse()?,
            product: document.product,
            stage: stage.ok_or(value("stage", "production, preproduction or test"))?,
            apid: document.apid.parse().map_err(|_| value("apid", "four letters or digits"))?,
            device_type: document.device_type,
            count: document.count,
            not_before_unix: time("not_before", &document.not_before)?,
            not_after_unix: time("not_after", &document.not_after)?,
            lines: document.lines,
            page: PackagePage {
                chip: document.page.chip,
                firmware: document.page.firmware,
                version: document.page.version,
                address: document.page.address,
            },
            trust_sha256,
        };
        terms.check()?;
        let canonical = terms.to_text();
        if canonical != text {
            let same = canonical.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
            return Err(PackageError::Spelling { line: same + 1 });
        }
        Ok(terms)
    }
}

/// A text of visible ASCII in quotes.
fn toml_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
