//! The text of a label with places for what differs between devices.
//!
//! A template is ZPL with `{dsn}`, `{smsn}`, `{apid}`, `{chip}`, `{line}` and `{date}` in its `^FD` fields; `{{` and
//! `}}` are braces. Everything else goes to the printer as it is: bar codes and Data Matrices are the template's own
//! commands.

use super::{
    error::{FillError, TemplateError, TemplateProblem},
    field::Field,
    placeholder::{LabelFacts, Placeholder},
};

/// The longest template in bytes. A label with a logo has some 100 KiB.
pub const TEMPLATE_LEN_BYTES_MAX: usize = 1 << 20;

/// A label's text, checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Text(String),
    Place { placeholder: Placeholder, field: Field, line: usize },
}

impl Template {
    /// Reads and checks a template.
    ///
    /// # Errors
    ///
    /// The first line that makes no sense.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > TEMPLATE_LEN_BYTES_MAX {
            let (len_bytes, limit_bytes) = (text.len(), TEMPLATE_LEN_BYTES_MAX);
            let problem = TemplateProblem::TooLong { len_bytes, limit_bytes };
            return Err(TemplateError { line: 1, problem });
        }
        let mut parser = Parser::new(text);
        while let Some(character) = parser.rest.chars().next() {
            match character {
                '{' => parser.opening_brace()?,
                '}' => parser.closing_brace()?,
                '^' | '~' => parser.command(character)?,
                _ => parser.take(character.len_utf8()),
            }
        }
        parser.finish()
    }

    /// The label of a device.
    ///
    /// # Errors
    ///
    /// A value has a character that its field cannot carry.
    pub fn fill(&self, facts: &LabelFacts<'_>) -> Result<String, FillError> {
        let mut label = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => label.push_str(text),
                Part::Place { placeholder, field, line } => {
                    field.put(&placeholder.value(facts), &mut label).map_err(|refused| {
                        FillError {
                            placeholder: *placeholder,
                            character: refused.character,
                            line: *line,
                            is_escapable: refused.is_escapable,
                        }
                    })?;
                }
            }
        }
        Ok(label)
    }
}

struct Parser<'a> {
    rest: &'a str,
    line: usize,
    text: String,
    parts: Vec<Part>,
    field: Field,
    is_in_data: bool,
    has_begun: bool,
    has_ended: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            line: 1,
            text: String::new(),
            parts: Vec::new(),
            field: Field::default(),
            is_in_data: false,
            has_begun: false,
            has_ended: false,
        }
    }

    fn opening_brace(&mut self) -> Result<(), TemplateError> {
        if self.rest.starts_with("{{") {
            self.pass(1);
            self.take(1);
            return Ok(());
        }
        let end = self.rest[1..].find(['}', '{', '\n', '^', '~']).map(|end| end + 1);
        let Some(end) = end.filter(|end| self.rest[*end..].starts_with('}')) else {
            return Err(self.error(TemplateProblem::LoneBrace { brace: '{' }));
        };
        let name = &self.rest[1..end];
        let Some(placeholder) = Placeholder::of_name(name) else {
            return Err(self.error(TemplateProblem::Unknown { name: name.to_owned() }));
        };
        if !self.is_in_data {
            return Err(self.error(TemplateProblem::OutsideField { placeholder }));
        }
        self.pass(end + 1);
        self.parts.push(Part::Text(std::mem::take(&mut self.text)));
        let (field, line) = (self.field.clone(), self.line);
        self.parts.push(Part::Place { placeholder, field, line });
        Ok(())
    }

    fn closing_brace(&mut self) -> Result<(), TemplateError> {
        if !self.rest.starts_with("}}") {
            return Err(self.error(TemplateProblem::LoneBrace { brace: '}' }));
        }
        self.pass(1);
        self.take(1);
        Ok(())
    }

    fn command(&mut self, prefix: char) -> Result<(), TemplateError> {
        let mut letters = self.rest[1..].chars().map(|letter| letter.to_ascii_uppercase());
        let letters = [letters.next().unwrap_or(' '), letters.next().unwrap_or(' ')];
        let after = self.rest[1..].char_indices().nth(2).map_or("", |(at, _)| &self.rest[1 + at..]);
        let parameters =
            &after[..after.find(['^', '~', '\r', '\n', '{', '}']).unwrap_or(after.len())];
        if let ['C', 'C' | 'T' | 'D'] = letters {
            let command = format!("{prefix}{}{}", letters[0], letters[1]);
            return Err(self.error(TemplateProblem::ChangesPrefix { command }));
        }
        self.is_in_data = false;
        match letters {
            ['X', 'A'] => {
                self.has_begun = true;
                self.field = Field::default();
            }
            ['X', 'Z'] => self.has_ended |= self.has_begun,
            ['F', 'S'] => self.field = Field::default(),
            ['F', 'D' | 'V'] => self.is_in_data = true,
            _ => self.field.command(letters, parameters),
        }
        self.take(1);
        Ok(())
    }

    fn finish(mut self) -> Result<Template, TemplateError> {
        let is_identity = |part: &Part| match part {
            Part::Text(_) => false,
            Part::Place { placeholder, .. } => placeholder.is_identity(),
        };
        let problem = if !self.has_begun {
            TemplateProblem::Incomplete { command: "^XA" }
        } else if !self.has_ended {
            TemplateProblem::Incomplete { command: "^XZ" }
        } else if !self.parts.iter().any(is_identity) {
            TemplateProblem::NoIdentity
        } else {
            self.parts.push(Part::Text(self.text));
            return Ok(Template(self.parts));
        };
        Err(self.error(problem))
    }

    /// Copies so many bytes into the label.
    fn take(&mut self, len_bytes: usize) {
        let (taken, rest) = self.rest.split_at(len_bytes);
        self.line += usize::from(taken == "\n");
        self.text.push_str(taken);
        self.rest = rest;
    }

    /// Passes over so many bytes.
    fn pass(&mut self, len_bytes: usize) {
        self.rest = &self.rest[len_bytes..];
    }

    fn error(&self, problem: TemplateProblem) -> TemplateError {
        TemplateError { line: self.line, problem }
    }
}

