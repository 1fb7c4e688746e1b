//! What the plant is asked and told. `docs/plant.md` shows both as JSON.

use journal::UnixMillis;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sidewalk::Smsn;

use super::outbox::Ticket;
use crate::{report::rfc3339, step::Step};

/// The version of the JSON. It changes when a field changes its meaning, not when one is added.
const SCHEMA: u32 = 1;

/// The most of a failure's text that the plant is told, in bytes: as much as the journal keeps.
const WHY_LEN_BYTES_MAX: usize = 4096;

/// The length of a result's id in bytes: enough that no two ever agree.
const ID_LEN_BYTES: usize = 16;

/// May this board be made here?
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RouteQuestion<'a> {
    /// The line's name.
    pub line: &'a str,
    /// The slot, from 1.
    pub slot: u16,
    /// The board's chip, where it can be told.
    pub chip: Option<&'a str>,
    /// The device's serial number, where it has one already.
    pub dsn: Option<&'a str>,
}

/// Whether it may.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RouteAnswer {
    /// It may.
    Go {
        /// Why nobody was asked, where the job lets boards pass without an answer.
        note: Option<String>,
    },
    /// It must not.
    Refuse {
        /// Why, in the system's words.
        why: String,
    },
    /// Nobody answers, and the line was told to stop while it waited.
    Away {
        /// Why.
        why: String,
    },
}

/// What came of a board.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ResultReport<'a> {
    /// The line's name.
    pub line: &'a str,
    /// The slot, from 1.
    pub slot: u16,
    /// The device's serial number, where the board got one.
    pub dsn: Option<&'a str>,
    /// Its manufacturing serial number.
    pub smsn: Option<&'a Smsn>,
    /// The board's chip, where it can be told.
    pub chip: Option<&'a str>,
    /// Whether the device is finished.
    pub passed: bool,
    /// The step that failed.
    pub step: Option<Step>,
    /// Why it failed.
    pub why: Option<&'a str>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// When.
    pub at: UnixMillis,
}

impl RouteQuestion<'_> {
    pub(super) fn to_json(self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Json<'a> {
            schema: u32,
            line: &'a str,
            slot: u16,
            chip: Option<&'a str>,
            dsn: Option<&'a str>,
        }
        let Self { line, slot, chip, dsn } = self;
        json_of(&Json { schema: SCHEMA, line, slot, chip, dsn })
    }
}

#[derive(Serialize)]
struct ResultJson<'a> {
    schema: u32,
    id: String,
    line: &'a str,
    slot: u16,
    dsn: Option<&'a str>,
    smsn: Option<String>,
    chip: Option<&'a str>,
    passed: bool,
    step: Option<Step>,
    why: Option<&'a str>,
    took_ms: u64,
    at: Option<String>,
}

impl ResultReport<'_> {
    /// The JSON with an id that no other result has: a digest of the result and its place in the outbox.
    pub(super) fn to_json(self, ticket: Ticket) -> Vec<u8> {
        let mut json = ResultJson {
            schema: SCHEMA,
            id: String::new(),
            line: self.line,
            slot: self.slot,
            dsn: self.dsn,
            smsn: self.smsn.map(Smsn::to_string),
            chip: self.chip,
            passed: self.passed,
            step: self.step,
            why: self.why.map(|why| &why[..why.floor_char_boundary(WHY_LEN_BYTES_MAX)]),
            took_ms: self.took_ms,
            at: rfc3339::date_time(self.at),
        };
        let digest =
            Sha256::new().chain_update(ticket.file_name()).chain_update(json_of(&json)).finalize();
        json.id = hex::encode(&digest[..ID_LEN_BYTES]);
        json_of(&json)
    }
}

fn json_of(value: &impl Serialize) -> Vec<u8> {
    // Texts and numbers in a struct: there is nothing in it that JSON cannot say.
    serde_json::to_vec(value).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A device that passed.
    pub(in crate::plant) fn passed(dsn: &str) -> ResultReport<'_> {
        ResultReport {
            line: "A",
            slot: 3,
            dsn: Some(dsn),
            smsn: None,
            chip: Some("C1"),
            passed: true,
            step: None,
            why: None,
            took_ms: 4200,
            at: UnixMillis(1_000),
        }
    }

    #[test]
    fn a_question_says_what_is_known_and_null_for_the_rest() {
        let question = RouteQuestion { line: "A", slot: 2, chip: Some("C\"1"), dsn: None };
        let json: Value = serde_json::from_slice(&question.to_json()).unwrap();
        let expected = json!({"schema": 1, "line": "A", "slot": 2, "chip": "C\"1", "dsn": null});
        assert_eq!(json, expected);
    }

    #[test]
    fn a_result_says_everything_with_an_id() {
        let smsn: Smsn = "24".repeat(32).parse().unwrap();
        let report = ResultReport {
            smsn: Some(&smsn),
            passed: false,
            step: Some(Step::TestAfter),
            why: Some("rssi is -95"),
            ..passed("G1")
        };
        let mut json: Value = serde_json::from_slice(&report.to_json(Ticket::new(1, 1))).unwrap();
        let id = json["id"].take();
        assert_eq!(id.as_str().unwrap().len(), 2 * ID_LEN_BYTES);
        let expected = json!({
            "schema": 1, "id": null, "line": "A", "slot": 3, "dsn": "G1", "smsn": "24".repeat(32),
            "chip": "C1", "passed": false, "step": "test_after", "why": "rssi is -95",
            "took_ms": 4200, "at": "1970-01-01T00:00:01.000Z",
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn equal_results_have_different_ids() {
        let id = |run, number| {
            let json = passed("G1").to_json(Ticket::new(run, number));
            serde_json::from_slice::<Value>(&json).unwrap()["id"].clone()
        };
        assert_ne!(id(1, 1), id(1, 2));
        assert_ne!(id(1, 1), id(2, 1));
        assert_eq!(id(1, 1), id(1, 1));
    }
}
