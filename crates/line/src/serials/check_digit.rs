//! Check digits: whether the last character of a number proves the others.

use crate::job::CheckDigit;

/// The characters of Code 39, in the order of their values (ISO/IEC 16388).
const CODE_39: &[u8; 43] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";

/// Whether the last character is the check digit of those before it.
pub fn check_digit_is_right(kind: CheckDigit, text: &str) -> bool {
    match kind {
        CheckDigit::Luhn => luhn(text),
        CheckDigit::Gs1 => gs1(text),
        CheckDigit::Code39 => code_39(text),
    }
}

/// Digits from the right; letters do not count.
fn digits(text: &str) -> impl Iterator<Item = u32> {
    text.chars().rev().filter_map(|letter| letter.to_digit(10))
}

fn ends_in_a_digit_of_many(text: &str) -> bool {
    text.ends_with(|letter: char| letter.is_ascii_digit()) && digits(text).count() > 1
}

fn luhn(text: &str) -> bool {
    let sum: u32 = digits(text)
        .enumerate()
        .map(|(index, digit)| match index % 2 {
            0 => digit,
            _ if digit > 4 => 2 * digit - 9,
            _ => 2 * digit,
        })
        .sum();
    ends_in_a_digit_of_many(text) && sum.is_multiple_of(10)
}

fn gs1(text: &str) -> bool {
    let sum: u32 = digits(text)
        .enumerate()
        .map(|(index, digit)| digit * if index % 2 == 0 { 1 } else { 3 })
        .sum();
    ends_in_a_digit_of_many(text) && sum.is_multiple_of(10)
}

fn code_39(text: &str) -> bool {
    let Some((check, rest)) = text.as_bytes().split_last() else { return false };
    let value = |byte: &u8| CODE_39.iter().position(|known| known == byte);
    let sum: Option<usize> = rest.iter().map(value).sum();
    match (sum, value(check)) {
        (Some(sum), Some(check)) => !rest.is_empty() && sum % CODE_39.len() == check,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_answers_of_each_kind_hold_and_one_changed_digit_is_seen() {
        // ISO/IEC 7812-1's common example; the GS1 General Specifications' GTIN-13; ISO/IEC 16388's CODE39.
        for (kind, right, wrong) in [
            (CheckDigit::Luhn, "79927398713", "79927398723"),
            (CheckDigit::Gs1, "4006381333931", "4006381333932"),
            (CheckDigit::Code39, "CODE39W", "CODE38W"),
        ] {
            assert!(check_digit_is_right(kind, right), "{right}");
            assert!(!check_digit_is_right(kind, wrong), "{wrong}");
            assert!(!check_digit_is_right(kind, ""));
            assert!(!check_digit_is_right(kind, "0"));
        }
    }
}
