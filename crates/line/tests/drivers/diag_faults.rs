//! What goes wrong between a station and diagnostic firmware.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpListener,
    time::Duration,
};

use device::{Answer, DiagnosticsOptions, Fault, FaultPlan, Shell, WrongKey};
use line::driver::{
    Delivery, Driver, DriverError, Naming, Presence,
    check::{Action, Check, Limits, Verdict, evaluate},
    diag::{DiagDriver, ProgramSource, TcpSource, predict_defects},
};
use sidewalk::Curve;

use crate::{
    authority::{
        APID, APP_SERVER_KEY, Chains, SERIALS, authority, chains_for, chains_from, naming,
    },
    bench::{Background, Bench, flash_of, model, new_board},
    diag_driver::{chip_command, quick},
};

struct Station {
    bench: Bench,
    driver: DiagDriver,
}

impl Station {
    fn new(options: DiagnosticsOptions, faults: Vec<Fault>, seed: u64) -> Self {
        let bench = Bench::default();
        let plan = FaultPlan::new(faults, seed);
        bench.put_on(new_board("00000000000000c1"), options, plan);
        let driver = DiagDriver::new(bench.source(), quick(Some(chip_command())));
        Self { bench, driver }
    }

    fn of(shell: Shell) -> Self {
        Self::new(DiagnosticsOptions::of(shell), Vec::new(), 0)
    }

    fn make(&mut self) -> Result<Chains, DriverError> {
        let request = self.driver.request_certificates(&naming())?;
        let chains = chains_for(&request);
        self.driver.install(&chains.delivery())?;
        Ok(chains)
    }
}

#[test]
fn a_reset_before_anything_is_signed_makes_new_keys() {
    // In the middle of the second request.
    let mut station =
        Station::new(DiagnosticsOptions::default(), vec![Fault::ResetAfterBytes { bytes: 80 }], 0);
    let chains = station.make().unwrap();
    assert!(chains.are_in(&flash_of(&station.bench.take_off().unwrap()).region));
}

#[test]
fn a_reset_after_the_requests_loses_the_keys_and_is_told_so() {
    for shell in [Shell::Nordic, Shell::Amazon] {
        let mut station = Station::of(shell);
        let request = station.driver.request_certificates(&naming()).unwrap();
        station.bench.with_board(device::Board::reset).unwrap();
        let chains = chains_for(&request);
        let error = station.driver.install(&chains.delivery()).unwrap_err();
        assert!(matches!(error, DriverError::KeysLost { code: -25 | -40, .. }), "{error:?}");
        assert!(!error.is_worth_retrying());
        let flash = flash_of(&station.bench.take_off().unwrap());
        assert!(flash.region.iter().all(|byte| *byte == 0xFF));
    }
}

#[test]
fn a_reset_anywhere_ends_well_or_loses_the_keys() {
    for bytes in (100..2600).step_by(173) {
        let faults = vec![Fault::ResetAfterBytes { bytes }];
        let mut station = Station::new(DiagnosticsOptions::default(), faults, 0);
        match station.make() {
            Ok(chains) => {
                assert!(chains.are_in(&flash_of(&station.bench.take_off().unwrap()).region));
            }
            Err(error) => {
                assert!(matches!(error, DriverError::KeysLost { .. }), "{bytes}: {error:?}");
            }
        }
    }
}

#[test]
fn a_wire_that_changes_and_loses_bytes_never_makes_another_device() {
    let mut made = 0;
    for seed in 0..12 {
        let faults = vec![Fault::Garbage { millionths: 300 }, Fault::Loss { millionths: 300 }];
        let bench = Bench::default();
        let plan = FaultPlan::new(faults, seed);
        bench.put_on(new_board("00000000000000c1"), DiagnosticsOptions::default(), plan);
        let mut settings = quick(None);
        settings.command_patience = Duration::from_millis(100);
        settings.key_patience = Duration::from_millis(100);
        settings.store_patience = Duration::from_millis(100);
        let mut station = Station { driver: DiagDriver::new(bench.source(), settings), bench };
        if let Ok(chains) = station.make() {
            made += 1;
            assert!(chains.are_in(&flash_of(&station.bench.take_off().unwrap()).region));
        }
    }
    assert!(made > 0, "not one of the tries came through");
}

