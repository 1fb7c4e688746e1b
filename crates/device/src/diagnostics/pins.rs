//! `gpio pin_test`.

use super::reply::Reply;

/// No chip here has more pins.
const PINS: usize = 128;

const USAGE: &str = "gpio pin_test <num> [0|1]";

/// Levels of the pins: what was driven, and low where nothing was.
#[derive(Debug)]
pub(super) struct Pins {
    levels: [bool; PINS],
}

impl Default for Pins {
    fn default() -> Self {
        Self { levels: [false; PINS] }
    }
}

impl Pins {
    /// Does what the words after `gpio` say.
    pub(super) fn run(&mut self, words: &[&str]) -> Reply {
        let (pin, level) = match words {
            ["pin_test", pin] => (pin, None),
            ["pin_test", pin, "0"] => (pin, Some(false)),
            ["pin_test", pin, "1"] => (pin, Some(true)),
            _ => return Reply::syntax_error(USAGE),
        };
        let place = pin.parse::<usize>().ok().and_then(|pin| self.levels.get_mut(pin));
        let Some(place) = place else { return Reply::syntax_error(USAGE) };
        *place = level.unwrap_or(*place);
        Reply::report([format!("gpio {pin} {}", u8::from(*place))])
    }
}
