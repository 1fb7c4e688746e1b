//! The state machine: bytes in, bytes out, with time and randomness passed in.

use std::{collections::VecDeque, fmt, mem, time::Duration};

use page::Catalogue;

use super::{
    cert::{CertShell, Context},
    line_reader::{LineReader, Typed, words},
    noise::NoiseSource,
    options::{Answer, DiagnosticsOptions, Noise, Shell},
    pins::Pins,
    reply::{self, Reply},
};
use crate::{Board, BoardError, BoardModel, Power, Randomness, SeededRandomness, fault::ByteFault};

/// What waits while a command runs, in bytes; more is lost, as it is when a UART's buffer is full.
const QUEUE_LEN_BYTES_MAX: usize = 1024;

/// The diagnostic firmware on a board.
pub struct Diagnostics {
    options: DiagnosticsOptions,
    noise: NoiseSource,
    memory: Memory,
    /// How often the board had started when we last looked: when it starts anew, what is in memory is gone.
    boots: Option<u64>,
}

/// What a reset takes away.
#[derive(Default)]
struct Memory {
    line: LineReader,
    cert: CertShell,
    pins: Pins,
    queue: VecDeque<u8>,
    /// The answer of a command that takes time, and when it is due.
    pending: Option<(Duration, Reply)>,
}

impl Diagnostics {
    /// Firmware as it runs on a board that has started.
    pub fn new(options: DiagnosticsOptions) -> Self {
        let noise = NoiseSource::new(options.noise);
        Self { options, noise, memory: Memory::default(), boots: None }
    }

    /// Takes what came over the wire, and returns what the board says until `now`, a time that only goes forward.
    /// Without bytes it says what has become due.
    pub fn feed(
        &mut self,
        bytes: &[u8],
        now: Duration,
        board: &mut Board,
        randomness: &mut dyn Randomness,
    ) -> Vec<u8> {
        let mut said = Vec::new();
        self.notice_start(board, &mut said);
        let mut bytes = bytes.iter();
        loop {
            if board.power() == Power::Off {
                self.memory = Memory::default();
                break;
            }
            if let Some((due, _)) = self.memory.pending {
                if due > now {
                    let room = QUEUE_LEN_BYTES_MAX.saturating_sub(self.memory.queue.len());
                    self.memory.queue.extend(bytes.take(room));
                    break;
                }
                if let Some((_, reply)) = self.memory.pending.take() {
                    said.extend(reply::render(&reply, &self.options, now, &mut self.noise));
                }
            }
            let queued = self.memory.queue.pop_front();
            let Some(byte) = queued.or_else(|| bytes.next().copied()) else { break };
            match board.faults_mut().byte() {
                None => self.take(byte, now, board, randomness, &mut said),
                Some(ByteFault::Silence) => {}
                Some(ByteFault::Reset) => board.reset(),
            }
            self.notice_start(board, &mut said);
        }
        board.faults_mut().wire(said)
    }

    /// When there is something more to say, where a command takes time.
    pub fn due(&self) -> Option<Duration> {
        self.memory.pending.as_ref().map(|(due, _)| *due)
    }

    /// How it behaves.
    pub fn options(&self) -> &DiagnosticsOptions {
        &self.options
    }

    /// A board that has started anew has forgotten everything, and greets.
    fn notice_start(&mut self, board: &Board, said: &mut Vec<u8>) {
        let boots = Some(board.boots());
        let before = mem::replace(&mut self.boots, boots);
        if before.is_some() && before != boots && board.power() == Power::On {
            self.memory = Memory::default();
            said.extend(reply::banner(&self.options));
        }
    }

