//! The native commands, a file each.

mod audit;
mod chain;
mod compat;
mod completions;
mod demo;
mod device;
mod doctor;
mod explain;
mod hsm;
mod job;
mod key;
mod line;
mod log;
mod man;
mod mtls;
mod page;
mod sign;
mod signer;

pub(crate) use self::sign::app_server_key_of_profile;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sidewalk::Stage;

use crate::{block::Block, failure::Failure, terminal};

/// Manufacture Amazon Sidewalk devices
///
/// Curbside runs the line on which Sidewalk devices are made, makes what they need one by one, and checks what others made:
/// device keys, signatures of an HSM, certificate chains, manufacturing pages, control logs. `curbside demo` rehearses
/// all of it on this machine; `curbside explain FILE` says what a file is, field by field, and what is wrong with it.
///
/// Data goes to stdout, everything else to stderr. Exit codes: 0 done, 2 wrong usage, 3 malformed input,
/// 4 not genuine, 5 refused, 6 file could not be read or written, 7 not supported, 8 no HSM answers, 9 the HSM
/// refuses, 10 the HSM lacks what is needed, 11 ALARM: the HSM signed wrongly, 12 some was done; 1 is a defect of
/// Curbside.
#[derive(Debug, Parser)]
#[command(
    name = "curbside",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = "Examples:
  curbside demo                          a whole plant on this machine
  curbside line run job.toml             take boards in
  curbside explain FILE                  what is this, and what is wrong with it?
  curbside chain verify device.json      are these certificates genuine?
  curbside page build --chip nrf52840 --certificate-json device.json --hex page.hex
  curbside log check C_CONTROL_LOG_20310402120000.txt"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Explain(explain::ExplainArgs),
    #[command(subcommand)]
    Key(key::KeyCommand),
    Sign(Box<sign::SignArgs>),
    #[command(subcommand)]
    Chain(chain::ChainCommand),
    #[command(subcommand)]
    Page(page::PageCommand),
    #[command(subcommand)]
    Log(log::LogCommand),
    #[command(subcommand)]
    Hsm(hsm::HsmCommand),
    #[command(subcommand)]
    Mtls(mtls::MtlsCommand),
    #[command(subcommand)]
    Line(line::LineCommand),
    #[command(subcommand)]
    Signer(signer::SignerCommand),
    #[command(subcommand)]
    Device(device::DeviceCommand),
    #[command(subcommand)]
    Job(job::JobCommand),
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    Doctor(doctor::DoctorArgs),
    Compat(compat::CompatArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> ExitCode {
        let ended = match self.command {
            Command::Demo(args) => demo::run(&args),
            Command::Explain(args) => explain::run(&args),
            Command::Key(command) => key::run(command),
            // A batch has an exit code of its own when some of it was done.
            Command::Sign(args) => return sign::run(&args),
            Command::Chain(command) => chain::run(command),
            Command::Page(command) => page::run(command),
            Command::Log(command) => log::run(command),
            Command::Hsm(command) => hsm::run(command),
            Command::Mtls(command) => mtls::run(command),
            // A line ends with a code of its own when some boards were not finished.
            Command::Line(command) => return line::run(command),
            Command::Signer(command) => signer::run(command),
            Command::Device(command) => device::run(command),
            Command::Job(command) => job::run(command),
            Command::Audit(command) => audit::run(command),
            Command::Doctor(args) => doctor::run(&args),
            // A public tool's exit code is its own.
            Command::Compat(args) => return compat::run(args),
            Command::Completions(args) => completions::run(&args),
            Command::Man(args) => man::run(&args),
        };
        match ended {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                terminal::note(failure.render().trim_end());
                failure.exit().into()
            }
        }
    }
}

/// A product's stage, as an option names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum StageChoice {
    Production,
    Preproduction,
    Test,
}

impl From<StageChoice> for Stage {
    fn from(choice: StageChoice) -> Self {
        match choice {
            StageChoice::Production => Self::Production,
            StageChoice::Preproduction => Self::PreProduction,
            StageChoice::Test => Self::Test,
        }
    }
}

/// The option of every command that prints data.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Format {
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

impl Format {
    fn print(self, block: &Block) -> Result<(), Failure> {
        if self.json { terminal::print_json(block) } else { terminal::print(&block.render()) }
    }
}
