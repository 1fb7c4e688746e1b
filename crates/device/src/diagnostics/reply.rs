//! What a command answers, and how a shell shows it.

use std::time::Duration;

use super::{
    noise::NoiseSource,
    options::{DiagnosticsOptions, Shell},
    sid_error::SidError,
};

/// What a command answers.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) lines: Vec<ReplyLine>,
    /// How long the command takes.
    pub(super) time: Duration,
}

/// One line of it.
#[derive(Debug)]
pub(super) enum ReplyLine {
    /// Through the firmware's log, where the shell has such a thing.
    Report(String),
    /// As it is, in any shell.
    Bare(String),
}

impl Reply {
    /// Lines of a report.
    pub(super) fn report(lines: impl IntoIterator<Item = String>) -> Self {
        Self { lines: lines.into_iter().map(ReplyLine::Report).collect(), time: Duration::ZERO }
    }

    /// `{CERT …}` for every text, and `{CERT OK}`.
    pub(super) fn cert(texts: impl IntoIterator<Item = String>) -> Self {
        let texts = texts.into_iter().chain(["OK".to_owned()]);
        Self::report(texts.map(|text| format!("{{CERT {text}}}")))
    }

    /// `{CERT ERROR N}`.
    pub(super) fn cert_error(error: SidError) -> Self {
        Self::report([format!("{{CERT ERROR {}}}", error.0)])
    }

    /// The answer to a command that cannot be understood.
    pub(super) fn syntax_error(usage: &str) -> Self {
        let lines = ["Syntax err ".to_owned(), usage.to_owned()];
        Self { lines: lines.into_iter().map(ReplyLine::Bare).collect(), time: Duration::ZERO }
    }

    /// Lets the command take time.
    pub(super) fn taking(self, time: Duration) -> Self {
        Self { time, ..self }
    }
}

/// Writes a reply and the next prompt as bytes.
pub(super) fn render(
    reply: &Reply,
    options: &DiagnosticsOptions,
    now: Duration,
    noise: &mut NoiseSource,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in &reply.lines {
        noise.maybe(options.shell, now, &mut bytes);
        let text = match (options.shell, line) {
            (Shell::Amazon, ReplyLine::Report(text)) => {
                format!("[{:08}] <info> app: {text}", now.as_millis())
            }
            (_, ReplyLine::Report(text)) if options.colours => {
                format!("\x1b[1;32m{text}\x1b[0m")
            }
            (_, ReplyLine::Report(text) | ReplyLine::Bare(text)) => text.clone(),
        };
        bytes.extend_from_slice(text.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    noise.maybe(options.shell, now, &mut bytes);
    bytes.extend_from_slice(prompt(options).as_bytes());
    bytes
}

/// What stands before the cursor.
pub(super) fn prompt(options: &DiagnosticsOptions) -> &'static str {
    match (options.shell, options.colours) {
        (Shell::Amazon, _) => "--> ",
        (Shell::Nordic, false) => "uart:~$ ",
        (Shell::Nordic, true) => "\x1b[1;32muart:~$ \x1b[m",
    }
}

/// What the firmware says when it has started.
pub(super) fn banner(options: &DiagnosticsOptions) -> Vec<u8> {
    let greeting = match options.shell {
        Shell::Nordic => "*** Booting nRF Connect SDK ***",
        Shell::Amazon => "[00000000] <info> app: sid_diagnostics started",
    };
    format!("\r\n{greeting}\r\n{}", prompt(options)).into_bytes()
}