    fn take(
        &mut self,
        byte: u8,
        now: Duration,
        board: &mut Board,
        randomness: &mut dyn Randomness,
        said: &mut Vec<u8>,
    ) {
        let typed = self.memory.line.take(byte);
        if self.options.echo {
            match &typed {
                Typed::Character(byte) => said.push(*byte),
                Typed::Erased => said.extend_from_slice(b"\x08 \x08"),
                Typed::Cancelled | Typed::Line(_) => said.extend_from_slice(b"\r\n"),
                Typed::Nothing => {}
            }
        }
        let reply = match typed {
            Typed::Line(line) => self.run(&line, board, randomness),
            Typed::Cancelled => Ok(Reply::default()),
            Typed::Nothing | Typed::Character(_) | Typed::Erased => return,
        };
        match reply {
            Ok(reply) if reply.time.is_zero() => {
                said.extend(reply::render(&reply, &self.options, now, &mut self.noise));
            }
            Ok(reply) => self.memory.pending = Some((now.saturating_add(reply.time), reply)),
            // The board lost power or was reset, and had no time to say so.
            Err(_) => {}
        }
    }

    fn run(
        &mut self,
        line: &str,
        board: &mut Board,
        randomness: &mut dyn Randomness,
    ) -> Result<Reply, BoardError> {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Some(answer) = answer_to(&words, &self.options.answers) {
            return Ok(Reply::report(answer.lines.iter().cloned()));
        }
        match words.as_slice() {
            [] => Ok(Reply::default()),
            ["cert", rest @ ..] => {
                let options = &self.options;
                self.memory.cert.run(rest, &mut Context { board, randomness, options })
            }
            ["gpio", rest @ ..] => Ok(self.memory.pins.run(rest)),
            ["print", "fwversion"] => {
                Ok(Reply::report([format!("fwversion {}", self.options.firmware_version)]))
            }
            ["print", "chipid"] => Ok(Reply::report([format!("chipid {}", board.chip_id())])),
            ["print", ..] => Ok(Reply::syntax_error("print fwversion|chipid")),
            [unknown, ..] => Ok(Reply::report([match self.options.shell {
                Shell::Nordic => format!("{unknown}: command not found"),
                Shell::Amazon => "unknown command".to_owned(),
            }])),
        }
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diagnostics").field("options", &self.options).finish_non_exhaustive()
    }
}

/// The configured answer whose command is the longest beginning of these words.
fn answer_to<'a>(words: &[&str], answers: &'a [Answer]) -> Option<&'a Answer> {
    let fits = |answer: &&Answer| {
        let mut said = words.iter();
        answer.command.split_whitespace().all(|word| said.next() == Some(&word))
    };
    answers
        .iter()
        .filter(|answer| !answer.command.trim().is_empty())
        .filter(fits)
        .max_by_key(|answer| answer.command.split_whitespace().count())
}

/// Feeds bytes from anywhere to fresh diagnostics with noise on a fresh board: what a fuzzer calls. The first byte
/// chooses the shell and the board.
pub fn feed_hostile_bytes(bytes: &[u8]) {
    let (choice, bytes) = bytes.split_first().unwrap_or((&0, &[]));
    let chips: Vec<_> =
        Catalogue::built_in().platforms().iter().map(|platform| platform.name()).collect();
    let chip = chips[usize::from(*choice >> 1) % chips.len()];
    let Ok(model) = BoardModel::find(Catalogue::built_in(), chip, None) else { return };
    let shell = if choice & 1 == 0 { Shell::Nordic } else { Shell::Amazon };
    let mut board = Board::new(model, "0123456789abcdef");
    let noise = Noise { log_millionths: 100_000, garbage_millionths: 100_000, seed: 0 };
    let options = DiagnosticsOptions { noise, colours: true, ..DiagnosticsOptions::of(shell) };
    let mut diagnostics = Diagnostics::new(options);
    let mut randomness = SeededRandomness::new(0);
    for (index, part) in bytes.chunks(64).enumerate() {
        let now = Duration::from_millis(index as u64);
        let _said = diagnostics.feed(part, now, &mut board, &mut randomness);
    }
}
