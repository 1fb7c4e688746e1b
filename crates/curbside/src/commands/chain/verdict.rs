//! What is said of each chain, as text or as one JSON document, in constant memory.

use serde::Serialize;
use sidewalk::{Chain, ChainTextError, Curve, Level, Smsn, VerifyError};

use crate::{
    artefact::{ChainFault, Origin, Place},
    commands::Format,
    exit::Exit,
    failure::Failure,
    terminal::Output,
};

/// Why a chain is not taken for genuine.
pub(super) enum VerdictFault {
    Chain(ChainFault),
    NotGenuine(VerifyError),
    Smsn { curve: Curve, found: Smsn, expected: Smsn },
}

impl VerdictFault {
    const fn exit(&self) -> Exit {
        match self {
            Self::Chain(_) => Exit::Malformed,
            Self::NotGenuine(_) | Self::Smsn { .. } => Exit::NotGenuine,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Chain(fault) => fault.code(),
            Self::NotGenuine(error) => error.code(),
            Self::Smsn { .. } => "smsn-unexpected",
        }
    }

    fn level(&self) -> Option<Level> {
        match self {
            Self::NotGenuine(error) => error.level(),
            Self::Chain(ChainFault::Text { error: ChainTextError::Chain(error), .. }) => {
                error.level()
            }
            Self::Chain(_) => None,
            Self::Smsn { .. } => Some(Level::Device),
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Chain(fault) => fault.to_string(),
            Self::NotGenuine(error) => error.to_string(),
            Self::Smsn { curve, found, expected } => {
                format!("the {curve} chain has SMSN {found}, expected is {expected}")
            }
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Chain(fault) => fault.hint(),
            Self::NotGenuine(error) => error.hint(),
            Self::Smsn { .. } => Some("is this the chain of another device?".to_owned()),
        }
    }
}

/// One chain in the JSON document.
#[derive(Serialize)]
struct VerdictJson<'a> {
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset_bytes: Option<u64>,
    curve: Option<&'static str>,
    smsn: Option<String>,
    verdict: &'static str,
    code: Option<&'static str>,
    level: Option<&'static str>,
    message: Option<String>,
}

impl<'a> VerdictJson<'a> {
    fn new(
        origin: &'a Origin,
        chain: Option<&Chain>,
        fault: Option<&VerdictFault>,
        verdict: &'static str,
    ) -> Self {
        let (line, record, offset_bytes) = match origin.place {
            None => (None, None, None),
            Some(Place::Line(line)) => (Some(line), None, None),
            Some(Place::Record { number, offset_bytes }) => {
                (None, Some(number), Some(offset_bytes))
            }
        };
        let fault_curve = match fault {
            Some(VerdictFault::Chain(fault)) => fault.curve(),
            _ => None,
        };
        Self {
            source: &origin.input,
            line,
            record,
            offset_bytes,
            curve: chain.map(Chain::curve).or(fault_curve).map(Curve::name),
            smsn: chain.map(|chain| chain.smsn().to_string()),
            verdict,
            code: fault.map(VerdictFault::code),
            level: fault.and_then(VerdictFault::level).map(Level::name),
            message: fault.map(VerdictFault::message),
        }
    }
}

/// Prints verdicts as they come, and counts them.
pub(super) struct Report {
    output: Output,
    format: Format,
    genuine: u64,
    not_genuine: u64,
    malformed: u64,
    /// The worst so far, to end with.
    exit: Option<Exit>,
    first_fault: String,
    hints: Vec<String>,
}

/// How many different hints are given: they repeat.
const HINTS_MAX: usize = 3;

impl Report {
    pub(super) fn new(format: Format) -> Self {
        Self {
            output: Output::new(),
            format,
            genuine: 0,
            not_genuine: 0,
            malformed: 0,
            exit: None,
            first_fault: String::new(),
            hints: Vec::new(),
        }
    }

    fn chains(&self) -> u64 {
        self.genuine + self.not_genuine + self.malformed
    }

    pub(super) fn verdict(
        &mut self,
        origin: &Origin,
        chain: Option<&Chain>,
        fault: Option<&VerdictFault>,
    ) -> Result<(), Failure> {
        let is_first = self.chains() == 0;
        let verdict = match fault.map(VerdictFault::exit) {
            None => {
                self.genuine += 1;
                "genuine"
            }
            Some(Exit::Malformed) => {
                self.malformed += 1;
                "malformed"
            }
            Some(_) => {
                self.not_genuine += 1;
                "not genuine"
            }
        };
        if let Some(fault) = fault
            && self.exit.is_none()
        {
            self.first_fault = format!("{origin}: {}", fault.message());
        }
        self.exit = self.exit.max(fault.map(VerdictFault::exit));
        if let Some(hint) = fault.and_then(VerdictFault::hint)
            && self.hints.len() < HINTS_MAX
            && !self.hints.contains(&hint)
        {
            self.hints.push(hint);
        }
        if !self.format.json {
            let text = match (fault, chain) {
                (Some(fault), _) => format!(" [{}]: {}", fault.code(), fault.message()),
                (None, Some(chain)) => format!(": {} chain of {}", chain.curve(), chain.smsn()),
                (None, None) => String::new(),
            };
            return self.output.print(&format!("{origin}: {verdict}{text}\n"));
        }
        let json = VerdictJson::new(origin, chain, fault, verdict);
        self.output.print(if is_first { "{\"chains\": [\n" } else { ",\n" })?;
        self.output.print(&serde_json::to_string(&json).unwrap_or_default())
    }

    /// Ends the document, and the command with the worst verdict.
    pub(super) fn finish(mut self, read: Result<(), Failure>) -> Result<(), Failure> {
        let (chains, genuine) = (self.chains(), self.genuine);
        let (not_genuine, malformed) = (self.not_genuine, self.malformed);
        if self.format.json {
            self.output.print(if chains == 0 { "{\"chains\": [" } else { "\n" })?;
            self.output.print(&format!(
                "], \"summary\": {{\"chains\": {chains}, \"genuine\": {genuine}, \
                 \"not_genuine\": {not_genuine}, \"malformed\": {malformed}}}}}\n"
            ))?;
        }
        self.output.finish()?;
        read?;
        if chains == 0 {
            return Err(Failure::new(Exit::Malformed, "there is no chain in what was given"));
        }
        let Some(exit) = self.exit else { return Ok(()) };
        let first = &self.first_fault;
        let message = match chains {
            1 => first.clone(),
            _ => format!(
                "{} of {chains} chains are not genuine, the first: {first}",
                chains - genuine
            ),
        };
        Err(self
            .hints
            .into_iter()
            .fold(Failure::new(exit, message), |failure, hint| failure.hint(hint)))
    }
}
