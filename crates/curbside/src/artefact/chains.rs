//! Certificate chains out of whatever carries them.

use std::{
    fmt,
    io::{BufRead, BufReader, Read},
};

use control_log::{Examined, Fault, ReadError, Reader};
use sidewalk::{CHAIN_TEXT_LEN_MAX, Chain, ChainText, ChainTextError, Curve, Smsn};

use crate::{
    artefact::json::{Json, SigningOutput, WirelessDevice},
    exit::Exit,
    failure::Failure,
    input::{Content, Input},
};

/// The largest file with the chains of one device; real ones are below 16 KiB.
const FILE_LEN_BYTES_MAX: u64 = 1024 * 1024;

/// Where something was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Origin {
    pub(crate) input: String,
    pub(crate) place: Option<Place>,
}

/// Where in its file something was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// Counted from 1.
    Line(u64),
    /// The record counted from 1, the byte where it begins from 0.
    Record { number: u64, offset_bytes: u64 },
}

/// The chains that came together, as those of one device.
pub(crate) struct Device {
    pub(crate) origin: Origin,
    /// The number that stands beside the chains.
    pub(crate) smsn_beside: Option<Smsn>,
    pub(crate) chains: Vec<Result<Chain, ChainFault>>,
}

/// Why there is no chain where one should be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum ChainFault {
    Text {
        curve: Option<Curve>,
        error: ChainTextError,
    },
    /// Of a control log.
    Entry(Fault),
    /// The number beside the chains is none.
    SmsnBeside,
}

/// Finds the chains in `input` and hands them over, device by device.
pub(crate) fn for_each_device(
    input: &Input,
    on_device: &mut dyn FnMut(Device) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let name = input.to_string();
    let bytes = match input.content(FILE_LEN_BYTES_MAX)? {
        Content::ControlLog(source) => return control_log(&name, source, on_device),
        Content::Bytes(bytes) => bytes,
    };
    if !Json::is_meant(&bytes) {
        return on_device(Device::of_text(Origin { input: name, place: None }, &bytes));
    }
    let device = match Json::read(&name, &bytes)? {
        Json::ControlLog => return control_log(&name, &bytes[..], on_device),
        Json::SigningOutput(json) => json.device(name),
        Json::WirelessDevice(json) => json.device(name),
        Json::DeviceProfile(_) | Json::BlackBox | Json::Other => {
            let message = format!("failed to read {name}: there are no chains in this JSON");
            return Err(Failure::new(Exit::Malformed, message)
                .hint(format!("`curbside explain {name}` says what it is")));
        }
    };
    on_device(device)
}

