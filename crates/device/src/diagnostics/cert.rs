//! The `cert` commands.

use page::ValueId;
use sidewalk::Curve;

use super::{
    certificate_session::{CertificateSession, Stop},
    device_chain::{DeviceChain, SerialRule},
    options::{DiagnosticsOptions, Shell},
    reply::Reply,
    sid_error::SidError,
    store,
    transfer::{FRAGMENT_LEN_CHARS_MAX, Transfer, fragments},
};
use crate::{Board, BoardError, Randomness};

/// Room for an application server's key: 44 characters, so that one of a wrong size is refused as the firmware does
/// it, at the end.
const APP_KEY_LEN_MAX: usize = 33;

const USAGE: &str = "cert init|deinit|smsn|csr|chain|app_key|store";
const USAGE_AMAZON: &str = "cert init|deinit|smsn|csr|chain|app_key|store|print|status";
const USAGE_SMSN: &str = "cert smsn <device_type> <dsn> <apid> [<board_id>]";
const USAGE_CSR: &str = "cert csr ed25519|p256r1";
const USAGE_CHAIN: &str = "cert chain start <curve>|write <base64>|commit";
const USAGE_APP_KEY: &str = "cert app_key start|write <base64>|commit";
const USAGE_PRINT: &str = "cert print apid|dtid|app_key";

/// What the `cert` commands keep in the board's memory.
#[derive(Debug, Default)]
pub(super) struct CertShell {
    /// Between `init` and `deinit`.
    session: Option<CertificateSession>,
    chain: Option<(Curve, Transfer)>,
    app_key: Option<Transfer>,
}

/// What a command works with.
pub(super) struct Context<'a> {
    pub(super) board: &'a mut Board,
    pub(super) randomness: &'a mut dyn Randomness,
    pub(super) options: &'a DiagnosticsOptions,
}

impl CertShell {
    /// Does what the words after `cert` say. Where the board itself fails there is no answer.
    pub(super) fn run(
        &mut self,
        words: &[&str],
        context: &mut Context<'_>,
    ) -> Result<Reply, BoardError> {
        let is_amazon = context.options.shell == Shell::Amazon;
        let usage = if is_amazon { USAGE_AMAZON } else { USAGE };
        let texts = match words {
            ["init"] => {
                *self = Self { session: Some(CertificateSession::default()), ..Self::default() };
                Ok(vec![format!("BASE64_MTU={FRAGMENT_LEN_CHARS_MAX}")])
            }
            ["deinit"] => {
                *self = Self::default();
                Ok(Vec::new())
            }
            ["smsn", device_type, dsn, apid] => self.smsn(device_type, dsn, apid, None),
            ["smsn", device_type, dsn, apid, board_id] => {
                self.smsn(device_type, dsn, apid, Some(board_id))
            }
            ["smsn", ..] => return Ok(Reply::syntax_error(USAGE_SMSN)),
            ["csr", curve] => {
                let reply = settle(self.csr(curve, context))?;
                return Ok(reply.taking(context.options.csr_time));
            }
            ["csr", ..] => return Ok(Reply::syntax_error(USAGE_CSR)),
            ["chain", "start", curve] => self.start_chain(curve),
            ["chain", "write", fragment] => self.write_chain(fragment),
            ["chain", "commit"] => self.commit_chain(context.board),
            ["chain", ..] => return Ok(Reply::syntax_error(USAGE_CHAIN)),
            ["app_key", "start"] => {
                self.app_key = Some(Transfer::new(APP_KEY_LEN_MAX));
                Ok(Vec::new())
            }
            ["app_key", "write", fragment] => self.write_app_key(fragment),
            ["app_key", "commit"] => self.commit_app_key(),
            ["app_key", ..] => return Ok(Reply::syntax_error(USAGE_APP_KEY)),
            ["store"] => {
                let reply = settle(self.store(context.board))?;
                return Ok(reply.taking(context.options.store_time));
            }
            ["print", "apid"] if is_amazon => stored(context.board, ValueId::APID),
            ["print", "dtid"] if is_amazon => stored(context.board, ValueId::DTID),
            ["print", "app_key"] if is_amazon => stored(context.board, ValueId::APP_PUB_ED25519),
            ["print", ..] if is_amazon => return Ok(Reply::syntax_error(USAGE_PRINT)),
            ["status"] if is_amazon => self.status(context.board),
            _ => return Ok(Reply::syntax_error(usage)),
        };
        settle(texts.map_err(Stop::Error))
    }

