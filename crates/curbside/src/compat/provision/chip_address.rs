//! The number behind `--addr`, in any form that Python's `int(text, 0)` takes.

/// Reads a number: decimal, `0x`, `0o` or `0b`, single underscores between digits. `None` where it is no number,
/// or does not fit the 32 bits that an address has.
pub(super) fn parse(text: &str) -> Option<u32> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text);
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0o") => (&lower[2..], 8),
        Some("0b") => (&lower[2..], 2),
        _ => (&lower[..], 10),
    };
    // An underscore may follow the radix prefix, but not lead a decimal number.
    let digits = if radix == 10 { digits } else { digits.strip_prefix('_').unwrap_or(digits) };
    let is_spaced = digits.split('_').all(|group| !group.is_empty());
    let digits: String = digits.chars().filter(|digit| *digit != '_').collect();
    let has_only_digits = digits.chars().all(|digit| digit.is_digit(radix));
    let is_old_octal = radix == 10 && digits.starts_with('0') && digits.chars().any(|c| c != '0');
    if !is_spaced || !has_only_digits || is_old_octal {
        return None;
    }
    u32::from_str_radix(&digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_reads_them() {
        for (text, expected) in [
            ("0xFF000", 0xF_F000),
            ("0XfF000", 0xF_F000),
            (" 1044480 ", 0xF_F000),
            ("+1_044_480", 0xF_F000),
            ("0x_ff_000", 0xF_F000),
            ("0b101", 5),
            ("0o17", 15),
            ("000", 0),
            ("0xFFFFFFFF", u32::MAX),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "0x", "_1", "1_", "1__0", "010", "ff", "0x100000000", "-1", "1.0", "0xg"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
