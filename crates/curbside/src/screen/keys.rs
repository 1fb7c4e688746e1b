//! What a person or a scanner means by a key.
//!
//! A scanner that acts as a keyboard types letters, digits and a line end, so that no letter may be a command. Three keys
//! are, on every line: F2 (also Ctrl-P, and the space bar where nothing is scanned), Esc (also Ctrl-C) and Tab.

use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key that is held down repeats; gloves hold keys down. Only a press after so much silence counts as a new one.
const SILENCE: Duration = Duration::from_secs(1);

/// A scan is typed in a few hundredths of a second. What was left half-typed for so long belongs to no scan that comes now.
const STALE_AFTER: Duration = Duration::from_secs(10);

/// The longest scan that is collected, in characters; the job's rules refuse this much already.
const SCAN_LEN_CHARS_MAX: usize = 600;

/// The characters that separate fields in bar codes, which terminals give as Ctrl with 4 to 7.
const SEPARATORS: [(char, char); 4] = [('4', '\x1c'), ('5', '\x1d'), ('6', '\x1e'), ('7', '\x1f')];

/// What is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Wish {
    /// Take no boards in, or take them in again.
    Pause,
    /// Finish the boards in hand and end; the second time, leave them.
    Stop,
    /// Show the next page.
    Details,
    /// Show what was typed so far.
    Typed,
    /// Take this scan.
    Scan(String),
}

/// The keyboard of a line.
#[derive(Debug)]
pub(super) struct Keyboard {
    /// Whether somebody scans.
    is_scanned: bool,
    typed: String,
    typed_at: Option<Instant>,
    paused_at: Option<Instant>,
    stopped_at: Option<Instant>,
}

impl Keyboard {
    pub(super) const fn new(is_scanned: bool) -> Self {
        Self { is_scanned, typed: String::new(), typed_at: None, paused_at: None, stopped_at: None }
    }

    /// A key was pressed.
    pub(super) fn press(&mut self, key: KeyEvent, now: Instant) -> Option<Wish> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        let has_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::F(2) => self.pause(now),
            KeyCode::Char('p') if has_control => self.pause(now),
            KeyCode::Esc => self.stop(now),
            KeyCode::Char('c') if has_control => self.stop(now),
            // Some scanners end with Tab, some with a line feed.
            KeyCode::Tab if self.typed.is_empty() => Some(Wish::Details),
            KeyCode::Tab | KeyCode::Enter => self.scan(),
            KeyCode::Char('j' | 'm') if has_control => self.scan(),
            KeyCode::Backspace if self.is_scanned => {
                self.typed.pop();
                Some(Wish::Typed)
            }
            KeyCode::Char(letter) if has_control => {
                let separator = SEPARATORS.iter().find(|(digit, _)| *digit == letter)?;
                self.letter(separator.1, now)
            }
            KeyCode::Char(_) if key.modifiers.contains(KeyModifiers::ALT) => None,
            KeyCode::Char(letter) => self.letter(letter, now),
            _ => None,
        }
    }

    /// What was typed since the last line end.
    pub(super) fn typed(&self) -> &str {
        &self.typed
    }

    fn letter(&mut self, letter: char, now: Instant) -> Option<Wish> {
        let is_alone = is_after(self.typed_at, now, SILENCE);
        if is_after(self.typed_at, now, STALE_AFTER) {
            self.typed.clear();
        }
        if !self.is_scanned {
            // The space in what a scanner types by mistake is no command.
            if letter == ' ' && is_alone {
                return self.pause(now);
            }
            if letter != ' ' {
                self.typed_at = Some(now);
            }
            return None;
        }
        self.typed_at = Some(now);
        if self.typed.chars().count() < SCAN_LEN_CHARS_MAX {
            self.typed.push(letter);
        }
        Some(Wish::Typed)
    }

    fn scan(&mut self) -> Option<Wish> {
        let typed = std::mem::take(&mut self.typed);
        (!typed.is_empty()).then_some(Wish::Scan(typed))
    }

    fn pause(&mut self, now: Instant) -> Option<Wish> {
        is_after(self.paused_at.replace(now), now, SILENCE).then_some(Wish::Pause)
    }

    fn stop(&mut self, now: Instant) -> Option<Wish> {
        is_after(self.stopped_at.replace(now), now, SILENCE).then_some(Wish::Stop)
    }
}

