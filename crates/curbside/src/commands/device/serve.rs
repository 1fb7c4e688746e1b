//! `curbside device serve`.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use clap::{Args, ValueEnum};
use device::{
    Board, Diagnostics, DiagnosticsOptions, Fault, FaultPlan, Noise, Randomness, SeededRandomness,
    Shell,
    server::{Bench, serve_stream, serve_tcp},
};
use serde::Serialize;

use crate::{
    commands::{device::board::BoardArgs, hsm::StopSignals},
    exit::Exit,
    failure::Failure,
    terminal::{self, Output},
};

/// One million: chances are counted in millionths.
const MILLION: f64 = 1_000_000.0;

/// Serve a simulated board's diagnostic firmware as a serial port
///
/// The command line of factory firmware: `cert …` for certificates whose keys are made on the board, `print chipid`,
/// `print fwversion`, `gpio …`, `tm …`. It serves until Ctrl-C or SIGTERM; with --stdio until its input ends.
#[derive(Args, Debug)]
#[command(after_help = "Faults for rehearsals:
  bad-cell 0xFD010 low 0x81     bits of one byte of flash always read 0 (high: 1)
  power-cut after 12 steps      power is gone after 12 flash operations
  reset after 12 steps          the board starts anew then; also after N bytes
  silent after 300 bytes        nothing is answered any more; `silent` alone: never
  garbage with 1%               bytes turn into others; --seed makes it the same again
  loss with 1%                  bytes are lost
  wrong-key ed25519 request     the request is signed by another key (kept: the wrong key is kept)")]
pub(crate) struct ServeArgs {
    /// Make a pseudo-terminal, and a link to it where one is named; without any of these three too
    #[arg(long, value_name = "LINK", num_args = 0..=1, conflicts_with_all = ["tcp", "stdio"])]
    pty: Option<Option<PathBuf>>,
    /// Listen here; port 0 takes any that is free
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "stdio")]
    tcp: Option<SocketAddr>,
    /// Use stdin and stdout
    #[arg(long)]
    stdio: bool,
    #[command(flatten)]
    board: BoardArgs,
    /// How the command line looks; without this as firmware for the chip has it
    #[arg(long, value_enum)]
    dialect: Option<ShellChoice>,
    /// Let something go wrong; may be given more than once
    #[arg(long = "fault", value_name = "SPEC")]
    faults: Vec<Fault>,
    /// Log lines and rubbish between the lines of answers, at this chance in per cent
    #[arg(long, value_name = "PERCENT", default_value = "0", value_parser = parse_percent)]
    noise: u32,
    /// Make chip id, keys and chances from this number, the same every time; for rehearsals only
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Print one JSON line as soon as it listens: to stdout, with --stdio to stderr
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum ShellChoice {
    /// Bare lines after `uart:~$`
    Nordic,
    /// Log lines after `-->`
    Amazon,
}

pub(crate) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let mut randomness = args.randomness()?;
    let mut chip_id = [0; 8];
    randomness.fill(&mut chip_id);
    let mut board = args.board.board(&hex::encode(chip_id))?;
    board.set_faults(FaultPlan::new(args.faults.clone(), args.seed.unwrap_or_default()));
    let shell = match args.dialect {
        Some(ShellChoice::Nordic) => Shell::Nordic,
        Some(ShellChoice::Amazon) => Shell::Amazon,
        None => Shell::usual_for(board.model()),
    };
    let noise = Noise {
        log_millionths: args.noise,
        garbage_millionths: args.noise,
        seed: args.seed.unwrap_or_default(),
    };
    let options = DiagnosticsOptions { noise, ..DiagnosticsOptions::of(shell) };
    let started = |transport, address| Announcement::new(&board, shell, transport, address);
    if args.stdio {
        let announcement = started("stdio", "stdin".to_owned());
        announcement.tell(args.json, Audience::Stderr)?;
        let mut bench = Bench::new(board, Diagnostics::new(options), randomness);
        let never = AtomicBool::new(false);
        return Ok(serve_stream(&mut bench, io::stdin().lock(), io::stdout().lock(), &never)?);
    }
    let stop = stop_flag()?;
    if let Some(address) = args.tcp {
        let listener = TcpListener::bind(address).map_err(|error| {
            Failure::new(Exit::Io, format!("failed to listen on {address}: {error}"))
                .hint("take another port, or port 0 for any".to_owned())
        })?;
        let local = listener.local_addr().unwrap_or(address);
        started("tcp", local.to_string()).tell(args.json, Audience::Stdout)?;
        let mut bench = Bench::new(board, Diagnostics::new(options), randomness);
        return Ok(serve_tcp(&mut bench, &listener, &stop)?);
    }
    serve_terminal(args, board, shell, options, randomness, &stop)
}

