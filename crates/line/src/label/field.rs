//! Which characters a ZPL field can carry, and how.
//!
//! `^` and `~` begin commands, so no value may bring them into a label as they are. A field with `^FH` takes any
//! character as an indicator and two hex digits, and values are written so there. In a field without it, values
//! with such a character are refused. In bar codes some characters mean something else than themselves even when
//! they are escaped; they are refused there always (ZPL II programming guide: `^FH`, `^FB`, `^BX`, `^BC`).

use std::fmt::Write as _;

/// Begins commands; the backslash begins escapes in some firmware.
const COMMAND_CHARACTERS: &str = "^~\\";

/// Mean something else than themselves in bar codes: `>` changes the set of Code 128, `~` and `\` begin escapes.
const BAR_CODE_CHARACTERS: &str = "^~\\>";

/// What begins an escape in a Data Matrix that does not say so itself: `_` in old firmware, `~` in newer.
const DATA_MATRIX_ESCAPES: &str = "_~";

/// What `^FH` without an indicator means.
const HEX_INDICATOR: char = '_';

/// The place of the escape character among the parameters of `^BX`, from 0.
const DATA_MATRIX_ESCAPE_PARAMETER: usize = 6;

/// What the commands before `^FD` say about a field.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Field {
    hex_indicator: Option<char>,
    is_bar_code: bool,
    is_block: bool,
    escapes: String,
}

/// A character that a field cannot carry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Refused {
    pub(super) character: char,
    pub(super) is_escapable: bool,
}

impl Field {
    /// Takes in a command that stands before the field's data: its two letters and its parameters.
    pub(super) fn command(&mut self, letters: [char; 2], parameters: &str) {
        match letters {
            ['F', 'H'] => {
                self.hex_indicator = Some(parameters.chars().next().unwrap_or(HEX_INDICATOR));
            }
            ['F' | 'T', 'B'] => self.is_block = true,
            // Defaults for bar codes, and no bar code.
            ['B', 'Y'] => {}
            ['B', kind] => {
                self.is_bar_code = true;
                if kind == 'X' {
                    let given = parameters.split(',').nth(DATA_MATRIX_ESCAPE_PARAMETER);
                    self.escapes = match given.map(str::trim) {
                        None | Some("") => DATA_MATRIX_ESCAPES.to_owned(),
                        Some(escape) => escape.to_owned(),
                    };
                }
            }
            _ => {}
        }
    }

    /// Adds a value to a label, so that the printer shows exactly it.
    pub(super) fn put(&self, value: &str, label: &mut String) -> Result<(), Refused> {
        for character in value.chars() {
            let is_special = COMMAND_CHARACTERS.contains(character);
            let never = character.is_control()
                || self.is_block && character == '\\'
                || self.escapes.contains(character)
                || self.is_bar_code
                    && (!character.is_ascii() || BAR_CODE_CHARACTERS.contains(character));
            if never || is_special && self.hex_indicator.is_none() {
                return Err(Refused { character, is_escapable: !never });
            }
            match self.hex_indicator {
                Some(indicator) if is_special || character == indicator => {
                    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                        // Writing to a text cannot fail.
                        let _ = write!(label, "{indicator}{byte:02X}");
                    }
                }
                _ => label.push(character),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(commands: &[(&str, &str)], value: &str) -> Result<String, char> {
        let mut field = Field::default();
        for (command, parameters) in commands {
            let letters: Vec<char> = command.chars().collect();
            field.command([letters[0], letters[1]], parameters);
        }
        let mut label = String::new();
        field.put(value, &mut label).map(|()| label).map_err(|refused| refused.character)
    }

    #[test]
    fn a_plain_field_refuses_what_would_begin_a_command() {
        assert_eq!(put(&[], "G091-0042_é"), Ok("G091-0042_é".to_owned()));
        for bad in ['^', '~', '\\', '\n', '\u{1b}'] {
            assert_eq!(put(&[], &format!("a{bad}XZ")), Err(bad));
        }
    }

    #[test]
    fn a_field_with_fh_writes_them_in_hex() {
        assert_eq!(put(&[("FH", "")], "a^b~c\\d_e"), Ok("a_5Eb_7Ec_5Cd_5Fe".to_owned()));
        assert_eq!(put(&[("FH", "#")], "#_^"), Ok("#23_#5E".to_owned()));
        assert_eq!(put(&[("FH", ""), ("FB", "400,2")], "a\\&b"), Err('\\'));
    }

    #[test]
    fn a_bar_code_refuses_what_means_something_else_in_it() {
        assert_eq!(put(&[("BX", "N,4,200")], "24d4"), Ok("24d4".to_owned()));
        assert_eq!(put(&[("BX", "N,4,200")], "a_1"), Err('_'));
        assert_eq!(put(&[("BX", "N,4,200,,,,@")], "a_1"), Ok("a_1".to_owned()));
        assert_eq!(put(&[("BX", "N,4,200,,,,@")], "a@1"), Err('@'));
        assert_eq!(put(&[("BC", "N,80"), ("FH", "")], "a>b"), Err('>'));
        assert_eq!(put(&[("BC", "N,80")], "é"), Err('é'));
        assert_eq!(put(&[("BY", "2")], "a>b"), Ok("a>b".to_owned()));
    }
}