fn is_after(last: Option<Instant>, now: Instant, silence: Duration) -> bool {
    last.is_none_or(|last| now.duration_since(last) >= silence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    fn type_in(keyboard: &mut Keyboard, text: &str, now: Instant) -> Vec<Wish> {
        let keys = text.chars().map(|letter| match letter {
            '\r' => plain(KeyCode::Enter),
            '\t' => plain(KeyCode::Tab),
            '\n' => KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL),
            '\x1d' => KeyEvent::new(KeyCode::Char('5'), KeyModifiers::CONTROL),
            letter => plain(KeyCode::Char(letter)),
        });
        let wishes = keys.filter_map(|key| keyboard.press(key, now));
        wishes.filter(|wish| *wish != Wish::Typed).collect()
    }

    #[test]
    fn letters_spaces_and_digits_of_a_scan_are_no_commands() {
        let mut keyboard = Keyboard::new(true);
        let wishes = type_in(&mut keyboard, "q p s\x1d 42\r\n", Instant::now());
        assert_eq!(wishes, [Wish::Scan("q p s\x1d 42".to_owned())]);
    }

    #[test]
    fn tab_ends_a_scan_and_shows_details_where_there_is_none() {
        let mut keyboard = Keyboard::new(true);
        let wishes = type_in(&mut keyboard, "G7\t\t", Instant::now());
        assert_eq!(wishes, [Wish::Scan("G7".to_owned()), Wish::Details]);
    }

    #[test]
    fn the_space_bar_pauses_where_nothing_is_scanned_but_not_inside_of_a_stray_scan() {
        let mut keyboard = Keyboard::new(false);
        let now = Instant::now();
        assert_eq!(type_in(&mut keyboard, " ", now), [Wish::Pause]);
        let later = now + SILENCE * 2;
        assert_eq!(type_in(&mut keyboard, "LOT 7 A\r", later), []);
        assert_eq!(type_in(&mut keyboard, " ", later + SILENCE), [Wish::Pause]);
    }

    #[test]
    fn a_key_that_is_held_down_counts_once() {
        let mut keyboard = Keyboard::new(true);
        let mut now = Instant::now();
        assert_eq!(keyboard.press(plain(KeyCode::Esc), now), Some(Wish::Stop));
        for _ in 0..200 {
            now += Duration::from_millis(50);
            assert_eq!(keyboard.press(plain(KeyCode::Esc), now), None);
        }
        now += SILENCE;
        assert_eq!(keyboard.press(plain(KeyCode::Esc), now), Some(Wish::Stop));
        assert_eq!(keyboard.press(plain(KeyCode::F(2)), now), Some(Wish::Pause));
        assert_eq!(keyboard.press(plain(KeyCode::F(2)), now), None);
    }

    #[test]
    fn half_a_scan_does_not_spoil_the_next_one() {
        let mut keyboard = Keyboard::new(true);
        let now = Instant::now();
        assert_eq!(type_in(&mut keyboard, "G00", now), []);
        let wishes = type_in(&mut keyboard, "G42\r", now + STALE_AFTER);
        assert_eq!(wishes, [Wish::Scan("G42".to_owned())]);
    }

    #[test]
    fn a_scanner_that_never_ends_its_line_fills_no_memory() {
        let mut keyboard = Keyboard::new(true);
        type_in(&mut keyboard, &"x".repeat(100_000), Instant::now());
        assert_eq!(keyboard.typed().len(), SCAN_LEN_CHARS_MAX);
    }
}
