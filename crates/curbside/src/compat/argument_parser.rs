//! Reads options as Python's `argparse` (3.11) does, because scripts lean on its habits: any unambiguous
//! beginning of a long option, `--option=value`, `-oVALUE`, `-o=VALUE`, several flags behind one dash, the last of
//! several values, `--` before arguments.

use std::ffi::{OsStr, OsString};

/// An option, by its full name with the dashes; some have a letter too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spec {
    /// Takes one value.
    Value(&'static str),
    /// Takes one value; one dash and the letter mean it too. An option without another name has its letter in both.
    ShortValue(char, &'static str),
    /// Is there or not.
    Flag(&'static str),
    /// Is there or not; one dash and the letter mean it too.
    ShortFlag(char, &'static str),
}

/// Shows the help and ends; every parser has it.
pub(super) const HELP: Spec = Spec::ShortFlag('h', "--help");

/// Shows the version and ends.
pub(super) const VERSION: Spec = Spec::ShortFlag('V', "--version");

/// A command line that was understood.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Parsed {
    /// `-h` or `--help` stands somewhere in it.
    Help,
    /// `-V` or `--version` stands somewhere in it, before any help.
    Version,
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
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Value(name)
            | Self::ShortValue(_, name)
            | Self::Flag(name)
            | Self::ShortFlag(_, name) => name,
        }
    }

    /// As errors name it.
    pub(super) fn full_name(self) -> String {
        match self {
            Self::ShortValue(letter, name) | Self::ShortFlag(letter, name)
                if name.starts_with("--") =>
            {
                format!("-{letter}/{name}")
            }
            _ => self.name().to_owned(),
        }
    }

    const fn takes_value(self) -> bool {
        matches!(self, Self::Value(_) | Self::ShortValue(..))
    }

    const fn letter(self) -> Option<char> {
        match self {
            Self::ShortValue(letter, _) | Self::ShortFlag(letter, _) => Some(letter),
            Self::Value(_) | Self::Flag(_) => None,
        }
    }
}

impl Options {
    /// The value of an option; the last one counts.
    pub(super) fn value(&self, name: &str) -> Option<&OsStr> {
        self.0.iter().rev().find(|(known, _)| *known == name)?.1.as_deref()
    }

