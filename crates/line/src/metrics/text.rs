//! Which numbers are shown, and under which names. `docs/metrics.md` says what they mean.

use metrics_text::{Exposition, Kind};

use super::counted::{Counted, SlotState, step_label};
use crate::{plant::PlantHealth, step::Step};

pub(super) fn text(line: &str, counted: &Counted, plant: Option<&PlantHealth>) -> String {
    let mut text = Exposition::default();
    text.metric("curbside_line_info", Kind::Gauge, "Which line and job this is; always 1.");
    text.sample("curbside_line_info", &[("line", line), ("job", &counted.job)], 1);
    devices(&mut text, counted);
    steps(&mut text, counted);
    signing(&mut text, counted);
    records(&mut text, counted);
    systems(&mut text, counted, plant);
    text.finish()
}

fn devices(text: &mut Exposition, counted: &Counted) {
    let name = "curbside_line_devices_total";
    text.metric(name, Kind::Counter, "Boards by what came of them.");
    for (result, value) in [
        ("passed", counted.passed),
        ("failed", counted.failed),
        ("refused", counted.refused),
        ("finished_before", counted.finished_before),
    ] {
        text.sample(name, &[("result", result)], value);
    }
    let (counter, gauge) = (Kind::Counter, Kind::Gauge);
    let name = "curbside_line_first_pass_total";
    text.single(name, counter, "Devices that passed with no step repeated.", counted.first_pass);
    let name = "curbside_line_resumed_total";
    text.single(name, counter, "Devices that passed after an earlier attempt.", counted.resumed);
    let name = "curbside_line_made";
    text.single(name, gauge, "Devices of the job, those of earlier runs included.", counted.made);
    if let Some(quota) = counted.quota {
        let name = "curbside_line_quota";
        text.single(name, gauge, "Devices that the job may make.", quota);
    }
    let name = "curbside_line_unfinished";
    let unfinished = counted.unfinished_now() as u64;
    text.single(name, gauge, "Devices with an identity that wait for their board.", unfinished);
    let name = "curbside_line_paused";
    text.single(name, gauge, "1 while no boards are taken in.", u8::from(counted.is_paused));
    let name = "curbside_line_slots";
    text.metric(name, gauge, "Slots by what they are at.");
    for state in SlotState::ALL {
        text.sample(name, &[("state", state.name())], counted.in_state(state));
    }
}

fn steps(text: &mut Exposition, counted: &Counted) {
    for (name, help, counts) in [
        ("curbside_line_step_failures_total", "Failures by step.", &counted.step_failures),
        ("curbside_line_step_retries_total", "Repetitions by step.", &counted.step_retries),
    ] {
        text.metric(name, Kind::Counter, help);
        for step in Step::ALL {
            let count = counts.get(&step).copied().unwrap_or(0);
            text.sample(name, &[("step", step_label(step))], count);
        }
    }
    let name = "curbside_line_device_seconds";
    text.histogram(name, "How long devices took that passed.", &counted.device_times.0);
}

fn signing(text: &mut Exposition, counted: &Counted) {
    let name = "curbside_line_hsm_up";
    text.metric(name, Kind::Gauge, "1 while the HSM signs.");
    for (place, is_up) in &counted.hsms {
        text.sample(name, &[("hsm", place)], u8::from(*is_up));
    }
    let gauge = Kind::Gauge;
    let name = "curbside_line_hsms";
    text.single(name, gauge, "HSMs that the job names.", counted.hsms_total as u64);
    let name = "curbside_line_hsms_up";
    text.single(name, gauge, "HSMs that sign.", counted.hsms_up as u64);
    let name = "curbside_line_signing_queue";
    text.single(name, gauge, "Devices that wait for a signature.", counted.queued as u64);
}

fn records(text: &mut Exposition, counted: &Counted) {
    let counter = Kind::Counter;
    let name = "curbside_line_control_log_devices_total";
    text.single(name, counter, "Devices written to control logs.", counted.log_devices);
    let name = "curbside_line_control_log_files_total";
    text.single(name, counter, "Control logs written.", counted.log_files);
    let name = "curbside_line_control_log_failures_total";
    text.single(name, counter, "Control logs that could not be written.", counted.log_failures);
    let name = "curbside_line_labels_total";
    text.metric(name, counter, "Labels by what came of them.");
    text.sample(name, &[("result", "printed")], counted.labels_printed);
    text.sample(name, &[("result", "failed")], counted.labels_failed);
}