#[cfg(test)]
mod tests {
    use journal::UnixMillis;
    use proptest::prelude::*;
    use sidewalk::{Apid, Smsn};

    use super::*;

    fn filled(template: &str, dsn: &str) -> Result<String, FillError> {
        let smsn: Smsn = "24".repeat(32).parse().unwrap();
        let apid: Apid = "Ab12".parse().unwrap();
        let facts = LabelFacts {
            dsn,
            smsn: &smsn,
            apid: &apid,
            chip: None,
            line: "A",
            at: UnixMillis(1_798_329_774_000),
        };
        Template::parse(template).unwrap().fill(&facts)
    }

    fn problem(template: &str) -> (usize, TemplateProblem) {
        let error = Template::parse(template).unwrap_err();
        (error.line, error.problem)
    }

    #[test]
    fn every_placeholder_is_filled_and_the_rest_stays() {
        let template = "^XA\r\n^FO1,2^FD{dsn} {apid} {line} {date} [{chip}]^FS\n\
                        ^BXN,4,200^FD{smsn}^FS^FD{{}}^FS^XZ\n";
        let smsn = "24".repeat(32);
        let expected = format!(
            "^XA\r\n^FO1,2^FDG1 Ab12 A 2026-12-27 []^FS\n^BXN,4,200^FD{smsn}^FS^FD{{}}^FS^XZ\n"
        );
        assert_eq!(filled(template, "G1").unwrap(), expected);
    }

    #[test]
    fn the_example_is_a_good_template() {
        let template = include_str!("../../../../examples/label.zpl");
        let label = filled(template, "G091-0042").unwrap();
        assert!(label.contains("G091-0042") && label.contains(&"24".repeat(32)));
        assert!(label.contains("^BX"));
    }

    #[test]
    fn a_bad_template_is_refused_with_its_line() {
        let unknown = TemplateProblem::Unknown { name: "sn".to_owned() };
        assert_eq!(problem("^XA\n^FD{sn}^FS^XZ"), (2, unknown));
        let lone = |brace| TemplateProblem::LoneBrace { brace };
        assert_eq!(problem("^XA\n\n^FD{dsn^FS^XZ"), (3, lone('{')));
        assert_eq!(problem("^XA^FD{"), (1, lone('{')));
        assert_eq!(problem("^XA^FD}^FS"), (1, lone('}')));
        let outside = TemplateProblem::OutsideField { placeholder: Placeholder::Dsn };
        assert_eq!(problem("^XA^FX{dsn}^FS^XZ"), (1, outside.clone()));
        assert_eq!(problem("^XA^FDx^FS{dsn}^XZ"), (1, outside));
        let prefix = TemplateProblem::ChangesPrefix { command: "^CC".to_owned() };
        assert_eq!(problem("^XA\n^cc!"), (2, prefix));
        let missing = |command| TemplateProblem::Incomplete { command };
        assert_eq!(problem("^FD{dsn}^FS^XZ"), (1, missing("^XA")));
        assert_eq!(problem("^XZ^XA^FD{dsn}^FS\n"), (2, missing("^XZ")));
        assert_eq!(problem("^XA^FD{date}^FS^XZ"), (1, TemplateProblem::NoIdentity));
    }

    #[test]
    fn a_value_that_would_break_out_is_refused_or_escaped() {
        let error = filled("^XA\n^FD{dsn}^FS^XZ", "a^XZ").unwrap_err();
        assert_eq!((error.line, error.character), (2, '^'));
        assert!(error.hint().unwrap().contains("^FH"));
        assert_eq!(filled("^XA^FH^FD{dsn}^FS^XZ", "a^XZ").unwrap(), "^XA^FH^FDa_5EXZ^FS^XZ");
        // What ^FH says holds for its own field only.
        assert!(filled("^XA^FH^FDx^FS^FD{dsn}^FS^XZ", "a^XZ").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_template_or_an_error_and_never_a_panic(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "^XA", "^XZ", "^FD", "^FS", "^FH", "^BX,,,,,,", "{", "}", "{dsn}", "~", "^",
                    "é", "\n", "x",
                ]),
                0..30,
            ),
        ) {
            let _ = Template::parse(&pieces.concat());
        }

        #[test]
        fn no_serial_number_brings_a_command_into_a_label(dsn in "[!-~]{1,16}") {
            for field in ["", "^FH", "^BXN,4,200^FH"] {
                let template = format!("^XA{field}^FD{{dsn}}^FS^XZ");
                let template = template.as_str();
                if let Ok(label) = filled(template, &dsn) {
                    let commands = |text: &str| text.matches(['^', '~']).count();
                    prop_assert_eq!(commands(&label), commands(template));
                }
            }
        }
    }
}
