//! What a station must read past: log lines of other parts of the firmware, and rubbish.

use std::time::Duration;

use super::options::{Noise, Shell};
use crate::{Randomness, SeededRandomness};

/// The longest run of rubbish in bytes.
const GARBAGE_LEN_MAX: u8 = 16;

/// Some of these look a little like replies, and none is one.
const LOG_TEXTS: [&str; 4] = [
    "ble: advertising timeout, restarting",
    "heap: {used=4711, free=12345}",
    "mfg: {CERTIFICATES} not loaded",
    "radio: rssi -97 dBm, snr 3",
];

/// Noise, and where its chances come from.
pub(super) struct NoiseSource {
    noise: Noise,
    chance: SeededRandomness,
}

impl NoiseSource {
    pub(super) fn new(noise: Noise) -> Self {
        Self { noise, chance: SeededRandomness::new(noise.seed) }
    }

    /// Adds noise in whole lines, by chance.
    pub(super) fn maybe(&mut self, shell: Shell, now: Duration, bytes: &mut Vec<u8>) {
        if self.noise.log_millionths > 0 && self.chance.millionth() < self.noise.log_millionths {
            let text = LOG_TEXTS[usize::from(self.byte()) % LOG_TEXTS.len()];
            let line = match shell {
                Shell::Nordic => {
                    let (seconds, millis) = (now.as_secs(), now.subsec_millis());
                    format!(
                        "[{:02}:{:02}:{:02}.{millis:03},000] <inf> {text}\r\n",
                        seconds / 3600,
                        seconds / 60 % 60,
                        seconds % 60
                    )
                }
                Shell::Amazon => format!("[{:08}] <debug> {text}\r\n", now.as_millis()),
            };
            bytes.extend_from_slice(line.as_bytes());
        }
        let garbage = self.noise.garbage_millionths;
        if garbage > 0 && self.chance.millionth() < garbage {
            let len = usize::from(self.byte() % GARBAGE_LEN_MAX);
            let start = bytes.len();
            bytes.resize(start + len, 0);
            self.chance.fill(&mut bytes[start..]);
            bytes.extend_from_slice(b"\r\n");
        }
    }

    fn byte(&mut self) -> u8 {
        let mut byte = [0];
        self.chance.fill(&mut byte);
        byte[0]
    }
}
