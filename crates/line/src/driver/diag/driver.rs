//! The driver: looks, takes requests, gives chains.

use std::{io, time::Duration};

use sidewalk::{Csr, Curve, Smsn};

use super::{
    DiagSettings, WireSource,
    session::Session,
    transfer::{ATTEMPTS_MAX, FRAGMENT_LEN, curve_word, deliver},
};
use crate::driver::{
    BoardRequest, ChipId, Confirmation, Delivery, Driver, DriverError, FoundPage, KeyOrigin,
    Naming, Presence,
};

/// Talks to diagnostic firmware over a [`Wire`](super::Wire).
pub struct DiagDriver {
    source: Box<dyn WireSource>,
    settings: DiagSettings,
    session: Option<Session>,
    /// Reads flash through a programmer on the same board, where there is one.
    reader: Option<Box<dyn Driver>>,
    /// The board that is in the fixture as far as is known.
    board: Option<ChipId>,
    fragment_len: usize,
    /// An anonymous board was let go and has not been seen to leave.
    is_old_board: bool,
}

impl DiagDriver {
    /// A driver for whatever answers on `source`.
    pub fn new(source: Box<dyn WireSource>, settings: DiagSettings) -> Self {
        let fragment_len = FRAGMENT_LEN;
        Self {
            source,
            settings,
            session: None,
            reader: None,
            board: None,
            fragment_len,
            is_old_board: false,
        }
    }

    /// Reads the page through another driver on the same board: firmware shows no more than single values of it.
    ///
    /// A programmer may halt or reset the board when it connects. So read before the board is asked for its requests,
    /// or after its chains are stored; in between a reset loses the keys.
    #[must_use]
    pub fn with_reader(mut self, reader: Box<dyn Driver>) -> Self {
        self.reader = Some(reader);
        self
    }

    /// Lets `work` talk to the board. A connection that was lost is opened again the next time.
    fn talk<T>(
        &mut self,
        work: impl FnOnce(&mut Session, &DiagSettings) -> Result<T, DriverError>,
    ) -> Result<T, DriverError> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => Session::new(self.open()?, self.settings.clone()),
        };
        let result = work(&mut session, &self.settings);
        if !matches!(result, Err(DriverError::NoBoard { .. })) {
            self.session = Some(session);
        }
        result
    }

    fn open(&mut self) -> Result<Box<dyn super::Wire>, DriverError> {
        self.source.open().map_err(|error| {
            let name = self.source.name();
            match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                    DriverError::NoBoard { detail: format!("{name} is not there") }
                }
                _ => DriverError::Io { action: format!("open {name}"), cause: error.to_string() },
            }
        })
    }

    /// Asks which chip answers. `None` where nobody does.
    fn chip(&mut self) -> Result<Option<Presence>, DriverError> {
        let known = self.board.clone();
        self.talk(|session, settings| {
            let Some(chip) = &settings.chip else {
                let is_there = session.is_anybody_there(settings.look_patience)?;
                return Ok(is_there.then_some(Presence::Anonymous));
            };
            let mut earlier = known;
            let mut is_silent = true;
            for _ in 0..CHIP_ATTEMPTS_MAX {
                let is_chip = |line: &str| chip.chip_in(line).is_some();
                let (patience, quiet) = (settings.look_patience, settings.quiet);
                let lines = session.lines(chip.command(), patience, quiet, is_chip)?;
                is_silent &= lines.is_empty();
                let found = lines.iter().find_map(|line| chip.chip_in(line));
                // One answer may have been spoilt by noise into another chip's; two alike were not.
                if found.is_some() && found == earlier {
                    return Ok(found.map(Presence::Board));
                }
                if found.is_none() && is_silent {
                    return Ok(None);
                }
                earlier = found.or(earlier);
            }
            Err(DriverError::Garbled {
                what: format!("no chip id in the answers to `{}`", chip.command()),
            })
        })
    }

    /// Chains fit one board only.
    fn refuse_other_board(&mut self) -> Result<(), DriverError> {
        let Some(expected) = self.board.clone() else { return Ok(()) };
        match self.chip()? {
            Some(Presence::Board(found)) if found != expected => Err(DriverError::OtherBoard {
                expected: expected.to_string(),
                found: found.to_string(),
            }),
            Some(_) => Ok(()),
            None => {
                let detail = format!("{} is silent", self.source.name());
                Err(DriverError::NoBoard { detail })
            }
        }
    }
}

