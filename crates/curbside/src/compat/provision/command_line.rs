//! Which platform, which input, which options: the command line as the public tool's `argparse` takes it.

use std::ffi::OsString;

use crate::{
    compat::argument_parser::{self, HELP, Options, Parsed, Spec, UsageError},
    exit::Exit,
    failure::Failure,
};

/// The platforms of the public tool and its vendors' copies.
const PLATFORMS: [&str; 5] = ["nordic", "ti", "silabs", "st", "generic"];

const INPUTS: [&str; 3] = ["acs", "bb", "aws"];

/// A command line that asks for a page.
#[derive(Debug)]
pub(super) struct CommandLine {
    /// The words before the options, for messages.
    pub(super) program: String,
    pub(super) platform: &'static str,
    pub(super) input: InputKind,
    pub(super) options: Options,
}

/// What was asked for.
#[derive(Debug)]
pub(super) enum Understood {
    /// The text of the help.
    Help(String),
    /// A page.
    Run(CommandLine),
}

/// Where the device's values come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum InputKind {
    /// The ACS console's JSON.
    Acs,
    /// The "black box" JSON from before the DAK.
    BlackBox,
    /// AWS IoT's JSON, of either kind.
    Aws,
}

impl InputKind {
    /// The word on the command line and in file names.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Acs => "acs",
            Self::BlackBox => "bb",
            Self::Aws => "aws",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "acs" => Self::Acs,
            "bb" => Self::BlackBox,
            _ => Self::Aws,
        }
    }

    const fn specs(self) -> &'static [Spec] {
        match self {
            Self::Acs => &[Spec::Value("--json"), Spec::Value("--app_srv_pub")],
            Self::BlackBox => &[Spec::Value("--json")],
            Self::Aws => &[
                Spec::Value("--wireless_device_json"),
                Spec::Value("--device_profile_json"),
                Spec::Value("--certificate_json"),
            ],
        }
    }

    const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Acs => &["--json", "--app_srv_pub"],
            Self::BlackBox => &["--json"],
            Self::Aws => &[],
        }
    }
}

impl CommandLine {
    pub(super) fn parse(name: &str, args: &[OsString]) -> Result<Understood, Failure> {
        let (first, rest) = args.split_at(args.len().min(1));
        let platform =
            argument_parser::sub_command(&PLATFORMS, first).map_err(|error| usage(name, &error))?;
        let Some((platform, _)) = platform else {
            return Ok(Understood::Help(platform_help(name)));
        };
        let program = format!("{name} {platform}");
        let input =
            argument_parser::sub_command(&INPUTS, rest).map_err(|error| usage(&program, &error))?;
        let Some((word, rest)) = input else {
            return Ok(Understood::Help(input_help(&program)));
        };
        let program = format!("{program} {word}");
        let input = InputKind::from_word(word);
        let specs = specs(platform, input);
        let options = match argument_parser::parse(&specs, rest) {
            Err(error) => return Err(usage(&program, &error)),
            // This tool has no option that asks for its version.
            Ok(Parsed::Help | Parsed::Version) => {
                return Ok(Understood::Help(option_help(&program, &specs)));
            }
            Ok(Parsed::Options(options)) => options,
        };
        let missing: Vec<_> =
            input.required().iter().copied().filter(|name| !options.has(name)).collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            let error = UsageError(format!("the following arguments are required: {missing}"));
            return Err(usage(&program, &error));
        }
        Ok(Understood::Run(Self { program, platform, input, options }))
    }

    /// A failure of an option's value, as the public tool words it.
    pub(super) fn bad_value(&self, option: &str, problem: &str) -> Failure {
        usage(&self.program, &UsageError(format!("argument {option}: {problem}")))
    }

    /// A failure of the options together.
    pub(super) fn bad_combination(&self, problem: &str) -> Failure {
        usage(&self.program, &UsageError(problem.to_owned()))
    }

    pub(super) fn bad_choice(&self, option: &str, found: &str, choices: &[&str]) -> Failure {
        usage(&self.program, &argument_parser::invalid_choice(option, found, choices))
    }
}

