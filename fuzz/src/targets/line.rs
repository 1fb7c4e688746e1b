//! What a line reads: its job, templates, lists, and what boards and scanners say.

use std::path::Path;

use line::{
    driver::{command::Template as ToolTemplate, diag::ReplyScanner},
    job::Job,
    label::Template as LabelTemplate,
    serials::{dsn_is_good, read_list},
};

/// Job files. What is accepted has a quota, slots and attempts within their limits.
pub fn job(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Job::parse(text, Path::new("")) {
        Ok(job) => assert!((1..=line::job::SLOTS_MAX).contains(&job.line.slots)),
        Err(error) => assert!((1..=text.lines().count().max(1) + 1).contains(&error.line)),
    }
}

/// Templates of vendors' programs.
pub fn tool_template(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(template) = ToolTemplate::parse("fuzz.toml", text) {
        assert!(!template.name().is_empty());
    }
}

/// Label templates.
pub fn label_template(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // A refusal names its line.
    if let Err(error) = LabelTemplate::parse(text) {
        assert!(error.line >= 1);
    }
}

/// Lists of serial numbers. What is accepted has good numbers, each once.
pub fn serial_list(data: &[u8]) {
    if let Ok(numbers) = read_list(data) {
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), numbers.len());
        assert!(numbers.iter().all(|dsn| dsn_is_good(dsn)));
    }
}

/// What diagnostic firmware says, in one piece and byte by byte: the same is found.
pub fn diag_reply(data: &[u8]) {
    let whole = ReplyScanner::default().feed(data);
    let mut scanner = ReplyScanner::default();
    let pieces: Vec<_> = data.iter().flat_map(|byte| scanner.feed(&[*byte])).collect();
    assert_eq!(whole, pieces);
}
