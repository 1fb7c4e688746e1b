//! A report as a table of single figures.

use super::{cell::cell, figures::Report};

impl Report {
    /// CSV with a figure a line: `metric,slot,step,code,value`. A cell that does not apply is empty; a figure that
    /// is not known is left out.
    pub fn csv(&self) -> String {
        let mut lines = Lines(csv::Writer::from_writer(Vec::new()));
        lines.put("metric", "slot", "step", "code", "value");
        let mut plain = |metric: &str, value: String| lines.put(metric, "", "", "", &value);
        plain("devices", self.devices.to_string());
        for figure in &self.states {
            plain(&format!("state_{}", figure.state), figure.devices.to_string());
        }
        plain("retired", self.retired.to_string());
        plain("failing", self.failing.to_string());
        plain("verified", self.verified.to_string());
        plain("verified_at_first", self.verified_at_first.to_string());
        plain("given_up", self.given_up.to_string());
        plain("failures", self.failures.to_string());
        plain("running_ms", self.running_ms.to_string());
        let shares = [
            ("yield", self.yield_share, 4),
            ("first_pass_yield", self.first_pass_yield, 4),
            ("units_per_hour", self.units_per_hour, 1),
        ];
        for (metric, value, digits) in shares {
            if let Some(value) = value {
                plain(metric, format!("{value:.digits$}"));
            }
        }
        for figures in &self.slots {
            let slot = figures.slot.to_string();
            for (metric, value) in [
                ("slot_devices", figures.devices),
                ("slot_verified", figures.verified),
                ("slot_verified_at_first", figures.verified_at_first),
                ("slot_given_up", figures.given_up),
                ("slot_failures", figures.failures),
                ("slot_busy_ms", figures.busy_ms),
            ] {
                lines.put(metric, &slot, "", "", &value.to_string());
            }
        }
        for figures in &self.steps {
            for (metric, value) in [
                ("step_devices", figures.devices),
                ("step_p50_us", figures.p50_us.into()),
                ("step_p99_us", figures.p99_us.into()),
                ("step_max_us", figures.max_us.into()),
            ] {
                lines.put(metric, "", figures.step, "", &value.to_string());
            }
        }
        for figure in &self.top_failures {
            let devices = figure.devices.to_string();
            lines.put("failing_at", "", &figure.step, &figure.code, &devices);
        }
        lines.finish()
    }
}

struct Lines(csv::Writer<Vec<u8>>);

impl Lines {
    fn put(&mut self, metric: &str, slot: &str, step: &str, code: &str, value: &str) {
        let cells = [metric, slot, step, code, value].map(cell);
        // Memory takes everything, and every line has five cells.
        let _written = self.0.write_record(cells.iter().map(|cell| cell.as_bytes()));
    }

    fn finish(self) -> String {
        let bytes = self.0.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::tests::sample;

    #[test]
    fn every_figure_has_a_line() {
        let csv = sample().csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "metric,slot,step,code,value");
        for line in [
            "devices,,,,4",
            "state_logged,,,,2",
            "yield,,,,0.6667",
            "units_per_hour,,,,2.0",
            "slot_failures,2,,,2",
            "step_p99_us,,sign,,20000",
            "failing_at,,sign,hsm,1",
            "failing_at,,write,'=board,1",
        ] {
            assert!(lines.contains(&line), "{line} is not in\n{csv}");
        }
    }
}
