//! YAML as far as the public tool's configuration files go: mappings and scalars.
//!
//! Aliases, which could grow without bound, are refused, and so is everything else that those files do not have.

use saphyr_parser::{Event, Parser, ScanError, Span, StrInput};

/// How deep mappings may nest. The tool's offsets stand three deep.
const DEPTH_MAX: usize = 4;

/// Why a text is not YAML, or not of the kind that is understood.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum YamlFault {
    /// The text is not YAML.
    #[error("{0}")]
    Syntax(String),
    /// YAML that these files have no use for.
    #[error("{0} are not understood here")]
    NotUnderstood(&'static str),
    /// Mappings nest deeper than any such file's.
    #[error("nested deeper than {DEPTH_MAX}")]
    TooDeep,
}

/// A piece of a file.
#[derive(Debug)]
pub(crate) struct Node {
    /// Where it starts, counted from 1.
    pub(crate) line: usize,
    pub(crate) value: Value,
}

#[derive(Debug)]
pub(crate) enum Value {
    /// The text without its quotes.
    Scalar(String),
    /// In the order of the file.
    Mapping(Vec<Member>),
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// The line of the name.
    pub(crate) line: usize,
    pub(crate) node: Node,
}

/// Reads a text of one document.
///
/// # Errors
///
/// The line and what is wrong in it.
pub(crate) fn parse(text: &str) -> Result<Node, (usize, YamlFault)> {
    let mut events = Events(Parser::new_from_str(text));
    let root = loop {
        let (event, span) = events.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            event => break events.node(event, span, 0)?,
        }
    };
    loop {
        let (event, span) = events.next()?;
        match event {
            Event::StreamEnd => return Ok(root),
            Event::DocumentStart(_) => return not_understood(span, "further documents"),
            _ => {}
        }
    }
}

struct Events<'t>(Parser<'t, StrInput<'t>>);

impl<'t> Events<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), (usize, YamlFault)> {
        let syntax =
            |error: ScanError| (error.marker().line(), YamlFault::Syntax(error.info().to_owned()));
        match self.0.next_event() {
            Some(event) => event.map_err(syntax),
            None => Err((1, YamlFault::Syntax("the text ends too early".to_owned()))),
        }
    }

    fn node(
        &mut self,
        event: Event<'t>,
        span: Span,
        depth: usize,
    ) -> Result<Node, (usize, YamlFault)> {
        let line = span.start.line();
        match event {
            Event::Scalar(text, ..) => Ok(Node { line, value: Value::Scalar(text.into_owned()) }),
            Event::MappingStart(..) if depth == DEPTH_MAX => Err((line, YamlFault::TooDeep)),
            Event::MappingStart(..) => {
                let mut members = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    let name = match event {
                        Event::MappingEnd => break,
                        Event::Scalar(name, ..) => name.into_owned(),
                        _ => return not_understood(span, "keys that are no text"),
                    };
                    let line = span.start.line();
                    let (event, span) = self.next()?;
                    members.push(Member { name, line, node: self.node(event, span, depth + 1)? });
                }
                Ok(Node { line, value: Value::Mapping(members) })
            }
            Event::Alias(_) => not_understood(span, "aliases"),
            Event::SequenceStart(..) => not_understood(span, "lists"),
            _ => not_understood(span, "empty documents"),
        }
    }
}

fn not_understood(span: Span, what: &'static str) -> Result<Node, (usize, YamlFault)> {
    Err((span.start.line(), YamlFault::NotUnderstood(what)))
}
