//! Goal: the command line answers as public sources say, and makes devices. Method: whole sessions in both shells
//! under authorities of our own, and every documented error provoked.

use std::time::Duration;

use device::{BootOutcome, Diagnostics, DiagnosticsOptions, SeededRandomness, Shell};
use page::{Mandatory, ValueId, check_identity};
use sidewalk::{Curve, PublicKey, TrustAnchor, TrustAnchors};

use crate::{
    station::{APP_KEY, SMSN_COMMAND, Station},
    support::{NORDIC, PLAIN, WITH_STORE, authority, board, install, strict},
};

fn station(chip: &str, shell: Shell) -> Station {
    Station::new(board(chip, None), DiagnosticsOptions::of(shell))
}

fn nordic() -> Station {
    station("nrf52840", Shell::Nordic)
}

fn amazon() -> Station {
    station("WBA55xG", Shell::Amazon)
}

#[test]
fn nordics_shell_answers_bare_lines() {
    assert_eq!(
        nordic().say("cert init"),
        "cert init\r\n{CERT BASE64_MTU=32}\r\n{CERT OK}\r\nuart:~$ "
    );
}

#[test]
fn amazons_shell_answers_through_its_log() {
    let mut station = amazon();
    station.now = Duration::from_millis(34_914);
    assert_eq!(
        station.say("cert init"),
        "cert init\r\n[00034914] <info> app: {CERT BASE64_MTU=32}\r\n\
         [00034914] <info> app: {CERT OK}\r\n--> "
    );
}

#[test]
fn a_zephyr_shell_may_be_coloured_and_silent_on_what_is_typed() {
    let options = DiagnosticsOptions { colours: true, echo: false, ..Default::default() };
    let said = Station::new(board("nrf52840", None), options).say("cert deinit");
    assert_eq!(said, "\x1b[1;32m{CERT OK}\x1b[0m\r\n\x1b[1;32muart:~$ \x1b[m");
}

#[test]
fn a_whole_session_makes_a_page_that_the_strict_decoder_takes() {
    for (chip, shell) in [
        ("nrf52840", Shell::Nordic),
        ("nrf54l15", Shell::Nordic),
        ("WBA55xG", Shell::Amazon),
        ("tl323x-1m", Shell::Amazon),
    ] {
        let mut station = station(chip, shell);
        let chains = station.make_device();
        let page = strict(&station.board, Mandatory::Complete).unwrap();
        let anchors = TrustAnchors::new(chains.iter().map(TrustAnchor::of));
        assert_eq!(check_identity(&page, &anchors), [], "{chip}");
        assert_eq!(page.value(ValueId::SMSN), Some(&chains[0].smsn().as_bytes()[..]));
        assert_eq!(page.value(ValueId::APID), Some(&b"pd25"[..]));
        assert_eq!(page.value(ValueId::APP_PUB_ED25519), Some(&APP_KEY[..]));
        let flags = (shell == Shell::Nordic || chip == "tl323x-1m").then_some(&[0x80, 0, 0, 0][..]);
        assert_eq!(page.value(ValueId::NORDIC_FLAGS), flags, "{chip}");
        // The firmware wrote its own form, so that the first boot has nothing to rewrite.
        assert_eq!(station.board.boot().outcome, BootOutcome::Ready, "{chip}");
    }
}

#[test]
fn silicon_labs_gets_objects() {
    let mut station = station("xg24", Shell::Amazon);
    station.make_device();
    assert_eq!(station.board.boot().outcome, BootOutcome::Ready);
    let identity = station.board.identity();
    assert_eq!(Mandatory::Complete.missing(identity.page().unwrap()), None);
}

#[test]
fn with_a_key_store_the_keys_never_reach_the_page() {
    let mut board = board("nrf54l15", None);
    board.install_firmware(WITH_STORE).unwrap();
    let mut station = Station::new(board, DiagnosticsOptions::default());
    let chains = station.make_device();
    let page = strict(&station.board, Mandatory::KeysInStore).unwrap();
    assert_eq!(page.value(ValueId::DEVICE_PRIV_ED25519), None);
    assert_eq!(page.value(ValueId::NORDIC_FLAGS), Some(&[0xC0, 0, 0, 0][..]));
    for chain in chains {
        let key = station.board.device_key(chain.curve()).unwrap();
        assert_eq!(*key.public_key(), chain.device().public_key());
    }
}

