//! Reads options as Python's `argparse` (3.11) does, because scripts lean on its habits: any unambiguous
//! beginning of a long option, `--option=value`, the last of several, `--` before arguments.

use std::ffi::{OsStr, OsString};

/// An option, by its full name with the dashes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spec {
    /// Takes one value.
    Value(&'static str),
    /// Is there or not.
    Flag(&'static str),
}

/// Shows the help and ends; every parser has it.
pub(super) const HELP: Spec = Spec::Flag("--help");

/// A command line that was understood.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Parsed {
    /// `-h` or `--help` stands somewhere in it.
    Help,
    /// The options.
    Options(Options),
}

/// Options as they were given, in order.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Options(Vec<(&'static str, Option<OsString>)>);

/// What is wrong with a command line, in the words of `argparse`.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct UsageError(pub(super) String);

impl Spec {
    const fn name(self) -> &'static str {
        match self {
            Self::Value(name) | Self::Flag(name) => name,
        }
    }
}

impl Options {
    /// The value of an option; the last one counts.
    pub(super) fn value(&self, name: &str) -> Option<&OsStr> {
        self.0.iter().rev().find(|(known, _)| *known == name)?.1.as_deref()
    }

    /// Whether a flag is set.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == name)
    }
}

/// Reads options; there are no positional arguments.
pub(super) fn parse(specs: &[Spec], args: &[OsString]) -> Result<Parsed, UsageError> {
    let args = classify_all(specs, args)?;
    let mut options = Options::default();
    let mut unrecognized = Vec::new();
    let mut rest = &args[..];
    while let [first, after @ ..] = rest {
        rest = after;
        let Arg::Option { spec, attached } = first else {
            if let Arg::Argument(text) | Arg::Unknown(text) = first {
                unrecognized.push(text.to_string_lossy().into_owned());
            }
            continue;
        };
        match (spec, attached) {
            (Spec::Flag(name), Some(value)) => {
                let value = value.to_string_lossy();
                return Err(UsageError(format!(
                    "argument {name}: ignored explicit argument '{value}'"
                )));
            }
            (spec, None) if *spec == HELP => return Ok(Parsed::Help),
            (Spec::Flag(name), None) => options.0.push((name, None)),
            (Spec::Value(name), Some(value)) => options.0.push((name, Some(value.clone()))),
            (Spec::Value(name), None) => {
                let (value, after) = next_argument(rest)
                    .ok_or_else(|| UsageError(format!("argument {name}: expected one argument")))?;
                options.0.push((name, Some(value.clone())));
                rest = after;
            }
        }
    }
    if unrecognized.is_empty() {
        return Ok(Parsed::Options(options));
    }
    Err(UsageError(format!("unrecognized arguments: {}", unrecognized.join(" "))))
}

/// Takes the sub-command in front. Only help may stand before it; all behind it is its own.
///
/// `None` where there is none, which is when the public tool shows its help.
pub(super) fn sub_command<'a, 'c>(
    choices: &[&'c str],
    args: &'a [OsString],
) -> Result<Option<(&'c str, &'a [OsString])>, UsageError> {
    let classified = classify_all(&[HELP], args)?;
    let position = classified.iter().position(|arg| matches!(arg, Arg::Argument(_)));
    let before = &classified[..position.unwrap_or(classified.len())];
    for arg in before {
        if let Arg::Option { spec: HELP, .. } = arg {
            return Ok(None);
        }
    }
    let Some(position) = position else {
        return match before.iter().find_map(Arg::unknown) {
            Some(text) => Err(UsageError(format!("unrecognized arguments: {text}"))),
            None => Ok(None),
        };
    };
    let word = args[position].to_string_lossy();
    let Some(choice) = choices.iter().find(|choice| **choice == word) else {
        return Err(invalid_choice(&format!("{{{}}}", choices.join(",")), &word, choices));
    };
    match before.iter().find_map(Arg::unknown) {
        Some(text) => Err(UsageError(format!("unrecognized arguments: {text}"))),
        None => Ok(Some((choice, &args[position + 1..]))),
    }
}

pub(super) fn invalid_choice(argument: &str, found: &str, choices: &[&str]) -> UsageError {
    let choices: Vec<_> = choices.iter().map(|choice| format!("'{choice}'")).collect();
    let choices = choices.join(", ");
    UsageError(format!("argument {argument}: invalid choice: '{found}' (choose from {choices})"))
}

/// One word of the command line, seen by itself.
enum Arg {
    Option {
        spec: Spec,
        /// What follows `=` in the same word.
        attached: Option<OsString>,
    },
    /// Looks like an option and is none.
    Unknown(OsString),
    Argument(OsString),
    /// `--`: everything behind it is an argument.
    DoubleDash,
}

impl Arg {
    fn unknown(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Unknown(text) => Some(text.to_string_lossy()),
            _ => None,
        }
    }
}

/// The value of an option; a `--` before it does not count.
fn next_argument(rest: &[Arg]) -> Option<(&OsString, &[Arg])> {
    match rest {
        [Arg::Argument(value), after @ ..]
        | [Arg::DoubleDash, Arg::Argument(value), after @ ..] => Some((value, after)),
        _ => None,
    }
}

fn classify_all(specs: &[Spec], args: &[OsString]) -> Result<Vec<Arg>, UsageError> {
    let mut classified = Vec::with_capacity(args.len());
    let mut is_past_dashes = false;
    for arg in args {
        if is_past_dashes {
            classified.push(Arg::Argument(arg.clone()));
        } else if arg == "--" {
            is_past_dashes = true;
            classified.push(Arg::DoubleDash);
        } else {
            classified.push(classify(specs, arg)?);
        }
    }
    Ok(classified)
}

