//! Crates that must not be in the tree, at any depth, with any feature.

use serde_json::Value;
use toml::Table;

use super::{name, resolved, verdict};

/// `is_built` settles what `cargo metadata` leaves open: it lists a crate that an optional dependency names
/// only to add a feature (`ring?/std`) as if it were used.
pub(super) fn check(
    metadata: &Value,
    deny: &Table,
    is_built: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let banned = banned(deny);
    if banned.is_empty() {
        return Err("deny.toml bans nothing: its [bans] table was not understood".to_owned());
    }
    let found = resolved(metadata).map(name).filter(|name| banned.contains(name) && is_built(name));
    verdict(found.map(|name| format!("{name} is in the tree: cargo tree -i {name}")).collect())
}

fn banned(deny: &Table) -> Vec<&str> {
    let entries =
        deny.get("bans").and_then(|bans| bans.get("deny")).and_then(|list| list.as_array());
    entries
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("crate").and_then(|name| name.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_banned_crate_is_found_only_when_it_is_really_used() {
        let deny: Table = "[bans]\ndeny = [{ crate = \"ring\" }]".parse().expect("a table");
        let packages = json!([{"name": "ring", "id": "r"}, {"name": "page", "id": "p"}]);
        let optional = json!({"packages": packages, "resolve": {"nodes": [{"id": "p"}]}});
        let used = json!({"packages": packages, "resolve": {"nodes": [{"id": "p"}, {"id": "r"}]}});
        assert_eq!(check(&optional, &deny, |_| true), Ok(()));
        assert_eq!(check(&used, &deny, |_| false), Ok(()));
        assert_eq!(
            check(&used, &deny, |_| true),
            Err("ring is in the tree: cargo tree -i ring".to_owned())
        );
    }
}