#[test]
fn fragments_may_be_cut_anywhere() {
    let mut station = nordic();
    station.name();
    let chain = station.certify(&authority(Curve::P256r1, PLAIN));
    for step in [1, 7, 31, 32] {
        station.cert_ok("cert chain start p256r1");
        station.write("cert chain", chain.as_bytes(), step);
        station.cert_ok("cert chain commit");
    }
}

#[test]
fn a_board_id_changes_the_number() {
    let mut station = nordic();
    let without = station.name();
    let with = station.cert_ok(&format!("{SMSN_COMMAND} board-7"));
    assert_ne!(with, without.as_bytes());
    assert_eq!(
        station.cert_ok("cert smsn \"A17XHX23H06INH\" 'SN1234567' pd25"),
        without.as_bytes()
    );
}

#[test]
fn every_request_is_for_a_new_key() {
    let mut station = nordic();
    station.name();
    let keys: Vec<PublicKey> =
        (0..2).map(|_| *station.request(Curve::Ed25519).public_key()).collect();
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn a_root_that_nobody_trusts_is_accepted() {
    let mut station = nordic();
    let chains = station.make_device();
    let page = strict(&station.board, Mandatory::Complete).unwrap();
    // Only a pinned root tells: the board asked for none.
    assert_eq!(chains.len(), check_identity(&page, &TrustAnchors::amazon()).len());
}

#[test]
fn every_documented_error_is_answered() {
    let init = "cert init";
    let x32 = "cert chain write AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let start = "cert chain start ed25519";
    let long = format!("{x32}A");
    let app_start = "cert app_key start";
    let csr = "cert csr ed25519";
    for (before, command, code) in [
        // Nothing comes before init.
        (&[][..], SMSN_COMMAND, -25),
        (&[], csr, -25),
        (&[], "cert store", -25),
        // Order.
        (&[init], csr, -40),
        (&[init], "cert store", -40),
        (&[init, SMSN_COMMAND], "cert store", -40),
        (&[init, SMSN_COMMAND, csr], "cert store", -40),
        // Names.
        (&[init], "cert smsn T DSN-OF-17-LETTERS pd25", -11),
        (&[init], "cert smsn T DSN pd2", -11),
        (&[init], "cert smsn T DSN pd255", -11),
        (&[init], "cert smsn \"\" DSN pd25", -11),
        (&[init, SMSN_COMMAND], "cert csr p256", -11),
        (&[init, SMSN_COMMAND], "cert csr ED25519", -11),
        // Transfers.
        (&[init], "cert chain start rsa", -11),
        (&[init], "cert chain write AAAA", -25),
        (&[init], "cert chain commit", -25),
        (&[init, start], "cert chain write \"\"", -10),
        (&[init, start], long.as_str(), -10),
        (&[init, start], "cert chain write A*AA", -11),
        // A fragment of the wrong length does not end the transfer; wrong content does, as does a commit.
        (&[init, start, long.as_str()], x32, 0),
        (&[init, start, "cert chain write A*AA"], x32, -25),
        (&[init, start, x32, "cert chain commit"], "cert chain commit", -25),
        // Chains: without a request, too short, not whole quadruples.
        (&[init, SMSN_COMMAND, start, x32], "cert chain commit", -40),
        (&[init, SMSN_COMMAND, csr, start, x32], "cert chain commit", -11),
        (&[init, SMSN_COMMAND, csr, start, "cert chain write A"], "cert chain commit", -11),
        // The application server's key.
        (&[init], "cert app_key write AAAA", -25),
        (&[init], "cert app_key commit", -25),
        (&[init, SMSN_COMMAND, app_start, "cert app_key write AAAA"], "cert app_key commit", -25),
        (&[init, app_start], "cert app_key write A-AA", -11),
    ] {
        let mut station = nordic();
        for line in before {
            station.say(line);
        }
        let expected = match code {
            0 => "OK".to_owned(),
            code => format!("ERROR {code}"),
        };
        assert_eq!(station.cert(command).last(), Some(&expected), "{before:?}, then {command}");
    }
}

#[test]
fn the_application_servers_key_is_taken_once_for_each_number() {
    let mut station = nordic();
    station.name();
    station.app_key();
    station.cert_ok("cert app_key start");
    station.write("cert app_key", &APP_KEY, 32);
    assert_eq!(station.cert("cert app_key commit"), ["ERROR -40"]);
    station.cert_ok(SMSN_COMMAND);
    station.app_key();
}

#[test]
fn too_much_data_ends_a_transfer() {
    let mut station = nordic();
    station.name();
    station.request(Curve::Ed25519);
    station.cert_ok("cert chain start ed25519");
    let fragment = format!("cert chain write {}", "A".repeat(32));
    let mut answers = (0..100).map(|_| station.cert(&fragment).concat());
    // 1253 bytes are 1672 characters: 52 fragments fit.
    let refused = answers.position(|answer| answer != "OK");
    assert_eq!(refused, Some(52));
    assert_eq!(station.cert(&fragment), ["ERROR -25"]);
}

#[test]
fn a_second_init_forgets_everything() {
    let mut station = nordic();
    station.prepare(PLAIN);
    station.cert_ok("cert init");
    assert_eq!(station.cert("cert store"), ["ERROR -40"]);
    assert_eq!(station.cert("cert csr ed25519"), ["ERROR -40"]);
    station.make_device();
}

#[test]
fn a_new_request_makes_the_old_chain_worthless() {
    let mut station = nordic();
    let [old, _] = station.prepare(PLAIN);
    station.request(Curve::Ed25519);
    assert_eq!(station.cert("cert store"), ["ERROR -40"]);
    assert_eq!(station.deliver(Curve::Ed25519, old.as_bytes()), ["ERROR -11"]);
}

#[test]
fn a_chain_for_another_device_or_curve_is_refused() {
    let mut station = nordic();
    let smsn = station.name();
    let request = station.request(Curve::Ed25519);
    station.request(Curve::P256r1);
    let authority = authority(Curve::Ed25519, PLAIN);
    let other_number = sidewalk::Smsn::from_bytes([7; 32]);
    let other_key = *crate::support::key(Curve::Ed25519, 9).public_key();
    for (smsn, key) in [(other_number, *request.public_key()), (smsn, other_key)] {
        let chain = authority.issue(smsn, &key).unwrap();
        assert_eq!(station.deliver(Curve::Ed25519, chain.as_bytes()), ["ERROR -11"]);
    }
    let chain = authority.issue(smsn, request.public_key()).unwrap();
    assert_eq!(station.deliver(Curve::P256r1, chain.as_bytes()), ["ERROR -11"]);
    assert_eq!(station.deliver(Curve::Ed25519, &chain.as_bytes()[..627]), ["ERROR -11"]);
    // Bytes behind the root are ignored.
    let longer = [chain.as_bytes(), b"more"].concat();
    assert_eq!(station.deliver(Curve::Ed25519, &longer), ["OK"]);
}

#[test]
fn a_bad_signature_leaves_the_old_page_alone() {
    let mut station = nordic();
    install(&mut station.board, NORDIC);
    let [ed25519, p256r1] = station.prepare(PLAIN);
    for chain in [ed25519, p256r1] {
        let mut bytes = chain.as_bytes().to_vec();
        // The last byte is of the root's own signature.
        *bytes.last_mut().unwrap() ^= 1;
        assert_eq!(station.deliver(chain.curve(), &bytes), ["OK"]);
        assert_eq!(station.cert("cert store"), ["ERROR -1"]);
        assert_eq!(&station.board.flash().region()[..NORDIC.len()], NORDIC);
        assert_eq!(station.deliver(chain.curve(), chain.as_bytes()), ["OK"]);
    }
    station.cert_ok("cert store");
}

#[test]
fn nordics_own_rule_takes_some_serials_wrongly_and_amazons_library_does_not() {
    // The DAK's serial: bits 5 and 4 of its first byte are set, and the low bits of its second are not zero.
    let serials = ["01800003", "75000003", "023e007c", "05f80078", "715c00fa"];
    let mut station = nordic();
    station.name();
    let chain = station.certify(&authority(Curve::Ed25519, serials));
    let committed = station.deliver(Curve::Ed25519, chain.as_bytes());
    assert_eq!(committed, ["ERROR -11"]);

    let mut station = amazon();
    station.prepare(serials);
    station.cert_ok("cert store");
    assert!(strict(&station.board, Mandatory::Complete).is_ok());
}

#[test]
fn an_extended_serial_is_stored_by_amazons_library() {
    let serials = ["01800003", "75000003", "023e007c", "05f80078", "e47c83b107"];
    let mut station = amazon();
    station.prepare(serials);
    station.cert_ok("cert store");
    let page = strict(&station.board, Mandatory::Complete).unwrap();
    assert_eq!(page.value(ValueId::DAK_ED25519_SERIAL), Some(&[0xE4, 0x7C, 0x83, 0xB1, 7][..]));
}

#[test]
fn only_the_newer_command_line_shows_what_is_stored() {
    let mut station = amazon();
    assert_eq!(station.cert("cert print apid"), ["ERROR -8"]);
    assert_eq!(station.cert("cert status"), ["ERROR -25"]);
    station.cert_ok("cert init");
    assert_eq!(station.cert("cert status"), ["ERROR -40"]);
    station.make_device();
    assert_eq!(station.cert_ok("cert print apid"), b"pd25");
    assert_eq!(station.cert_ok("cert print app_key"), APP_KEY);
    assert_eq!(station.cert("cert print dtid"), ["ERROR -8"]);
    station.cert_ok("cert init");
    station.cert_ok("cert status");

    let mut station = nordic();
    assert!(station.say("cert print apid").contains("Syntax err \r\ncert init|"));
}

#[test]
fn a_command_that_cannot_be_understood_has_no_cert_line() {
    for (command, usage) in [
        ("cert", "cert init|deinit|"),
        ("cert init now", "cert init|deinit|"),
        ("cert smsn A B", "cert smsn <device_type> <dsn> <apid> [<board_id>]"),
        ("cert csr", "cert csr ed25519|p256r1"),
        ("cert chain start", "cert chain start <curve>"),
        ("cert chain write A B", "cert chain start <curve>"),
        ("cert app_key", "cert app_key start"),
    ] {
        let said = nordic().say(command);
        assert!(said.contains(&format!("Syntax err \r\n{usage}")), "{said}");
        assert!(!said.contains("{CERT"), "{said}");
    }
}

#[test]
fn a_station_can_ask_which_board_and_firmware_it_is() {
    let mut station = amazon();
    assert!(station.say("print chipid").contains("app: chipid 00112233aabbccdd\r\n"));
    assert!(station.say("print fwversion").contains("app: fwversion 1.19.0-simulated\r\n"));
}

#[test]
fn a_pin_keeps_what_was_driven() {
    let mut station = nordic();
    assert!(station.say("gpio pin_test 13").contains("\ngpio 13 0\r\n"));
    assert!(station.say("gpio pin_test 13 1").contains("\ngpio 13 1\r\n"));
    assert!(station.say("gpio pin_test 13").contains("\ngpio 13 1\r\n"));
    assert!(station.say("gpio pin_test 4096").contains("Syntax err"));
}

#[test]
fn the_longest_configured_answer_is_taken() {
    let mut options = DiagnosticsOptions::default();
    options.answers.push(device::Answer::new("tm cw 1", &["power 13.5 dBm"]));
    options.answers.push(device::Answer::new("print fwversion", &["v2"]));
    let mut station = Station::new(board("nrf52840", None), options);
    assert!(station.say("tm cw 0").contains("\nTM OK\r\n"));
    assert!(station.say("tm cw 1").contains("\npower 13.5 dBm\r\n"));
    assert!(station.say("print fwversion").contains("\nv2\r\n"));
    assert!(station.say("xyz").contains("\nxyz: command not found\r\n"));
}

#[test]
fn a_slow_store_answers_when_its_time_has_come_and_commands_wait() {
    let time = Duration::from_secs(3);
    let options = DiagnosticsOptions { store_time: time, ..Default::default() };
    let mut station = Station::new(board("nrf52840", None), options);
    station.prepare(PLAIN);
    assert_eq!(station.feed(b"cert store\rcert deinit\r"), b"cert store\r\n");
    assert_eq!(station.diagnostics.due(), Some(time));
    station.now = time - Duration::from_millis(1);
    assert_eq!(station.feed(b""), b"");
    station.now = time;
    let said = String::from_utf8(station.feed(b"")).unwrap();
    assert_eq!(said.matches("{CERT OK}").count(), 2, "{said}");
}

#[test]
fn a_reset_takes_the_session_away() {
    let mut station = nordic();
    station.prepare(PLAIN);
    station.board.reset();
    let said = station.say("cert store");
    assert!(said.starts_with("\r\n*** Booting nRF Connect SDK ***"), "{said}");
    assert!(said.contains("{CERT ERROR -25}"), "{said}");
}

#[test]
fn a_line_feed_after_a_carriage_return_is_no_second_line() {
    let mut diagnostics = Diagnostics::new(DiagnosticsOptions::default());
    let mut board = board("nrf52840", None);
    let mut randomness = SeededRandomness::new(0);
    let said = diagnostics.feed(b"\r\n\n", Duration::ZERO, &mut board, &mut randomness);
    assert_eq!(said, b"\r\nuart:~$ \r\nuart:~$ ");
}
