//! Goal: each fault does what it says and nothing else. Method: one fault a session, and a power cut before every
//! step of a store.

use device::{BootOutcome, DiagnosticsOptions, Fault, FaultPlan, Power};
use page::{FaultKind, IdentityFault, Mandatory, check_identity};
use sidewalk::{Csr, CsrError, Curve, TrustAnchor, TrustAnchors};

use crate::{
    station::{SMSN_COMMAND, Station},
    support::{NORDIC, PLAIN, board, install, strict},
};

fn station(faults: &[&str]) -> Station {
    let mut station = Station::new(board("nrf52840", None), DiagnosticsOptions::default());
    set(&mut station, faults);
    station
}

fn set(station: &mut Station, faults: &[&str]) {
    let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
    station.board.set_faults(FaultPlan::new(faults, 5));
}

#[test]
fn a_request_signed_with_the_wrong_key_shows_at_once() {
    for curve in Curve::ALL {
        let mut station = station(&[&format!("wrong-key {curve} request")]);
        station.name();
        let bytes = station.cert_ok(&format!("cert csr {curve}"));
        assert_eq!(Csr::parse(curve, &bytes), Err(CsrError::Signature { curve }));
    }
}

#[test]
fn a_wrong_key_that_is_kept_shows_only_on_the_page() {
    let mut station = station(&["wrong-key p256r1 kept"]);
    let chains = station.make_device();
    let page = strict(&station.board, Mandatory::Complete).unwrap();
    let anchors = TrustAnchors::new(chains.iter().map(TrustAnchor::of));
    assert_eq!(check_identity(&page, &anchors), [IdentityFault::KeyMismatch(Curve::P256r1)]);
}

#[test]
fn bad_flash_is_answered_by_what_could_not_be_written() {
    for (cell, code) in [
        // The version, its last byte 8; the SMSN's record; the end of the page.
        ("bad-cell 0xFD007 low 0x08", -6),
        ("bad-cell 0xFD008 high 0xFF", -31),
        ("bad-cell 0xFD5F0 high 0xFF", -31),
    ] {
        let mut station = station(&[]);
        station.prepare(PLAIN);
        set(&mut station, &[cell]);
        assert_eq!(station.cert("cert store"), [format!("ERROR {code}")], "{cell}");
    }
}

#[test]
fn a_power_cut_before_any_step_of_a_store_leaves_no_page_that_passes() {
    let mut stored_after = None;
    for steps in 0..200 {
        let mut station = station(&[]);
        install(&mut station.board, NORDIC);
        station.prepare(PLAIN);
        station.board.set_faults(FaultPlan::new(vec![Fault::PowerCut { steps }], 0));
        let said = station.say("cert store");
        if station.board.power() == Power::On {
            assert!(said.contains("{CERT OK}"));
            stored_after = Some(steps);
            break;
        }
        // The echo is all that was said; until there is power nothing is.
        assert_eq!(said, "cert store\r\n");
        assert_eq!(station.say("cert init"), "");
        station.board.power_on();
        assert!(station.say("cert store").contains("{CERT ERROR -25}"));
        match steps {
            0 => assert_eq!(&station.board.flash().region()[..NORDIC.len()], NORDIC),
            _ => {
                let fault = strict(&station.board, Mandatory::Complete).err();
                // The flags are written last: a page that only lacks them is complete.
                if let Some(fault) = fault {
                    assert!(
                        matches!(
                            fault.kind,
                            FaultKind::Missing { .. }
                                | FaultKind::Magic { .. }
                                | FaultKind::Version { .. }
                                | FaultKind::Truncated { .. }
                                | FaultKind::PadNotBlank { .. }
                        ),
                        "{steps}: {fault}"
                    );
                } else {
                    assert_eq!(station.board.boot().outcome, BootOutcome::ReadyAfterRewrite);
                }
            }
        }
        // Whatever is left, the board can be made a device.
        station.make_device();
        assert!(strict(&station.board, Mandatory::Complete).is_ok(), "{steps}");
    }
    assert!(stored_after.is_some_and(|steps| steps > 35), "{stored_after:?}");
}

#[test]
fn a_reset_in_the_middle_of_a_store_loses_session_and_page() {
    let mut station = station(&[]);
    station.prepare(PLAIN);
    set(&mut station, &["reset after 10 steps"]);
    let said = station.say("cert store");
    assert!(said.contains("*** Booting") && !said.contains("{CERT"), "{said}");
    assert_eq!(station.cert("cert store"), ["ERROR -25"]);
    assert!(strict(&station.board, Mandatory::Complete).is_err());
}

#[test]
fn a_reset_after_some_bytes_loses_the_line() {
    let mut station = station(&["reset after 20 bytes"]);
    station.cert_ok("cert init");
    let said = station.say(SMSN_COMMAND);
    assert!(said.contains("*** Booting"), "{said}");
    assert!(!said.contains("{CERT"), "{said}");
    assert_eq!(station.cert(SMSN_COMMAND), ["ERROR -25"]);
}

#[test]
fn a_silent_board_says_nothing() {
    let mut station = station(&["silent after 10 bytes"]);
    station.cert_ok("cert init");
    assert_eq!(station.say("cert init"), "");
    set(&mut station, &[]);
    station.cert_ok("cert init");
}

#[test]
fn a_bad_wire_garbles_the_same_bytes_for_the_same_seed() {
    let said = || station(&["garbage with 5%", "loss with 5%"]).feed(b"cert init\rcert init\r");
    let clean = station(&[]).feed(b"cert init\rcert init\r");
    assert_eq!(said(), said());
    assert_ne!(said(), clean);
    assert!(said().len() < clean.len());
}
