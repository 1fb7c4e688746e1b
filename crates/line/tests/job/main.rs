//! Job files: what they say, and which line is wrong.

use std::path::Path;

use line::job::{
    AppServerKey, DriverSettings, Job, JobAnswers, JobError, Problem, SerialSettings, SignedBy,
    SignedByAnswers, job_text,
};
use page::PageVersion;

const JOB: &str = r#"schema = 1
name = "sensor-a"

[product]
tag = "RNET_DAK_NAME"
device_type = "A17XHX23H06INH"
apid = "pd25"
device_profile = "profile.json"

[page]
chip = "nrf52840"

[signing]
hsms = ["http://localhost:12345"]

[serials]
source = "range"
pattern = "G{:06}"
last = 100

[line]
slots = 2

[driver]
kind = "sim"
"#;

fn parse(text: &str) -> Result<Job, JobError> {
    Job::parse(text, Path::new("/jobs"))
}

/// What is wrong with the job after one change, and on which line.
fn error(from: &str, to: &str) -> JobError {
    assert!(JOB.contains(from), "{from}");
    parse(&JOB.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn a_short_job_has_sound_defaults_and_paths_beside_its_file() {
    let job = parse(JOB).unwrap();
    assert_eq!(job.product.app_server_key, AppServerKey::Profile("/jobs/profile.json".into()));
    assert_eq!(job.page.version, PageVersion::Tlv);
    assert_eq!(job.line.name, "sensor-a");
    assert_eq!(job.line.journal, Path::new("/jobs/sensor-a.journal"));
    assert_eq!(job.line.attempts.get(), 3);
    let SerialSettings::Range { pattern, first: 1, last: 100, shared: None } = job.serials else {
        panic!("{:?}", job.serials)
    };
    assert_eq!(pattern.dsn(42), "G000042");
    assert_eq!((pattern.number("G000042"), pattern.number("G42")), (Some(42), None));
    assert!(matches!(job.driver, DriverSettings::Sim(_)));
}

#[test]
fn every_complaint_names_its_line_and_key() {
    for (from, to, line, words) in [
        (
            "apid = \"pd25\"",
            "apid = \"pd2\"",
            7,
            "product.apid: an APID has 4 characters, this has 3",
        ),
        ("apid = \"pd25\"\n", "", 4, "product.apid is missing"),
        ("slots = 2", "slots = 0", 22, "line.slots should be a whole number from 1 to 256"),
        ("slots = 2", "slots = \"2\"", 22, "line.slots should be a whole number from 1 to 256"),
        ("slots = 2", "slot = 2", 22, "line.slot is not known"),
        ("[driver]", "[drivers]", 1, "driver is missing"),
        (
            "kind = \"sim\"",
            "kind = \"jlink\"",
            25,
            "driver.kind: say sim, files, command, probe or diag",
        ),
        ("last = 100", "last = 0", 19, "serials.last: it is before first"),
        (
            "G{:06}",
            "G{:06",
            18,
            "serials.pattern: a pattern has one place for the number, such as G{:06}",
        ),
        (
            "G{:06}",
            "GGGGGGGGGGG{:06}",
            18,
            "serials.pattern: GGGGGGGGGGG000100 has 17 characters, a DSN has at most 16",
        ),
        ("RNET_DAK_NAME", "ACME_DAK", 5, "product.tag: its front does not tell the stage"),
        ("schema = 1", "schema = 2", 1, "schema: this program knows schema 1 only"),
        (
            "hsms = [\"http://localhost:12345\"]",
            "hsms = []",
            14,
            "signing.hsms: name at least one HSM",
        ),
        ("name = \"sensor-a\"", "name = \"a/b\"", 2, "name: a name has letters, digits"),
        (
            "device_profile = \"profile.json\"",
            "application_server_key = \"12\"",
            8,
            "product.application_server_key: this has 64 hex digits",
        ),
    ] {
        let error = error(from, to);
        assert_eq!(error.line, line, "{to}: {error}");
        assert!(error.problem.to_string().starts_with(words), "{to}: {error}");
    }
}

#[test]
fn text_that_is_no_toml_is_told_with_its_line() {
    let error = error("[page]", "[page");
    assert_eq!(error.line, 10);
    assert!(matches!(error.problem, Problem::Syntax { .. }));
}

#[test]
fn a_misspelt_key_is_told_with_the_one_that_was_meant() {
    assert_eq!(error("slots", "slot").hint().as_deref(), Some("is slots meant?"));
    assert_eq!(
        error("hsms", "hsm").problem.to_string(),
        "signing.hsms: name at least one HSM, such as \"http://localhost:12345\", or a server"
    );
}

#[test]
fn a_probe_is_named_for_each_slot() {
    let error =
        error("kind = \"sim\"", "kind = \"command\"\ntemplate = \"nrfutil\"\nprobes = [\"1\"]");
    assert_eq!(error.to_string(), "line 27: driver.probes: 1 for 2 slots; name one a slot");
}

#[test]
fn test_steps_are_checked_with_their_pattern_and_limits() {
    let check = |lines: &str| {
        parse(&format!(
            "{JOB}\n[[check]]\nname = \"rf\"\nwhen = \"after\"\nsay = \"tm last_rssi\"\n{lines}"
        ))
    };
    let job = check("match = 'rssi (?<rssi>-?\\d+)'\nlimits = { rssi = [-90, -20] }").unwrap();
    assert_eq!(job.checks.len(), 1);
    assert!(!job.checks[0].is_before);
    let error =
        check("match = 'rssi (?<level>-?\\d+)'\nlimits = { rssi = [-90, -20] }").unwrap_err();
    assert_eq!(error.line, 32);
    let error = check("match = '('").unwrap_err();
    assert_eq!(error.line, 31);
    assert!(check("run = [\"true\"]").is_err());
}

#[test]
fn metrics_leave_the_machine_by_no_way() {
    let error = parse(&format!("{JOB}\n[plant]\nmetrics = \"0.0.0.0:9464\"")).unwrap_err();
    assert_eq!(error.line, 28);
}

#[test]
fn what_line_new_writes_can_be_read() {
    let answers = JobAnswers {
        name: "job".to_owned(),
        tag: "TEST_DAK_X".to_owned(),
        device_type: "A\"B".to_owned(),
        apid: "pd25".to_owned(),
        app_server_key: "ab".repeat(32),
        trust: Some("x.trust".to_owned()),
        chip: "nrf52840".to_owned(),
        page: Default::default(),
        line: None,
        signed_by: SignedByAnswers::Hsms {
            urls: vec!["http://localhost:1".to_owned(), "usb://".to_owned()],
            pin_file: Some("pin.txt".to_owned()),
        },
        pattern: "S{:04}".to_owned(),
        numbers: (1, 50),
        count: Some(50),
        slots: 3,
        driver: "kind = \"sim\"\n".to_owned(),
    };
    let job = parse(&job_text(&answers)).unwrap();
    assert_eq!(job.product.device_type, "A\"B");
    assert_eq!((job.line.slots, job.line.count), (3, Some(50)));
    assert!(matches!(job.signing.by, SignedBy::Hsms { urls, .. } if urls.len() == 2));
    let signed_by = SignedByAnswers::Server {
        urls: vec!["https://a".to_owned(), "https://b:9".to_owned()],
        package: Some("spring".to_owned()),
        ca_cert: "ca.pem".to_owned(),
        client_cert: "client.pem".to_owned(),
        client_key: "client.key".to_owned(),
    };
    let job = parse(&job_text(&JobAnswers { signed_by, ..answers })).unwrap();
    let SignedBy::Server { urls, package } = job.signing.by else { panic!("{:?}", job.signing) };
    assert_eq!(urls[0].to_string(), "https://a:8082");
    assert_eq!(urls.len(), 2);
    assert_eq!(package.map(|it| it.to_string()).as_deref(), Some("spring"));
}

#[test]
fn a_signing_server_stands_in_place_of_hsms() {
    const HSMS: &str = "hsms = [\"http://localhost:12345\"]";
    const CERTIFICATE: &str = "client_cert = \"c\"\nclient_key = \"k\"";
    let job = JOB.replace(HSMS, &format!("server = \"https://signer\"\n{CERTIFICATE}"));
    let job = parse(&job).unwrap();
    assert!(matches!(job.signing.by, SignedBy::Server { urls, package: None } if urls.len() == 1));
    for (lines, words) in [
        (format!("server = \"http://signer\"\n{CERTIFICATE}"), "server: a signing server is reach"),
        (format!("server = \"https://a/b\"\n{CERTIFICATE}"), "server: an address is https://HOST"),
        ("server = \"https://signer\"".to_owned(), "client_cert"),
        (
            format!("server = \"https://s\"\n{HSMS}\n{CERTIFICATE}"),
            "server: say either this or hsms",
        ),
        (
            format!("server = \"https://s\"\npin_file = \"p\"\n{CERTIFICATE}"),
            "pin_file: the PIN is the signing server's",
        ),
        (format!("{HSMS}\npackage = \"p\""), "package: only a signing server"),
        (format!("server = \"https://s\"\npackage = \"a b\"\n{CERTIFICATE}"), "package: a pack"),
    ] {
        let told = error(HSMS, &lines).problem.to_string();
        assert!(told.contains(&format!("signing.{words}")), "{lines}: {told}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,400}", at in 0_usize..600, bytes in ".{0,6}") {
        let _ = parse(&text);
        // A job with something put into it somewhere.
        let at = JOB.char_indices().map(|(index, _)| index).nth(at % JOB.len()).unwrap_or(0);
        let _ = parse(&format!("{}{bytes}{}", &JOB[..at], &JOB[at..]));
    }
}
