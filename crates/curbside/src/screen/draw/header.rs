//! The rows above the slots: what is made, how fast, and whether anybody signs.

use std::time::{Duration, Instant};

use line::Pace;
use ratatui::{layout::Rect, style::Style};

use super::{
    super::model::Model,
    paint::{BLUE, BOLD, Canvas, GREEN, PLAIN, RED, YELLOW},
    wrap::width,
};

/// The dots of the bar.
const BAR_COLUMNS: u64 = 20;

/// Draws at most so many rows and says how many. What matters least comes last and is left out first.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    rows_max: u16,
    model: &Model,
    now: Instant,
) -> u16 {
    let (word, style) = pace(model);
    canvas.text(area, 0, &word, style);
    let mut title = format!("line {}", model.line);
    if !model.job.is_empty() && model.job != model.line {
        title.push_str(&format!("  job {}", model.job));
    }
    if let Some(why) = &model.pace_why {
        title.push_str(&format!("  {why}"));
    }
    canvas.text_at(area, columns(&word) + 2, 0, &title, BOLD);
    let (mut row, mut column) = (1, 0);
    for (text, style) in segments(model, now) {
        let needed = columns(&text);
        if column > 0 && column + needed > area.width {
            (row, column) = (row + 1, 0);
        }
        if row >= rows_max {
            return rows_max + 1;
        }
        canvas.text_at(area, column, row, &text, style);
        column += needed + 2;
    }
    // An empty row keeps the tiles apart from the numbers.
    row + 2
}

fn pace(model: &Model) -> (String, Style) {
    let (word, style) = match model.pace {
        _ if model.ended.is_some() => (" [=] ENDED ", BOLD),
        _ if model.slots.is_empty() => (" [.] STARTING ", BLUE),
        Pace::Running => (" [>] RUNNING ", GREEN),
        Pace::Paused => (" [=] PAUSED ", YELLOW),
        Pace::Stopping => (" [!] STOPPING ", YELLOW),
        Pace::Aborting => (" [x] LEAVING BOARDS ", RED),
    };
    (word.to_owned(), style)
}

fn segments(model: &Model, now: Instant) -> Vec<(String, Style)> {
    let counts = &model.counts;
    let mut segments = vec![(format!(" [+] {} passed ", counts.passed), GREEN)];
    let failed = if counts.failed > 0 { RED } else { PLAIN };
    segments.push((format!(" [x] {} failed ", counts.failed), failed));
    let refused = if counts.refused > 0 { YELLOW } else { PLAIN };
    segments.push((format!(" [!] {} refused ", counts.refused), refused));
    segments.push((made(model), BOLD));
    if model.quota.is_some() {
        let left = model.time_left(now).map_or_else(|| "-".to_owned(), duration);
        segments.push((format!("left {left}"), BOLD));
    }
    let rate = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |it| format!("{it:.0}"));
    let (lately, whole) = (model.rate.lately_per_hour(now), model.rate.whole_per_hour(now));
    segments.push((format!("{}/h", rate(lately)), BOLD));
    segments.push(hsms(model));
    segments.push((format!("queue {}", model.hsms.queued), PLAIN));
    if let Some(percent) = model.first_pass_percent() {
        segments.push((format!("first pass {percent:.1} %"), PLAIN));
    }
    if model.unfinished_total > 0 {
        segments.push((format!("[!] {} unfinished", model.unfinished_total), YELLOW));
    }
    if counts.finished_before > 0 {
        segments.push((format!("{} finished before", counts.finished_before), PLAIN));
    }
    segments.push((format!("whole run {}/h", rate(whole)), PLAIN));
    segments.push((format!("{} in logs", counts.logged), PLAIN));
    if let Some(log) = &model.last_log {
        segments.push((format!("last {}: {}", log.file, log.devices), PLAIN));
    }
    segments
}

fn made(model: &Model) -> String {
    let Some(quota) = model.quota else { return format!("made {}", model.made) };
    let made = model.made.min(quota);
    // A job's quota is far below what would overflow here; a count of 0 is refused with the job.
    let part = |of: u64| made.saturating_mul(of) / quota.max(1);
    let dots = part(BAR_COLUMNS);
    let bar = "#".repeat(dots as usize) + &"-".repeat((BAR_COLUMNS - dots) as usize);
    format!("made {} of {quota} [{bar}] {} %", model.made, part(100))
}

fn hsms(model: &Model) -> (String, Style) {
    let hsms = &model.hsms;
    if hsms.server_away.is_some() {
        return ("[x] signing server".to_owned(), RED);
    }
    if hsms.total == 0 {
        return ("HSM -".to_owned(), PLAIN);
    }
    let (sign, style) = match hsms.up {
        0 => ("[x]", RED),
        up if up < hsms.total => ("[!]", YELLOW),
        _ => ("[+]", PLAIN),
    };
    (format!("{sign} HSM {}/{}", hsms.up, hsms.total), style)
}

fn duration(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "<1 min".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) if hours < 100 => format!("{hours} h {minutes:02} min"),
        (hours, _) => format!("{} days", hours / 24),
    }
}

fn columns(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_signing_server_that_is_away_and_not_an_hsm() {
        let mut model = Model::new("A", |_| None);
        model.hsms.total = 2;
        assert_eq!(hsms(&model).0, "[x] HSM 0/2");
        model.hsms.server_away = Some(("https://signer:8082".to_owned(), "refused".to_owned()));
        assert_eq!(hsms(&model).0, "[x] signing server");
    }

    #[test]
    fn times_are_told_as_people_say_them() {
        let told = |seconds| duration(Duration::from_secs(seconds));
        assert_eq!(told(59), "<1 min");
        assert_eq!(told(59 * 60), "59 min");
        assert_eq!(told(3 * 3600 + 300), "3 h 05 min");
        assert_eq!(told(u64::MAX / 2), "106751991167300 days");
    }
}
