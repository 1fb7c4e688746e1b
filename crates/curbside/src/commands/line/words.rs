//! What happens on a line, in sentences.

use line::event::{Event, SlotEvent, Totals};

use crate::words::counted;

/// A sentence for a person, or `None` for what only a screen shows, unless everything is wanted.
pub(crate) fn sentence(event: &Event, is_verbose: bool) -> Option<String> {
    // What boards, plants and programs say must not steer the terminal.
    let harmless = |letter: char| if letter.is_control() && letter != '\n' { '?' } else { letter };
    said(event, is_verbose).map(|text| text.chars().map(harmless).collect())
}

fn said(event: &Event, is_verbose: bool) -> Option<String> {
    Some(match event {
        Event::Started { job, slots, quota, made } => {
            let quota = quota.map_or_else(String::new, |quota| format!(" of {quota}"));
            format!(
                "job {job}: {}, {made}{quota} devices made so far",
                counted(u64::from(*slots), "slot", "slots")
            )
        }
        Event::Unfinished { dsn, chip, todo } => {
            let board = chip.as_ref().map_or_else(String::new, |chip| format!(", board {chip}"));
            format!("unfinished: {dsn}{board}: {todo}")
        }
        Event::Slot { slot, what } => return slot_sentence(*slot, what, is_verbose),
        Event::HsmUp { place, serial } => format!("HSM {serial:010} at {place} signs"),
        Event::HsmDown { place, why } => {
            format!("warning: the HSM at {place} does not answer: {why}; it is tried again")
        }
        Event::SigningServerBack { place } => format!("the signing server at {place} signs"),
        Event::SigningServerAway { place, why } => format!(
            "warning: the signing server at {place} does not sign: {why}; boards wait, and it is asked again"
        ),
        Event::Signing { .. } => return None,
        Event::ControlLog { file, devices } => {
            format!("control log {file}: {}", counted(*devices as u64, "device", "devices"))
        }
        Event::ControlLogFailed { why, hint } => with_hints(
            &format!(
                "error: no control log can be written: {why}; boards wait, finished devices are safe in the journal"
            ),
            hint.as_slice(),
        ),
        Event::Label { dsn, failure: None } if is_verbose => format!("label of {dsn} printed"),
        Event::Label { failure: None, .. } => return None,
        Event::Label { dsn, failure: Some(why) } => with_hints(
            &format!("warning: no label for {dsn}: {why}"),
            &[format!("`curbside line label JOB {dsn}` prints it again")],
        ),
        Event::Scan { dsn, message, hint } => {
            let dsn = dsn.as_deref().unwrap_or("scan refused");
            let message = message.as_ref().map_or_else(String::new, |text| format!(": {text}"));
            with_hints(&format!("{dsn}{message}"), hint.as_slice())
        }
        Event::PlantAway { hook, why, policy } => {
            format!("warning: the plant's {hook} does not answer: {why}; {policy}")
        }
        Event::Paused { why } => {
            let why = why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            format!("paused{why}; no board is taken in")
        }
        Event::Resumed => "boards are taken in again".to_owned(),
        Event::Stopping { why } => {
            format!("stopping: {why}; boards in hand are finished")
        }
        Event::Ended(totals) => totals_sentence(totals),
    })
}

fn slot_sentence(slot: u16, what: &SlotEvent, is_verbose: bool) -> Option<String> {
    let text = match what {
        SlotEvent::Passed { dsn, took_ms, is_resumed, chip, .. } => {
            let board = chip.as_ref().map_or_else(String::new, |chip| format!(", board {chip}"));
            let resumed = if *is_resumed { ", resumed" } else { "" };
            format!("PASS {dsn}{board}{resumed}, {:.1} s", *took_ms as f64 / 1000.0)
        }
        SlotEvent::Finished { dsn } => format!("PASS {dsn}, finished before, nothing changed"),
        SlotEvent::Refused { why, hints } => {
            return Some(with_hints(&format!("slot {slot}: REFUSED: {why}"), hints));
        }
        SlotEvent::Failed { dsn, step, why, hints } => {
            let dsn = dsn.as_ref().map_or_else(String::new, |dsn| format!(" {dsn}"));
            return Some(with_hints(&format!("slot {slot}: FAIL{dsn} at {step}: {why}"), hints));
        }
        SlotEvent::Retry { dsn, step, attempt, attempts_max, why } => {
            format!("{dsn} {step} failed, attempt {attempt} of {attempts_max}: {why}")
        }
        SlotEvent::WaitingForSerial => "scan the board's serial number".to_owned(),
        SlotEvent::Step { dsn, step } if is_verbose => format!("{dsn} {step}"),
        SlotEvent::Board { chip } if is_verbose => {
            format!("board {}", chip.as_deref().unwrap_or("without a name of its own"))
        }
        SlotEvent::Waiting if is_verbose => "waits for a board".to_owned(),
        SlotEvent::TakeOut if is_verbose => "take the board out".to_owned(),
        SlotEvent::Ended if is_verbose => "ended".to_owned(),
        _ => return None,
    };
    Some(format!("slot {slot}: {text}"))
}

/// What a run made.
pub(crate) fn totals_sentence(totals: &Totals) -> String {
    let mut parts = vec![counted(totals.passed, "device passed", "devices passed")];
    let mut add = |count: u64, one: &str, many: &str| {
        if count > 0 {
            parts.push(counted(count, one, many));
        }
    };
    add(totals.failed, "attempt failed", "attempts failed");
    add(totals.refused, "board refused", "boards refused");
    add(totals.finished_before, "board was finished before", "boards were finished before");
    format!(
        "{} in {:.1} s, {:.0} an hour; {} in control logs",
        parts.join(", "),
        totals.took_ms as f64 / 1000.0,
        totals.per_hour(),
        totals.logged,
    )
}

fn with_hints(text: &str, hints: &[String]) -> String {
    let hints = hints.iter().map(|hint| format!("\nhint: {hint}"));
    format!("{text}{}", hints.collect::<String>())
}
