//! Numbers as the public tools print them: Python's `int` and `float` texts.

/// Appends the Python text of a JSON number whose grammar is already checked. Integers keep their digits,
/// however many; others go through the nearest IEEE 754 double, as in Python.
///
/// Returns false, and appends nothing, for a number beyond the range of a double, which Python would turn into
/// `Infinity`, which is not JSON.
pub(crate) fn write_python(text: &str, out: &mut Vec<u8>) -> bool {
    let is_integer = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_integer {
        out.extend_from_slice(if text == "-0" { b"0" } else { text.as_bytes() });
        return true;
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => {
            out.extend_from_slice(python_repr(value).as_bytes());
            true
        }
        _ => false,
    }
}

/// The shortest digits that read back as the same double, in the layout of Python's `repr`: plain from 1e-4
/// up to below 1e16, with an exponent of at least two digits beyond.
fn python_repr(value: f64) -> String {
    let scientific = scientific(value);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    if !(-4..16).contains(&exponent) {
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{mantissa}e{exponent_sign}{:02}", exponent.unsigned_abs());
    }
    let digits: String = mantissa.chars().filter(|&character| character != '.').collect();
    let places = exponent.unsigned_abs() as usize;
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(places - 1));
    }
    let whole_len = places + 1;
    if digits.len() > whole_len {
        let (whole, fraction) = digits.split_at(whole_len);
        return format!("{sign}{whole}.{fraction}");
    }
    format!("{sign}{digits}{}.0", "0".repeat(whole_len - digits.len()))
}

/// The shortest digits as `d.ddde-7`. Of two equally short ones the nearer, of two equally near ones that with
/// an even last digit, as Python chooses; Rust's shortest form alone rounds such a tie up.
fn scientific(value: f64) -> String {
    let shortest = format!("{value:e}");
    let digits = shortest.bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit);
    let nearest = format!("{value:.*e}", digits.count().saturating_sub(1));
    if nearest.parse() == Ok(value) { nearest } else { shortest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(text: &str) -> Option<String> {
        let mut out = Vec::new();
        write_python(text, &mut out).then(|| String::from_utf8(out).unwrap())
    }

    /// Each right-hand side was printed by Python 3.11: `json.dumps(json.loads(text))`.
    #[test]
    fn numbers_are_printed_as_python_prints_them() {
        for (text, printed) in [
            ("0", "0"),
            ("-0", "0"),
            ("-17", "-17"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1.0", "1.0"),
            ("-0.0", "-0.0"),
            ("1e5", "100000.0"),
            ("1E+5", "100000.0"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("1.5e16", "1.5e+16"),
            ("123456789.125", "123456789.125"),
            ("0.0001", "0.0001"),
            ("0.00012345", "0.00012345"),
            ("0.00001", "1e-05"),
            ("1.25e-7", "1.25e-07"),
            ("1e-400", "0.0"),
            ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("0.1000000000000000055511151231257827", "0.1"),
            ("2.5e0", "2.5"),
            ("-773988341981580.25", "-773988341981580.2"),
            ("773988341981580.75", "773988341981580.8"),
            ("1234567890123456.7", "1234567890123456.8"),
        ] {
            assert_eq!(python(text).as_deref(), Some(printed), "{text}");
        }
    }

    #[test]
    fn a_number_beyond_a_double_is_refused() {
        assert_eq!(python("1e309"), None);
        assert_eq!(python("-1e309"), None);
    }
}
