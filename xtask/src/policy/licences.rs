//! Every crate's licence expression can be satisfied from the list in `deny.toml`.

use serde_json::Value;
use spdx::{Expression, ParseMode};
use toml::Table;

use super::{name, resolved, verdict};

pub(super) fn check(metadata: &Value, deny: &Table) -> Result<(), String> {
    let allowed = allowed(deny);
    let complaints = resolved(metadata).filter_map(|package| {
        let licence = package["license"].as_str().unwrap_or_default();
        complaint(licence, &allowed).map(|complaint| format!("{}: {complaint}", name(package)))
    });
    verdict(complaints.collect())
}

fn allowed(deny: &Table) -> Vec<&str> {
    let list = deny.get("licenses").and_then(|licences| licences.get("allow"));
    list.and_then(|list| list.as_array())
        .into_iter()
        .flatten()
        .filter_map(|licence| licence.as_str())
        .collect()
}

fn complaint(licence: &str, allowed: &[&str]) -> Option<String> {
    // Old manifests write `MIT/Apache-2.0`.
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Err(_) => Some(format!("licence {licence:?} is not understood")),
        Ok(expression) => {
            let satisfied = expression
                .evaluate(|requirement| allowed.contains(&requirement.to_string().as_str()));
            (!satisfied).then(|| format!("licence {licence} is not allowed in deny.toml"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: [&str; 2] = ["MIT", "Apache-2.0"];

    #[test]
    fn either_side_of_or_is_enough() {
        assert_eq!(complaint("GPL-3.0-only OR MIT", &ALLOWED), None);
        assert_eq!(complaint("MIT/Apache-2.0", &ALLOWED), None);
    }

    #[test]
    fn both_sides_of_and_are_needed() {
        assert_ne!(complaint("MIT AND OpenSSL", &ALLOWED), None);
    }

    #[test]
    fn a_crate_without_a_licence_is_refused() {
        assert_ne!(complaint("", &ALLOWED), None);
    }
}
