//! `curbside chain smsn`.

use clap::Args;
use sidewalk::{Smsn, SmsnInput, Stage};

use crate::{block::Block, commands::Format, exit::Exit, failure::Failure, terminal};

/// Derive a device's SMSN, the number that its chains carry
///
/// SHA-256 of device type, `-`, stage in capitals, DSN, APID and, with on-device generation, board id, in ASCII and
/// without separators.
#[derive(Args, Debug)]
pub(crate) struct SmsnArgs {
    /// The device type id that Amazon assigned
    #[arg(long, value_name = "TEXT")]
    device_type: String,
    /// The device serial number, unique in the product
    #[arg(long, value_name = "TEXT")]
    dsn: String,
    /// The advertised product id, four letters or digits
    #[arg(long, value_name = "TEXT")]
    apid: String,
    /// The stage of the product: production, preproduction or test
    #[arg(long, default_value = "production")]
    stage: Stage,
    /// The board id, which the on-device generator adds
    #[arg(long, value_name = "TEXT")]
    board_id: Option<String>,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(args: &SmsnArgs) -> Result<(), Failure> {
    let smsn = Smsn::derive(&SmsnInput {
        stage: args.stage,
        device_type: &args.device_type,
        dsn: &args.dsn,
        apid: &args.apid,
        board_id: args.board_id.as_deref(),
    })
    .map_err(|error| Failure::new(Exit::Usage, format!("failed to derive the SMSN: {error}")))?;
    if args.format.json {
        return terminal::print_json(&Block::new("").text("smsn", smsn));
    }
    terminal::print(&format!("{smsn}\n"))
}