#[test]
fn a_serial_that_the_firmware_cannot_store_is_predicted_before_it_fails() {
    let mut serials = SERIALS;
    serials[4] = [0x71, 0x5C, 0x00, 0xFA];
    let authorities = Curve::ALL.map(|curve| authority(curve, serials));
    let issuers =
        authorities.each_ref().map(|authority| (authority.curve(), authority.issuers_bytes()));
    let dialect = &model().site().dialect.clone();
    assert_eq!(predict_defects(issuers, dialect).len(), 2);
    let mut station = Station::of(Shell::Nordic);
    let request = station.driver.request_certificates(&naming()).unwrap();
    let [first, second] = &authorities;
    let (ed25519, p256r1) =
        if first.curve() == Curve::Ed25519 { (first, second) } else { (second, first) };
    let chains = chains_from((ed25519, p256r1), &request);
    let error = station.driver.install(&chains.delivery()).unwrap_err();
    assert!(matches!(error, DriverError::BoardRefused { code: -1 | -11, .. }), "{error:?}");
}

#[test]
fn chains_for_another_board_are_refused_by_the_board() {
    let mut station = Station::of(Shell::Nordic);
    station.driver.request_certificates(&naming()).unwrap();
    let error = station.driver.install(&Chains::of_nobody().delivery()).unwrap_err();
    assert!(matches!(error, DriverError::BoardRefused { code: -11, .. }), "{error:?}");
}

#[test]
fn another_board_in_the_fixture_is_told_before_anything_is_said_to_it() {
    let mut station = Station::of(Shell::Nordic);
    let Presence::Board(first) = station.driver.look().unwrap() else { panic!("not seen") };
    let request = station.driver.request_certificates(&naming()).unwrap();
    let options = DiagnosticsOptions::default();
    station.bench.put_on(new_board("00000000000000c2"), options, FaultPlan::none());
    let chains = chains_for(&request);
    assert_eq!(
        station.driver.install(&chains.delivery()).unwrap_err(),
        DriverError::OtherBoard {
            expected: first.to_string(),
            found: "00000000000000c2".to_owned()
        }
    );
}

#[test]
fn a_request_with_a_key_that_is_not_its_own_is_refused() {
    let wrong = Fault::WrongKey { curve: Curve::P256r1, wrong: WrongKey::Request };
    let mut station = Station::new(DiagnosticsOptions::default(), vec![wrong], 0);
    let error = station.driver.request_certificates(&naming()).unwrap_err();
    assert!(matches!(error, DriverError::Garbled { .. }), "{error:?}");
}

#[test]
fn another_smsn_than_the_lines_is_refused_with_both() {
    let mut station = Station::of(Shell::Nordic);
    let naming = Naming { board_id: Some("B"), ..naming() };
    let error = station.driver.request_certificates(&naming).unwrap_err();
    let DriverError::OtherSmsn { expected, found } = error else { panic!("{error:?}") };
    assert_eq!(expected, naming.smsn);
    assert_ne!(expected, found);
}

#[test]
fn a_name_that_would_make_another_command_is_never_said() {
    let mut station = Station::of(Shell::Nordic);
    for dsn in ["SN 1", "SN\rcert store", "\"SN\"", ""] {
        let error = station.driver.request_certificates(&Naming { dsn, ..naming() }).unwrap_err();
        assert!(matches!(error, DriverError::Unsupported { .. }), "{dsn:?}: {error:?}");
    }
}

#[test]
fn a_bad_cell_is_told_by_the_board() {
    let cell = "bad-cell 0xff040 low 0xff".parse().unwrap();
    let mut station = Station::new(DiagnosticsOptions::default(), vec![cell], 0);
    let error = station.make().unwrap_err();
    assert!(matches!(error, DriverError::BoardRefused { code: -31 | -32, .. }), "{error:?}");
}

#[test]
fn a_board_that_falls_silent_is_told() {
    let bench = Bench::default();
    let plan = FaultPlan::new(vec![Fault::Silent { bytes: 30 }], 0);
    bench.put_on(new_board("00000000000000c1"), DiagnosticsOptions::default(), plan);
    let mut settings = quick(None);
    settings.command_patience = Duration::from_millis(100);
    let mut driver = DiagDriver::new(bench.source(), settings);
    let error = driver.request_certificates(&naming()).unwrap_err();
    assert!(matches!(error, DriverError::TimedOut { .. }), "{error:?}");
}

#[test]
fn newer_firmware_confirms_what_it_stored_and_older_does_not() {
    let mut station = Station::of(Shell::Amazon);
    station.make().unwrap();
    let confirmation = station.driver.confirm_installed().unwrap().unwrap();
    assert_eq!(confirmation.apid, Some(APID.parse().unwrap()));
    assert_eq!(confirmation.app_server_key, Some(APP_SERVER_KEY));
    let mut station = Station::of(Shell::Nordic);
    station.make().unwrap();
    assert_eq!(station.driver.confirm_installed().unwrap(), None);
}