/// Reads a file with one chain a line. Blank lines do not count.
pub(crate) fn for_each_line(
    input: &Input,
    on_device: &mut dyn FnMut(Device) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let name = input.to_string();
    let mut source = BufReader::new(input.open()?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        // One more than any chain, so that the chain's own error tells of a line that is too long.
        let limit = CHAIN_TEXT_LEN_MAX as u64 + 2;
        let read = source.by_ref().take(limit).read_until(b'\n', &mut line);
        let len_bytes = read.map_err(|error| {
            Failure::new(Exit::Io, format!("failed to read {name}, line {number}: {error}"))
        })?;
        if len_bytes == 0 {
            break;
        }
        if len_bytes as u64 == limit && !line.ends_with(b"\n") {
            return Err(Failure::new(
                Exit::Malformed,
                format!("failed to read {name}, line {number}: the line is longer than any chain"),
            )
            .hint("the file needs one chain a line, in base64 or hex".to_owned()));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let origin = Origin { input: name.clone(), place: Some(Place::Line(number)) };
        on_device(Device::of_text(origin, &line))?;
    }
    Ok(())
}

fn control_log(
    name: &str,
    source: impl Read,
    on_device: &mut dyn FnMut(Device) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut reader = Reader::new(source);
    let unreadable = |error: ReadError| Failure::of_log(name, &error);
    while let Some(record) = reader.next_record().map_err(unreadable)? {
        let (number, offset_bytes) = (record.number(), record.offset_bytes());
        let examined = Examined::of(&record);
        let Examined { smsn, ed25519_chain, p256r1_chain, faults, .. } = examined;
        let chains = [ed25519_chain, p256r1_chain].into_iter().flatten().map(Ok);
        // The number beside the chains is compared by whoever verifies.
        let faults = faults
            .into_iter()
            .filter(|fault| !matches!(fault, Fault::OtherDevice { .. }))
            .map(|fault| Err(ChainFault::Entry(fault)));
        on_device(Device {
            origin: Origin {
                input: name.to_owned(),
                place: Some(Place::Record { number, offset_bytes }),
            },
            smsn_beside: smsn,
            chains: chains.chain(faults).collect(),
        })?;
    }
    Ok(())
}

impl Device {
    fn of_text(origin: Origin, text: &[u8]) -> Self {
        let chain = ChainText::parse(text).map_err(|error| ChainFault::Text { curve: None, error });
        Self { origin, smsn_beside: None, chains: vec![chain] }
    }

    fn of_json<'a>(
        name: String,
        smsn: Option<&str>,
        chains: impl IntoIterator<Item = (Curve, &'a str)>,
    ) -> Self {
        let mut chains: Vec<_> = chains
            .into_iter()
            .map(|(curve, text)| {
                ChainText::parse_base64(curve, text.as_bytes())
                    .map_err(|error| ChainFault::Text { curve: Some(curve), error })
            })
            .collect();
        let smsn_beside = smsn.map(str::parse::<Smsn>);
        if matches!(smsn_beside, Some(Err(_))) {
            chains.push(Err(ChainFault::SmsnBeside));
        }
        Self {
            origin: Origin { input: name, place: None },
            smsn_beside: smsn_beside.and_then(Result::ok),
            chains,
        }
    }
}

impl SigningOutput<'_> {
    /// The chains, and the number beside them.
    pub(crate) fn device(&self, name: String) -> Device {
        let smsn = self.metadata.as_ref().and_then(|metadata| metadata.smsn.as_deref());
        let chains = [(Curve::Ed25519, &self.ed25519), (Curve::P256r1, &self.p256r1)];
        let chains = chains.into_iter().filter_map(|(curve, text)| Some((curve, text.as_deref()?)));
        Device::of_json(name, smsn, chains)
    }
}

impl WirelessDevice<'_> {
    /// The chains, and the number beside them.
    pub(crate) fn device(&self, name: String) -> Device {
        let chains = self.sidewalk.certificates().iter().filter_map(|certificate| {
            Some((certificate.signing_alg.parse().ok()?, &*certificate.value))
        });
        Device::of_json(name, self.sidewalk.sidewalk_manufacturing_sn.as_deref(), chains)
    }
}

impl ChainFault {
    /// The curve, where it is known.
    pub(crate) fn curve(&self) -> Option<Curve> {
        match self {
            Self::Text { curve, .. } => *curve,
            Self::Entry(_) | Self::SmsnBeside => None,
        }
    }

    /// A stable code for scripts.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Text { error: ChainTextError::Chain(_), .. } => "chain-form",
            Self::Text { .. } => "chain-text",
            Self::Entry(fault) => fault.code(),
            Self::SmsnBeside => "serial-number",
        }
    }

    /// What to do next, where there is something.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Text { error, .. } => error.hint(),
            Self::Entry(_) | Self::SmsnBeside => None,
        }
    }
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { curve: Some(curve), error } => write!(f, "the {curve} chain: {error}"),
            Self::Text { curve: None, error } => error.fmt(f),
            Self::Entry(fault) => fault.fmt(f),
            Self::SmsnBeside => f.write_str("the SMSN beside the chains is not 64 hex digits"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.input)?;
        match self.place {
            None => Ok(()),
            Some(Place::Line(line)) => write!(f, ", line {line}"),
            Some(Place::Record { number, offset_bytes }) => {
                write!(f, ", record {number} at byte {offset_bytes}")
            }
        }
    }
}
