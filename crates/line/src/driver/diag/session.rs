//! One open conversation with diagnostic firmware: a line is said, an answer is waited for.

use std::{
    io,
    time::{Duration, Instant},
};

use super::{
    DiagSettings, ReplyScanner, Scanned, Wire,
    answer::{Answer, AnswerBuilder, Object},
};
use crate::driver::DriverError;

/// Bytes taken from the wire at once.
const CHUNK_LEN: usize = 1024;

/// Lines of one answer of unknown length. A test prints a few; a board that logs without end must not fill memory.
const LINES_MAX: usize = 1000;

/// How long old talk is listened to before it is talked over: a board that logs without end is never silent.
const RESYNC_PATIENCE: Duration = Duration::from_secs(2);

/// The same before every command, of which a device needs about a hundred.
const LEFT_OVER_PATIENCE: Duration = Duration::from_millis(20);

/// Firmware that answers.
pub(super) struct Session {
    wire: Box<dyn Wire>,
    scanner: ReplyScanner,
    settings: DiagSettings,
    /// An answer may still come to a command that nobody waits for any more. A new connection may have one from
    /// before.
    is_out_of_step: bool,
}

impl Session {
    pub(super) fn new(wire: Box<dyn Wire>, settings: DiagSettings) -> Self {
        Self { wire, scanner: ReplyScanner::default(), settings, is_out_of_step: true }
    }

    /// Says a `cert` command that gives something, and waits for its whole answer.
    pub(super) fn ask(&mut self, command: &str, patience: Duration) -> Result<Object, DriverError> {
        if self.is_out_of_step {
            self.get_in_step()?;
        }
        self.listen_until_quiet(Duration::ZERO)?;
        let result = self.say_and_wait(command, patience);
        self.is_out_of_step =
            matches!(result, Err(DriverError::TimedOut { .. } | DriverError::Garbled { .. }));
        result
    }

    /// Says a `cert` command that gives nothing but its success.
    pub(super) fn order(
        &mut self,
        command: &str,
        patience: Duration,
    ) -> Result<Object, DriverError> {
        let object = self.ask(command, patience)?;
        if object.text.is_empty() {
            return Ok(object);
        }
        self.is_out_of_step = true;
        let what = format!("`{}` answers with data", name_of(command));
        Err(DriverError::Garbled { what })
    }

    /// Lets late answers pass. Answers come in the order of their commands, so whatever comes before the refusal of a
    /// command that must be refused belongs to an older one. Taken for the answer to `cert store`, a late success
    /// would make a device of a board that has nothing stored.
    fn get_in_step(&mut self) -> Result<(), DriverError> {
        self.listen_until_quiet(self.settings.quiet)?;
        self.say(REFUSED_COMMAND)?;
        let deadline = Deadline::after(self.settings.command_patience);
        while let Some(rest) = deadline.rest() {
            for scanned in self.listen(rest)? {
                let mut builder = AnswerBuilder::default();
                if let Some(Answer::Refused(_) | Answer::NotUnderstood(_)) = builder.take(&scanned)
                {
                    self.is_out_of_step = false;
                    return Ok(());
                }
            }
        }
        Err(DriverError::TimedOut {
            what: "any sign of the firmware's `cert` commands".to_owned(),
            waited: self.settings.command_patience,
        })
    }

    fn say_and_wait(&mut self, command: &str, patience: Duration) -> Result<Object, DriverError> {
        self.say(command)?;
        let deadline = Deadline::after(patience);
        let mut builder = AnswerBuilder::default();
        // Fragments are of no use to a reader of the message.
        let name = name_of(command);
        while let Some(rest) = deadline.rest() {
            for scanned in self.listen(rest)? {
                match builder.take(&scanned) {
                    None => {}
                    Some(Answer::Done(object)) => return Ok(object),
                    Some(Answer::Refused(code)) => {
                        return Err(DriverError::BoardRefused { command: name, code });
                    }
                    Some(Answer::Torn) => return Err(torn(&name)),
                    Some(Answer::NotUnderstood(line)) => {
                        let line: String = line.chars().take(COMPLAINT_LEN_MAX).collect();
                        let what = format!("the firmware does not take `{name}`: {line}");
                        return Err(DriverError::Garbled { what });
                    }
                }
            }
        }
        if builder.is_torn() {
            return Err(torn(&name));
        }
        Err(DriverError::TimedOut { what: format!("the answer to `{name}`"), waited: patience })
    }