#[cfg(unix)]
fn serve_terminal(
    args: &ServeArgs,
    board: Board,
    shell: Shell,
    options: DiagnosticsOptions,
    randomness: Box<dyn Randomness>,
    stop: &AtomicBool,
) -> Result<(), Failure> {
    let link = args.pty.as_ref().and_then(Option::as_deref);
    let terminal = device::server::PseudoTerminal::open(link)?;
    let address = terminal.path().display().to_string();
    Announcement::new(&board, shell, "pty", address).tell(args.json, Audience::Stdout)?;
    let mut bench = Bench::new(board, Diagnostics::new(options), randomness);
    Ok(device::server::serve_pty(&mut bench, &terminal, stop)?)
}

#[cfg(not(unix))]
fn serve_terminal(
    _args: &ServeArgs,
    _board: Board,
    _shell: Shell,
    _options: DiagnosticsOptions,
    _randomness: Box<dyn Randomness>,
    _stop: &AtomicBool,
) -> Result<(), Failure> {
    Err(Failure::new(Exit::Unsupported, "this system has no pseudo-terminals")
        .hint("serve with --tcp 127.0.0.1:0 or --stdio".to_owned()))
}

impl ServeArgs {
    fn randomness(&self) -> Result<Box<dyn Randomness>, Failure> {
        if let Some(seed) = self.seed {
            return Ok(Box::new(SeededRandomness::new(seed)));
        }
        Ok(Box::new(
            soft_hsm::OsRandomness::open()
                .map(OsRandomness)
                .map_err(|error| Failure::new(Exit::Io, error))?,
        ))
    }
}

/// The operating system's source, as boards take it.
struct OsRandomness(soft_hsm::OsRandomness);

impl Randomness for OsRandomness {
    fn fill(&mut self, bytes: &mut [u8]) {
        soft_hsm::Randomness::fill(&mut self.0, bytes);
    }
}

/// Where the line goes that says where the board is.
#[derive(Clone, Copy)]
enum Audience {
    Stdout,
    /// Stdout is the wire.
    Stderr,
}

/// The line that says where the board is; what scripts learn from it with --json.
#[derive(Serialize)]
struct Announcement {
    transport: &'static str,
    address: String,
    chip: String,
    chip_id: String,
    firmware: String,
    dialect: &'static str,
}

impl Announcement {
    fn new(board: &Board, shell: Shell, transport: &'static str, address: String) -> Self {
        Self {
            transport,
            address,
            chip: board.model().chip().name.clone(),
            chip_id: board.chip_id().to_owned(),
            firmware: board.model().site().generation.clone(),
            dialect: match shell {
                Shell::Nordic => "nordic",
                Shell::Amazon => "amazon",
            },
        }
    }

    fn tell(&self, json: bool, audience: Audience) -> Result<(), Failure> {
        let Self { address, chip, chip_id, .. } = self;
        let text = format!("a simulated {chip}, chip id {chip_id}, is at {address}");
        match (audience, json) {
            (Audience::Stdout, true) => {
                let mut output = Output::new();
                output.print_json_line(self)?;
                output.finish()
            }
            (Audience::Stdout, false) => terminal::print(&format!("{text}\n")),
            (Audience::Stderr, true) => {
                // A structure of texts is always JSON.
                terminal::note(&serde_json::to_string(self).unwrap_or(text));
                Ok(())
            }
            (Audience::Stderr, false) => {
                terminal::note(&text);
                Ok(())
            }
        }
    }
}

/// A flag that is set by Ctrl-C and SIGTERM.
fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    let signals = StopSignals::listen()?;
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // It ends with the process where nobody asks to stop.
    thread::spawn(move || {
        if let Err(failure) = signals.wait() {
            terminal::note(failure.render().trim_end());
        }
        flag.store(true, Ordering::Relaxed);
    });
    Ok(stop)
}

fn parse_percent(text: &str) -> Result<u32, String> {
    let percent = text.trim_end_matches('%').parse::<f64>().ok();
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    let percent = percent.ok_or_else(|| "a chance is a number from 0 to 100".to_owned())?;
    Ok((percent * MILLION / 100.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chance_is_a_percentage() {
        assert_eq!(parse_percent("2.5"), Ok(25_000));
        assert_eq!(parse_percent("100%"), Ok(1_000_000));
        assert!(parse_percent("101").is_err());
        assert!(parse_percent("NaN").is_err());
    }
}
