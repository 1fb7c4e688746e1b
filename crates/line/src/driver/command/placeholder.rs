//! `{name}` in arguments and scripts. `{{` and `}}` are the braces themselves.

use std::collections::BTreeMap;

/// What stands for each name.
pub(super) type Values = BTreeMap<String, String>;

/// What is wrong with a text that has placeholders.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PlaceholderError {
    /// A brace without its partner.
    #[error("a brace without its partner; `{{{{` and `}}}}` stand for the braces themselves")]
    Brace,
    /// Nothing is known under this name.
    #[error("{{{name}}} stands for nothing here")]
    Unknown {
        /// The name.
        name: String,
    },
}

/// One piece of a text.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

/// The text with values in place of names.
pub(super) fn expand(text: &str, values: &Values) -> Result<String, PlaceholderError> {
    let mut expanded = String::new();
    for piece in pieces(text)? {
        expanded.push_str(match piece {
            Piece::Text(text) => text,
            Piece::Name(name) => values
                .get(name)
                .ok_or_else(|| PlaceholderError::Unknown { name: name.to_owned() })?,
        });
    }
    Ok(expanded)
}

/// The names in a text.
pub(super) fn names(text: &str) -> Result<Vec<&str>, PlaceholderError> {
    let names = pieces(text)?.into_iter().filter_map(|piece| match piece {
        Piece::Name(name) => Some(name),
        Piece::Text(_) => None,
    });
    Ok(names.collect())
}

fn pieces(mut text: &str) -> Result<Vec<Piece<'_>>, PlaceholderError> {
    let mut pieces = Vec::new();
    while let Some(at) = text.find(['{', '}']) {
        let (before, rest) = text.split_at(at);
        pieces.push(Piece::Text(before));
        if rest.starts_with("{{") || rest.starts_with("}}") {
            pieces.push(Piece::Text(&rest[..1]));
            text = &rest[2..];
        } else {
            let inner = rest.strip_prefix('{').ok_or(PlaceholderError::Brace)?;
            let end = inner.find(['{', '}']).ok_or(PlaceholderError::Brace)?;
            if !inner[end..].starts_with('}') {
                return Err(PlaceholderError::Brace);
            }
            pieces.push(Piece::Name(&inner[..end]));
            text = &inner[end + 1..];
        }
    }
    pieces.push(Piece::Text(text));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expanded(text: &str) -> Result<String, PlaceholderError> {
        expand(text, &Values::from([("file".to_owned(), "page.hex".to_owned())]))
    }

    #[test]
    fn names_become_values() {
        assert_eq!(expanded("-f={file};").unwrap(), "-f=page.hex;");
    }

    #[test]
    fn a_name_within_doubled_braces_stays_within_braces() {
        assert_eq!(expanded("program {{{file}}} verify").unwrap(), "program {page.hex} verify");
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        assert_eq!(expanded("{fiel}"), Err(PlaceholderError::Unknown { name: "fiel".to_owned() }));
    }

    #[test]
    fn a_lone_brace_is_an_error() {
        for text in ["{", "}", "a{file", "{fi{le}", "file}"] {
            assert_eq!(expanded(text), Err(PlaceholderError::Brace), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[{}a-c]{0,20}") {
            let _result = expanded(&text);
        }

        #[test]
        fn text_with_its_braces_doubled_comes_out_as_it_was(text in "[{}a-c]{0,20}") {
            let doubled = text.replace('{', "{{").replace('}', "}}");
            prop_assert_eq!(expanded(&doubled).unwrap(), text);
        }
    }
}
