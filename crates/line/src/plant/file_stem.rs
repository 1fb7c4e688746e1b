//! A file's name out of a serial number.

/// Makes a name of a serial number that stays in its directory and is another for every number: letters, digits, `-`,
/// `_` and inner dots stay, everything else becomes `%` and two hex digits for each byte.
pub(crate) fn file_stem(dsn: &str) -> String {
    let mut stem = String::with_capacity(dsn.len());
    for (at, character) in dsn.char_indices() {
        let stays = character.is_ascii_alphanumeric()
            || matches!(character, '-' | '_')
            || character == '.' && at > 0;
        if stays {
            stem.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                stem.push('%');
                stem.push_str(&hex::encode_upper([byte]));
            }
        }
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_serial_number_leaves_its_directory() {
        assert_eq!(file_stem("G091-0042_a.b"), "G091-0042_a.b");
        assert_eq!(file_stem("../x"), "%2E.%2Fx");
        assert_eq!(file_stem(".hidden"), "%2Ehidden");
        assert_eq!(file_stem("a\\b:c%"), "a%5Cb%3Ac%25");
        assert_eq!(file_stem("é"), "%C3%A9");
    }
}
