//! `curbside device boot`.

use std::path::PathBuf;

use clap::Args;
use device::{Board, BootOutcome, Refusal};
use page::{Container, PAGE_LEN_MAX, TEXT_LEN_MAX, TextError, intel_hex, s_record};

use crate::{
    block::Block,
    commands::{
        Format,
        device::board::{BoardArgs, of_board},
    },
    exit::Exit,
    failure::Failure,
    input::Input,
};

/// The name of a board that exists for one boot.
const CHIP_ID: &str = "0000000000000000";

/// Boot a simulated board and show what its firmware makes of the page
///
/// The firmware reads the page with the reader of its own generation, known defects included: this is what a device
/// would take itself for. A page in Intel HEX or S-records goes to the addresses that the file says, as a programmer
/// puts it; any other to where the firmware looks. A board in a file is changed as a real board's first boot changes
/// it.
///
/// Exit code 5 if the firmware does not start Sidewalk with that page, 3 if it finds none.
#[derive(Args, Debug)]
pub(crate) struct BootArgs {
    #[command(flatten)]
    board: BoardArgs,
    /// Program this page first; `-` for stdin
    #[arg(long, value_name = "FILE", requires = "chip")]
    page: Option<PathBuf>,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &BootArgs) -> Result<(), Failure> {
    let mut board = args.board.board(CHIP_ID)?;
    if let Some(path) = &args.page {
        program(&mut board, &Input::of_file(path.clone()))?;
    }
    let log = board.boot();
    let identity = board.identity();
    let site = board.model().site();
    let log_lines = log.lines.iter().map(|line| Block::line(line).text("line", line)).collect();
    let mut block = Block::new(format!("boot of {}", board.model().chip().name))
        .text("chip", &board.model().chip().name)
        .for_programs()
        .maybe("chip_id", (!args.board.is_new()).then(|| board.chip_id()))
        .text("firmware", &site.generation)
        .text("reads_pages_as", &site.dialect.title)
        .list("log", log_lines)
        .text("outcome", outcome(log.outcome))
        .flag("starts_sidewalk", log.outcome.is_ready());
    if let Some(page) = identity.page() {
        block = block
            .maybe("smsn", identity.smsn())
            .maybe("apid", identity.apid())
            .number("page_version", page.version().number())
            .number("value_count", page.len())
            .list("values", page.rows().map(value).collect());
    }
    args.format.print(&block)?;
    match log.outcome {
        outcome if outcome.is_ready() => Ok(()),
        BootOutcome::NoPage => Err(failed(Exit::Malformed, log.outcome)),
        _ => Err(failed(Exit::Refused, log.outcome)),
    }
}

fn failed(exit: Exit, ended: BootOutcome) -> Failure {
    Failure::new(exit, format!("the firmware does not start Sidewalk: {}", outcome(ended)))
}

fn program(board: &mut Board, input: &Input) -> Result<(), Failure> {
    let bytes = input.read(TEXT_LEN_MAX as u64)?;
    let malformed = |error: TextError| {
        Failure::new(Exit::Malformed, format!("failed to read {input}: {error}")).hint(error.hint())
    };
    let memory = match Container::of(&bytes) {
        Container::IntelHex => intel_hex::parse(&bytes).map_err(malformed)?,
        Container::SRecord => s_record::parse(&bytes).map_err(malformed)?,
        Container::Binary | Container::Nvm3 => {
            if bytes.len() > PAGE_LEN_MAX {
                let message = format!("{input} has {} bytes, a page is smaller", bytes.len());
                return Err(Failure::new(Exit::Malformed, message)
                    .hint("`curbside page show` finds a page in a flash dump".to_owned()));
            }
            let address = board.model().site().address;
            return board.program(address, &bytes).map_err(|error| of_board(&error));
        }
    };
    for segment in memory.segments() {
        let programmed = board.program(segment.address, &segment.bytes);
        programmed.map_err(|error| of_board(&error))?;
    }
    Ok(())
}

fn value(row: page::ValueRow) -> Block {
    let hex = row.hex.as_deref().unwrap_or("(a private key)");
    Block::line(format!("{:<32} {:>3}  {hex}", row.id.to_string(), row.len))
        .number("id", row.id.number())
        .maybe("name", row.id.name())
        .number("len_bytes", row.len)
        .maybe("hex", row.hex.as_ref())
}

fn outcome(outcome: BootOutcome) -> String {
    match outcome {
        BootOutcome::NoPower => "no power".to_owned(),
        BootOutcome::NoPage => "no page where the firmware looks".to_owned(),
        BootOutcome::Refused(Refusal::Version(number)) => {
            format!("no reader for pages of version {number}")
        }
        BootOutcome::Refused(Refusal::KeysInStore) => {
            "the keys are in a key store, and this firmware has none".to_owned()
        }
        BootOutcome::Refused(Refusal::KeyReference) => {
            "a private key is the number of a key that the board does not have".to_owned()
        }
        BootOutcome::Refused(Refusal::Flash) => "the flash does not take the page".to_owned(),
        BootOutcome::Ready => "ready".to_owned(),
        BootOutcome::ReadyAfterRewrite => "ready, the page was written anew".to_owned(),
        BootOutcome::PowerLost => "power was lost while the page was written anew".to_owned(),
        BootOutcome::WasReset => "a reset while the page was written anew".to_owned(),
        BootOutcome::Crashed { id, len } => format!("value {id} of {len} bytes overran a buffer"),
    }
}
