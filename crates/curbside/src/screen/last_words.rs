//! What stays in the terminal after the screen is gone.

use super::model::Model;

/// Plain lines: what was told beside the slots, the last trouble of each slot, and what was made.
pub(super) fn last_words(model: &Model) -> Vec<String> {
    let told = model.messages.iter().map(|message| &message.text).chain(model.troubles.values());
    let mut words: Vec<String> = Vec::new();
    for sentence in told {
        // A broken probe is told beside its slot and is its last trouble too.
        if !words.contains(sentence) {
            words.push(sentence.clone());
        }
    }
    words.extend(model.ended.clone());
    words
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use line::{
        event::{Event, SlotEvent, Totals},
        step::Step,
    };

    use super::*;

    #[test]
    fn the_last_failure_of_a_slot_outlives_the_screen_even_if_the_next_board_passed() {
        let say = |event: &Event| match event {
            Event::Slot { slot, what: SlotEvent::Failed { why, hints, .. } } => {
                Some(format!("slot {slot}: {why}\nhint: {}", hints.join("")))
            }
            Event::Ended(totals) => Some(format!("{} passed", totals.passed)),
            _ => None,
        };
        let (mut model, now) = (Model::new("A", say), Instant::now());
        let mut tell = |what| model.apply(&Event::Slot { slot: 2, what }, now);
        tell(SlotEvent::Board { chip: None });
        tell(SlotEvent::Failed {
            dsn: Some("G7".to_owned()),
            step: Step::Flash,
            why: "no \x1b[2J answer".to_owned(),
            hints: vec!["press it down".to_owned()],
        });
        tell(SlotEvent::TakeOut);
        tell(SlotEvent::Board { chip: None });
        model.apply(&Event::Ended(Totals::default()), now);
        let words = last_words(&model);
        assert_eq!(words[0], "slot 2: no ?[2J answer\nhint: press it down");
        assert_eq!(words[1..], ["0 passed"]);
    }
}
