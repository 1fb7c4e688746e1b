//! Finds, by name, what would erase more of a chip than the page's region.
//!
//! Steps may be run again for the same board, so there is no place in a template where a mass erase would come before
//! the page for good. What a program of the user's own does inside cannot be seen here.

use std::sync::LazyLock;

use regex::Regex;

/// Why a step is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// It erases more than the page's region, or lets its program do so.
    #[error("a mass erase never follows the page: `{found}`")]
    MassErase {
        /// The words that say so.
        found: String,
    },
    /// nrfutil erases the whole chip unless it is told otherwise.
    #[error("nrfutil erases the whole chip unless chip_erase_mode says otherwise")]
    NrfutilDefault,
}

/// Words that mean a mass erase in some programmer, in lower case without `-` and `_`; longer words that contain them
/// count too. nrfjprog: chiperase, eraseall, recover. nrfutil: ERASE_ALL, recover. Commander: masserase. openocd:
/// mass_erase, chip_erase. probe-rs: chip-erase, allow-erase-all. STM32CubeProgrammer: readunprotect, as pyocd's and
/// J-Link's unlock, erases the chip on its way. UICR holds what the firmware needs to start.
const WORDS: [&str; 11] = [
    "chiperase",
    "eraseall",
    "masserase",
    "fullerase",
    "erasechip",
    "eraseuicr",
    "anduicrerase",
    "recover",
    "readunprotect",
    "bulkerase",
    "eraseflash",
];

/// As [`WORDS`], where they stand alone.
const WHOLE_WORDS: [&str; 3] = ["unlock", "rdu", "tzenreg"];

/// What an erase option may name: parts of a chip, or nothing at all.
const PARTS: [&str; 7] = ["sector", "sectors", "page", "pages", "range", "none", "no"];

/// What nrfutil may do with the chip before it writes.
const NRFUTIL_MODES: [&str; 2] = ["ERASE_RANGES_TOUCHED_BY_FIRMWARE", "ERASE_NONE"];

static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    // The pattern is fixed when the program is built, and every test of this file needs it.
    Regex::new(r"[A-Za-z0-9_-]+").expect("the pattern is valid")
});

/// Refuses a command line and the script that it runs.
pub(super) fn refuse(argv: &[String], script: Option<&str>) -> Option<Refusal> {
    // One command may be spread over arguments, and an argument may hold several.
    let arguments = argv.join(" ");
    let lines = [arguments.as_str()].into_iter().chain(script.into_iter().flat_map(str::lines));
    let mass_erase = lines.into_iter().find_map(|line| {
        let tokens: Vec<&str> = TOKEN.find_iter(line).map(|token| token.as_str()).collect();
        mass_erase_in(&tokens)
    });
    mass_erase.or_else(|| nrfutil_default(argv))
}

fn mass_erase_in(tokens: &[&str]) -> Option<Refusal> {
    tokens.iter().enumerate().find_map(|(index, token)| {
        let word = bare(token);
        // The name of nrfutil's option; its value is looked at for itself.
        let is_word = word != "chiperasemode"
            && (WHOLE_WORDS.contains(&word.as_str())
                || WORDS.iter().any(|named| word.contains(named)));
        if is_word {
            return Some(Refusal::MassErase { found: (*token).to_owned() });
        }
        let before = index.checked_sub(1).map_or("", |before| tokens[before]);
        let rest = &tokens[index + 1..];
        let is_bad_erase = match *token {
            "-e" | "--erase" | "-erase" => !rest.first().is_some_and(|next| names_a_part(next)),
            // openocd's `flash write_image erase` erases the sectors that it writes.
            "erase" if before == "write_image" => false,
            "erase" => {
                !rest.iter().any(|next| is_place(next)) || rest.iter().any(|next| is_all(next))
            }
            _ => false,
        };
        is_bad_erase.then(|| {
            let next = rest.first().copied().unwrap_or_default();
            Refusal::MassErase { found: format!("{token} {next}").trim_end().to_owned() }
        })
    })
}