/// How often the chip's id is asked for until two answers agree.
const CHIP_ATTEMPTS_MAX: usize = 4;

impl Driver for DiagDriver {
    fn look(&mut self) -> Result<Presence, DriverError> {
        let presence = match self.chip() {
            Ok(presence) => presence.unwrap_or(Presence::Empty),
            Err(DriverError::NoBoard { .. }) => Presence::Empty,
            Err(error) => return Err(error),
        };
        self.board = match &presence {
            Presence::Board(chip) => Some(chip.clone()),
            Presence::Empty | Presence::Anonymous => None,
        };
        match presence {
            Presence::Empty => self.is_old_board = false,
            // The board that was let go looks like any other until it is gone.
            Presence::Anonymous if self.is_old_board => return Ok(Presence::Empty),
            Presence::Anonymous | Presence::Board(_) => {}
        }
        Ok(presence)
    }

    fn key_origin(&self) -> KeyOrigin {
        KeyOrigin::Board
    }

    fn read_page(&mut self) -> Result<FoundPage, DriverError> {
        match &mut self.reader {
            Some(reader) => reader.read_page(),
            None => Ok(FoundPage::Unreadable),
        }
    }

    fn request_certificates(&mut self, naming: &Naming<'_>) -> Result<BoardRequest, DriverError> {
        let smsn_command = smsn_command(naming)?;
        let expected = naming.smsn;
        let (request, mtu) = self.talk(|session, settings| {
            let mut attempt = 1;
            loop {
                match request(session, settings, &smsn_command, expected) {
                    Err(error) if attempt < ATTEMPTS_MAX && may_begin_again(&error) => {
                        attempt += 1;
                    }
                    result => return result,
                }
            }
        })?;
        // Longer fragments than today's would need a longer line buffer on the board than anybody has documented.
        self.fragment_len = mtu
            .and_then(|mtu| usize::try_from(mtu).ok())
            .map_or(FRAGMENT_LEN, |mtu| mtu.clamp(1, FRAGMENT_LEN));
        Ok(request)
    }

    fn install(&mut self, delivery: &Delivery<'_>) -> Result<(), DriverError> {
        let Delivery::Chains { ed25519, p256r1, app_server_key } = *delivery else {
            return Err(DriverError::Unsupported { what: "way to write a page" });
        };
        self.refuse_other_board()?;
        let fragment_len = self.fragment_len;
        self.talk(|session, settings| {
            deliver(session, settings, fragment_len, (ed25519, p256r1), app_server_key)
        })
    }

    fn confirm_installed(&mut self) -> Result<Option<Confirmation>, DriverError> {
        self.talk(|session, settings| {
            let mut ask = |command| match session.ask(command, settings.command_patience) {
                Ok(object) => Ok(Some(object)),
                // Firmware that is too old to tell says one of these, or nothing.
                Err(
                    DriverError::BoardRefused { .. }
                    | DriverError::Garbled { .. }
                    | DriverError::TimedOut { .. },
                ) => Ok(None),
                Err(error) => Err(error),
            };
            let Some(apid) = ask("cert print apid")? else { return Ok(None) };
            let key = ask("cert print app_key")?;
            // The form of the answers is not public: base64 as everywhere, or the text itself.
            let apid = match apid.bytes(4) {
                Some(bytes) => String::from_utf8(bytes).ok().and_then(|text| text.parse().ok()),
                None => apid.text.parse().ok(),
            };
            let app_server_key = key.and_then(|key| {
                let bytes = key.bytes(32).or_else(|| hex::decode(&key.text).ok())?;
                bytes.try_into().ok()
            });
            Ok(Some(Confirmation { apid, app_server_key }))
        })
    }