#[test]
fn the_customers_own_test_is_judged_by_its_limits() {
    let answers = vec![Answer::new("tm print_rx_counters", &["TM RX received=97 lost=3", "TM OK"])];
    let options = DiagnosticsOptions { answers, ..DiagnosticsOptions::of(Shell::Amazon) };
    let mut station = Station::new(options, Vec::new(), 0);
    let action = Action::Say("tm print_rx_counters".to_owned());
    let limits = BTreeMap::from([("lost".to_owned(), Limits { min: None, max: Some(2.0) })]);
    let pattern = Some(r"lost=(?<lost>\d+)");
    let check = Check::new("per".to_owned(), action, None, pattern, limits).unwrap();
    let lines = station.driver.converse("tm print_rx_counters", check.patience()).unwrap();
    let result = evaluate(&check, &lines);
    assert_eq!(result.values["lost"], "3");
    assert!(matches!(result.verdict, Verdict::Failed(_)));
}

/// Serves one client after another on a port of this machine.
fn listening(bench: Bench) -> (TcpSource, Background) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let background = Background::run(move |stop| {
        let mut client = None;
        while !stop.load(std::sync::atomic::Ordering::Relaxed) {
            if client.is_none() {
                client = listener.accept().ok().map(|(stream, _)| stream);
                if let Some(stream) = &client {
                    stream.set_nonblocking(false).unwrap();
                    stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
                }
            }
            let Some(stream) = &mut client else {
                std::thread::sleep(Duration::from_millis(2));
                continue;
            };
            let mut buffer = [0; 256];
            let len = match stream.read(&mut buffer) {
                Ok(0) => {
                    client = None;
                    continue;
                }
                Ok(len) => len,
                Err(_) => 0,
            };
            let said = bench.feed(&buffer[..len]).unwrap();
            if stream.write_all(&said).is_err() {
                client = None;
            }
        }
    });
    (TcpSource(address), background)
}

#[test]
fn a_board_behind_tcp_is_made_a_device() {
    let bench = Bench::default();
    let options = DiagnosticsOptions::of(Shell::Amazon);
    bench.put_on(new_board("00000000000000c1"), options, FaultPlan::none());
    let (source, background) = listening(bench.clone());
    let served = bench.clone();
    let mut driver = DiagDriver::new(Box::new(source), quick(Some(chip_command())));
    assert!(matches!(driver.look().unwrap(), Presence::Board(_)));
    let request = driver.request_certificates(&naming()).unwrap();
    let chains = chains_for(&request);
    driver.install(&chains.delivery()).unwrap();
    drop(background);
    assert!(chains.are_in(&flash_of(&served.take_off().unwrap()).region));
}

#[test]
fn a_port_where_nobody_listens_is_an_empty_fixture() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let source = TcpSource(listener.local_addr().unwrap());
    drop(listener);
    let mut driver = DiagDriver::new(Box::new(source), quick(None));
    assert_eq!(driver.look().unwrap(), Presence::Empty);
}

#[test]
fn a_serial_port_that_is_not_there_is_an_empty_fixture() {
    let source = line::driver::diag::SerialSource {
        path: "/dev/curbside-no-such-port".into(),
        baud: 115_200,
    };
    let mut driver = DiagDriver::new(Box::new(source), quick(None));
    assert_eq!(driver.look().unwrap(), Presence::Empty);
}

#[cfg(unix)]
#[test]
fn a_program_that_carries_the_stream_is_talked_to() {
    let script = "while read -r line; do echo \"chipid 00000000000000c7\"; done";
    let source = ProgramSource { argv: ["/bin/sh", "-c", script].map(str::to_owned).into() };
    let mut settings = quick(Some(chip_command()));
    // A shell ends its lines as Unix does.
    settings.line_end = line::driver::diag::LineEnd::Lf;
    let mut driver = DiagDriver::new(Box::new(source), settings);
    let Presence::Board(chip) = driver.look().unwrap() else { panic!("not seen") };
    assert_eq!(chip.as_str(), "00000000000000c7");
}

#[test]
fn a_program_that_is_not_there_is_a_fault_and_no_empty_fixture() {
    let source = ProgramSource { argv: vec!["curbside-no-such-program".to_owned()] };
    let mut driver = DiagDriver::new(Box::new(source), quick(None));
    assert!(matches!(driver.look(), Err(DriverError::Io { .. })));
}

#[test]
fn a_delivery_is_refused_where_it_is_a_page() {
    let mut station = Station::of(Shell::Nordic);
    let image = page::Image::from(vec![0; 8]);
    let page = Delivery::Page { image: &image, address: 0, region_len: 4096 };
    let error = station.driver.install(&page).unwrap_err();
    assert!(matches!(error, DriverError::Unsupported { .. }));
}
