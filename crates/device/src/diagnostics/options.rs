//! How diagnostic firmware speaks.

use std::time::Duration;

use crate::BoardModel;

/// Whose command line it is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Shell {
    /// A Zephyr shell as in Nordic's sample: bare lines after `uart:~$ `.
    #[default]
    Nordic,
    /// Amazon's `sid_diagnostics` on STM32 and Telink: `[00034914] <info> app: …` after `--> `.
    Amazon,
}

impl Shell {
    /// The shell that firmware for a chip usually has.
    pub fn usual_for(model: &BoardModel) -> Self {
        // The certificate code with Nordic's own rule for serials comes with Nordic's own shell.
        if model.site().dialect.nordic_serial_rule { Self::Nordic } else { Self::Amazon }
    }
}

/// What is answered to a command that the simulation does not know itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// How the command begins, word by word; the longest that fits is taken.
    pub command: String,
    /// The lines of the answer.
    pub lines: Vec<String>,
}

/// What comes over the wire besides answers. Chances are in a million; the same seed gives the same noise.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Noise {
    /// A log line before a line of an answer, or behind the last.
    pub log_millionths: u32,
    /// A run of meaningless bytes there, with a line end.
    pub garbage_millionths: u32,
    /// Decides what is left to chance.
    pub seed: u64,
}

/// How a board's diagnostic firmware behaves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DiagnosticsOptions {
    /// Whose command line it is.
    pub shell: Shell,
    /// Whether lines carry ANSI colours, as Zephyr's do.
    pub colours: bool,
    /// Whether what is typed comes back.
    pub echo: bool,
    /// The answer to `print fwversion`.
    pub firmware_version: String,
    /// Answers to commands of the customer's own, and to `tm …`, whose real result lines are not public.
    pub answers: Vec<Answer>,
    /// How long `cert csr` takes.
    pub csr_time: Duration,
    /// How long `cert store` takes; on real boards it may be seconds.
    pub store_time: Duration,
    /// What else comes over the wire.
    pub noise: Noise,
}

impl Default for DiagnosticsOptions {
    /// Nordic's shell, quick and quiet, with [`Answer::radio_tests`].
    fn default() -> Self {
        Self {
            shell: Shell::Nordic,
            colours: false,
            echo: true,
            firmware_version: "1.19.0-simulated".to_owned(),
            answers: Answer::radio_tests(),
            csr_time: Duration::ZERO,
            store_time: Duration::ZERO,
            noise: Noise::default(),
        }
    }
}

impl DiagnosticsOptions {
    /// The defaults for a shell.
    pub fn of(shell: Shell) -> Self {
        Self { shell, ..Self::default() }
    }
}

impl Answer {
    /// An answer of these lines.
    pub fn new(command: &str, lines: &[&str]) -> Self {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Self { command: command.to_owned(), lines }
    }

    /// Plausible answers to the radio tests. Their names and arguments are public, the result lines are our choice:
    ///
    /// | command | answer |
    /// |---|---|
    /// | `tm phy …`, `tm pwr`, `tm state`, `tm pcfg`, `tm cw`, `tm cpbl`, `tm mod`, `tm fhop` | `TM OK` |
    /// | `tm scan` | `TM SCAN ch=0 rssi=-112` and two more channels, `TM OK` |
    /// | `tm ping` | `TM PING rssi=-47 snr=9 count=10 lost=0`, `TM OK` |
    /// | `tm reset_rx_counters` | `TM OK` |
    /// | `tm print_rx_counters` | `TM RX received=100 crc_errors=0 timeouts=0`, `TM OK` |
    /// | `tm last_packet`, `tm last_rssi` | `TM RSSI -47`, `TM OK` |
    pub fn radio_tests() -> Vec<Self> {
        let mut answers: Vec<Self> =
            ["phy", "pwr", "state", "pcfg", "cw", "cpbl", "mod", "fhop", "reset_rx_counters"]
                .iter()
                .map(|name| Self::new(&format!("tm {name}"), &["TM OK"]))
                .collect();
        answers.extend([
            Self::new(
                "tm scan",
                &[
                    "TM SCAN ch=0 rssi=-112",
                    "TM SCAN ch=1 rssi=-113",
                    "TM SCAN ch=2 rssi=-111",
                    "TM OK",
                ],
            ),
            Self::new("tm ping", &["TM PING rssi=-47 snr=9 count=10 lost=0", "TM OK"]),
            Self::new(
                "tm print_rx_counters",
                &["TM RX received=100 crc_errors=0 timeouts=0", "TM OK"],
            ),
            Self::new("tm last_packet", &["TM RSSI -47", "TM OK"]),
            Self::new("tm last_rssi", &["TM RSSI -47", "TM OK"]),
        ]);
        answers
    }
}
