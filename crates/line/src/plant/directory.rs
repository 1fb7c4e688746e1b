//! A directory as a system: a JSON file for each result.

use std::path::Path;

use durable::{Cause, Visibility};
use serde::Deserialize;

use super::{file_stem::file_stem, hook::Reply};

/// The part of a result that names its file.
#[derive(Deserialize)]
struct Named {
    id: String,
    dsn: Option<String>,
}

/// The name for a board that got no serial number.
const NAMELESS: &str = "none";

/// Puts a result into the directory as `DSN-ID.json`. One that is there was put there before a power cut.
pub(super) fn put(directory: &Path, json: &[u8]) -> Reply {
    let Ok(named) = serde_json::from_slice::<Named>(json) else {
        return Reply::Refused { why: "it is no result".to_owned(), is_final: true };
    };
    let stem = file_stem(named.dsn.as_deref().unwrap_or(NAMELESS));
    let path = directory.join(format!("{stem}-{}.json", file_stem(&named.id)));
    match durable::write_new(path, Visibility::Shared, json) {
        Ok(()) => Reply::Taken(Vec::new()),
        Err(error) if error.cause == Cause::AlreadyExists => Reply::Taken(Vec::new()),
        Err(error) => Reply::Away(format!("failed to {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_that_comes_twice_is_one_file() {
        let directory = tempfile::tempdir().unwrap();
        for json in [&br#"{"id":"ab","dsn":"a/b"}"#[..], br#"{"id":"cd","dsn":null}"#] {
            for _ in 0..2 {
                assert_eq!(put(directory.path(), json), Reply::Taken(Vec::new()));
            }
        }
        let mut names: Vec<_> =
            directory.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a%2Fb-ab.json", "none-cd.json"]);
    }

    #[test]
    fn a_directory_that_is_gone_is_away() {
        let reply = put(Path::new("/nowhere/at/all"), br#"{"id":"ab","dsn":"G1"}"#);
        assert!(matches!(reply, Reply::Away(_)));
    }
}
