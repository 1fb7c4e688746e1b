//! A room imports only from floors below it: no circles, no doors between neighbours.

use serde_json::Value;

use super::{array, name, verdict};

/// Every room of the house and its floor.
const FLOORS: [(&str, u8); 23] = [
    ("durable", 1),
    ("evidence", 1),
    ("metrics-text", 1),
    ("sidewalk", 1),
    ("yubihsm2", 1),
    ("control-log", 2),
    ("hsm", 2),
    ("journal", 2),
    ("mtls", 2),
    ("page", 2),
    ("registration", 2),
    ("registry", 2),
    ("soft-hsm", 2),
    ("console", 3),
    ("delivery", 3),
    ("device", 3),
    ("ingest", 3),
    ("iot-wireless", 3),
    ("network", 3),
    ("signer", 3),
    ("line", 4),
    ("signing-server", 4),
    ("curbside", 5),
];
/// What stands beside the house, and no room uses but in its tests: what several rooms' tests need, and the chores, whose
/// measurements look into every room.
const OUTSIDE: [&str; 2] = ["test-postgres", "xtask"];

pub(super) fn check(metadata: &Value) -> Result<(), String> {
    let members = array(&metadata["workspace_members"]);
    let rooms =
        array(&metadata["packages"]).iter().filter(|package| members.contains(&package["id"]));
    let mut complaints = Vec::new();
    for room in rooms.filter(|room| !OUTSIDE.contains(&name(room))) {
        let Some(own) = floor(name(room)) else {
            complaints.push(format!("{} has no floor in xtask/src/policy/floors.rs", name(room)));
            continue;
        };
        complaints.extend(wrong_doors(room, own));
    }
    verdict(complaints)
}

/// The rooms of the same floor or above that this room uses, and what stands outside. What only its tests use may be
/// anywhere: a rehearsal brings several rooms together.
fn wrong_doors(room: &Value, own: u8) -> Vec<String> {
    array(&room["dependencies"])
        .iter()
        .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
        .filter_map(|dependency| {
            let used = name(dependency);
            if OUTSIDE.contains(&used) {
                return Some(format!("{} uses {used}, which is for tests", name(room)));
            }
            let other = floor(used).filter(|other| *other >= own)?;
            Some(format!("{} (floor {own}) uses {used} (floor {other})", name(room)))
        })
        .collect()
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(room, _)| *room == name).map(|(_, floor)| *floor)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn house(uses: &str, kind: Option<&str>) -> Value {
        json!({
            "workspace_members": ["page 0.1.0"],
            "packages": [{
                "id": "page 0.1.0",
                "name": "page",
                "dependencies": [{"name": uses, "kind": kind}],
            }],
        })
    }

    #[test]
    fn a_door_to_a_floor_below_is_allowed() {
        assert_eq!(check(&house("sidewalk", None)), Ok(()));
    }

    #[test]
    fn what_is_for_tests_is_used_by_tests_alone() {
        assert!(check(&house("test-postgres", None)).is_err());
        assert_eq!(check(&house("test-postgres", Some("dev"))), Ok(()));
    }

    #[test]
    fn a_door_between_neighbours_is_refused() {
        let refused = Err("page (floor 2) uses control-log (floor 2)".to_owned());
        assert_eq!(check(&house("control-log", None)), refused);
        assert_eq!(check(&house("control-log", Some("build"))), refused);
    }

    #[test]
    fn tests_may_bring_rooms_together() {
        assert_eq!(check(&house("control-log", Some("dev"))), Ok(()));
    }
}
