//! Goal: noise never touches a reply. Method: sessions with a log line and rubbish before every line.

use device::{DiagnosticsOptions, Noise, Shell};
use page::Mandatory;

use crate::{
    station::Station,
    support::{board, strict},
};

fn noisy(shell: Shell, noise: Noise) -> DiagnosticsOptions {
    DiagnosticsOptions { colours: shell == Shell::Nordic, noise, ..DiagnosticsOptions::of(shell) }
}

#[test]
fn a_session_survives_logs_and_rubbish_between_lines() {
    for (chip, shell) in [("nrf52840", Shell::Nordic), ("WBA55xG", Shell::Amazon)] {
        for seed in 0..3 {
            let noise = Noise { log_millionths: 600_000, garbage_millionths: 300_000, seed };
            let mut station = Station::new(board(chip, None), noisy(shell, noise));
            station.make_device();
            assert!(strict(&station.board, Mandatory::Complete).is_ok(), "{chip} {seed}");
        }
    }
}

#[test]
fn noise_is_whole_lines_before_the_lines_of_a_reply() {
    let noise = Noise { log_millionths: 1_000_000, garbage_millionths: 0, seed: 1 };
    let mut station = Station::new(board("WBA55xG", None), noisy(Shell::Amazon, noise));
    let said = station.say("cert init");
    let lines: Vec<&str> = said.lines().collect();
    let is_log = |line: &&str| line.contains("<debug>");
    assert_eq!(lines.iter().filter(|line| is_log(line)).count(), 3, "{said}");
    assert!(
        lines[2].ends_with("{CERT BASE64_MTU=32}") && lines[4].ends_with("{CERT OK}"),
        "{said}"
    );
}