    /// Says a line and returns the lines that follow, without its echo, until `is_enough` says so, the board is silent
    /// for `quiet` after something came, or `patience` is over.
    pub(super) fn lines(
        &mut self,
        line: &str,
        patience: Duration,
        quiet: Duration,
        is_enough: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>, DriverError> {
        self.listen_until_quiet(Duration::ZERO)?;
        self.say(line)?;
        let deadline = Deadline::after(patience);
        let mut lines: Vec<String> = Vec::new();
        while let Some(rest) = deadline.rest() {
            let is_waiting = lines.is_empty();
            let found = self.listen(if is_waiting { rest } else { rest.min(quiet) })?;
            if found.is_empty() && !is_waiting {
                break;
            }
            for scanned in found {
                if let Scanned::Line(found) = scanned
                    && !is_echo(&found, line)
                    && lines.len() < LINES_MAX
                {
                    lines.push(found);
                }
            }
            if lines.iter().any(|line| is_enough(line)) {
                break;
            }
        }
        Ok(lines)
    }

    /// Whether anything at all comes back for an empty line.
    pub(super) fn is_anybody_there(&mut self, patience: Duration) -> Result<bool, DriverError> {
        self.listen_until_quiet(Duration::ZERO)?;
        self.say("")?;
        let mut buffer = [0; CHUNK_LEN];
        let len = self.wire.receive(&mut buffer, patience).map_err(|error| gone(&error))?;
        Ok(len > 0)
    }

    /// Lets old talk pass, so that no late answer is taken for the next one.
    fn listen_until_quiet(&mut self, quiet: Duration) -> Result<(), DriverError> {
        // Before an ordinary command only what is there already is let pass.
        let patience = if quiet.is_zero() { LEFT_OVER_PATIENCE } else { RESYNC_PATIENCE };
        let deadline = Deadline::after(patience);
        let mut buffer = [0; CHUNK_LEN];
        while deadline.rest().is_some() {
            if self.wire.receive(&mut buffer, quiet).map_err(|error| gone(&error))? == 0 {
                break;
            }
        }
        self.scanner.reset();
        Ok(())
    }

    fn say(&mut self, line: &str) -> Result<(), DriverError> {
        let bytes = format!("{line}{}", self.settings.line_end.as_str());
        self.wire.send(bytes.as_bytes()).map_err(|error| gone(&error))
    }

    /// What comes next; nothing if nothing came within `patience`, or nothing whole.
    fn listen(&mut self, patience: Duration) -> Result<Vec<Scanned>, DriverError> {
        let deadline = Deadline::after(patience);
        let mut buffer = [0; CHUNK_LEN];
        while let Some(rest) = deadline.rest() {
            let len = self.wire.receive(&mut buffer, rest).map_err(|error| gone(&error))?;
            let found = self.scanner.feed(&buffer[..len]);
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }
}

/// Firmware knows no such curve, and says so (-11, or -25 before `cert init`).
const REFUSED_COMMAND: &str = "cert chain start none";

/// More of a complaint than this does not help a reader.
const COMPLAINT_LEN_MAX: usize = 120;

/// The words that name a command, without its data.
fn name_of(command: &str) -> String {
    match command.split_once(" write ") {
        Some((name, _fragment)) => format!("{name} write"),
        None => command.to_owned(),
    }
}

/// Firmware may echo what it is told, behind its prompt.
fn is_echo(found: &str, said: &str) -> bool {
    !said.is_empty() && found.ends_with(said)
}

fn torn(name: &str) -> DriverError {
    DriverError::Garbled { what: format!("the answer to `{name}` is torn") }
}

/// A stream that closes or fails took the board along.
fn gone(error: &io::Error) -> DriverError {
    DriverError::NoBoard { detail: format!("the connection is lost ({})", error.kind()) }
}

/// A moment after which nobody waits.
struct Deadline(Instant);

impl Deadline {
    fn after(patience: Duration) -> Self {
        Self(Instant::now() + patience)
    }

    /// How long it is until then.
    fn rest(&self) -> Option<Duration> {
        let rest = self.0.saturating_duration_since(Instant::now());
        (!rest.is_zero()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::driver::diag::pipe;

    const LONG: Duration = Duration::from_secs(60);

    /// A session with firmware that gives these answers, each to the next line that it is told.
    fn session(answers: &'static [&'static str]) -> Session {
        let (near, mut far) = pipe();
        thread::spawn(move || {
            let mut buffer = [0; CHUNK_LEN];
            for answer in answers {
                while far.receive(&mut buffer, LONG).is_ok_and(|len| len == 0) {}
                if far.send(answer.as_bytes()).is_err() {
                    return;
                }
            }
            // The wire stays open as long as anybody listens.
            while far.receive(&mut buffer, LONG).is_ok() {}
        });
        let settings = DiagSettings { quiet: Duration::from_millis(1), ..DiagSettings::default() };
        Session::new(Box::new(near), settings)
    }

    #[test]
    fn a_late_success_is_not_taken_for_the_next_commands() {
        let mut session = session(&[
            "{CERT ERROR -25}",
            "",
            // The success of the command before, and the refusal of the one between.
            "{CERT OK}{CERT ERROR -11}",
            "{CERT ERROR -1}",
        ]);
        let late = session.order("cert app_key commit", Duration::from_millis(50));
        assert!(matches!(late, Err(DriverError::TimedOut { .. })));
        let store = session.order("cert store", LONG);
        assert!(matches!(store, Err(DriverError::BoardRefused { code: -1, .. })), "{store:?}");
    }

    #[test]
    fn data_from_another_command_is_not_a_success() {
        let mut session = session(&["{CERT ERROR -25}", "{CERT d3d3}{CERT OK}"]);
        let store = session.order("cert store", LONG);
        assert!(matches!(store, Err(DriverError::Garbled { .. })), "{store:?}");
    }

    #[test]
    fn fragments_of_a_chain_are_in_no_message() {
        let mut session = session(&["{CERT ERROR -25}", "{CERT ERROR -11}"]);
        let error = session.order("cert chain write c2VjcmV0", LONG).unwrap_err();
        assert!(!error.to_string().contains("c2VjcmV0"));
    }
}