fn systems(text: &mut Exposition, counted: &Counted, plant: Option<&PlantHealth>) {
    let name = "curbside_line_plant_away_total";
    text.metric(name, Kind::Counter, "How often a plant's system ceased to answer.");
    for (hook, count) in &counted.plant_away {
        text.sample(name, &[("hook", hook)], count);
    }
    let Some(plant) = plant else { return };
    let name = "curbside_line_plant_up";
    text.metric(name, Kind::Gauge, "1 while the plant's system answers, as far as known.");
    for (hook, is_away) in [("route", plant.route_is_away()), ("result", plant.result_is_away())] {
        if let Some(is_away) = is_away {
            text.sample(name, &[("hook", hook)], u8::from(!is_away));
        }
    }
    let name = "curbside_line_results_waiting";
    let help = "Results that the plant has not taken yet.";
    text.single(name, Kind::Gauge, help, plant.results_waiting());
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use metrics_text::samples;

    use super::*;
    use crate::{
        event::{Event, Listeners, SlotEvent},
        job::{HookTarget, PlantSettings},
        plant::Plant,
    };

    const DOCS: &str = include_str!("../../../../docs/metrics.md");

    fn sample() -> String {
        let mut counted = Counted::default();
        let passed = |took_ms| SlotEvent::Passed {
            dsn: "G1".to_owned(),
            smsn: String::new(),
            chip: None,
            took_ms,
            is_resumed: false,
        };
        for event in [
            Event::Started { job: "a \"b\"\\\n".to_owned(), slots: 2, quota: Some(9), made: 4 },
            Event::Slot { slot: 1, what: passed(700) },
            Event::Slot { slot: 2, what: passed(900_000) },
            Event::HsmUp { place: "usb://1".to_owned(), serial: 1 },
            Event::HsmDown { place: "http://hsm".to_owned(), why: "x".to_owned() },
            Event::Signing { queued: 3, hsms_up: 1, hsms: 2 },
            Event::ControlLog { file: "x".to_owned(), devices: 2 },
            Event::Label { dsn: "G1".to_owned(), failure: Some("x".to_owned()) },
            Event::PlantAway {
                hook: "result".to_owned(),
                why: "x".to_owned(),
                policy: "wait".to_owned(),
            },
        ] {
            counted.tell(&event);
        }
        let directory = tempfile::tempdir().unwrap();
        let settings = PlantSettings {
            result: Some(HookTarget::Directory(directory.path().to_owned())),
            ..PlantSettings::default()
        };
        let outbox = directory.path().join("outbox");
        let plant = Plant::new(&settings, &outbox, Listeners::default()).unwrap();
        text("A", &counted, Some(&plant.health()))
    }

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let samples = samples(&sample()).unwrap();
        for (name, value) in [
            ("curbside_line_info{line=A,job=a \"b\"\\\n}", 1.0),
            ("curbside_line_devices_total{result=passed}", 2.0),
            ("curbside_line_devices_total{result=refused}", 0.0),
            ("curbside_line_made{}", 6.0),
            ("curbside_line_quota{}", 9.0),
            ("curbside_line_slots{state=take_out}", 2.0),
            ("curbside_line_device_seconds_bucket{le=0.5}", 0.0),
            ("curbside_line_device_seconds_bucket{le=1}", 1.0),
            ("curbside_line_device_seconds_bucket{le=300}", 1.0),
            ("curbside_line_device_seconds_bucket{le=+Inf}", 2.0),
            ("curbside_line_device_seconds_sum{}", 900.7),
            ("curbside_line_device_seconds_count{}", 2.0),
            ("curbside_line_hsm_up{hsm=usb://1}", 1.0),
            ("curbside_line_hsm_up{hsm=http://hsm}", 0.0),
            ("curbside_line_signing_queue{}", 3.0),
            ("curbside_line_control_log_devices_total{}", 2.0),
            ("curbside_line_labels_total{result=failed}", 1.0),
            ("curbside_line_plant_away_total{hook=result}", 1.0),
            ("curbside_line_plant_up{hook=result}", 1.0),
            ("curbside_line_results_waiting{}", 0.0),
        ] {
            assert_eq!(samples.get(name), Some(&value), "{name} in {samples:#?}");
        }
    }

    #[test]
    fn every_metric_is_documented_and_no_other() {
        let shown: BTreeSet<String> = sample()
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "))
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect();
        let documented: BTreeSet<String> = DOCS
            .lines()
            .filter_map(|line| line.strip_prefix("| `curbside_line_"))
            .map(|rest| format!("curbside_line_{}", rest.split(['`', '{']).next().unwrap()))
            .collect();
        assert_eq!(shown, documented);
    }
}