    fn converse(&mut self, line: &str, patience: Duration) -> Result<Vec<String>, DriverError> {
        if line.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(DriverError::Unsupported { what: "line with control characters" });
        }
        self.talk(|session, settings| session.lines(line, patience, settings.quiet, |_| false))
    }

    fn let_go(&mut self) -> Result<(), DriverError> {
        self.board = None;
        self.is_old_board = true;
        if let Some(session) = &mut self.session {
            // The board forgets its keys with its power anyway, and it may be gone already.
            let _done = session.order("cert deinit", self.settings.look_patience);
        }
        match &mut self.reader {
            Some(reader) => reader.let_go(),
            None => Ok(()),
        }
    }
}

/// One session from `cert init` to the second signing request: new keys every time.
fn request(
    session: &mut Session,
    settings: &DiagSettings,
    smsn_command: &str,
    expected: Smsn,
) -> Result<(BoardRequest, Option<u32>), DriverError> {
    let mtu = session.order("cert init", settings.command_patience)?.mtu;
    let smsn = session.ask(smsn_command, settings.command_patience)?;
    let smsn: [u8; Smsn::LEN_BYTES] = smsn
        .bytes(Smsn::LEN_BYTES)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| DriverError::Garbled { what: "the SMSN is not 32 bytes".to_owned() })?;
    refuse_other_smsn(expected, Some(&Smsn::from_bytes(smsn)))?;
    let mut csr = |curve| -> Result<Csr, DriverError> {
        let command = format!("cert csr {}", curve_word(curve));
        let object = session.ask(&command, settings.key_patience)?;
        let len = curve.public_key_len_bytes() + Smsn::LEN_BYTES + Curve::SIGNATURE_LEN_BYTES;
        let bytes = object.bytes(len).ok_or_else(|| DriverError::Garbled {
            what: format!("the answer to `{command}` is not {len} bytes"),
        })?;
        let csr = Csr::parse(curve, &bytes)
            .map_err(|error| DriverError::Garbled { what: error.to_string() })?;
        refuse_other_smsn(expected, csr.smsn())?;
        Ok(csr)
    };
    Ok((BoardRequest { ed25519: csr(Curve::Ed25519)?, p256r1: csr(Curve::P256r1)? }, mtu))
}

fn refuse_other_smsn(expected: Smsn, found: Option<&Smsn>) -> Result<(), DriverError> {
    match found {
        Some(found) if *found != expected => {
            Err(DriverError::OtherSmsn { expected, found: *found })
        }
        _ => Ok(()),
    }
}

/// Nothing is signed yet, so anything that a reset or noise can cause is worth another try with new keys.
fn may_begin_again(error: &DriverError) -> bool {
    matches!(
        error,
        DriverError::Garbled { .. }
            | DriverError::TimedOut { .. }
            | DriverError::OtherSmsn { .. }
            | DriverError::BoardRefused { code: -10 | -11 | -25 | -40, .. }
    )
}

/// The command that tells the board who it is. Its parts are words of one line: anything that would end a word or the
/// line would make another command of it.
fn smsn_command(naming: &Naming<'_>) -> Result<String, DriverError> {
    let apid = naming.apid.as_str();
    let words = [Some(naming.device_type), Some(naming.dsn), Some(apid), naming.board_id];
    let mut command = "cert smsn".to_owned();
    for word in words.into_iter().flatten() {
        let is_word = !word.is_empty()
            && word.bytes().all(|byte| {
                byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b'{' | b'}')
            });
        if !is_word {
            return Err(DriverError::Unsupported { what: "names with blanks, quotes or braces" });
        }
        command.push(' ');
        command.push_str(word);
    }
    Ok(command)
}