    /// How often a flag is set.
    pub(super) fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(known, _)| *known == name).count()
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
        let Arg::Option(first) = first else {
            if let Arg::Argument(text) | Arg::Unknown(text) = first {
                unrecognized.push(text.to_string_lossy().into_owned());
            }
            continue;
        };
        // Several letters behind one dash are several options.
        let mut next = Some(first.clone());
        while let Some(given) = next.take() {
            let name = given.spec.name();
            if given.spec.takes_value() {
                let value = match given.attached {
                    Some(value) => value,
                    None => {
                        let (value, after) = next_argument(rest).ok_or_else(|| {
                            let name = given.spec.full_name();
                            UsageError(format!("argument {name}: expected one argument"))
                        })?;
                        rest = after;
                        value.clone()
                    }
                };
                options.0.push((name, Some(value)));
            } else {
                next = given.following_letters(specs)?;
                match given.spec {
                    HELP => return Ok(Parsed::Help),
                    VERSION => return Ok(Parsed::Version),
                    _ => options.0.push((name, None)),
                }
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
        if let Arg::Option(Given { spec: HELP, .. }) = arg {
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
    Option(Given),
    /// Looks like an option and is none.
    Unknown(OsString),
    Argument(OsString),
    /// `--`: everything behind it is an argument.
    DoubleDash,
}

/// An option in a word.
#[derive(Clone)]
struct Given {
    spec: Spec,
    /// What follows in the same word: the value, or the letters of more flags.
    attached: Option<OsString>,
    /// By its letter.
    is_short: bool,
}

impl Given {
    fn long(spec: Spec, attached: Option<OsString>) -> Arg {
        Arg::Option(Self { spec, attached, is_short: false })
    }

    /// What the letters behind a flag's letter are; an error where they are none, or stand behind a name.
    fn following_letters(&self, specs: &[Spec]) -> Result<Option<Self>, UsageError> {
        let Some(attached) = &self.attached else { return Ok(None) };
        let text = attached.to_str().filter(|_| self.is_short).unwrap_or_default();
        let mut letters = text.chars();
        let spec = letters.next().and_then(|letter| of_letter(specs, letter));
        let rest = letters.as_str();
        let attached_to_next = (!rest.is_empty()).then(|| OsString::from(rest));
        match spec {
            Some(spec) => Ok(Some(Self { spec, attached: attached_to_next, is_short: true })),
            None => Err(UsageError(format!(
                "argument {}: ignored explicit argument '{}'",
                self.spec.full_name(),
                attached.to_string_lossy()
            ))),
        }
    }
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
    if let Some(spec) = specs.iter().find(|spec| spec.name() == text) {
        return Ok(Given::long(*spec, None));
    }
    if let Some(given) = short(specs, text) {
        return Ok(Arg::Option(given));
    }
    let (name, attached) = match text.split_once('=') {
        Some((name, value)) => (name, Some(OsString::from(value))),
        None => (text, None),
    };
    if let Some(spec) = specs.iter().find(|spec| spec.name() == name) {
        return Ok(Given::long(*spec, attached));
    }
    let begins = |spec: &&Spec| name.starts_with("--") && spec.name().starts_with(name);
    let candidates: Vec<&Spec> = specs.iter().filter(begins).collect();
    match candidates[..] {
        [spec] => Ok(Given::long(*spec, attached)),
        [_, _, ..] => {
            let names: Vec<_> = candidates.iter().map(|spec| spec.name()).collect();
            let names = names.join(", ");
            Err(UsageError(format!("ambiguous option: {text} could match {names}")))
        }
        [] if is_negative_number(text) || text.contains(' ') => Ok(Arg::Argument(arg.to_owned())),
        [] => Ok(Arg::Unknown(arg.to_owned())),
    }
}

/// An option by its letter, and what follows the letter; `-o=VALUE` means `-oVALUE`.
fn short(specs: &[Spec], text: &str) -> Option<Given> {
    let mut letters = text.strip_prefix('-')?.chars();
    let spec = of_letter(specs, letters.next()?)?;
    let rest = letters.as_str();
    let attached = match rest.strip_prefix('=') {
        Some(value) => Some(value),
        None if rest.is_empty() => None,
        None => Some(rest),
    };
    Some(Given { spec, attached: attached.map(OsString::from), is_short: true })
}

fn of_letter(specs: &[Spec], letter: char) -> Option<Spec> {
    specs.iter().copied().find(|spec| spec.letter() == Some(letter))
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

    const SPECS: [Spec; 9] = [
        HELP,
        VERSION,
        Spec::ShortValue('p', "--product"),
        Spec::ShortValue('o', "-o"),
        Spec::ShortFlag('g', "--generate"),
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
    fn a_letter_takes_its_value_in_every_way() {
        for line in ["-p x", "-px", "-p=x", "--product x", "--prod=x", "-gpx", "-gp x"] {
            assert_eq!(options(line).value("--product"), Some(OsStr::new("x")), "{line}");
        }
        assert_eq!(options("-o - -o=a=b").value("-o"), Some(OsStr::new("a=b")));
        assert!(options("-gpx").has("--generate"));
        assert_eq!(options("-gg --generate").count("--generate"), 3);
    }

    #[test]
    fn letters_that_are_no_options_and_values_that_are_missing_are_named_with_both_names() {
        assert_eq!(error("-gx"), "argument -g/--generate: ignored explicit argument 'x'");
        assert_eq!(error("-g=x"), "argument -g/--generate: ignored explicit argument 'x'");
        assert_eq!(error("--generate=g"), "argument -g/--generate: ignored explicit argument 'g'");
        assert_eq!(error("-p"), "argument -p/--product: expected one argument");
        assert_eq!(error("-o -g"), "argument -o: expected one argument");
        assert_eq!(error("-x"), "unrecognized arguments: -x");
    }

    #[test]
    fn the_version_is_seen_before_what_follows_it() {
        assert_eq!(parse(&SPECS, &words("-gV --nothing")), Ok(Parsed::Version));
        assert_eq!(parse(&SPECS, &words("--version")), Ok(Parsed::Version));
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