    fn smsn(
        &mut self,
        device_type: &str,
        dsn: &str,
        apid: &str,
        board_id: Option<&str>,
    ) -> Result<Vec<String>, SidError> {
        let smsn = self.session()?.generate_smsn(device_type, dsn, apid, board_id)?;
        Ok(fragments(smsn.as_bytes()))
    }

    fn csr(&mut self, curve: &str, context: &mut Context<'_>) -> Result<Vec<String>, Stop> {
        let session = self.session()?;
        let request = session.generate_csr(curve_of(curve)?, context.board, context.randomness)?;
        Ok(fragments(&request))
    }

    fn start_chain(&mut self, curve: &str) -> Result<Vec<String>, SidError> {
        let curve = curve_of(curve)?;
        let (_, len_max) = DeviceChain::len_bounds(curve);
        self.chain = Some((curve, Transfer::new(len_max)));
        Ok(Vec::new())
    }

    fn write_chain(&mut self, fragment: &str) -> Result<Vec<String>, SidError> {
        let (_, transfer) = self.chain.as_mut().ok_or(SidError::UNINITIALIZED)?;
        check_fragment(fragment)?;
        let written = transfer.write(fragment);
        if written.is_err() {
            self.chain = None;
        }
        written.map(|()| Vec::new())
    }

    fn commit_chain(&mut self, board: &Board) -> Result<Vec<String>, SidError> {
        // Good or bad, the transfer is over.
        let (curve, transfer) = self.chain.take().ok_or(SidError::UNINITIALIZED)?;
        let bytes = transfer.bytes()?;
        let rule = if board.model().site().dialect.nordic_serial_rule {
            SerialRule::Nordic
        } else {
            SerialRule::Tools
        };
        self.session()?.write_chain(curve, &bytes, rule)?;
        Ok(Vec::new())
    }

    fn write_app_key(&mut self, fragment: &str) -> Result<Vec<String>, SidError> {
        let transfer = self.app_key.as_mut().ok_or(SidError::UNINITIALIZED)?;
        check_fragment(fragment)?;
        let written = transfer.write(fragment);
        if written.is_err() {
            self.app_key = None;
        }
        written.map(|()| Vec::new())
    }

    fn commit_app_key(&mut self) -> Result<Vec<String>, SidError> {
        let transfer = self.app_key.take().ok_or(SidError::UNINITIALIZED)?;
        let bytes = transfer.bytes()?;
        let key = bytes.as_slice().try_into().map_err(|_| SidError::UNINITIALIZED)?;
        self.session()?.write_app_key(key)?;
        Ok(Vec::new())
    }

    fn store(&mut self, board: &mut Board) -> Result<Vec<String>, Stop> {
        let session = self.session()?;
        store::verify_and_store(session, board)?;
        Ok(Vec::new())
    }

    fn status(&mut self, board: &Board) -> Result<Vec<String>, SidError> {
        self.session()?;
        store::status(board)?;
        Ok(Vec::new())
    }

    fn session(&mut self) -> Result<&mut CertificateSession, SidError> {
        self.session.as_mut().ok_or(SidError::UNINITIALIZED)
    }
}

/// Turns what the library says into an answer.
fn settle(result: Result<Vec<String>, Stop>) -> Result<Reply, BoardError> {
    match result {
        Ok(texts) => Ok(Reply::cert(texts)),
        Err(Stop::Error(error)) => Ok(Reply::cert_error(error)),
        Err(Stop::Board(error)) => Err(error),
    }
}

fn stored(board: &Board, id: ValueId) -> Result<Vec<String>, SidError> {
    board.identity().value(id).map(fragments).ok_or(SidError::NOT_FOUND)
}

/// The firmware knows the two names as they are written here, and no others.
fn curve_of(name: &str) -> Result<Curve, SidError> {
    Curve::ALL.into_iter().find(|curve| curve.name() == name).ok_or(SidError::INVALID_ARGS)
}

fn check_fragment(fragment: &str) -> Result<(), SidError> {
    match fragment.len() {
        1..=FRAGMENT_LEN_CHARS_MAX => Ok(()),
        _ => Err(SidError::PARAM_OUT_OF_RANGE),
    }
}