fn specs(platform: &str, input: InputKind) -> Vec<Spec> {
    let mut specs = vec![HELP];
    specs.extend(input.specs());
    specs.extend([Spec::Value("--chip"), Spec::Flag("--dump_raw_values")]);
    specs.extend(match platform {
        "silabs" => [
            Spec::Value("--commander-bin"),
            Spec::Flag("--secure-vault"),
            Spec::Value("--addr"),
            Spec::Value("--output_nvm3"),
            Spec::Value("--output_s37"),
        ]
        .as_slice(),
        _ => [
            Spec::Value("--config"),
            Spec::Value("--addr"),
            Spec::Value("--output_bin"),
            Spec::Value("--output_hex"),
        ]
        .as_slice(),
    });
    specs
}

fn usage(program: &str, error: &UsageError) -> Failure {
    Failure::new(Exit::Usage, format!("{program}: {}", error.0))
        .hint(format!("`{program} --help` shows what can stand there"))
}

fn platform_help(program: &str) -> String {
    format!(
        "usage: {program} [-h] {{{}}} ...\n\nWrites the manufacturing page of a device.\n",
        PLATFORMS.join(",")
    )
}

fn input_help(program: &str) -> String {
    format!(
        "usage: {program} [-h] {{{}}} ...\n\n\
         positional arguments:\n  \
         acs  JSON of the ACS console\n  \
         bb   JSON of the black box\n  \
         aws  JSON of AWS IoT\n",
        INPUTS.join(",")
    )
}

fn option_help(program: &str, specs: &[Spec]) -> String {
    let mut text = format!("usage: {program} [options]\n\noptions:\n");
    for spec in specs {
        let line = match spec {
            Spec::Value(name) | Spec::ShortValue(_, name) => format!("  {name} {}", about(name)),
            Spec::Flag(name) | Spec::ShortFlag(_, name) => format!("  {name:<24}{}", about(name)),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn about(option: &str) -> &'static str {
    match option {
        "--help" => "shows this and ends",
        "--wireless_device_json" => "FILE  answer of `aws iotwireless get-wireless-device`",
        "--device_profile_json" => "FILE   answer of `aws iotwireless get-device-profile`",
        "--certificate_json" => "FILE      certificate JSON of the AWS console",
        "--json" => "FILE                  JSON of the ACS console or the black box",
        "--app_srv_pub" => "FILE_OR_HEX    public key of the application server, 32 bytes",
        "--chip" => "NAME                  chip, which says where the page stands",
        "--dump_raw_values" => "prints every value but the private keys",
        "--config" => "FILE                offsets of the page, YAML",
        "--addr" => "NUMBER                address of the page, in place of the chip's own",
        "--output_bin" => "FILE            image; values are merged into a page that stands there",
        "--output_hex" => "FILE            Intel HEX",
        "--output_nvm3" => "FILE           NVM3 objects",
        "--output_s37" => "FILE            S-records, made by Simplicity Commander",
        "--commander-bin" => "FILE         Simplicity Commander",
        "--secure-vault" => "changes nothing, as in the public tool",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Understood, Failure> {
        let args: Vec<_> = line.split_whitespace().map(OsString::from).collect();
        CommandLine::parse("sid_provision", &args)
    }

    fn failure(line: &str) -> String {
        parse(line).expect_err("a usage error").render()
    }

    #[test]
    fn every_level_shows_help_when_nothing_follows() {
        for line in ["", "-h", "nordic", "nordic --help", "nordic aws --help", "silabs acs -h"] {
            assert!(matches!(parse(line), Ok(Understood::Help(_))), "{line}");
        }
    }

    #[test]
    fn unknown_words_name_the_choices() {
        assert!(failure("foo").contains("invalid choice: 'foo' (choose from 'nordic', 'ti'"));
        assert!(failure("nordic foo").contains("{acs,bb,aws}: invalid choice: 'foo'"));
    }

    #[test]
    fn required_options_are_named_together() {
        assert!(failure("ti acs").contains("are required: --json, --app_srv_pub"));
        assert!(failure("ti bb").contains("are required: --json"));
        assert!(matches!(parse("ti aws"), Ok(Understood::Run(_))));
    }

    #[test]
    fn silabs_has_options_of_its_own_and_no_config() {
        assert!(matches!(parse("silabs aws --sec --output_n x"), Ok(Understood::Run(_))));
        assert!(failure("silabs aws --config x").contains("unrecognized arguments: --config x"));
        assert!(failure("nordic aws --output_nvm3 x").contains("unrecognized"));
    }
}
