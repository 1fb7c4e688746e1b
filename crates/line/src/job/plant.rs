//! Labels and the plant's systems, as a job says it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use super::{error::JobError, section::Section};

/// The longest that a hook may take, in milliseconds: boards wait for it.
const PATIENCE_MS_MAX: u64 = 10 * 60 * 1000;

/// Labels.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LabelSettings {
    /// The ZPL template's file.
    pub template: PathBuf,
    /// Where labels go.
    pub target: LabelTarget,
}

/// Where labels go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LabelTarget {
    /// A file each, in this directory.
    Directory(PathBuf),
    /// A printer's port: `tcp://HOST:PORT`, mostly 9100.
    Tcp(String),
}

/// The plant's systems.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PlantSettings {
    /// Asked before a board is begun.
    pub route: Option<HookTarget>,
    /// Told after a board is done.
    pub result: Option<HookTarget>,
    /// What is done when one of them does not answer.
    pub away: AwayPolicy,
    /// How long an answer may take, in milliseconds.
    pub patience_ms: u64,
    /// Where metrics are served in Prometheus' format; this machine only.
    pub metrics: Option<SocketAddr>,
}

/// A system of the plant's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HookTarget {
    /// JSON is posted to `http://HOST[:PORT]/PATH`.
    Http(String),
    /// A program gets JSON on its standard input; its exit code is the answer.
    Program(Vec<String>),
    /// A JSON file a device is put into this directory.
    Directory(PathBuf),
}

/// What is done when a system does not answer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum AwayPolicy {
    /// Boards wait.
    #[default]
    Wait,
    /// Route checks count as passed; results are kept and sent when it is back.
    Proceed,
    /// The board is refused; results are kept and sent when it is back.
    Refuse,
}

pub(super) fn label(section: Section<'_>, base: &Path) -> Result<LabelSettings, JobError> {
    let to = section.text("to")?;
    let settings = LabelSettings {
        template: section.path_in("template", base)?,
        target: match to.strip_prefix("tcp://") {
            Some(address) => LabelTarget::Tcp(address.to_owned()),
            None => LabelTarget::Directory(base.join(to)),
        },
    };
    section.finish()?;
    Ok(settings)
}

pub(super) fn read(section: Section<'_>, base: &Path) -> Result<PlantSettings, JobError> {
    let target = |key: &'static str| -> Result<Option<HookTarget>, JobError> {
        let Some(text) = section.optional_text(key)? else { return Ok(None) };
        if text.starts_with("https://") {
            return Err(
                section.bad(key, &"https is not spoken here; use run: with a program that does")
            );
        }
        Ok(Some(if text.starts_with("http://") {
            HookTarget::Http(text.to_owned())
        } else if let Some(words) = text.strip_prefix("run:") {
            HookTarget::Program(words.split_whitespace().map(str::to_owned).collect())
        } else {
            HookTarget::Directory(base.join(text))
        }))
    };
    let metrics: Option<SocketAddr> = section.optional_parsed("metrics", str::parse)?;
    if metrics.is_some_and(|address| !address.ip().is_loopback()) {
        return Err(
            section.bad("metrics", &"metrics are served on this machine only: 127.0.0.1:PORT")
        );
    }
    let settings = PlantSettings {
        route: target("route")?,
        result: target("result")?,
        away: match section.optional_text("away")? {
            None | Some("wait") => AwayPolicy::Wait,
            Some("proceed") => AwayPolicy::Proceed,
            Some("refuse") => AwayPolicy::Refuse,
            Some(_) => return Err(section.bad("away", &"say wait, proceed or refuse")),
        },
        patience_ms: section.optional_number("patience_ms", 1, PATIENCE_MS_MAX)?.unwrap_or(5000),
        metrics,
    };
    section.finish()?;
    Ok(settings)
}
