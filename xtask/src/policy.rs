//! `cargo xtask policy`: what may be in the tree of dependencies, and who may use whom.
//!
//! `deny.toml` is the one definition. `cargo deny` reads it where that tool and the advisory
//! database can be had; the licences and bans are also checked here, always and without a network.

mod bans;
mod floors;
mod licences;

use serde_json::Value;
use toml::Table;

use crate::Fallible;
use crate::command::{answers, output, teed};
use crate::repository::Repository;
use crate::tally::Report;

/// Checks the policy.
pub(crate) fn run(repository: &Repository) -> Fallible<Report> {
    let metadata = repository.metadata()?;
    let deny: Table = std::fs::read_to_string(repository.path("deny.toml"))?.parse()?;
    let mut report = Report::default();
    report.check("licences", licences::check(&metadata, &deny));
    report.check("bans", bans::check(&metadata, &deny, |name| is_built(repository, name)));
    report.check("floors", floors::check(&metadata));
    run_cargo_deny(repository, &mut report)?;
    Ok(report)
}

/// Whether cargo's own resolver of features brings the crate in, on any platform. Where it cannot be asked, yes.
fn is_built(repository: &Repository, name: &str) -> bool {
    let arguments = ["tree", "--workspace", "--edges", "all", "--target", "all", "--invert", name];
    !output(repository.cargo(&arguments)).is_ok_and(|tree| tree.trim().is_empty())
}

fn run_cargo_deny(repository: &Repository, report: &mut Report) -> Fallible<()> {
    if !answers("cargo", &["deny", "--version"]) {
        report.skip("advisories: cargo-deny is not installed (cargo install --locked cargo-deny)");
        return Ok(());
    }
    let mut arguments = vec!["deny", "--all-features", "check", "bans", "licenses", "sources"];
    // Without the database there is no answer on advisories, which is not a bad answer.
    if answers("cargo", &["deny", "fetch", "db"]) {
        arguments.push("advisories");
    } else {
        report.skip("advisories: the database cannot be fetched from here");
    }
    let passed = teed(repository.cargo(&arguments))?.succeeded;
    let verdict = if passed { Ok(()) } else { Err("see its output above".to_owned()) };
    report.check("cargo deny", verdict);
    Ok(())
}

/// The packages that are really in the tree: `cargo metadata` also lists optional ones.
fn resolved(metadata: &Value) -> impl Iterator<Item = &Value> {
    let ids: Vec<&str> = array(&metadata["resolve"]["nodes"])
        .iter()
        .filter_map(|node| node["id"].as_str())
        .collect();
    array(&metadata["packages"])
        .iter()
        .filter(move |package| package["id"].as_str().is_some_and(|id| ids.contains(&id)))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap_or_default()
}

/// Success when there is nothing to complain about, else all complaints at once.
fn verdict(complaints: Vec<String>) -> Result<(), String> {
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("; ")) }
}