/// nrfutil's default is ERASE_ALL.
fn nrfutil_default(argv: &[String]) -> Option<Refusal> {
    let is_nrfutil = argv.first()?.to_ascii_lowercase().contains("nrfutil");
    if !is_nrfutil || !argv.iter().any(|argument| argument == "program") {
        return None;
    }
    let modes = argv.iter().flat_map(|argument| argument.split([',', ' ']));
    let modes: Vec<&str> = modes
        .filter_map(|part| part.split_once("chip_erase_mode="))
        .map(|(_, mode)| mode)
        .collect();
    let is_safe = !modes.is_empty() && modes.iter().all(|mode| NRFUTIL_MODES.contains(mode));
    (!is_safe).then_some(Refusal::NrfutilDefault)
}

fn names_a_part(token: &str) -> bool {
    PARTS.contains(&bare(token).as_str()) || is_place(token)
}

/// A number, or a placeholder that becomes one.
fn is_place(token: &str) -> bool {
    token.starts_with(|first: char| first.is_ascii_digit())
        || ["address", "address_hex"].contains(&token)
}

fn is_all(token: &str) -> bool {
    ["all", "chip", "mass"].contains(&bare(token).as_str())
}

fn bare(token: &str) -> String {
    token.chars().filter(|letter| !matches!(letter, '-' | '_')).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Option<Refusal> {
        let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
        refuse(&argv, None)
    }

    #[test]
    fn every_programmers_mass_erase_is_refused_by_name() {
        for line in [
            "nrfjprog --chiperase --program {file}",
            "nrfjprog -e",
            "nrfjprog --eraseall",
            "nrfjprog --recover",
            "nrfjprog --program {file} --sectoranduicrerase",
            "nrfutil device recover",
            "nrfutil device erase --all",
            "nrfutil device program --firmware {file} --options chip_erase_mode=ERASE_ALL",
            "commander device masserase --serialno {probe}",
            "commander flash {file} --masserase",
            "commander device unlock",
            "STM32_Programmer_CLI -c port=SWD -e all -w {file}",
            "STM32_Programmer_CLI -c port=SWD -rdu",
            "pyocd flash --erase chip {file}",
            "pyocd flash --erase=auto {file}",
            "pyocd flash -e chip {file}",
            "pyocd erase --chip",
            "pyocd erase --mass 0x1000",
            "probe-rs download --chip-erase {file}",
            "probe-rs download --allow-erase-all {file}",
            "probe-rs erase --chip {device}",
            "openocd -c nrf5 mass_erase",
            "openocd -c nrf52_recover",
            "openocd -c stm32l4x mass_erase 0; program {file}",
            "dslite --config=x.ccxml -e -f -v {file}",
            "dslite --mode cc13xx-cc26xx-mass-erase",
        ] {
            assert!(
                matches!(found(line), Some(Refusal::MassErase { .. })),
                "{line}: {:?}",
                found(line)
            );
        }
    }

    #[test]
    fn erasing_what_the_page_needs_is_allowed() {
        for line in [
            "nrfjprog --sectorerase --program {file} --snr {probe}",
            "nrfutil device erase --pages {address_hex}",
            "nrfutil device program --firmware {file} --options \
             chip_erase_mode=ERASE_RANGES_TOUCHED_BY_FIRMWARE,verify=VERIFY_READ",
            "STM32_Programmer_CLI -c port=SWD -e 127 -w {file} -v",
            "pyocd flash --erase sector -O auto_unlock=false {file}",
            "openocd -c flash write_image erase {file}",
            "openocd -c flash erase_address {address_hex} {len}",
            "probe-rs download --chip {device} --verify {file}",
            "commander flash {file} --serialno {probe}",
        ] {
            assert_eq!(found(line), None, "{line}");
        }
    }

    #[test]
    fn nrfutil_without_an_erase_mode_is_refused() {
        assert_eq!(
            found("nrfutil device program --firmware {file}"),
            Some(Refusal::NrfutilDefault)
        );
        assert_eq!(
            found("/opt/nrfutil device program --firmware {file} --options reset=RESET_NONE"),
            Some(Refusal::NrfutilDefault)
        );
    }

    #[test]
    fn a_script_is_looked_at_line_by_line() {
        let argv = ["JLinkExe".to_owned()];
        for script in
            ["si SWD\nerase\nloadfile x", "unlock Nordic", "r\nexec EnableEraseAllFlashBanks"]
        {
            assert!(refuse(&argv, Some(script)).is_some(), "{script}");
        }
        let ranged = "erase {address_hex} {end_hex}\nloadfile x";
        assert_eq!(refuse(&argv, Some(ranged)), None);
    }
}
