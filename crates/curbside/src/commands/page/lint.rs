//! What the firmware would misread is said, and refused unless somebody accepts it by name.

use clap::Args;
use page::{Finding, FindingCode, Page, Severity, lint};

use crate::{commands::page::target::Target, describe, exit::Exit, failure::Failure, terminal};

/// The option that accepts findings.
#[derive(Args, Debug)]
pub(super) struct AcceptArgs {
    /// Write the page although the firmware would misread it in this way; may be repeated
    #[arg(long, value_name = "CODE", value_parser = parse_code)]
    accept: Vec<FindingCode>,
}

impl AcceptArgs {
    /// Looks at a page with the eyes of its firmware. Findings go to stderr.
    pub(super) fn lint(&self, page: &Page, target: &Target) -> Result<Vec<Finding>, Failure> {
        let site = &target.site;
        let findings = lint(page, &target.layout, &site.dialect, site.region_len);
        for finding in &findings {
            terminal::note(&describe::finding(finding).to_string());
        }
        let refused: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.severity() == Severity::Fault)
            .filter(|finding| !self.accept.contains(&finding.code))
            .collect();
        let Some(first) = refused.first() else { return Ok(findings) };
        let message = format!("no page is written for {}: it would misread it", target.name());
        Err(Failure::new(Exit::Refused, message).hint(format!(
            "choose firmware or a format that reads it, or say --accept {} if you know better",
            first.code
        )))
    }
}

fn parse_code(text: &str) -> Result<FindingCode, String> {
    FindingCode::ALL.iter().copied().find(|code| code.name() == text).ok_or_else(|| {
        let faults = FindingCode::ALL.iter().filter(|code| code.severity() == Severity::Fault);
        let names: Vec<&str> = faults.map(|code| code.name()).collect();
        format!("the codes are {}", names.join(", "))
    })
}