fn classify(specs: &[Spec], arg: &OsStr) -> Result<Arg, UsageError> {
    // No option has a name outside ASCII, so a word that is not UTF-8 can only be a value.
    let Some(text) = arg.to_str().filter(|text| text.len() > 1 && text.starts_with('-')) else {
        return Ok(Arg::Argument(arg.to_owned()));
    };
    if text == "-h" {
        return Ok(Arg::Option { spec: HELP, attached: None });
    }
    if let Some(spec) = specs.iter().find(|spec| spec.name() == text) {
        return Ok(Arg::Option { spec: *spec, attached: None });
    }
    let (name, attached) = match text.split_once('=') {
        Some((name, value)) => (name, Some(OsString::from(value))),
        None => (text, None),
    };
    if let Some(spec) = specs.iter().find(|spec| spec.name() == name) {
        return Ok(Arg::Option { spec: *spec, attached });
    }
    let begins = |spec: &&Spec| name.starts_with("--") && spec.name().starts_with(name);
    let candidates: Vec<&Spec> = specs.iter().filter(begins).collect();
    match candidates[..] {
        [spec] => Ok(Arg::Option { spec: *spec, attached }),
        [_, _, ..] => {
            let names: Vec<_> = candidates.iter().map(|spec| spec.name()).collect();
            let names = names.join(", ");
            Err(UsageError(format!("ambiguous option: {text} could match {names}")))
        }
        [] if is_negative_number(text) || text.contains(' ') => Ok(Arg::Argument(arg.to_owned())),
        [] => Ok(Arg::Unknown(arg.to_owned())),
    }
}

/// `-1` and `-1.5` are values, not options.
fn is_negative_number(text: &str) -> bool {
    let digits = text.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.len() == digits.len() + 1
        && all_digits(whole)
        && all_digits(fraction)
        && !fraction.is_empty()
        && (digits.contains('.') || !whole.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECS: [Spec; 5] = [
        HELP,
        Spec::Value("--certificate_json"),
        Spec::Value("--chip"),
        Spec::Value("--addr"),
        Spec::Flag("--dump_raw_values"),
    ];

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    fn options(line: &str) -> Options {
        match parse(&SPECS, &words(line)) {
            Ok(Parsed::Options(options)) => options,
            other => panic!("{other:?}"),
        }
    }

    fn error(line: &str) -> String {
        match parse(&SPECS, &words(line)) {
            Err(UsageError(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_option_is_known_by_any_unambiguous_beginning() {
        assert_eq!(options("--cert a").value("--certificate_json"), Some(OsStr::new("a")));
        assert_eq!(options("--ch=b").value("--chip"), Some(OsStr::new("b")));
        assert!(options("--d").has("--dump_raw_values"));
    }

    #[test]
    fn an_ambiguous_beginning_names_every_candidate() {
        assert_eq!(error("--c x"), "ambiguous option: --c could match --certificate_json, --chip");
    }

    #[test]
    fn the_last_of_several_values_counts() {
        assert_eq!(options("--chip a --chip b").value("--chip"), Some(OsStr::new("b")));
    }

    #[test]
    fn a_value_may_be_empty_or_contain_an_equals_sign() {
        assert_eq!(options("--chip=").value("--chip"), Some(OsStr::new("")));
        assert_eq!(options("--chip=a=b").value("--chip"), Some(OsStr::new("a=b")));
    }

    #[test]
    fn an_option_is_never_taken_for_a_value() {
        assert_eq!(error("--chip --addr 1"), "argument --chip: expected one argument");
        assert_eq!(error("--chip"), "argument --chip: expected one argument");
    }

    #[test]
    fn a_negative_number_is_a_value() {
        assert_eq!(options("--addr -1").value("--addr"), Some(OsStr::new("-1")));
        assert_eq!(error("--addr -x"), "argument --addr: expected one argument");
    }

    #[test]
    fn behind_a_double_dash_dashes_mean_nothing() {
        assert_eq!(options("--chip -- --addr").value("--chip"), Some(OsStr::new("--addr")));
        assert_eq!(error("-- --addr"), "unrecognized arguments: --addr");
    }

    #[test]
    fn a_flag_takes_no_value() {
        assert_eq!(
            error("--dump_raw_values=1"),
            "argument --dump_raw_values: ignored explicit argument '1'"
        );
    }

    #[test]
    fn words_that_belong_nowhere_are_all_named() {
        assert_eq!(error("x --chip a --y"), "unrecognized arguments: x --y");
    }

    #[test]
    fn help_is_seen_before_what_follows_it() {
        for line in ["-h", "--help", "--he", "--chip x -h --chip"] {
            assert_eq!(parse(&SPECS, &words(line)), Ok(Parsed::Help), "{line}");
        }
    }

    #[test]
    fn a_sub_command_takes_everything_behind_it() {
        let args = words("aws --help");
        assert_eq!(sub_command(&["acs", "aws"], &args), Ok(Some(("aws", &args[1..]))));
    }

    #[test]
    fn without_a_sub_command_there_is_help() {
        assert_eq!(sub_command(&["acs", "aws"], &[]), Ok(None));
        assert_eq!(sub_command(&["acs", "aws"], &words("-h aws")), Ok(None));
    }

    #[test]
    fn an_unknown_sub_command_names_the_choices() {
        let expected = "argument {acs,aws}: invalid choice: 'x' (choose from 'acs', 'aws')";
        assert_eq!(sub_command(&["acs", "aws"], &words("x")), Err(UsageError(expected.into())));
        assert_eq!(
            sub_command(&["acs", "aws"], &words("--chip aws")),
            Err(UsageError("unrecognized arguments: --chip".into()))
        );
    }
}
