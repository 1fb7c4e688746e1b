//! What the documents say about job files is what the program reads.

use std::path::{Path, PathBuf};

use line::job::Job;

/// The largest document or source that is read here, in bytes.
const LEN_BYTES_MAX: u64 = 1024 * 1024;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    let bytes = durable::read_bounded(root().join(path), LEN_BYTES_MAX).expect(path);
    String::from_utf8(bytes).expect("UTF-8 text")
}

#[test]
fn every_job_in_the_document_is_taken() {
    let document = text("docs/job.md");
    let jobs: Vec<&str> = document
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect();
    assert_eq!(jobs.len(), 2);
    for job in jobs {
        Job::parse(job, Path::new("/jobs")).unwrap();
    }
}

#[test]
fn the_example_is_taken() {
    let job = Job::parse(&text("examples/job.toml"), Path::new("/jobs")).unwrap();
    assert_eq!((job.line.slots, job.line.count), (4, Some(20)));
}

/// The keys that a source asks a section for: the first text in quotes behind each of these.
fn keys_of(source: &str) -> Vec<String> {
    const ASKS: [&str; 18] = [
        "optional_section(",
        "optional_number(",
        "optional_parsed(",
        "optional_flag(",
        "optional_path(",
        "optional_text(",
        ".sections(",
        ".section(",
        ".path_in(",
        "text_or_texts(",
        ".parsed(",
        ".limits(",
        ".texts(",
        ".words(",
        ".text(",
        // Closures of the readers.
        "target(",
        "per_slot(",
        ".missing(",
    ];
    let mut keys = Vec::new();
    for ask in ASKS {
        for (at, _) in source.match_indices(ask) {
            let rest = source[at + ask.len()..].trim_start();
            if let Some(rest) = rest.strip_prefix('"') {
                keys.push(rest.split('"').next().unwrap_or_default().to_owned());
            }
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

/// The keys in the first column of the document's tables.
fn documented_keys(document: &str) -> Vec<&str> {
    let rows = document.lines().filter_map(|row| row.strip_prefix("| `"));
    rows.map(|row| row.split('`').next().unwrap_or_default()).collect()
}

#[test]
fn the_document_names_every_key_that_a_job_can_have_and_no_other() {
    let document = text("docs/job.md");
    let documented = documented_keys(&document);
    let sources = ["read", "driver", "plant", "serials"];
    let asked: Vec<String> = sources
        .iter()
        .flat_map(|file| keys_of(&text(&format!("crates/line/src/job/{file}.rs"))))
        .collect();
    // A search that finds nothing would pass everything.
    assert!(asked.len() > 60, "{asked:?}");
    let missing: Vec<_> = asked.iter().filter(|key| !documented.contains(&key.as_str())).collect();
    assert!(missing.is_empty(), "docs/job.md does not name {missing:?}");
    let unknown: Vec<_> =
        documented.iter().filter(|key| !asked.iter().any(|asked| asked == *key)).collect();
    assert!(unknown.is_empty(), "no job has {unknown:?}");
}
