//! What an argument on the command line stands for: a file, stdin, or the text itself.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    io::{self, Read},
    path::{Path, PathBuf},
};

use durable::{DurableError, Operation};
use glob::MatchOptions;
use zeroize::Zeroizing;

use crate::{exit::Exit, failure::Failure};

/// The fewest hex digits that are taken for the text itself where no file has that name: a serial has 8.
const HEX_LEN_CHARS_MIN: usize = 8;

/// The same for base64. The shortest that anyone passes is a key of 32 bytes; most words are shorter.
const BASE64_LEN_CHARS_MIN: usize = 40;

/// How much is looked at to tell a control log, which may be of any size, from everything else.
const HEAD_LEN_BYTES: u64 = 4096;

/// In a shell's pattern `*` and `?` do not match a slash or a leading dot.
pub(crate) const PATTERN_RULES: MatchOptions = MatchOptions {
    case_sensitive: cfg!(not(windows)),
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// An argument.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    File(PathBuf),
    Stdin,
    /// Hex or base64 in place of a file that holds it.
    Text(String),
}

/// What is behind an argument.
pub(crate) enum Content {
    /// A control log, to be read as a stream from its first byte.
    ControlLog(Box<dyn Read + Send>),
    /// Anything else, as a whole. It may hold private keys.
    Bytes(Zeroizing<Vec<u8>>),
}

impl Input {
    /// Tells what an argument is. `-` is stdin; a file goes before a text.
    pub(crate) fn of(argument: &OsStr) -> Self {
        if argument == "-" {
            return Self::Stdin;
        }
        match argument.to_str() {
            Some(text) if is_encoded(text) && !Path::new(argument).exists() => {
                Self::Text(text.to_owned())
            }
            _ => Self::File(argument.into()),
        }
    }

    /// A file, or stdin for `-`; never a text.
    pub(crate) fn of_file(path: PathBuf) -> Self {
        if path.as_os_str() == "-" { Self::Stdin } else { Self::File(path) }
    }

    /// Its size in bytes, where that is known before reading.
    pub(crate) fn len_bytes(&self) -> Option<u64> {
        match self {
            Self::File(path) => {
                let metadata = std::fs::metadata(path).ok()?;
                metadata.is_file().then_some(metadata.len())
            }
            Self::Stdin => None,
            Self::Text(text) => Some(text.len() as u64),
        }
    }

    /// Opens it as a stream.
    pub(crate) fn open(&self) -> Result<Box<dyn Read + Send>, Failure> {
        Ok(match self {
            Self::File(path) => Box::new(durable::open_read(path)?),
            Self::Stdin => Box::new(io::stdin()),
            Self::Text(text) => Box::new(io::Cursor::new(text.clone())),
        })
    }

    /// Reads all of it, refusing more than `limit_bytes`.
    pub(crate) fn read(&self, limit_bytes: u64) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let bytes = match self {
            Self::File(path) => durable::read_bounded(path, limit_bytes)?,
            Self::Stdin => durable::read_bounded_from(io::stdin(), self.to_string(), limit_bytes)?,
            Self::Text(text) => text.clone().into_bytes(),
        };
        Ok(Zeroizing::new(bytes))
    }

    /// Reads all of it, unless it is a control log.
    pub(crate) fn content(&self, limit_bytes: u64) -> Result<Content, Failure> {
        if matches!(self, Self::Text(_)) {
            return self.read(limit_bytes).map(Content::Bytes);
        }
        let mut source = self.open()?;
        let mut head = Zeroizing::new(Vec::new());
        (&mut source)
            .take(HEAD_LEN_BYTES)
            .read_to_end(&mut head)
            .map_err(|error| DurableError::new(Operation::Read, self.to_string(), &error))?;
        if looks_like_control_log(&head) {
            let head = io::Cursor::new(std::mem::take(&mut *head));
            return Ok(Content::ControlLog(Box::new(head.chain(source))));
        }
        if self.len_bytes().is_some() {
            // Afresh, so that a file that is too large is refused before it is read.
            return self.read(limit_bytes).map(Content::Bytes);
        }
        let stream = head.as_slice().chain(source);
        let bytes = durable::read_bounded_from(stream, self.to_string(), limit_bytes)?;
        Ok(Content::Bytes(Zeroizing::new(bytes)))
    }
}

/// The name for messages.
impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("stdin"),
            Self::Text(_) => f.write_str("the text given"),
        }
    }
}

/// The files that arguments name. Where a shell has not expanded a pattern, as `cmd.exe` never does, we do, by
/// name.
pub(crate) fn expand(arguments: &[OsString]) -> Result<Vec<OsString>, Failure> {
    let mut expanded = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let pattern = argument.to_str().filter(|text| text.contains(['*', '?', '[']));
        let Some(pattern) = pattern.filter(|text| !Path::new(text).exists()) else {
            expanded.push(argument.clone());
            continue;
        };
        let known = expanded.len();
        let paths = glob::glob_with(pattern, PATTERN_RULES).map_err(|error| {
            Failure::new(Exit::Usage, format!("bad pattern {pattern}: {error}"))
        })?;
        for path in paths {
            let path = path
                .map_err(|error| DurableError::new(Operation::Read, error.path(), error.error()))?;
            expanded.push(path.into_os_string());
        }
        if expanded.len() == known {
            return Err(Failure::new(Exit::Io, format!("no file matches {pattern}")));
        }
    }
    Ok(expanded)
}

fn is_encoded(text: &str) -> bool {
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_base64 =
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || [b'+', b'/', b'='].contains(&byte));
    (is_hex && text.len() >= HEX_LEN_CHARS_MIN) || (is_base64 && text.len() >= BASE64_LEN_CHARS_MIN)
}

fn looks_like_control_log(head: &[u8]) -> bool {
    const KEY: &[u8] = b"\"controlLogs\"";
    head.trim_ascii_start().starts_with(b"{") && head.windows(KEY.len()).any(|part| part == KEY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dash_is_stdin() {
        assert!(matches!(Input::of(OsStr::new("-")), Input::Stdin));
    }

    #[test]
    fn long_hex_is_a_text_and_a_word_is_a_file() {
        assert!(matches!(Input::of(OsStr::new("01800003")), Input::Text(_)));
        assert!(matches!(Input::of(OsStr::new("chains/device")), Input::File(_)));
        assert!(matches!(Input::of(OsStr::new("device.b64")), Input::File(_)));
    }

    #[test]
    fn a_pattern_without_a_match_is_a_failure() {
        let failure = expand(&["no-such-*.txt".into()]).expect_err("nothing has such a name");
        assert_eq!(failure.exit(), Exit::Io);
    }
}
